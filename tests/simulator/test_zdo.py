"""The device profile against bytes written by hand from the standard."""

from pathlib import Path

import pytest

from simulator.zigbee.seams import ApsFrame
from tests.simulator.air_double import Scene, house, turn

DOOR = "0100a11c004b1200"  # 00:12:4b:00:1c:a1:00:01 on the air


@pytest.fixture
def air(tmp_path: Path) -> Scene:
    return Scene(house(tmp_path, "contact door", "siren hall"))


async def test_the_announcement_names_both_addresses_and_what_the_device_is(air: Scene) -> None:
    await air.join("door")
    await air.join("hall")

    sleepy, mains = air.stick.heard
    # Zigbee PRO 2.4.3.1.11: sequence, nwk, ieee, capability.
    assert (sleepy.profile, sleepy.cluster, sleepy.destination_endpoint) == (0, 0x0013, 0)
    assert sleepy.payload.hex() == "01" + "0110" + DOOR + "80"
    assert mains.payload.hex() == "01" + "0210" + "02" + DOOR[2:] + "8e"


@pytest.mark.parametrize(
    ("cluster", "asked", "answered"),
    [
        # Node descriptor: end device, 2.4 GHz, sleepy, maker 0x1234, revision 22.
        (0x0002, "21 0110", "21 00 0110 02 40 80 3412 52 5200 002c 5200 00"),
        (0x0002, "21 9999", "21 81 0110"),
        (0x0002, "21", "21 80"),
        # Power: receiver on when stimulated, disposable battery, full.
        (0x0003, "22 0110", "22 00 0110 42 c4"),
        (0x0005, "23 0110", "23 00 0110 01 01"),
        (
            0x0004,
            "24 0110 01",
            "24 00 0110 14 01 0401 0204 01 05 0000 0100 0300 2000 0005 01 1900",
        ),
        (0x0004, "25 0110 02", "25 83 0110 00"),
        (0x0004, "25 0110 00", "25 82 0110 00"),
        (0x0000, "26" + DOOR + "00 00", "26 00" + DOOR + "0110"),
        (0x0001, "27 0110 00 00", "27 00" + DOOR + "0110"),
        (0x0001, "27 0110 01 00", "27 00" + DOOR + "0110 00"),
        (0x0006, "28 0110 0401 01 0005 00", "28 00 0110 01 01"),  # who has IAS Zone?
        (0x0006, "28 0110 0401 01 0205 00", "28 00 0110 00"),  # who has a siren?
        (0x0031, "29 00", "29 84"),
        (0x0036, "2a 3c 01", "2a 00"),
        (0x0038, "2b 00", "2b 84"),
    ],
)
async def test_requests_are_answered_as_the_standard_says(
    air: Scene, cluster: int, asked: str, answered: str
) -> None:
    nwk = await air.join("door")

    assert nwk == 0x1001
    assert await air.zdo(nwk, cluster, asked) == [bytes.fromhex(answered)]
    assert air.stick.heard[-1].cluster == cluster | 0x8000


async def test_a_router_has_an_empty_neighbour_table(air: Scene) -> None:
    nwk = await air.join("hall")

    assert await air.zdo(nwk, 0x0031, "29 00") == [bytes.fromhex("29 00 00 00 00")]


async def test_bindings_are_kept_listed_and_removed(air: Scene) -> None:
    nwk = await air.join("door")
    row = DOOR + "01 0100 03 0102030405060708 01"

    assert await air.zdo(nwk, 0x0021, "07" + row) == [bytes.fromhex("07 00")]
    assert await air.zdo(nwk, 0x0033, "08 00") == [bytes.fromhex("08 00 01 00 01" + row)]
    assert await air.zdo(nwk, 0x0022, "09" + row) == [bytes.fromhex("09 00")]
    assert await air.zdo(nwk, 0x0022, "0a" + row) == [bytes.fromhex("0a 88")]


async def test_the_binding_table_has_an_end(air: Scene) -> None:
    nwk = await air.join("door")

    for cluster in range(16):
        row = DOOR + f"01 {cluster:02x}00 03 0102030405060708 01"
        assert await air.zdo(nwk, 0x0021, "07" + row) == [bytes.fromhex("07 00")]

    assert await air.zdo(nwk, 0x0021, "07" + DOOR + "01 ff00 03 0102030405060708 01") == [
        bytes.fromhex("07 8c")
    ]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("0000000000000000 01 0100 03 0102030405060708 01", "84"),  # of another device
        (DOOR + "05 0100 03 0102030405060708 01", "82"),
        (DOOR + "01 0100 07 0102030405060708 01", "80"),
        (DOOR + "01 0100 03 0102", "80"),
    ],
)
async def test_a_binding_that_cannot_be_is_refused(air: Scene, asked: str, status: str) -> None:
    nwk = await air.join("door")

    assert await air.zdo(nwk, 0x0021, "07" + asked) == [bytes.fromhex("07" + status)]


async def test_a_device_that_is_told_to_leave_answers_and_goes(air: Scene) -> None:
    nwk = await air.join("door")
    air.watch()

    answer = await air.zdo(nwk, 0x0034, "31" + DOOR + "00")
    await turn()

    assert answer == [bytes.fromhex("31 00")]
    assert air.stick.gone == [bytes.fromhex(DOOR)]
    assert [told["by"] for told in air.happened if told["happening"] == "left"] == ["host"]
    assert not await air.world.unicast(nwk, ApsFrame(0, 5, 0, 0, 1, b"\x01\x01\x10"), 1)


async def test_only_who_is_asked_for_answers_a_broadcast(air: Scene) -> None:
    await air.join("door")
    await air.join("hall")
    mark = len(air.stick.heard)

    asked = bytes.fromhex("26" + DOOR + "00 00")
    air.world.broadcast(ApsFrame(0, 0x0000, 0, 0, 1, asked), 1)
    air.world.broadcast(ApsFrame(0, 0x0036, 0, 0, 2, bytes.fromhex("27 3c 01")), 1)
    await turn()
    await turn()

    answers = [frame.payload for frame in air.stick.heard[mark:]]
    assert answers == [bytes.fromhex("26 00" + DOOR + "0110")]
