"""The ZCL foundation against bytes written by hand from the standard."""

from pathlib import Path

import pytest

from simulator.zigbee.seams import ApsFrame
from tests.simulator.air_double import Scene, house, turn
from tests.waiting import until


@pytest.fixture
def air(tmp_path: Path) -> Scene:
    return Scene(house(tmp_path, "contact door", "temperature cellar", "plug lamp"))


async def test_a_read_answers_known_attributes_and_names_unknown_ones(air: Scene) -> None:
    nwk = await air.join("door")

    answer = await air.send(nwk, 0x0000, "00 21 00 0000 0500 efbe")

    # ZCL 2.5.2: id, status, type, value; 0x86 has neither type nor value.
    record = "0500 00 42 0a" + b"NL-CONTACT".hex()
    assert answer == [bytes.fromhex("18 21 01 0000 00 20 03" + record + "efbe 86")]


async def test_a_read_of_the_client_side_is_answered_towards_the_server(air: Scene) -> None:
    nwk = await air.join("door")

    answer = await air.send(nwk, 0x0019, "18 33 00 0200")

    # ZCL 2.4.1.1.3: the OTA client speaks to a server, so bit 3 is clear: 0x10.
    assert answer == [bytes.fromhex("10 33 01 0200 00 23 02000001")]


async def test_a_write_lists_its_failures_only(air: Scene) -> None:
    nwk = await air.join("door")

    # CIE address; zone type (read only); no such attribute; CIE address of a wrong type.
    answer = await air.send(
        nwk, 0x0500, "10 05 02 0100 31 1500 0900 20 01 1000 20 01 1000 f0 0102030405060708"
    )

    assert answer[0] == bytes.fromhex("18 05 04 88 0100 86 0900 8d 1000")
    assert (await air.send(nwk, 0x0500, "10 06 00 1000"))[0].endswith(bytes(range(1, 9)))


async def test_an_undivided_write_with_one_failure_writes_nothing(air: Scene) -> None:
    nwk = await air.join("door")

    answer = await air.send(nwk, 0x0020, "10 05 03 0000 23 0a000000 0300 20 01")

    assert answer == [bytes.fromhex("18 05 04 8d 0300")]
    assert await air.send(nwk, 0x0020, "10 06 00 0000") == [
        bytes.fromhex("18 06 01 0000 00 23 00000000")
    ]


async def test_a_write_without_response_writes_in_silence(air: Scene) -> None:
    nwk = await air.join("door")

    assert await air.send(nwk, 0x0020, "10 05 05 0000 23 0a000000") == []
    assert await air.send(nwk, 0x0020, "10 06 00 0000") == [
        bytes.fromhex("18 06 01 0000 00 23 0a000000")
    ]


async def test_reporting_is_configured_and_can_be_read_back(air: Scene) -> None:
    nwk = await air.join("cellar")

    # ZCL 2.5.7: direction, attribute, type, least 1 s, most 3600 s, change 10.
    configured = await air.send(nwk, 0x0402, "10 07 06 00 0000 29 0100 100e 0a00")
    read = await air.send(nwk, 0x0402, "10 08 08 00 0000 00 0100")

    assert configured == [bytes.fromhex("18 07 07 00")]
    assert read == [bytes.fromhex("18 08 09 00 00 0000 29 0100 100e 0a00 8b 00 0100")]


async def test_reporting_of_the_unreportable_is_refused_record_by_record(air: Scene) -> None:
    nwk = await air.join("cellar")

    # A limit that is never reported, an attribute there is not, and a most below its least.
    answer = await air.send(
        nwk,
        0x0402,
        "10 07 06 00 0100 29 0100 100e 0a00 00 7700 29 0100 100e 0a00 00 0000 29 1000 0100 0a00",
    )

    assert answer == [bytes.fromhex("18 07 07 8c 00 0100 86 00 7700 87 00 0000")]


async def test_attributes_and_commands_can_be_discovered(air: Scene) -> None:
    nwk = await air.join("lamp")

    attributes = await air.send(nwk, 0x0006, "10 09 0c 0000 10")
    extended = await air.send(nwk, 0x0006, "10 0a 15 0000 10")
    commands = await air.send(nwk, 0x0006, "10 0b 11 00 02")

    assert attributes == [bytes.fromhex("18 09 0d 01 0000 10")]
    assert extended == [bytes.fromhex("18 0a 16 01 0000 10 05")]  # readable, reportable
    assert commands == [bytes.fromhex("18 0b 12 00 00 01")]  # not complete: toggle is left


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("01 40 01", "18 40 0b 01 00"),  # done, and said so (ZCL 2.5.12)
        ("11 41 01", ""),  # done, and nobody wants to know
        ("11 42 7f", "18 42 0b 7f 81"),  # an error is told all the same
        ("10 43 55", "18 43 0b 55 82"),
        ("10 44 00 00", "18 44 0b 00 80"),  # half an attribute identifier
        ("05 5f11 45 01", "1c 5f11 45 0b 01 83"),  # someone else's command
        ("04 5f11 46 00 0000", "1c 5f11 46 0b 00 84"),
        ("10 47 0b 01 00", ""),  # a Default Response is not answered
        ("10 48 0a 0000 10 01", ""),
        ("09 49 00", "10 49 0b 00 c3"),  # the client side of On/Off, which a plug has not
    ],
)
async def test_every_command_gets_its_due(air: Scene, asked: str, answered: str) -> None:
    nwk = await air.join("lamp")

    expected = [bytes.fromhex(answered)] if answered else []
    assert await air.send(nwk, 0x0006, asked) == expected


async def test_a_cluster_that_is_not_there_is_said_to_be_unsupported(air: Scene) -> None:
    nwk = await air.join("lamp")

    assert await air.send(nwk, 0x0300, "11 09 00") == [bytes.fromhex("18 09 0b 00 c3")]


async def test_other_endpoints_and_profiles_hear_nothing(air: Scene) -> None:
    nwk = await air.join("lamp")

    assert await air.send(nwk, 0x0006, "01 01 01", endpoint=2) == []
    assert await air.send(nwk, 0x0006, "01 01 01", profile=0xA1E0) == []
    assert not air.do("state", "lamp")["device"]["on"]


async def test_a_broadcast_is_obeyed_and_not_answered(air: Scene) -> None:
    await air.join("lamp")
    mark = len(air.stick.heard)

    frame = ApsFrame(0x0104, 0x0006, 1, 0xFF, 1, bytes.fromhex("01 01 01"))
    air.world.broadcast(frame, 1)
    await until(lambda: air.do("state", "lamp")["device"]["on"])
    await turn()

    assert len(air.stick.heard) == mark
