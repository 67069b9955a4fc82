"""What each kind of device does, above a double of the stick."""

import asyncio
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.zigbee.house import Kind
from simulator.zigbee.seams import ApsFrame, Join
from tests.simulator.air_double import Scene, house, turn
from tests.waiting import until

RESTORES = 0x20  # this bit of the zone status is always set: the sensors report a restore
CIE_WRITE = "10 01 02 1000 f0 01000000004b1200"
REFUSED = "error"


@pytest.fixture
def air(tmp_path: Path) -> Scene:
    return Scene(
        house(
            tmp_path,
            "contact door",
            'contact early enrolment = "request_first"',
            'contact quiet enrolment = "auto_response"',
            "motion hall",
            "smoke kitchen",
            "water cellar",
            "siren horn",
            "lock bolt",
            "plug lamp",
            "keypad pad",
            "temperature climate",
        )
    )


def payloads(air: Scene, cluster: int) -> list[str]:
    return [frame.payload.hex() for frame in air.stick.heard if frame.cluster == cluster]


# Joining.


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [(Join.CLOSED, "closed"), (Join.NO_NETWORK, "no network"), (Join.NO_KEY, "install code")],
)
async def test_a_refused_device_stays_outside_and_says_why(
    air: Scene, verdict: Join, reason: str
) -> None:
    air.stick.verdict = verdict

    answer = air.do("join", "door")

    assert not answer["ok"]
    assert reason in answer[REFUSED]
    assert not air.do("state", "door")["device"]["joined"]
    assert air.stick.heard == []


async def test_a_device_that_has_a_place_goes_back_to_it_with_what_it_knew(air: Scene) -> None:
    nwk = await air.join("door")
    await air.enrol(nwk)

    again = await air.join("door")

    assert again == nwk
    assert [joiner.rejoin_nwk for joiner in air.stick.joiners] == [None, nwk]
    assert air.do("state", "door")["device"]["enrolled"]


async def test_a_device_that_left_has_forgotten_its_zone(air: Scene) -> None:
    nwk = await air.join("door")
    await air.enrol(nwk)

    assert air.do("leave", "door")["ok"]
    await air.join("door")

    assert not air.do("state", "door")["device"]["enrolled"]
    assert len(air.stick.gone) == 1


async def test_a_device_of_a_network_that_is_no_more_is_not_reached(air: Scene) -> None:
    nwk = await air.join("door")

    air.world.forget(nwk)

    assert not await air.world.unicast(nwk, ApsFrame(0x0104, 0, 1, 1, 1, b"\x00\x01\x00"), 1)
    assert not air.do("state", "door")["device"]["joined"]


async def test_an_unknown_address_is_not_reached(air: Scene) -> None:
    assert not await air.world.unicast(0x7777, ApsFrame(0x0104, 0, 1, 1, 1, b""), 1)


async def test_a_muted_device_hears_nothing_and_says_nothing(air: Scene) -> None:
    nwk = await air.join("door")
    await air.enrol(nwk)
    mark = len(air.stick.heard)

    air.do("mute", "door")

    assert not await air.world.unicast(nwk, ApsFrame(0x0104, 0, 1, 1, 1, b"\x00\x01\x00"), 1)
    assert air.do("open", "door")["at_ns"] == 0
    assert len(air.stick.heard) == mark
    air.do("unmute", "door")
    assert air.do("close", "door")["at_ns"] > 0


# Enrolment.


async def test_a_sensor_asks_once_its_cie_address_is_written(air: Scene) -> None:
    nwk = await air.join("door")

    sent = await air.send(nwk, 0x0500, CIE_WRITE)

    # The write response first; then Zone Enroll Request: type 0x0015, maker (ZCL 8.2.2.4.2).
    assert [one.hex() for one in sent] == ["18010400", "090201" + "1500" + "3412"]


async def test_a_sensor_of_the_hasty_sort_asks_before_anything_is_written(air: Scene) -> None:
    nwk = await air.join("early")
    assert payloads(air, 0x0500) == ["090201" + "1500" + "3412"]

    await air.send(nwk, 0x0500, "11 02 00 00 09")

    state = air.do("state", "early")["device"]
    assert (state["enrolled"], state["zone_id"]) == (True, 9)


async def test_a_sensor_of_the_quiet_sort_never_asks_and_takes_what_it_is_told(air: Scene) -> None:
    nwk = await air.join("quiet")

    written = await air.send(nwk, 0x0500, CIE_WRITE)
    await air.send(nwk, 0x0500, "11 02 00 00 04")

    assert [one.hex() for one in written] == ["18010400"]
    assert air.do("state", "quiet")["device"]["zone_id"] == 4


async def test_an_enrolment_without_a_cie_address_or_with_an_error_is_none(air: Scene) -> None:
    nwk = await air.join("door")

    too_early = await air.send(nwk, 0x0500, "11 02 00 00 04")
    await air.send(nwk, 0x0500, CIE_WRITE)
    await air.send(nwk, 0x0500, "11 03 00 02 04")  # code 2: no permit

    assert [one.hex() for one in too_early] == ["18020b007e"]
    assert not air.do("state", "door")["device"]["enrolled"]


async def test_a_sensor_that_is_not_enrolled_keeps_its_status_to_itself(air: Scene) -> None:
    await air.join("door")

    assert air.do("open", "door")["at_ns"] == 0
    assert payloads(air, 0x0500) == []
    assert air.do("state", "door")["device"]["alarm"]


async def test_enrolment_is_shown_with_the_time_of_the_frame_that_did_it(air: Scene) -> None:
    air.watch()
    nwk = await air.join("door")
    await air.enrol(nwk, zone_id=3)

    told = [one for one in air.happened if one["happening"] == "enrolled"]
    assert told == [{"happening": "enrolled", "device": "door", "at_ns": 5_002, "zone_id": 3}]


# Sensors.


@pytest.mark.parametrize(
    ("name", "alarm", "restore"),
    [
        ("door", "open", "close"),
        ("hall", "motion", "still"),
        ("kitchen", "smoke", "clear"),
        ("cellar", "wet", "dry"),
    ],
)
async def test_a_sensor_tells_its_alarm_and_its_end(
    air: Scene, name: str, alarm: str, restore: str
) -> None:
    nwk = await air.join(name)
    await air.enrol(nwk, zone_id=7)
    mark = len(air.stick.heard)

    at = [air.do(what, name)["at_ns"] for what in (alarm, restore)]

    # ZCL 8.2.2.4.1: status, extended status, zone id, delay; server to client, answer wanted.
    bodies = [frame.payload.hex() for frame in air.stick.heard[mark:]]
    assert [body[:2] + body[4:] for body in bodies] == ["0900210000070000", "0900200000070000"]
    assert at[0] < at[1]


async def test_tamper_and_a_low_battery_have_their_bits(air: Scene) -> None:
    nwk = await air.join("door")
    await air.enrol(nwk)

    def status() -> int:
        found: int = air.do("state", "door")["device"]["zone_status"]
        return found & ~RESTORES

    for what, fields, bits in (
        ("tamper", {}, 0x04),
        ("battery", {"percent": 14}, 0x0C),
        ("untamper", {}, 0x08),
        ("battery", {"percent": 15}, 0x00),
    ):
        assert air.do(what, "door", **fields)["at_ns"] > 0
        assert status() == bits


async def test_a_check_in_tells_the_status_again(air: Scene) -> None:
    nwk = await air.join("door")
    await air.enrol(nwk)
    before = len(payloads(air, 0x0500))

    assert air.do("check_in", "door")["at_ns"] > 0
    assert len(payloads(air, 0x0500)) == before + 1


async def test_check_ins_come_by_themselves_and_are_announced_in_the_status(
    tmp_path: Path,
) -> None:
    air = Scene(house(tmp_path, "contact door check_in_seconds = 0.01"))
    nwk = await air.join("door")
    await air.enrol(nwk)

    await until(lambda: len(payloads(air, 0x0500)) >= 3)

    # Bit 4: supervision reports (ZCL 8.2.2.2.1.3).
    assert payloads(air, 0x0500)[-1][6:10] == "3000"


async def test_the_battery_is_reported_in_half_percents_to_who_is_bound(air: Scene) -> None:
    nwk = await air.join("climate")
    assert air.do("battery", "climate", percent=80)["at_ns"] == 0

    await air.bind(nwk, "climate", 0x0001)

    assert air.do("battery", "climate", percent=42.5)["at_ns"] > 0
    assert payloads(air, 0x0001)[-1][4:] == "0a" + "2100" + "20" + "55"


async def test_a_temperature_below_zero_is_reported_along_the_binding(air: Scene) -> None:
    nwk = await air.join("climate")
    await air.bind(nwk, "climate", 0x0402)

    assert air.do("temperature", "climate", celsius=-12.34)["at_ns"] > 0

    # ZCL 2.5.11: a report; 0x29 is a signed 16 bit number, in hundredths.
    report = payloads(air, 0x0402)[-1]
    assert report[:2] + report[4:] == "18" + "0a" + "0000" + "29" + "2efb"


async def test_reporting_that_is_switched_off_is_off(air: Scene) -> None:
    nwk = await air.join("climate")
    await air.bind(nwk, "climate", 0x0402)
    await air.send(nwk, 0x0402, "10 07 06 00 0000 29 0000 ffff 0a00")

    assert air.do("temperature", "climate", celsius=3)["at_ns"] == 0


# The siren.


async def test_a_siren_starts_and_shows_the_bytes_and_the_time_of_the_very_frame(
    air: Scene,
) -> None:
    nwk = await air.join("horn")
    air.watch()

    answer = await air.send(nwk, 0x0502, "01 10 00 17 b400 32 02")

    assert [one.hex() for one in answer] == ["18100b0000"]
    assert air.happened == [
        {
            "happening": "siren",
            "device": "horn",
            "at_ns": 5_001,
            "sounding": True,
            "seconds": 180,
            "bytes": "17b4003202",
        }
    ]


@pytest.mark.parametrize("stop", ["17 0000 00 00", "00 b400 00 00", "03 0000 00 00"])
async def test_a_siren_stops_for_no_duration_and_for_no_mode(air: Scene, stop: str) -> None:
    nwk = await air.join("horn")
    await air.send(nwk, 0x0502, "01 10 00 17 b400 32 02")
    assert air.do("state", "horn")["device"]["sounding"]

    await air.send(nwk, 0x0502, "01 11 00" + stop)

    assert not air.do("state", "horn")["device"]["sounding"]


async def test_a_siren_stops_by_itself_after_its_duration(air: Scene) -> None:
    nwk = await air.join("horn")
    air.watch()
    await air.send(nwk, 0x0502, "01 10 00 17 0100 32 02")

    await until(lambda: len(air.happened) == 2)

    assert [told["sounding"] for told in air.happened] == [True, False]


async def test_a_siren_sounds_no_longer_than_it_may(air: Scene) -> None:
    nwk = await air.join("horn")
    air.watch()
    await air.send(nwk, 0x0502, "10 09 02 0000 21 3c00")  # at most a minute

    await air.send(nwk, 0x0502, "01 10 00 17 b400 32 02")

    assert air.happened[-1]["seconds"] == 60


async def test_a_squawk_is_no_alarm(air: Scene) -> None:
    nwk = await air.join("horn")
    air.watch()

    await air.send(nwk, 0x0502, "01 10 01 0b")

    assert [(told["happening"], told["bytes"]) for told in air.happened] == [("squawk", "0b")]
    assert not air.do("state", "horn")["device"]["sounding"]


# The lock.


async def test_a_lock_takes_a_pin_and_refuses_another(air: Scene) -> None:
    nwk = await air.join("bolt")
    await air.bind(nwk, "bolt", 0x0101)

    # Slot 3, enabled, unrestricted, "2468" (ZCL 7.3.2.15.6).
    assert await air.send(nwk, 0x0101, "01 20 05 0300 01 00 04 32343638") == [
        bytes.fromhex("19 20 05 00")
    ]
    refused = await air.send(nwk, 0x0101, "01 21 00 04 31333537")
    taken = await air.send(nwk, 0x0101, "01 22 00 04 32343638")

    # Each answer first, then the operation event: refused by radio, then done by slot 3.
    assert refused[0].hex() == "19210001"
    assert refused[1].hex()[4:] == "20" + "01" + "03" + "ffff" + "00" + "ffffffff" + "00"
    assert taken[0].hex() == "19220000"
    assert taken[1].hex()[4:] == "20" + "01" + "01" + "0300" + "00" + "ffffffff" + "00"
    assert taken[2].hex()[4:] == "0a" + "0000" + "30" + "01"


async def test_a_lock_that_requires_a_pin_does_not_open_without(air: Scene) -> None:
    nwk = await air.join("bolt")
    air.do("turn", "bolt", to="locked")
    await air.send(nwk, 0x0101, "10 09 02 3300 10 01")

    assert (await air.send(nwk, 0x0101, "01 21 01"))[0].hex() == "19210101"
    assert air.do("state", "bolt")["device"]["lock"] == "locked"


async def test_pins_are_read_and_cleared_and_never_shown_in_a_state(air: Scene) -> None:
    nwk = await air.join("bolt")
    await air.send(nwk, 0x0101, "01 20 05 0300 01 00 04 32343638")

    read = await air.send(nwk, 0x0101, "01 21 06 0300")
    told = json.dumps(air.do("state"))
    cleared = await air.send(nwk, 0x0101, "01 22 07 0300")
    gone = await air.send(nwk, 0x0101, "01 23 06 0300")

    assert read[0].hex() == "192106" + "0300" + "01" + "00" + "04" + "32343638"
    assert "2468" not in told
    assert "32343638" not in told
    assert cleared[0].hex() == "19220700"
    assert gone[0].hex() == "192306" + "0300" + "00" + "ff" + "00"


async def test_a_pin_there_already_or_of_a_wrong_length_is_not_kept(air: Scene) -> None:
    nwk = await air.join("bolt")
    await air.send(nwk, 0x0101, "01 20 05 0300 01 00 04 32343638")

    twice = await air.send(nwk, 0x0101, "01 21 05 0400 01 00 04 32343638")
    short = await air.send(nwk, 0x0101, "01 22 05 0400 01 00 03 323436")

    assert (twice[0].hex(), short[0].hex()) == ("19210503", "19220501")
    assert air.do("state", "bolt")["device"]["pin_slots"] == [3]


async def test_a_jammed_lock_says_so_and_moves_for_no_command(air: Scene) -> None:
    nwk = await air.join("bolt")
    await air.bind(nwk, "bolt", 0x0101)
    await air.bind(nwk, "bolt", 0x0009)
    mark = len(air.stick.heard)

    assert air.do("turn", "bolt", to="jammed")["at_ns"] > 0
    alarm, report = (frame.payload.hex() for frame in air.stick.heard[mark:])
    answer = await air.send(nwk, 0x0101, "01 21 00")

    # Alarm: code 0 "deadbolt jammed", of cluster 0x0101; then "not fully locked".
    assert alarm[4:] == "00" + "00" + "0101"
    assert report[4:] == "0a" + "0000" + "30" + "00"
    assert answer[0].hex() == "19210001"
    air.do("turn", "bolt", to="locked")
    assert air.do("state", "bolt")["device"]["lock"] == "locked"


async def test_a_hand_and_a_pin_at_the_lock_are_told_apart(air: Scene) -> None:
    nwk = await air.join("bolt")
    await air.send(nwk, 0x0101, "01 20 05 0300 01 00 04 32343638")
    air.watch()

    air.do("turn", "bolt", to="locked", slot=3)
    air.do("turn", "bolt", to="unlocked")
    nobody = air.do("turn", "bolt", to="locked", slot=9)

    told = [(one["state"], one["by"]) for one in air.happened]
    assert told == [("locked", "keypad"), ("unlocked", "hand")]
    assert "no PIN" in nobody[REFUSED]


async def test_a_pin_typed_in_at_the_lock_is_told_to_nobody(air: Scene) -> None:
    nwk = await air.join("bolt")
    await air.bind(nwk, "bolt", 0x0101)
    mark = len(air.stick.heard)

    done = air.do("program", "bolt", slot=3, code="2468")
    refused = air.do("program", "bolt", slot=3, code="246")
    assert (done["at_ns"], air.stick.heard[mark:]) == (0, [])
    assert "4 to 8 digits" in refused[REFUSED]
    read = await air.send(nwk, 0x0101, "01 21 06 0300")
    assert read[0].hex() == "192106" + "0300" + "01" + "00" + "04" + "32343638"

    air.do("program", "bolt", slot=3)
    assert air.do("state", "bolt")["device"]["pin_slots"] == []


# The plug and the keypad.


async def test_a_plug_is_switched_by_radio_and_by_hand(air: Scene) -> None:
    nwk = await air.join("lamp")
    await air.bind(nwk, "lamp", 0x0006)
    air.watch()

    by_radio = await air.send(nwk, 0x0006, "01 30 02")
    air.do("switch", "lamp", on=False)

    assert by_radio[0].hex() == "18300b0200"
    assert by_radio[1].hex()[4:] == "0a" + "0000" + "10" + "01"
    assert [(one["on"], one["by"]) for one in air.happened] == [(True, "radio"), (False, "hand")]
    assert payloads(air, 0x0006)[-1][4:] == "0a" + "0000" + "10" + "00"


@pytest.mark.parametrize(
    ("key", "code", "sent"),
    [
        ("arm_away", "1234", "00" + "03" + "04" + "31323334" + "00"),
        ("arm_night", "", "00" + "02" + "00" + "00"),
        ("arm_home", "", "00" + "01" + "00" + "00"),
        ("disarm", "99", "00" + "00" + "02" + "3939" + "00"),
        ("emergency", "", "02"),
        ("fire", "", "03"),
        ("panic", "", "04"),
        ("status", "", "07"),
    ],
)
async def test_every_key_sends_its_command(air: Scene, key: str, code: str, sent: str) -> None:
    await air.join("pad")

    assert air.do("press", "pad", key=key, code=code)["at_ns"] > 0

    # ZCL 8.3.2.3: client to server, and an answer is wanted.
    assert payloads(air, 0x0501)[-1][:2] + payloads(air, 0x0501)[-1][4:] == "01" + sent


async def test_a_keypad_shows_what_it_is_told(air: Scene) -> None:
    nwk = await air.join("pad")
    air.watch()

    await air.send(nwk, 0x0501, "19 40 00 04")
    await air.send(nwk, 0x0501, "19 41 04 05 1e 01 00")
    await air.send(nwk, 0x0501, "19 42 05 07 00 02 01")

    shown = [(one["happening"], one.get("notification", one.get("state"))) for one in air.happened]
    assert shown == [
        ("arm_response", "invalid_code"),
        ("keypad", "entry_delay"),
        ("keypad", "in_alarm"),
    ]
    assert air.happened[1]["seconds"] == 30


# Memory, sleep and neighbours.


async def test_devices_remember_over_a_power_cut(tmp_path: Path) -> None:
    path = house(tmp_path, "contact door", "lock bolt")
    before = Scene(path, tmp_path / "state")
    door, bolt = await before.join("door"), await before.join("bolt")
    await before.enrol(door, zone_id=5)
    await before.bind(bolt, "bolt", 0x0101)
    await before.send(bolt, 0x0101, "01 20 05 0300 01 00 04 32343638")
    await turn()

    after = Scene(path, tmp_path / "state")

    assert after.do("state", "door")["device"]["zone_id"] == 5
    assert after.do("open", "door")["at_ns"] > 0
    opened = await after.send(bolt, 0x0101, "01 21 01 04 32343638")
    assert opened[0].hex() == "19210100"
    assert len(opened) == 3  # the binding is there too
    assert (tmp_path / "state" / "devices.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("junk", ["", "[]", '{"00:12:4b:00:1c:a1:00:01": {"nwk": "x"}}'])
async def test_a_memory_that_cannot_be_read_is_an_empty_one(tmp_path: Path, junk: str) -> None:
    (tmp_path / "devices.json").write_text(junk)

    air = Scene(house(tmp_path, "contact door"), tmp_path)

    assert not air.do("state", "door")["device"]["joined"]


async def test_a_sleeper_hears_at_its_next_poll(tmp_path: Path) -> None:
    air = Scene(house(tmp_path, "contact door poll_ms = 20"))
    nwk = await air.join("door")
    mark = len(air.stick.heard)

    heard = asyncio.create_task(
        air.world.unicast(nwk, ApsFrame(0x0104, 0, 1, 1, 1, b"\x00\x01\x00\x00\x00"), 1)
    )
    await asyncio.sleep(0)
    assert not heard.done()

    assert await heard
    await until(lambda: len(air.stick.heard) > mark)


async def test_a_binding_to_a_neighbour_goes_to_the_neighbour_and_not_to_the_hub(
    air: Scene,
) -> None:
    lamp, door = await air.join("lamp"), await air.join("door")
    row = "0900a11c004b1200" + "01 0600 03 0100a11c004b1200 01"
    assert await air.zdo(lamp, 0x0021, "07" + row) == [b"\x07\x00"]
    mark = len(air.stick.heard)

    air.do("switch", "lamp", on=True)
    await turn()

    assert door
    assert len(air.stick.heard) == mark


# Whatever comes.


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.sampled_from([*Kind]),
    frames=st.lists(
        st.tuples(
            st.sampled_from([0, 1, 3, 9, 6, 0x19, 0x20, 0x101, 0x402, 0x500, 0x501, 0x502, 0x8005])
            | st.integers(0, 0x40),
            st.sampled_from([0, 1, 2, 255]),
            st.booleans(),
            st.binary(max_size=90)
            | st.tuples(
                st.sampled_from([0x00, 0x01, 0x09, 0x11, 0x18]), st.integers(0, 0x22)
            ).flatmap(
                lambda head: st.binary(max_size=30).map(
                    lambda body: bytes((head[0], 1, head[1])) + body
                )
            ),
        ),
        max_size=8,
    ),
)
def test_no_bytes_from_the_host_raise_out_of_a_device(
    tmp_path_factory: pytest.TempPathFactory,
    kind: Kind,
    frames: list[tuple[int, int, bool, bytes]],
) -> None:
    async def play() -> None:
        air = Scene(house(tmp_path_factory.getbasetemp(), f"{kind} thing"))
        nwk = await air.join("thing")
        node = air.world.node_named("thing")
        for cluster, endpoint, broadcast, payload in frames:
            profile = 0x0104 if endpoint else 0
            node.receive(
                ApsFrame(profile, cluster, 1, endpoint, 1, payload), 1, broadcast=broadcast
            )
        await turn()
        assert air.do("state", "thing")["device"]["nwk"] == nwk

    asyncio.run(play())
