"""What a device of each kind is made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from simulator.zwave.devices.barrier import BarrierOperator
from simulator.zwave.devices.climate import Thermometer, ThermostatMode, ThermostatSetpoint
from simulator.zwave.devices.codes import UserCodes
from simulator.zwave.devices.keypad import EntryControl, Indicator
from simulator.zwave.devices.lock import DoorLock, Event
from simulator.zwave.devices.notification import (
    DETECTED,
    GLASS_BROKEN,
    MOTION,
    Alarm,
    Door,
    Mains,
    Notification,
    Type,
)
from simulator.zwave.devices.part import Body, Part
from simulator.zwave.devices.power import Battery, WakeUp
from simulator.zwave.devices.scene import CentralScene
from simulator.zwave.devices.sound import SoundSwitch
from simulator.zwave.devices.switch import BinarySwitch, MultilevelSwitch
from simulator.zwave.house import DeviceSpec, Kind

type Make = Callable[[Body], Sequence[Part]]


@dataclass(frozen=True, slots=True)
class Build:
    """The device classes of a kind, and its parts."""

    generic: int
    specific: int
    parts: Make
    beamed: bool = False  # asleep, but woken by a beam within a second: locks and keypads
    battery: bool = False


def build_of(kind: Kind) -> Build:
    """Give what a kind is made of."""
    return _BUILDS[kind]


def parts_of(spec: DeviceSpec, body: Body) -> Sequence[Part]:
    """Make the parts of a device."""
    build = _BUILDS[spec.kind]
    battery = [Battery(body)] if spec.sleepy or build.beamed or build.battery else []
    return (*build.parts(body), *battery, *([WakeUp(body)] if spec.sleepy else []))


def _one(*makes: Callable[[Body], Part]) -> Make:
    return lambda body: [make(body) for make in makes]


def _detector(type_: Type, event: int, begins: str, ends: str) -> Build:
    return Build(0x07, 0x01, lambda body: [Alarm(body, type_, event, begins, ends)])


def _lock(body: Body) -> Sequence[Part]:
    notification = Notification(body, {Type.ACCESS: tuple(Event)})
    codes = UserCodes(body)
    return notification, codes, DoorLock(body, notification, codes)


def _plain(body: Body) -> Part:
    return Notification(body, {})


_BUILDS: Mapping[Kind, Build] = {
    Kind.CONTACT: Build(0x07, 0x01, _one(Door)),
    Kind.MOTION: _detector(Type.BURGLAR, MOTION, "motion", "still"),
    Kind.GLASS: _detector(Type.BURGLAR, GLASS_BROKEN, "glass", "clear"),
    Kind.SMOKE: _detector(Type.SMOKE, DETECTED, "smoke", "clear"),
    Kind.CO: _detector(Type.CO, DETECTED, "co", "clear"),
    Kind.WATER: _detector(Type.WATER, DETECTED, "wet", "dry"),
    Kind.SIREN: Build(0x10, 0x05, _one(SoundSwitch, Mains), battery=True),
    Kind.LOCK: Build(0x40, 0x03, _lock, beamed=True),
    Kind.PLUG: Build(0x10, 0x01, _one(BinarySwitch)),
    Kind.KEYPAD: Build(0x40, 0x0B, _one(EntryControl, Indicator, Mains), beamed=True),
    Kind.TEMPERATURE: Build(0x21, 0x01, _one(Thermometer)),
    Kind.LIGHT: Build(0x11, 0x01, _one(MultilevelSwitch)),
    Kind.GARAGE: Build(0x40, 0x07, _one(BarrierOperator, _plain)),
    Kind.VALVE: Build(0x10, 0x06, _one(BinarySwitch)),
    Kind.THERMOSTAT: Build(0x08, 0x06, _one(ThermostatMode, ThermostatSetpoint, Thermometer)),
    Kind.BUTTON: Build(0x18, 0x01, _one(CentralScene)),
}
