"""What every driver must keep, whatever it speaks: one suite, each driver beside its simulator."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

import pytest

from gateway.model.capability import Capability, Contact, Lock, Switch, capability_of, unknown
from gateway.model.command import (
    LockDoor,
    PermitJoin,
    RefreshDevice,
    RemoveDevice,
    SilenceSiren,
    SoundSiren,
    TurnSwitch,
    UnlockDoor,
)
from gateway.model.device import Device, DeviceId, driver_of
from gateway.model.driver import (
    CommandRefused,
    CommandUnsupported,
    DeviceUnknown,
    DeviceUnreachable,
    Driver,
    RadioLost,
)
from gateway.model.event import (
    DeviceJoined,
    DeviceLeft,
    DriverFound,
    JoiningChanged,
    Proof,
    Reported,
)
from tests.drivers.air import AirError
from tests.drivers.house import House, living
from tests.drivers.onvif.rig import onvif_rigs
from tests.drivers.zigbee.rig import zigbee_rigs
from tests.drivers.zwave.rig import zwave_rigs


class Far(Protocol):
    """The far side: what is done there, and what happened."""

    async def do(self, what: str, **fields: Any) -> dict[str, Any]: ...
    async def happening(self, kind: str, **fields: Any) -> dict[str, Any]: ...


class Rig(Protocol):
    """A driver beside its simulator. The names of devices are the same for every driver."""

    @property
    def driver(self) -> Driver: ...
    @property
    def air(self) -> Far: ...
    @property
    def house(self) -> House: ...
    def device(self, name: str, /) -> DeviceId: ...
    def pair(self, *names: str) -> Awaitable[None]: ...

    # What a person does at a device, where the radio needs one, and how long a siren sounds alone.
    def stir(self, name: str, /) -> Awaitable[None]: ...
    def let_go(self, name: str, /) -> Awaitable[None]: ...
    def sounding_seconds(self, asked: int, /) -> int: ...


type MakeRig = Callable[[Path], AbstractAsyncContextManager[Rig]]

RIGS: dict[str, Callable[[Path], AbstractContextManager[MakeRig]]] = {
    "zigbee": zigbee_rigs,
    "zwave": zwave_rigs,
    "onvif": onvif_rigs,
}

of_radios = pytest.mark.parametrize("make_rig", ["zigbee", "zwave"], indirect=True, scope="module")
"""Cameras have no sirens and no locks, share nothing that could be lost, and never leave: one that
is taken away falls silent. tests/drivers/onvif has what becomes of each."""


@pytest.fixture(scope="module", params=RIGS)
def make_rig(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MakeRig]:
    """Set up what a driver's rigs share: a far side that takes long to begin outlives a test."""
    with RIGS[request.param](tmp_path_factory.mktemp(request.param)) as make:
        yield make


@pytest.fixture
async def rig(make_rig: MakeRig, tmp_path: Path) -> AsyncIterator[Rig]:
    async with make_rig(tmp_path) as made:
        yield made


@pytest.fixture
async def live(rig: Rig) -> AsyncIterator[Rig]:
    """Give a rig whose driver lives."""
    async with living(rig.driver, rig.house):
        await rig.house.heard(DriverFound(rig.driver.id))
        yield rig


# Reports what happens


@of_radios
async def test_a_device_that_joins_is_announced_with_what_it_can_do(live: Rig) -> None:
    await live.pair("contact", "siren", "lock")

    found: dict[DeviceId, Device] = {
        e.device.id: e.device for e in live.house.told if isinstance(e, DeviceJoined)
    }
    assert Capability.CONTACT in found[live.device("contact")].capabilities
    assert Capability.SIREN in found[live.device("siren")].capabilities
    assert Capability.LOCK in found[live.device("lock")].capabilities
    assert not found[live.device("contact")].mains
    assert {driver_of(name) for name in found} == {live.driver.id}


async def test_a_door_that_opens_and_closes_is_reported_in_that_order(live: Rig) -> None:
    await live.pair("contact")
    door = live.device("contact")
    await live.house.heard(Reported(door, Contact.CLOSED))
    since = len(live.house.told)

    await live.air.do("open", device="contact")
    await live.air.do("close", device="contact")

    await live.house.heard(Reported(door, Contact.CLOSED), since=since)
    assert _readings(live.house, door, Capability.CONTACT, since) == [Contact.OPEN, Contact.CLOSED]


@of_radios
async def test_a_bolt_turned_by_hand_is_reported(live: Rig) -> None:
    await live.pair("lock")

    await live.air.do("turn", device="lock", to="unlocked", slot=0)
    await live.house.heard(Reported(live.device("lock"), Lock.UNLOCKED))
    await live.air.do("turn", device="lock", to="locked", slot=0)
    await live.house.heard(Reported(live.device("lock"), Lock.LOCKED))


@of_radios
async def test_a_device_that_leaves_is_reported(live: Rig) -> None:
    await live.pair("contact")

    await live.air.do("leave", device="contact")

    await live.house.heard(DeviceLeft(live.device("contact")))


# Performs what is asked


@of_radios
async def test_a_siren_sounds_and_falls_silent(live: Rig) -> None:
    await live.pair("siren")

    await live.driver.perform(SoundSiren(live.device("siren"), 180))
    sounding = await live.air.happening("siren", sounding=True)
    await live.driver.perform(SilenceSiren(live.device("siren")))

    assert sounding["seconds"] == live.sounding_seconds(180)
    await live.air.happening("siren", sounding=False)


@of_radios
async def test_a_locked_door_is_proved_by_the_locks_own_report(live: Rig) -> None:
    await live.pair("lock")
    since = len(live.house.told)

    assert await live.driver.perform(UnlockDoor(live.device("lock"))) is Proof.REPORTED
    assert await live.driver.perform(LockDoor(live.device("lock"))) is Proof.REPORTED

    bolt = _readings(live.house, live.device("lock"), Capability.LOCK, since)
    assert bolt[-1] is Lock.LOCKED
    assert Lock.UNLOCKED in bolt


async def test_a_switch_is_switched(live: Rig) -> None:
    await live.pair("plug")

    await live.driver.perform(TurnSwitch(live.device("plug"), on=True))

    await live.air.happening("switch", on=True)
    await live.house.heard(Reported(live.device("plug"), Switch.ON))


async def test_a_device_that_is_asked_tells_its_readings(live: Rig) -> None:
    await live.pair("contact")
    await live.air.do("open", device="contact")
    await live.house.heard(Reported(live.device("contact"), Contact.OPEN))
    since = len(live.house.told)

    asking = asyncio.create_task(live.driver.perform(RefreshDevice(live.device("contact"))))
    await live.stir("contact")

    assert await asking is Proof.REPORTED
    contact = _readings(live.house, live.device("contact"), Capability.CONTACT, since)
    assert set(contact) == {Contact.OPEN}  # once or more: its first reading may be under way too


async def test_joining_opens_and_closes_and_a_stranger_is_kept_out(live: Rig) -> None:
    with pytest.raises(AirError):
        await live.air.do("join", device="stranger")

    await live.driver.perform(PermitJoin(live.driver.id, 60))
    await live.driver.perform(PermitJoin(live.driver.id, 0))

    with pytest.raises(AirError):
        await live.air.do("join", device="stranger")
    told = [e.open for e in live.house.told if isinstance(e, JoiningChanged)]
    assert told == [True, False]


async def test_joining_closes_by_itself(live: Rig) -> None:
    await live.driver.perform(PermitJoin(live.driver.id, 1))

    await live.house.heard(JoiningChanged(live.driver.id, open=False))

    with pytest.raises(AirError):
        await live.air.do("join", device="stranger")


@of_radios
async def test_a_removed_device_is_unknown(live: Rig) -> None:
    await live.pair("spare_plug")

    removing = asyncio.create_task(live.driver.perform(RemoveDevice(live.device("spare_plug"))))
    await live.let_go("spare_plug")
    await removing

    await live.house.heard(DeviceLeft(live.device("spare_plug")))
    with pytest.raises(DeviceUnknown):
        await live.driver.perform(TurnSwitch(live.device("spare_plug"), on=True))


# Says what failed


async def test_a_device_nobody_knows_is_named(live: Rig) -> None:
    stranger = live.device("stranger")

    with pytest.raises(DeviceUnknown, match=stranger):
        await live.driver.perform(SoundSiren(stranger, 180))


@of_radios
async def test_a_device_that_is_out_of_range_is_unreachable(live: Rig) -> None:
    await live.pair("siren")
    await live.air.do("mute", device="siren")

    with pytest.raises(DeviceUnreachable, match=live.device("siren")):
        await live.driver.perform(SoundSiren(live.device("siren"), 180))


async def test_a_device_that_cannot_do_it_says_so(live: Rig) -> None:
    await live.pair("contact")

    with pytest.raises((CommandUnsupported, CommandRefused)):
        await live.driver.perform(SoundSiren(live.device("contact"), 180))


async def test_a_driver_without_its_radio_says_so(rig: Rig) -> None:
    with pytest.raises(RadioLost):
        await rig.driver.perform(SoundSiren(rig.device("siren"), 180))


# Survives loss, and never invents


@of_radios
async def test_a_lost_radio_ends_the_life_at_once_and_fails_what_is_under_way(rig: Rig) -> None:
    async with living(rig.driver, rig.house) as life:
        await rig.pair("siren")
        await rig.air.do("mute", device="siren")
        under_way = asyncio.create_task(
            _outcome(rig.driver.perform(SoundSiren(rig.device("siren"), 180)))
        )

        await rig.air.do("unplug")

        with pytest.raises(RadioLost):
            await _within(life)
        assert isinstance(await _within(under_way), RadioLost)


@of_radios
async def test_after_a_loss_a_new_life_knows_the_devices_and_works(rig: Rig) -> None:
    async with living(rig.driver, rig.house) as life:
        await rig.pair("contact", "siren")
        await rig.air.do("unplug")
        with contextlib.suppress(RadioLost):
            await _within(life)
    await rig.air.do("plug")
    since = len(rig.house.told)

    async with living(rig.driver, rig.house):
        await rig.house.until(lambda e: isinstance(e, DriverFound), since=since)
        await rig.house.until(lambda e: _joined(e, rig.device("contact")), since=since)
        await rig.air.do("open", device="contact")
        await rig.house.heard(Reported(rig.device("contact"), Contact.OPEN), since=since)
        await rig.driver.perform(SoundSiren(rig.device("siren"), 60))

    await rig.air.happening("siren", seconds=rig.sounding_seconds(60))


@of_radios
async def test_what_cannot_be_read_after_a_loss_is_unknown(rig: Rig) -> None:
    async with living(rig.driver, rig.house) as life:
        await rig.pair("plug")
        await rig.house.until(lambda e: isinstance(e, Reported) and isinstance(e.reading, Switch))
        await rig.air.do("unplug")
        with contextlib.suppress(RadioLost):
            await _within(life)
    await rig.air.do("mute", device="plug")
    await rig.air.do("plug")
    since = len(rig.house.told)

    async with living(rig.driver, rig.house):
        await rig.house.heard(Reported(rig.device("plug"), Switch.UNKNOWN), since=since)

    assert _readings(rig.house, rig.device("plug"), Capability.SWITCH, since) == [Switch.UNKNOWN]


@of_radios
async def test_a_siren_is_not_said_to_sound_because_it_was_told_to(live: Rig) -> None:
    await live.pair("siren")
    since = len(live.house.told)

    assert await live.driver.perform(SoundSiren(live.device("siren"), 60)) is Proof.ACCEPTED

    readings = _readings(live.house, live.device("siren"), Capability.SIREN, since)
    assert set(readings) <= {unknown(Capability.SIREN)}


@of_radios
async def test_a_bolt_that_jams_is_never_called_locked(live: Rig) -> None:
    await live.pair("lock")
    await live.air.do("turn", device="lock", to="unlocked", slot=0)
    await live.house.heard(Reported(live.device("lock"), Lock.UNLOCKED))
    since = len(live.house.told)

    await live.air.do("turn", device="lock", to="jammed", slot=0)

    await live.house.heard(Reported(live.device("lock"), Lock.JAMMED), since=since)
    assert Lock.LOCKED not in _readings(live.house, live.device("lock"), Capability.LOCK, since)


def _readings(house: House, device: DeviceId, capability: Capability, since: int) -> list[object]:
    return [
        e.reading
        for e in house.told[since:]
        if isinstance(e, Reported) and e.device == device and capability_of(e.reading) is capability
    ]


def _joined(event: object, device: DeviceId) -> bool:
    return isinstance(event, DeviceJoined) and event.device.id == device


async def _within[T](work: asyncio.Task[T]) -> T:
    async with asyncio.timeout(10):
        return await work


async def _outcome(work: Awaitable[object]) -> object:
    try:
        return await work
    except RadioLost as lost:
        return lost
