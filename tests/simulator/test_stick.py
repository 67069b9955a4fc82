"""The stick itself: what it answers, byte for byte, and whom it lets in."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.zigbee.ezsp.tables import VERSIONS
from simulator.zigbee.ncp import unanswered
from simulator.zigbee.seams import ApsFrame, Join, Joiner
from simulator.zigbee.stick.aes import encrypt
from simulator.zigbee.stick.install_code import key_of
from tests.simulator.stick_host import EUI64, SECOND, Host

DOOR = bytes.fromhex("0100a11c004b1200")
SLEEPY, ROUTER = 0x80, 0x8E
CODE = bytes.fromhex("83fed3407a939723a5c639b26916d505c3b5")
CODE_KEY = bytes.fromhex("66b6900981e1ee3ca4206b6b861c02bb")
REPORT = ApsFrame(0x0104, 0x0500, 1, 1, 9, b"\x09\x01\x00\x01\x00")
OPEN = Joiner(DOOR, SLEEPY)


def opened(version: int = 14, state: Path | None = None) -> Host:
    host = Host(version, state)
    host.connect()
    host.form()
    host.permit(60)
    return host


@pytest.mark.parametrize("version", VERSIONS)
def test_every_command_in_the_tables_has_an_answer(version: int) -> None:
    assert unanswered(version) == frozenset()


@pytest.mark.parametrize(("version", "release"), [(13, "4074"), (14, "2080")])
def test_the_first_version_is_answered_in_the_header_it_came_in(version: int, release: str) -> None:
    host = Host(version)
    host.ncp.receive(bytes.fromhex("1ac038bc7e"), 1)
    host.listen()

    told = host.send(bytes((7, 0, 0, 4)))

    assert [answer.parameters for answer in told] == [bytes((version, 2)) + bytes.fromhex(release)]
    assert told[0].sequence == 7


def test_before_the_version_is_agreed_nothing_else_is_answered() -> None:
    host = Host(14)
    host.ncp.receive(bytes.fromhex("1ac038bc7e"), 1)
    host.listen()

    assert host.ask(0x0026) == bytes.fromhex("30000000")


@pytest.mark.parametrize(("version", "reason"), [(13, "31"), (14, "31000000")])
def test_an_unknown_command_is_called_invalid_and_counted(version: int, reason: str) -> None:
    host = Host(version)
    host.connect()

    assert host.ask(0x3FFF) == bytes.fromhex(reason)
    assert host.tally.unknown_commands == 1


def test_a_command_cut_short_is_refused_and_the_next_one_answered() -> None:
    host = Host(14)
    host.connect()

    assert host.ask(0x0034, b"\0\0") == bytes.fromhex("33000000")
    assert host.ask(0x0026) == EUI64


@pytest.mark.parametrize(("version", "up"), [(13, "90"), (14, "15000000"), (19, "15000000")])
def test_a_formed_network_comes_up_after_its_answer(version: int, up: str) -> None:
    host = Host(version)
    host.connect()

    host.form()

    assert host.told(0x0019) == [bytes.fromhex(up)]
    assert [happening["what"] for happening in host.happenings] == ["formed"]


@pytest.mark.parametrize(
    ("version", "answer"), [(13, "00" + "4e" * 16 + "00"), (14, "00000000" + "4e" * 16)]
)
def test_the_network_key_is_exported_as_the_version_lays_it_out(version: int, answer: str) -> None:
    host = Host(version)
    host.connect()
    host.form()

    exported = host.ask(0x0114, b"\x01" + bytes(17))

    if version == 13:
        assert exported == b"N" * 16 + bytes(4)
    else:
        assert exported[:20] == bytes.fromhex(answer)


def test_the_network_outlives_the_process_and_its_file_is_ours_alone(tmp_path: Path) -> None:
    host = opened(state=tmp_path)
    _, nwk = host.ncp.join(OPEN)
    parameters = host.ask(0x0028)

    again = Host(14, tmp_path)
    again.connect()
    started = again.ask(0x0017, b"\0\0")

    assert started == bytes(4)
    assert again.ask(0x0028) == parameters
    assert again.ask(0x0060, DOOR) == bytes(4) + nwk.to_bytes(2, "little")
    assert stat.S_IMODE((tmp_path / "stick.json").stat().st_mode) == 0o600


def test_frame_counters_jump_forward_over_a_restart(tmp_path: Path) -> None:
    host = opened(state=tmp_path)
    before = int.from_bytes(host.ask(0x0116)[-4:], "little")

    again = Host(14, tmp_path)
    again.connect()

    assert int.from_bytes(again.ask(0x0116)[-4:], "little") > before


def test_without_a_network_there_is_nothing_to_start() -> None:
    host = Host(14)
    host.connect()

    assert host.ask(0x0017, b"\0\0") == bytes.fromhex("17000000")


def test_a_closed_network_lets_nobody_in() -> None:
    host = Host(14)
    host.connect()
    host.form()

    assert host.ncp.join(OPEN) == (Join.CLOSED, 0)


def test_the_door_closes_by_itself_when_its_time_is_over() -> None:
    host = opened()

    host.time += 60 * SECOND

    assert host.ncp.join(OPEN) == (Join.CLOSED, 0)


def test_an_open_network_lets_a_device_in_and_tells_the_host() -> None:
    host = opened()

    verdict, nwk = host.ncp.join(OPEN)

    short = nwk.to_bytes(2, "little")
    assert verdict is Join.ACCEPTED
    assert host.told(0x0024) == [short + DOOR + bytes.fromhex("01 00 0000")]
    assert host.told(0x0023) == [b"\0\x01" + short + DOOR + b"\x04"]


def test_a_policy_that_allows_no_joins_keeps_the_door_shut() -> None:
    host = opened()

    host.ask(0x0055, b"\0\0")

    assert host.ncp.join(OPEN) == (Join.CLOSED, 0)


def test_with_install_codes_demanded_the_well_known_key_opens_nothing() -> None:
    host = opened()
    host.permit(60, policy=0x11)

    assert host.ncp.join(OPEN) == (Join.NO_KEY, 0)
    assert host.told(0x0024)[0][-4:] == bytes.fromhex("01020000")[0:4]


@pytest.mark.parametrize("size", [24, 25])
def test_an_installed_code_lets_in_its_own_device_alone(size: int) -> None:
    host = opened()
    host.permit(60, policy=0x11)
    host.ask(0x0111, (DOOR + CODE_KEY + b"\0")[:size])
    wrong = replace(OPEN, install_code=bytes(16) + CODE[16:])
    other = Joiner(bytes(8), SLEEPY, install_code=CODE)

    assert host.ncp.join(wrong) == (Join.NO_KEY, 0)
    assert host.ncp.join(other) == (Join.NO_KEY, 0)
    assert host.ncp.join(replace(OPEN, install_code=CODE))[0] is Join.ACCEPTED


def test_a_transient_key_expires() -> None:
    host = opened()
    host.ask(0x0022, b"\xff")

    host.time += 300 * SECOND

    assert host.ncp.join(OPEN) == (Join.NO_KEY, 0)


def test_a_device_that_knows_the_network_key_rejoins_a_closed_network() -> None:
    host = opened()
    _, nwk = host.ncp.join(OPEN)
    host.ask(0x0022, b"\0")

    assert host.ncp.join(replace(OPEN, rejoin_nwk=nwk)) == (Join.ACCEPTED, nwk)


def test_two_devices_never_share_an_address() -> None:
    host = opened()
    _, nwk = host.ncp.join(OPEN)

    _, other = host.ncp.join(Joiner(b"somebody", ROUTER, rejoin_nwk=nwk))

    assert other != nwk


@pytest.mark.parametrize(
    ("version", "head", "tail"),
    [
        (13, "00 0401 0005 01 01 0001 0000 09 c8 ce", "ff ff 05 0901000100"),
        (14, "00 0401 0005 01 01 0001 0000 09", "ff ff c8 ce"),
    ],
)
def test_a_report_reaches_the_host_as_the_version_lays_it_out(
    version: int, head: str, tail: str
) -> None:
    host = opened(version)
    _, nwk = host.ncp.join(OPEN)

    at = host.ncp.hear(nwk, REPORT)

    (told,) = host.told(0x0045)
    short = nwk.to_bytes(2, "little")
    between = short if version == 13 else short + DOOR
    assert at == host.time
    assert told.startswith(bytes.fromhex(head) + between + bytes.fromhex(tail))
    assert told.endswith(b"\x05" + REPORT.payload)


def test_a_report_is_lost_without_a_host_without_a_network_and_in_a_jam() -> None:
    host = Host(14)
    nobody = host.ncp.hear(1, REPORT)
    host.connect()
    no_network = host.ncp.hear(1, REPORT)
    host.form()
    host.ncp.jam(on=True)
    jammed = host.ncp.hear(1, REPORT)

    assert (nobody, no_network, jammed) == (0, 0, 0)
    assert host.told(0x0045) == []


UNICAST = {
    13: "00 3412 0401 0205 01 02 4001 0000 00 77 03 11 22 33",
    14: "00 3412 0401 0205 01 02 4001 0000 00 7766 03 11 22 33",
}


@pytest.mark.parametrize(
    ("version", "arrives", "sent"),
    [
        (13, True, "00 3412 0401 0205 01 02 4001 0000 01 77 00 00"),
        (13, False, "00 3412 0401 0205 01 02 4001 0000 01 77 66 00"),
        (14, True, "00000000 00 3412 0401 0205 01 02 4001 0000 01 7766 00"),
        (14, False, "020c0000 00 3412 0401 0205 01 02 4001 0000 01 7766 00"),
    ],
)
async def test_a_unicast_is_confirmed_with_its_tag(
    version: int, *, arrives: bool, sent: str
) -> None:
    host = opened(version)
    host.air.acknowledges = arrives

    answer = host.ask(0x0034, bytes.fromhex(UNICAST[version]))

    assert answer == (b"\0\x01" if version == 13 else bytes.fromhex("0000000001"))
    assert host.air.sent == [(0x1234, ApsFrame(0x0104, 0x0502, 1, 2, 1, b"\x11\x22\x33"))]
    assert host.told(0x003F) == [bytes.fromhex(sent)]


def test_in_a_jam_every_transmission_fails_its_clear_channel_assessment() -> None:
    host = opened()
    host.ncp.jam(on=True)

    host.ask(0x0034, bytes.fromhex(UNICAST[14]))
    counters = host.ask(0x00F1)

    assert host.told(0x003F)[0].startswith(bytes.fromhex("020c0000"))
    assert int.from_bytes(counters[64:66], "little") == host.tally.cca_failures == 4
    assert host.air.sent == []


def test_the_stick_answers_its_own_node_descriptor_request() -> None:
    host = opened()

    host.ask(0x0034, bytes.fromhex("00 0000 0000 0200 00 00 4001 0000 00 0100 03 5a 0000"))

    (told,) = host.told(0x0045)
    assert told[1:7] == bytes.fromhex("0000 0280 00 00")
    assert told[-17:-13] == bytes.fromhex("5a000000")
    assert len(told[-17:]) == 17


def test_a_broadcast_goes_over_the_air_and_is_confirmed() -> None:
    host = opened()
    message = "fdff fcff 00 0000 3600 00 00 0001 0000 00 1e 0900 03 01 3c 00"

    host.ask(0x0036, bytes.fromhex(message))

    assert [frame.payload for frame in host.air.spread] == [b"\x01\x3c\x00"]
    assert host.told(0x003F)[0][:7] == bytes.fromhex("00000000 05 fcff")


def test_an_energy_scan_measures_every_channel_asked_for() -> None:
    host = opened()

    host.ask(0x001A, b"\0" + (1 << 11 | 1 << 26).to_bytes(4, "little") + b"\2")

    assert [told[0] for told in host.told(0x0048)] == [11, 26]
    assert host.told(0x001C) == [b"\x1a" + bytes(4)]


def test_forming_another_network_tells_the_air_that_the_old_addresses_are_void() -> None:
    host = opened()
    _, nwk = host.ncp.join(OPEN)
    host.ask(0x0020)

    assert host.air.forgotten == [nwk]
    assert host.ask(0x0018) == b"\0"


def test_a_child_is_in_the_child_table_until_it_leaves() -> None:
    host = opened()
    host.ask(0x0053, b"\x11\x20\x00")
    _, nwk = host.ncp.join(OPEN)
    present = host.ask(0x004A, b"\0")

    host.ncp.leave(DOOR, nwk)

    assert present[:15] == bytes(4) + DOOR + b"\x04" + nwk.to_bytes(2, "little")
    assert host.ask(0x004A, b"\0")[:4] == bytes.fromhex("17000000")
    assert host.told(0x0024)[-1][10:12] == b"\x02\x03"


def test_endpoint_flags_have_two_value_bytes_even_where_there_is_no_endpoint() -> None:
    host = Host(14)
    host.connect()

    assert host.ask(0x0003, b"\0" + bytes(4)) == bytes.fromhex("21000000 02 0000")


def test_an_install_code_becomes_the_key_the_specification_says() -> None:
    assert key_of(CODE) == CODE_KEY
    assert key_of(CODE[:-1] + b"\0") is None


def test_the_cipher_is_the_one_of_the_standard() -> None:
    key = bytes.fromhex("000102030405060708090a0b0c0d0e0f")
    block = bytes.fromhex("00112233445566778899aabbccddeeff")

    assert encrypt(key, block) == bytes.fromhex("69c4e0d86a7b0430d8cdb78070b4c55a")
