"""What the real server, its S2 and a simulated stick do to the driver. One stage for all of it."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from gateway.model.capability import (
    Battery,
    CarbonMonoxide,
    Contact,
    Gate,
    Glass,
    Lock,
    Motion,
    Reading,
    Smoke,
    Tamper,
    Thermostat,
    Valve,
    Water,
)
from gateway.model.command import (
    ClearLockCode,
    DimLight,
    GiveJoinKey,
    MoveGate,
    PermitJoin,
    ReadLockCode,
    SetLockCode,
    SetThermostat,
    ShowPanel,
    SilenceSiren,
    SoundSiren,
    TurnSwitch,
    TurnValve,
)
from gateway.model.credential import Code, CodeOffered, LockCodeRead, Wish
from gateway.model.driver import CommandRefused, DeviceUnreachable, DriverError
from gateway.model.event import (
    ButtonPressed,
    DeviceFault,
    DriverFound,
    Fault,
    JamChanged,
    LockOperated,
    Panic,
    PanicPressed,
    Proof,
    Reported,
    Telemetry,
)
from tests.drivers.house import living
from tests.drivers.zwave.rig import Rig, Stage, on, staged
from tests.waiting import until

KINDS = (
    *("contact", "siren", "lock", "plug", "keypad", "motion", "glass", "smoke", "water", "co"),
    *("temperature", "light", "garage", "valve", "thermostat", "button"),
)
PIN = "482913"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("stage"), *KINDS) as made:
        yield made


@pytest.fixture
async def live(stage: Stage) -> AsyncIterator[Rig]:
    async with on(stage) as rig, living(rig.driver, rig.house):
        await rig.house.heard(DriverFound(rig.driver.id))
        yield rig


# What devices tell


DEEDS: list[tuple[str, str, Reading]] = [
    ("motion", "motion", Motion.MOVING),
    ("motion", "still", Motion.STILL),
    ("glass", "glass", Glass.BROKEN),
    ("smoke", "smoke", Smoke.SMOKE),
    ("smoke", "clear", Smoke.CLEAR),
    ("water", "wet", Water.WET),
    ("water", "dry", Water.DRY),
    ("co", "co", CarbonMonoxide.CO),
    ("co", "clear", CarbonMonoxide.SAFE),
    ("contact", "tamper", Tamper.TAMPERED),
    ("contact", "untamper", Tamper.INTACT),
    ("garage", "open", Gate.UP),
    ("garage", "close", Gate.DOWN),
]


async def test_each_detector_tells_what_happens_to_it(live: Rig) -> None:
    await live.pair(*dict.fromkeys(name for name, _, _ in DEEDS))
    for name, deed, reading in DEEDS:
        since = len(live.house.told)
        await live.air.do(deed, device=name)
        await live.house.heard(Reported(live.device(name), reading), since=since)


async def test_a_glass_that_broke_is_whole_again_after_a_while(stage: Stage) -> None:
    async with on(stage, rearm_seconds=0.2) as rig, living(rig.driver, rig.house):
        await rig.pair("glass")
        since = len(rig.house.told)
        await rig.air.do("glass", device="glass")
        await rig.house.heard(Reported(rig.device("glass"), Glass.BROKEN), since=since)
        await rig.house.heard(Reported(rig.device("glass"), Glass.WHOLE), since=since)


async def test_temperature_buttons_and_batteries_are_told(live: Rig) -> None:
    await live.pair("temperature", "button")
    await live.air.do("temperature", device="temperature", celsius=21.5)
    await live.air.do("press", device="button", key="once", slot=1)
    await live.air.do("battery", device="temperature", percent=5)

    measured = Telemetry(live.device("temperature"), "temperature_celsius", 21.5)
    await live.house.heard(measured)
    await live.house.heard(ButtonPressed(live.device("button"), 1, "once"))
    await live.house.heard(Reported(live.device("temperature"), Battery.LOW))


async def test_a_door_report_is_one_event_and_fifty_are_fifty(live: Rig) -> None:
    await live.pair("contact")
    since = len(live.house.told)

    deeds = ["open", "close"] * 25
    await asyncio.gather(*(live.air.do(deed, device="contact") for deed in deeds))

    def doors() -> list[object]:
        told = live.house.told[since:]
        return [
            e.reading for e in told if isinstance(e, Reported) and isinstance(e.reading, Contact)
        ]

    await until(lambda: len(doors()) >= 50)
    assert doors() == [Contact.OPEN, Contact.CLOSED] * 25


async def test_what_a_device_with_keys_says_in_the_open_never_counts(live: Rig) -> None:
    await live.pair("contact")
    since = len(live.house.told)

    await live.air.do("spoof", device="contact", hex="7105000000ff061600")
    await live.air.do("tamper", device="contact")
    await live.house.heard(Reported(live.device("contact"), Tamper.TAMPERED), since=since)

    assert Reported(live.device("contact"), Contact.OPEN) not in live.house.told[since:]


# Locks and keypads


async def test_a_code_is_stored_read_back_used_and_cleared(live: Rig) -> None:
    await live.pair("lock")
    lock = live.device("lock")

    assert await live.driver.perform(SetLockCode(lock, 3, Code(PIN))) is Proof.REPORTED
    state = await live.air.do("state", device="lock")
    assert state["device"]["codes"]["3"]["digits"] == PIN
    await live.driver.perform(ReadLockCode(lock, 3))
    assert LockCodeRead(lock, 3, Code(PIN)) in live.house.told
    await live.air.do("turn", device="lock", to="unlocked", slot=3)
    await live.house.heard(LockOperated(lock, Lock.UNLOCKED, "keypad", 3))

    with pytest.raises(CommandRefused) as refused:  # another slot has it
        await live.driver.perform(SetLockCode(lock, 4, Code(PIN)))
    assert PIN not in str(refused.value)
    assert await live.driver.perform(ClearLockCode(lock, 3)) is Proof.REPORTED
    await live.driver.perform(ReadLockCode(lock, 3))
    assert LockCodeRead(lock, 3, None) in live.house.told


async def test_a_lock_that_is_read_does_not_tell_again_who_came_in(stage: Stage) -> None:
    async with on(stage) as rig:
        async with living(rig.driver, rig.house):
            await rig.pair("lock")
            await rig.air.do("turn", device="lock", to="unlocked", slot=0)
            await rig.house.heard(LockOperated(rig.device("lock"), Lock.UNLOCKED, "hand"))
        since = len(rig.house.told)
        async with living(rig.driver, rig.house):
            await rig.house.heard(Reported(rig.device("lock"), Lock.UNLOCKED), since=since)
            await rig.house.until(_battery_of(rig, "lock"), since=since)

        assert not [e for e in rig.house.told[since:] if isinstance(e, LockOperated)]


async def test_a_keypad_offers_codes_and_cries_for_help(live: Rig) -> None:
    await live.pair("keypad")
    keypad = live.device("keypad")

    await live.air.do("press", device="keypad", key="arm_away", code="1234")
    await live.air.do("press", device="keypad", key="disarm", code="1234")
    await live.air.do("press", device="keypad", key="panic")

    await live.house.heard(CodeOffered(keypad, Code("1234"), Wish.ARM, "away"))
    await live.house.heard(CodeOffered(keypad, Code("1234"), Wish.DISARM))
    await live.house.heard(PanicPressed(keypad, Panic.PANIC))


async def test_a_keypad_shows_the_delay_in_one_frame(live: Rig) -> None:
    await live.pair("keypad")
    keypad = live.device("keypad")

    await live.driver.perform(ShowPanel(keypad, "exit", "away", 90))
    await live.driver.perform(ShowPanel(keypad, "armed", "away", 0))
    await live.driver.perform(ShowPanel(keypad, "refused", None, 0))

    shown = await live.air.happening("keypad", state="exit_delay")
    assert shown["seconds"] == 90
    await live.air.happening("keypad", state="armed_away")
    await live.air.happening("arm_response", notification="invalid_code")
    assert len([h for h in live.air.happened if h["happening"] == "keypad"]) == 3


# What is asked of devices


async def test_lamps_gates_valves_and_thermostats_do_as_they_are_told(live: Rig) -> None:
    await live.pair("light", "garage", "valve", "thermostat")

    done = await live.driver.perform(DimLight(live.device("light"), 40))
    assert done is Proof.REPORTED
    await live.house.heard(Telemetry(live.device("light"), "level_percent", 40.0))
    await live.driver.perform(MoveGate(live.device("garage"), up=True))
    await live.house.heard(Reported(live.device("garage"), Gate.UP))
    assert await live.driver.perform(TurnValve(live.device("valve"), shut=True)) is Proof.REPORTED
    await live.house.heard(Reported(live.device("valve"), Valve.SHUT))
    await live.driver.perform(SetThermostat(live.device("thermostat"), 19.0))
    assert any(
        isinstance(e, Reported) and isinstance(e.reading, Thermostat) for e in live.house.told
    )


async def test_a_dead_siren_does_not_hold_up_another(live: Rig) -> None:
    await live.pair("siren", "plug")
    await live.air.do("mute", device="plug")
    with pytest.raises(DeviceUnreachable):
        await live.driver.perform(TurnSwitch(live.device("plug"), on=True))
    await live.house.heard(DeviceFault(live.device("plug"), Fault.DEAD, present=True))

    dead = asyncio.create_task(
        _failure(live.driver.perform(TurnSwitch(live.device("plug"), on=True)))
    )
    async with asyncio.timeout(2.0):
        await live.driver.perform(SoundSiren(live.device("siren"), 5))
    assert not dead.done()
    assert isinstance(await dead, DeviceUnreachable)
    await live.driver.perform(SilenceSiren(live.device("siren")))


async def test_a_siren_goes_on_beyond_its_tone_and_ends_in_time(live: Rig) -> None:
    await live.pair("siren")
    await live.driver.perform(SoundSiren(live.device("siren"), 2))
    await live.air.happening("siren", sounding=True)
    await live.air.happening("siren", sounding=False)


# Joining


async def test_a_wrong_key_makes_an_insecure_device_that_nobody_believes(live: Rig) -> None:
    await live.pair("contact")
    state = (await live.air.do("state", device="stranger"))["device"]
    wrong = "00001" if state["pin"] != "00001" else "00002"
    await live.join("stranger", wrong)
    door = live.device("stranger")
    await live.house.heard(DeviceFault(door, Fault.INSECURE, present=True))
    since = len(live.house.told)

    with contextlib.suppress(Exception):
        await live.air.do("cc", device="stranger", hex="7105000000ff061600", s2=False)
    await live.air.do("open", device="contact")
    await live.house.heard(Reported(live.device("contact"), Contact.OPEN))

    told = [e for e in live.house.told[since:] if isinstance(e, Reported) and e.device == door]
    assert all(e.reading == "unknown" for e in told)


async def test_a_lock_that_joins_gets_all_the_security_it_asks_for(live: Rig) -> None:
    await live.pair("stranger_lock")
    state = await live.air.do("state", device="stranger_lock")
    assert state["device"]["granted"] == ["access"]


async def test_a_key_that_nobody_asked_for_is_refused(live: Rig) -> None:
    with pytest.raises(CommandRefused):
        await live.driver.perform(GiveJoinKey(live.driver.id, Code("12345")))


async def test_a_mistyped_dsk_is_refused_and_not_shown(live: Rig) -> None:
    with pytest.raises(CommandRefused) as refused:
        await live.driver.perform(PermitJoin(live.driver.id, 0, Code("11111-22222")))
    assert "11111" not in str(refused.value)


# Trust


async def test_a_sleeper_is_unknown_until_it_speaks(stage: Stage) -> None:
    async with on(stage) as rig:
        async with living(rig.driver, rig.house):
            await rig.pair("contact")
        stage.stop_server()
        since = len(rig.house.told)
        async with living(rig.driver, rig.house):
            await rig.house.heard(Reported(rig.device("contact"), Contact.UNKNOWN), since=since)
            told = [e for e in rig.house.told[since:] if _is_contact(e)]
            assert told == [Reported(rig.device("contact"), Contact.UNKNOWN)]
            closed = Reported(rig.device("contact"), Contact.CLOSED)
            await rig.roused("contact", lambda event: event == closed, since)


async def test_a_device_that_was_never_asked_is_not_ready(tmp_path: Path) -> None:
    with staged(tmp_path, "contact") as stage:
        async with on(stage, ready_seconds=0.5) as rig, living(rig.driver, rig.house):
            door = rig.device("contact")
            await rig.house.heard(DeviceFault(door, Fault.NOT_READY, present=True))
            ready = DeviceFault(door, Fault.NOT_READY, present=False)
            await rig.roused("contact", lambda event: event == ready)
            closed = Reported(door, Contact.CLOSED)
            await rig.roused("contact", lambda event: event == closed)


async def test_the_jammed_air_is_told_and_the_end_of_it(live: Rig) -> None:
    await live.pair("plug")
    await live.air.do("jam")
    trying = asyncio.create_task(
        _failure(live.driver.perform(TurnSwitch(live.device("plug"), on=True)))
    )
    await live.house.heard(JamChanged(live.driver.id, jammed=True))
    await live.air.do("unjam")
    since = len(live.house.told)
    await trying
    await live.house.heard(JamChanged(live.driver.id, jammed=False), since=since - 1)


async def test_no_code_reaches_a_log(live: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await live.pair("lock", "keypad")
    await live.driver.perform(SetLockCode(live.device("lock"), 7, Code(PIN)))
    await live.air.do("press", device="keypad", key="disarm", code=PIN)
    await live.house.heard(CodeOffered(live.device("keypad"), Code(PIN), Wish.DISARM))
    await live.driver.perform(ClearLockCode(live.device("lock"), 7))

    assert PIN not in caplog.text
    assert PIN not in live.stage.log.read_text()


async def _failure(work: Awaitable[object]) -> object:
    try:
        return await work
    except DriverError as error:
        return error


def _battery_of(rig: Rig, name: str) -> Callable[[object], bool]:
    """Wait for the battery: it is asked for last."""
    return lambda event: (
        isinstance(event, Telemetry)
        and event.device == rig.device(name)
        and event.quantity == "battery_percent"
    )


def _is_contact(event: object) -> bool:
    return isinstance(event, Reported) and isinstance(event.reading, Contact)
