"""The driver on the simulated stick: what is Zigbee's alone. The rest is in test_conformance.py."""

import asyncio
import stat
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from bellows.zigbee.application import (  # type: ignore[import-untyped]  # bellows ships no types
    ControllerApplication,
)

from drivers.zigbee import ZigbeeDriver, ZigbeeSettings
from drivers.zigbee.radio import configuration, hush_libraries, lost_sentence
from gateway.model.capability import Battery, Contact, Lock, Motion, Smoke, Tamper, Water
from gateway.model.command import (
    ClearLockCode,
    PermitJoin,
    ReadLockCode,
    SetLockCode,
    ShowPanel,
    SilenceSiren,
    SoundSiren,
)
from gateway.model.credential import Code, CodeOffered, LockCodeRead, Wish
from gateway.model.driver import CommandRefused, RadioLost
from gateway.model.event import (
    DeviceJoined,
    DriverFound,
    LockOperated,
    Panic,
    PanicPressed,
    Proof,
    Reported,
    Telemetry,
)
from tests.drivers.air import AirError
from tests.drivers.house import House, living
from tests.drivers.zigbee.rig import ADDRESSES, INSTALL_CODE, Rig, zigbee_rig


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with zigbee_rig(tmp_path) as made:
        yield made


@pytest.fixture
async def live(rig: Rig) -> AsyncIterator[Rig]:
    async with living(rig.driver, rig.house):
        await rig.house.heard(DriverFound(rig.driver.id))
        yield rig


# The network


@pytest.mark.parametrize("ezsp", [13, 14, 16, 18, 19])
async def test_every_ezsp_version_carries_a_door_and_a_siren(tmp_path: Path, ezsp: int) -> None:
    async with zigbee_rig(tmp_path, ezsp=ezsp) as rig, living(rig.driver, rig.house):
        await _door_and_siren(rig)


async def test_a_stick_behind_a_socket_serves_as_well(tmp_path: Path) -> None:
    async with zigbee_rig(tmp_path, listen="tcp:0") as rig, living(rig.driver, rig.house):
        await _door_and_siren(rig)


async def test_a_clean_run_leaves_a_clean_wire(live: Rig) -> None:
    await _door_and_siren(live)

    counted = (await live.air.do("statistics"))["statistics"]
    faults = ("nak_sent", "nak_received", "crc_errors", "out_of_sequence", "timeouts")
    assert {name: counted[name] for name in faults} == dict.fromkeys(faults, 0)


async def test_two_hundred_reports_a_second_leave_a_clean_wire_and_none_is_lost_or_doubled(
    live: Rig,
) -> None:
    await live.pair("contact", "motion", "siren")
    siren, since = live.device("siren"), len(live.house.told)
    before = (await live.air.do("statistics"))["statistics"]

    await live.air.do("traffic", rate=200, seconds=2)
    for _ in range(5):
        start = len(live.house.told)
        await live.air.do("open", device="contact")
        await live.house.heard(Reported(live.device("contact"), Contact.OPEN), since=start)
        await live.driver.perform(SoundSiren(siren, 180))
        await live.air.do("close", device="contact")
    done = await live.air.happening("traffic")
    await live.house.until(lambda _: _motions(live, since) >= 400, since=since)
    await live.driver.perform(SilenceSiren(siren))  # what came before it is through

    after = (await live.air.do("statistics"))["statistics"]
    same = set(after) - {"frames_in", "frames_out", "cca_failures"}
    assert {name: after[name] - before[name] for name in same} == dict.fromkeys(same, 0)
    assert done["lost"] == 0
    assert _motions(live, since) == 400
    assert live.house.told[since:].count(Reported(live.device("contact"), Contact.OPEN)) == 5


async def test_a_report_costs_the_line_one_command(live: Rig) -> None:
    """Fails when a new bellows shows zigpy frames in another way: then each costs four."""
    await live.pair("motion")
    since = len(live.house.told)
    await live.air.do("motion", device="motion")  # zigpy has heard by us now
    before = (await live.air.do("statistics"))["statistics"]["frames_in"]

    await live.air.do("traffic", rate=50, seconds=1)
    await live.house.until(lambda _: _motions(live, since) >= 51, since=since)

    await asyncio.sleep(0.2)  # for what zigpy would have to say
    after = (await live.air.do("statistics"))["statistics"]["frames_in"]
    # The stick's report, the acknowledgement; our answer; its answer, the acknowledgement;
    # what became of it, the acknowledgement: four frames of the host, and the rounds beside.
    assert after - before < 50 * 5


def _motions(rig: Rig, since: int) -> int:
    told = rig.house.told[since:]
    return sum(isinstance(e, Reported) and isinstance(e.reading, Motion) for e in told)


async def test_nothing_is_reported_twice_after_the_first_forming(live: Rig) -> None:
    await live.pair("contact")
    since = len(live.house.told)

    await live.air.do("open", device="contact")
    await live.air.do("close", device="contact")

    door = live.device("contact")
    await live.house.heard(Reported(door, Contact.CLOSED), since=since)
    assert live.house.told[since:].count(Reported(door, Contact.OPEN)) == 1


async def test_a_network_is_loaded_not_formed_anew(rig: Rig) -> None:
    async with living(rig.driver, rig.house):
        await rig.pair("contact")
    since = len(rig.house.told)

    again = ZigbeeDriver(rig.settings)
    async with living(again, rig.house):
        await rig.house.until(lambda e: isinstance(e, DeviceJoined), since=since)

    assert sum(one.get("what") == "formed" for one in rig.air.happened) == 1


async def test_a_stick_that_resets_itself_is_a_lost_radio(rig: Rig) -> None:
    life = asyncio.create_task(rig.driver.run(rig.house.report))
    await rig.house.heard(DriverFound(rig.driver.id))

    await rig.air.do("reset", code=6)

    with pytest.raises(RadioLost, match="stick"):
        async with asyncio.timeout(10):
            await life


@pytest.mark.parametrize("error", [None, OSError(5, "device disconnected"), ConnectionResetError()])
def test_every_end_of_a_connection_has_a_sentence(error: BaseException | None) -> None:
    assert lost_sentence(error).startswith("the Zigbee stick")


# Opening and closing


async def test_a_port_that_is_not_there_is_a_lost_radio_and_leaves_nothing(tmp_path: Path) -> None:
    driver = ZigbeeDriver(ZigbeeSettings(str(tmp_path / "none"), 15, tmp_path / "z" / "zigbee.db"))
    before = _footprint()

    with pytest.raises(RadioLost, match="is the stick plugged in"):
        await driver.run(House().report)

    assert await _settled(before)


@pytest.mark.parametrize("moments", [0, 1, 5, 25, 60])
async def test_a_start_that_is_cancelled_leaves_nothing(rig: Rig, moments: int) -> None:
    before = _footprint()
    life = asyncio.create_task(rig.driver.run(rig.house.report))
    for _ in range(moments):
        await asyncio.sleep(0)

    life.cancel()
    with pytest.raises(asyncio.CancelledError):
        await life

    assert await _settled(before)


async def test_a_whole_life_leaves_nothing(rig: Rig) -> None:
    before = _footprint()

    async with living(rig.driver, rig.house):
        await rig.pair("contact")

    assert await _settled(before)


async def test_the_network_key_is_kept_from_other_users(live: Rig) -> None:
    database = live.settings.database

    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    assert stat.S_IMODE(database.parent.stat().st_mode) == 0o700
    for beside in database.parent.iterdir():
        assert stat.S_IMODE(beside.stat().st_mode) & 0o077 == 0


async def test_a_database_of_others_becomes_ours_alone(rig: Rig) -> None:
    rig.settings.database.parent.mkdir()
    rig.settings.database.touch(mode=0o644)

    async with living(rig.driver, rig.house):
        await rig.house.heard(DriverFound(rig.driver.id))
        assert stat.S_IMODE(rig.settings.database.stat().st_mode) == 0o600


def test_zigpy_is_told_to_ask_nobody_on_the_internet(tmp_path: Path) -> None:
    asked = ControllerApplication.SCHEMA(
        configuration(ZigbeeSettings("/dev/null", 15, tmp_path / "zigbee.db"))
    )

    assert asked["ota"]["enabled"] is False
    assert asked["ota"]["broadcast_enabled"] is False
    assert asked["ota"]["providers"] == []
    assert asked["ota"]["extra_providers"] == []
    assert asked["topology_scan_enabled"] is False
    assert asked["backup_enabled"] is False


# Devices


@pytest.mark.parametrize("name", ["contact", "early_contact", "quiet_contact"])
async def test_a_zone_enrols_in_whichever_way_it_wants(live: Rig, name: str) -> None:
    await live.pair(name)

    await live.air.do("open", device=name)

    await live.house.heard(Reported(live.device(name), Contact.OPEN))


async def test_each_kind_of_zone_has_its_reading(live: Rig) -> None:
    await live.pair("motion", "smoke", "water")

    for verb, name, reading in (
        ("motion", "motion", Motion.MOVING),
        ("still", "motion", Motion.STILL),
        ("smoke", "smoke", Smoke.SMOKE),
        ("clear", "smoke", Smoke.CLEAR),
        ("wet", "water", Water.WET),
        ("dry", "water", Water.DRY),
    ):
        since = len(live.house.told)
        await live.air.do(verb, device=name)
        await live.house.heard(Reported(live.device(name), reading), since=since)


async def test_a_cover_and_a_weak_battery_are_reported(live: Rig) -> None:
    await live.pair("contact")

    await live.air.do("tamper", device="contact")
    await live.house.heard(Reported(live.device("contact"), Tamper.TAMPERED))
    await live.air.do("battery", device="contact", percent=9)
    await live.house.heard(Reported(live.device("contact"), Battery.LOW))


async def test_a_temperature_is_telemetry(live: Rig) -> None:
    await live.pair("temperature")

    await live.air.do("temperature", device="temperature", celsius=-4.5)

    wanted = Telemetry(live.device("temperature"), "temperature_celsius", -4.5)
    await live.house.heard(wanted)


async def test_a_pin_at_the_lock_says_whose_it_was(live: Rig) -> None:
    await live.pair("lock")
    lock = live.device("lock")
    await live.driver.perform(SetLockCode(lock, 3, Code("2580")))

    await live.air.do("turn", device="lock", to="unlocked", slot=3)

    await live.house.heard(LockOperated(lock, Lock.UNLOCKED, "keypad", 3))
    await live.driver.perform(ReadLockCode(lock, 3))
    await live.house.heard(LockCodeRead(lock, 3, Code("2580")))
    await live.driver.perform(ClearLockCode(lock, 3))
    assert await live.driver.perform(ReadLockCode(lock, 3)) is Proof.REPORTED
    await live.house.heard(LockCodeRead(lock, 3, None))
    with pytest.raises(CommandRefused):
        await live.driver.perform(SetLockCode(lock, 3, None))


# Keypads


@pytest.mark.parametrize(
    ("key", "wish", "mode"),
    [
        ("disarm", Wish.DISARM, None),
        ("arm_home", Wish.ARM, "home"),
        ("arm_night", Wish.ARM, "night"),
        ("arm_away", Wish.ARM, "away"),
    ],
)
async def test_a_code_at_a_keypad_is_offered(
    live: Rig, key: str, wish: Wish, mode: str | None
) -> None:
    await live.pair("keypad")

    await live.air.do("press", device="keypad", key=key, code="1234")

    await live.house.heard(CodeOffered(live.device("keypad"), Code("1234"), wish, mode))


async def test_a_panic_key_is_heard(live: Rig) -> None:
    await live.pair("keypad")

    await live.air.do("press", device="keypad", key="panic")

    await live.house.heard(PanicPressed(live.device("keypad"), Panic.PANIC))


async def test_a_keypad_is_answered_by_what_the_house_shows(live: Rig) -> None:
    await live.pair("keypad")
    await live.air.do("press", device="keypad", key="arm_away", code="1234")
    await live.house.until(lambda e: isinstance(e, CodeOffered))

    await live.driver.perform(ShowPanel(live.device("keypad"), "exit", "away", 45))

    await live.air.happening("arm_response")
    await live.air.happening("keypad")


async def test_a_keypad_that_the_house_does_not_answer_is_told_no(live: Rig) -> None:
    await live.pair("keypad")

    await live.air.do("press", device="keypad", key="disarm", code="0000")

    await live.air.happening("arm_response")


# Joining


async def test_an_install_code_lets_in_the_device_it_belongs_to(live: Rig) -> None:
    zigbee, address = live.driver.id, ADDRESSES["guarded_contact"]
    await live.driver.perform(PermitJoin(zigbee, 60))
    with pytest.raises(AirError):
        await live.air.do("join", device="guarded_contact")
    await live.driver.perform(PermitJoin(zigbee, 0))

    await live.driver.perform(PermitJoin(zigbee, 60, Code(INSTALL_CODE), address))
    await live.air.do("join", device="guarded_contact")

    await live.house.until(lambda e: isinstance(e, DeviceJoined))


async def test_no_log_ever_holds_a_code(live: Rig, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(0):
        hush_libraries()  # as at a start under `--log-level debug`
        await live.pair("keypad", "lock")
        await live.air.do("press", device="keypad", key="disarm", code="739184")
        await live.house.until(lambda e: isinstance(e, CodeOffered))
        await live.driver.perform(SetLockCode(live.device("lock"), 3, Code("739184")))
        await live.driver.perform(ReadLockCode(live.device("lock"), 3))

    hexed = b"739184".hex()
    assert not [r for r in caplog.records if "739184" in r.getMessage() or hexed in r.getMessage()]


async def _door_and_siren(rig: Rig) -> None:
    await rig.pair("contact", "siren")
    await rig.air.do("open", device="contact")
    await rig.house.heard(Reported(rig.device("contact"), Contact.OPEN))
    await rig.driver.perform(SoundSiren(rig.device("siren"), 180))
    assert (await rig.air.happening("siren"))["bytes"] == "17b4003202"


def _footprint() -> tuple[int, int]:
    """Count threads and open files; asyncio's own pool of threads belongs to the loop."""
    threads = [each for each in threading.enumerate() if not each.name.startswith("asyncio_")]
    return len(threads), len(list(Path("/proc/self/fd").iterdir()))


async def _settled(before: tuple[int, int]) -> bool:
    """Wait, a bounded while, until threads and files are no more than before."""
    for _ in range(500):
        if all(now <= then for now, then in zip(_footprint(), before, strict=True)):
            return True
        await asyncio.sleep(0.01)
    return False
