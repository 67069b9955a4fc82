"""ZCL into the words of the house. Pure: no radio, no clock, no state. No word: no event."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from drivers.zigbee import zcl
from drivers.zigbee.zcl import ClusterId, Frame
from gateway.model.capability import (
    Battery,
    Contact,
    Lock,
    Motion,
    Reading,
    Smoke,
    Switch,
    Tamper,
    Water,
)
from gateway.model.credential import Code, CodeOffered, Wish
from gateway.model.device import DeviceId
from gateway.model.event import (
    Event,
    LockOperated,
    Panic,
    PanicPressed,
    Reported,
    Telemetry,
)

type Told = Event | Telemetry | CodeOffered
"""What a frame tells."""

LOW_BATTERY_PERCENT = 15.0


class ZoneType(IntEnum):
    """IAS zone types we have a reading for (ZCL 8.2.2.2.1.2)."""

    MOTION = 0x000D
    CONTACT = 0x0015
    HANDLE = 0x0016
    FIRE = 0x0028
    WATER = 0x002A


class Zone(IntEnum):
    """Bits of a zone status (ZCL 8.2.2.2.1.3)."""

    ALARM_1 = 1 << 0
    ALARM_2 = 1 << 1
    TAMPER = 1 << 2
    BATTERY = 1 << 3
    BATTERY_DEFECT = 1 << 9


class Ace(IntEnum):
    """What a keypad sends (ZCL 8.3.2.3)."""

    ARM = 0x00
    EMERGENCY = 0x02
    FIRE = 0x03
    PANIC = 0x04
    GET_PANEL_STATUS = 0x07


@dataclass(frozen=True, slots=True)
class Part:
    """The endpoint a frame came from, as far as the translation needs to know it."""

    device: DeviceId
    zone_type: int | None = None


ZONE_STATUS_CHANGED = 0x00  # ZCL 8.2.2.4.1
ENROLL_REQUEST = 0x01  # ZCL 8.2.2.4.2
LOCK_OPERATED = 0x20  # ZCL 7.3.2.17.1
MODES = {1: "home", 2: "night", 3: "away"}  # ZCL 8.3.2.4.1.1: day or home zones, night, all
_EMERGENCIES = {Ace.EMERGENCY: Panic.MEDICAL, Ace.FIRE: Panic.FIRE, Ace.PANIC: Panic.PANIC}


def told(part: Part, cluster: int, frame: Frame) -> tuple[Told, ...]:
    """Say what a frame tells; nothing where we have no word for it."""
    if frame.manufacturer is not None:
        return ()
    if not frame.specific:
        found = (_attribute(part, cluster, a) for a in zcl.attributes(frame))
        return tuple(event for events in found for event in events)
    if cluster == ClusterId.ZONE and frame.from_server and frame.command == ZONE_STATUS_CHANGED:
        fields = zcl.unpack("H", frame.body)
        return zone(part, fields[0]) if fields else ()
    if cluster == ClusterId.DOOR_LOCK and frame.from_server and frame.command == LOCK_OPERATED:
        return tuple(_lock_operated(part.device, frame.body))
    if cluster == ClusterId.ACE and not frame.from_server:
        return _keypad(part.device, frame)
    return ()


# ZONE is not among them: zigpy keeps the zone type, which `directory` reads.
_REPORTED = {ClusterId.POWER, ClusterId.ON_OFF, ClusterId.DOOR_LOCK, ClusterId.TEMPERATURE}


def is_all_told(cluster: int, frame: Frame) -> bool:
    """Say whether a frame holds nothing but what `told` is for: zigpy would only answer it."""
    if frame.manufacturer is not None:
        return False
    if frame.specific:
        changed = frame.from_server and frame.command == ZONE_STATUS_CHANGED
        return cluster == ClusterId.ZONE and changed
    return frame.command == zcl.General.REPORT and cluster in _REPORTED


def zone(part: Part, status: int) -> tuple[Told, ...]:
    """Say what a zone status means for a zone of this type: the alarm first."""
    alarm = zone_reading(part.zone_type, status)
    weak = status & (Zone.BATTERY | Zone.BATTERY_DEFECT)
    rest = (
        Reported(part.device, Tamper.TAMPERED if status & Zone.TAMPER else Tamper.INTACT),
        Reported(part.device, Battery.LOW if weak else Battery.GOOD),
    )
    return rest if alarm is None else (Reported(part.device, alarm), *rest)


def zone_reading(zone_type: int | None, status: int) -> Reading | None:
    """Read the alarm bits by the zone's type; None for a type we have no reading for."""
    first, either = status & Zone.ALARM_1, status & (Zone.ALARM_1 | Zone.ALARM_2)
    match zone_type:
        case ZoneType.CONTACT | ZoneType.HANDLE:  # the second bit is a second portal
            return Contact.OPEN if either else Contact.CLOSED
        case ZoneType.MOTION:  # the second bit is presence
            return Motion.MOVING if either else Motion.STILL
        case ZoneType.FIRE:
            return Smoke.SMOKE if first else Smoke.CLEAR
        case ZoneType.WATER:
            return Water.WET if first else Water.DRY
        case _:
            return None


def battery(percent: float) -> Battery:
    """Say whether a battery of `percent` still carries its device."""
    return Battery.LOW if percent < LOW_BATTERY_PERCENT else Battery.GOOD


def lock(state: int | None) -> Lock:
    """Read the lock state attribute (ZCL 7.3.2.11.1): only a reported bolt is a locked one."""
    known = {0: Lock.JAMMED, 1: Lock.LOCKED, 2: Lock.UNLOCKED}
    return Lock.UNKNOWN if state is None else known.get(state, Lock.UNKNOWN)


def _attribute(part: Part, cluster: int, found: zcl.Attribute) -> tuple[Told, ...]:
    device, value = part.device, found.value
    match cluster, found.id:
        case ClusterId.DOOR_LOCK, 0x0000:
            return (Reported(device, lock(value)),)
        case ClusterId.ON_OFF, 0x0000 if value is not None and value in (0, 1):
            return (Reported(device, Switch.ON if value else Switch.OFF),)
        case ClusterId.ZONE, 0x0002 if value is not None:
            return zone(part, value)
        case ClusterId.POWER, 0x0021 if value is not None and value <= 200:  # ZCL 3.3.2.2.3.1
            return (Telemetry(device, "battery_percent", value / 2),)
        case ClusterId.TEMPERATURE, 0x0000 if value is not None and value != -0x8000:
            return (Telemetry(device, "temperature_celsius", value / 100),)  # ZCL 4.4.2.2.1.1
        case _:
            return ()


# ZCL 7.3.2.17.1.1 and .2: operation event source and code.
_SOURCES = {0: "keypad", 1: "radio", 2: "hand", 3: "other"}
_LOCKS = (1, 7, 8, 10, 11, 13)
_UNLOCKS = (2, 9, 12, 14)
_NO_USER = 0xFFFF


def _lock_operated(device: DeviceId, body: bytes) -> Iterator[Told]:
    """Read an Operation Event Notification. The PIN that follows the user is never looked at."""
    fields = zcl.unpack("BBH", body)
    if fields is None:
        return
    source, code, user = fields
    if code not in _LOCKS + _UNLOCKS:
        return
    state = Lock.LOCKED if code in _LOCKS else Lock.UNLOCKED
    slot = user if source in (0, 3) and user != _NO_USER else None
    yield Reported(device, state)
    yield LockOperated(device, state, _SOURCES.get(source, "other"), slot)


def _keypad(device: DeviceId, frame: Frame) -> tuple[Told, ...]:
    if frame.command == Ace.ARM:
        return _arm(device, frame.body)
    kind = _EMERGENCIES.get(Ace(frame.command)) if frame.command in set(Ace) else None
    return () if kind is None else (PanicPressed(device, kind),)


def _arm(device: DeviceId, body: bytes) -> tuple[Told, ...]:
    """Read an Arm command (ZCL 8.3.2.4.1): mode, code, zone. Garbled codes are no codes."""
    field = zcl.text(body, 1)
    if field is None or body[0] not in (0, *MODES):
        return ()
    digits = field[0].decode("ascii", "ignore").strip("\0 ")
    code = Code(digits) if digits else None
    mode = MODES.get(body[0])
    wish = Wish.DISARM if mode is None else Wish.ARM
    return (CodeOffered(device, code, wish, mode),)
