"""Events of Z-Wave JS into the words of the house. Pure: no radio, no clock, no state.

An event is the object that the server sends, as it is. No word: no event.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from drivers.zwave.cc import BOLT_THROWN, BOLT_UNKNOWN, Cc
from drivers.zwave.entry_control import pressed
from drivers.zwave.notifications import Map, Meaning, meaning, standard
from gateway.model.capability import (
    Battery,
    Capability,
    Contact,
    Gate,
    Lock,
    Reading,
    Siren,
    Switch,
    Thermostat,
)
from gateway.model.credential import CodeOffered
from gateway.model.device import DeviceId
from gateway.model.event import (
    ButtonPressed,
    Event,
    LockOperated,
    PanicPressed,
    Reported,
    Telemetry,
)

LOW_BATTERY_PERCENT = 15
URGENCY = "battery urgency"
BOLT_JAMMED = 11  # of the state of a lock (SDS13713)


@dataclass(frozen=True, slots=True)
class Vote:
    """One of several voices of a device on the same reading: the worst of them counts."""

    device: DeviceId
    who: str
    reading: Reading


type Told = Event | Telemetry | CodeOffered | Vote
"""What an event tells."""

SWITCH = meaning({0: "switch.off", 1: "switch.on", 255: "switch.on"})
VALVE = meaning({0: "valve.shut", 1: "valve.flowing", 255: "valve.flowing"})
SIREN = meaning({0: "siren.silent", 1: "siren.sounding", 255: "siren.sounding"})


@dataclass(frozen=True, slots=True)
class Part:
    """The endpoint an event came from, as far as the translation needs to know it."""

    device: DeviceId
    words: Map = field(default_factory=standard)
    noted: frozenset[Capability] = frozenset()  # told by notifications: sensors do not count
    switch: Meaning = SWITCH
    basic: Meaning | None = None


def told(part: Part, event: Mapping[str, Any], unit: str | None = None) -> tuple[Told, ...]:
    """Say what an event tells; nothing where we have no word for it."""
    args = event.get("args")
    if not isinstance(args, Mapping):
        return ()
    match event.get("event"):
        case "value added" | "value updated":
            return tuple(_value(part, args, unit))
        case "value notification":
            return tuple(_moment(part, args))
        case "notification":
            return tuple(_notification(part, event.get("ccId"), args))
        case _:
            return ()


def _value(part: Part, args: Mapping[str, Any], unit: str | None) -> Iterator[Told]:
    new, name = args.get("newValue"), str(args.get("property"))
    match args.get("commandClass"):
        case Cc.NOTIFICATION:
            yield from _state(part, args)
        case Cc.BINARY_SENSOR:
            yield from _sensor(part, name, new)
        case Cc.BINARY_SWITCH if name == "currentValue":
            yield from _say(part.device, part.switch, new, "switch")
        case Cc.BASIC if name == "currentValue" and part.basic is not None:
            yield from _say(part.device, part.basic, new, "basic")
        case int(number) if (read := _READERS.get((number, name))) is not None:
            yield Reported(part.device, read(new))
        case _:
            pass
    yield from _measure(part.device, (args.get("commandClass"), name), new, unit)


def is_end_of_jam(event: Mapping[str, Any]) -> bool:
    """Say whether a lock tells that its bolt is stuck no more: where it is, it does not tell."""
    args = event.get("args")
    if not isinstance(args, Mapping) or args.get("commandClass") != Cc.NOTIFICATION:
        return False
    ended = args.get("newValue") == 0 and args.get("prevValue") == BOLT_JAMMED
    return ended and args.get("propertyKey") == "Lock state"


def passes(part: Part, event: Mapping[str, Any]) -> bool:
    """Say whether what an event tells is over after a while, where nobody tells that."""
    args = event.get("args")
    if not isinstance(args, Mapping):
        return False
    match event.get("event"), args.get("commandClass"):
        case "notification", _:
            found = part.words.events.get((args.get("type"), args.get("event")))  # type: ignore[arg-type]  # no other kind is in it
        case "value notification", Cc.BASIC:
            found = part.basic
        case _, Cc.NOTIFICATION:
            variable = str(args.get("property")), str(args.get("propertyKey"))
            found = part.words.states.get(variable)
        case _:
            found = None
    return found is not None and found.passes


def _sensor(part: Part, name: str, value: object) -> Iterator[Told]:
    found = part.words.sensors.get(name)
    if found is not None and found.capability not in part.noted:
        yield from _say(part.device, found, value, f"sensor {name}")


def _measure(
    device: DeviceId, what: tuple[object, object], value: object, unit: str | None
) -> Iterator[Told]:
    """Read what is a number to the house as well."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    match what:
        case Cc.MULTILEVEL_SENSOR, "Air temperature":
            yield Telemetry(device, "temperature_celsius", _celsius(value, unit))
        case Cc.THERMOSTAT_SETPOINT, "setpoint":
            yield Telemetry(device, "setpoint_celsius", _celsius(value, unit))
        case Cc.MULTILEVEL_SWITCH, "currentValue":
            yield Telemetry(device, "level_percent", float(min(value, 100)))
        case Cc.BATTERY, "level" if 0 <= value <= 100:
            yield Telemetry(device, "battery_percent", float(value))
            low = value < LOW_BATTERY_PERCENT
            yield Vote(device, "battery level", Battery.LOW if low else Battery.GOOD)
            yield Vote(device, URGENCY, Battery.UNKNOWN)  # one that is urgent tells no level
        case _:
            pass


def _celsius(value: float, unit: str | None) -> float:
    return (value - 32) / 1.8 if unit == "°F" else float(value)


def _say(device: DeviceId, found: Meaning, value: object, who: str) -> Iterator[Told]:
    reading = found.read(value)
    if reading is not None:
        yield Vote(device, who, reading) if found.votes else Reported(device, reading)


def _state(part: Part, args: Mapping[str, Any]) -> Iterator[Told]:
    kind, variable = str(args.get("property")), str(args.get("propertyKey"))
    found = part.words.states.get((kind, variable))
    if found is None:
        return
    yield from _say(part.device, found, args.get("newValue"), f"{kind}/{variable}")


def _moment(part: Part, args: Mapping[str, Any]) -> Iterator[Told]:
    """Read what is told once and holds for no longer: a scene button, a Basic Set."""
    value = args.get("value")
    match args.get("commandClass"):
        case Cc.CENTRAL_SCENE if args.get("property") == "scene":
            gesture = _GESTURES.get(value) if isinstance(value, int) else None
            number = str(args.get("propertyKey")).lstrip("0")
            if gesture is not None and number.isdigit():
                yield ButtonPressed(part.device, int(number), gesture)
        case Cc.BASIC if part.basic is not None:
            yield from _say(part.device, part.basic, value, "basic")
        case _:
            pass


def _notification(part: Part, command_class: object, args: Mapping[str, Any]) -> Iterator[Told]:
    match command_class:
        case Cc.NOTIFICATION:
            yield from _happened(part, args)
        case Cc.BATTERY if args.get("eventType") == "battery low":
            low = Battery.LOW if args.get("urgency") else Battery.GOOD
            yield Vote(part.device, URGENCY, low)
        case Cc.ENTRY_CONTROL:
            yield from pressed(part.device, args)
        case _:
            pass


def _happened(part: Part, args: Mapping[str, Any]) -> Iterator[Told]:
    match key := (args.get("type"), args.get("event")):
        case (int(), int()) if key in part.words.bolts:
            bolt, source = part.words.bolts[key]
            if bolt is Lock.JAMMED:  # else Z-Wave JS tells it of the lock itself, too
                yield Reported(part.device, bolt)
            yield LockOperated(part.device, bolt, source, _slot(source, args.get("parameters")))
        case (int(), int()) if key in part.words.panics:
            yield PanicPressed(part.device, part.words.panics[key])
        case (int(kind), int(number)) if key in part.words.events:
            found = part.words.events[kind, number]
            yield from _say(part.device, found, number, f"event {kind}/{number}")
        case _:
            pass


def _slot(source: str, parameters: object) -> int | None:
    """Find whose PIN it was. User 0, or none, is somebody the lock does not tell."""
    if source != "keypad" or not isinstance(parameters, Mapping):
        return None
    user = parameters.get("userId")
    return user if isinstance(user, int) and user > 0 else None


def bolt(mode: object) -> Lock:
    """Read the mode of a door lock (SDS13781 4.45): only a thrown bolt is a locked one."""
    if mode in (None, "unknown", BOLT_UNKNOWN):
        return Lock.UNKNOWN
    return Lock.LOCKED if mode == BOLT_THROWN else Lock.UNLOCKED


def _gate(state: object) -> Gate:
    if not isinstance(state, int):
        return Gate.UNKNOWN
    return {0: Gate.DOWN, 255: Gate.UP}.get(state, Gate.BETWEEN)


def _tone(tone: object) -> Siren:
    if not isinstance(tone, int):
        return Siren.UNKNOWN
    return Siren.SOUNDING if tone else Siren.SILENT


def _lamp(level: object) -> Switch:
    if not isinstance(level, int):
        return Switch.UNKNOWN
    return Switch.ON if level else Switch.OFF


def _mode(mode: object) -> Thermostat:
    return _MODES.get(mode, Thermostat.UNKNOWN) if isinstance(mode, int) else Thermostat.UNKNOWN


def _door(status: object) -> Contact:
    return _DOORS.get(status, Contact.UNKNOWN) if isinstance(status, str) else Contact.UNKNOWN


_DOORS = {"open": Contact.OPEN, "closed": Contact.CLOSED}
_MODES = {
    0: Thermostat.STANDBY,
    1: Thermostat.HEAT,
    2: Thermostat.COOL,
    3: Thermostat.AUTO,
    4: Thermostat.HEAT,  # emergency heat
    10: Thermostat.AUTO,
    11: Thermostat.HEAT,  # energy save
    12: Thermostat.COOL,
}
_GESTURES = {0: "once", 1: "released", 2: "held", 3: "twice", 4: "three times"}
_READERS: Mapping[tuple[object, object], Callable[[object], Reading]] = {
    (Cc.DOOR_LOCK, "currentMode"): bolt,
    (Cc.DOOR_LOCK, "doorStatus"): _door,
    (Cc.BARRIER, "currentState"): _gate,
    (Cc.SOUND_SWITCH, "toneId"): _tone,
    (Cc.MULTILEVEL_SWITCH, "currentValue"): _lamp,
    (Cc.THERMOSTAT_MODE, "mode"): _mode,
}
