"""What devices can do and tell. Every reading has UNKNOWN: no news is not good news."""

from enum import StrEnum


class Contact(StrEnum):
    """A door or window."""

    CLOSED = "closed"
    OPEN = "open"
    UNKNOWN = "unknown"


class Motion(StrEnum):
    """A movement detector."""

    STILL = "still"
    MOVING = "moving"
    UNKNOWN = "unknown"


class Smoke(StrEnum):
    """A smoke alarm."""

    CLEAR = "clear"
    SMOKE = "smoke"
    UNKNOWN = "unknown"


class Water(StrEnum):
    """A water detector."""

    DRY = "dry"
    WET = "wet"
    UNKNOWN = "unknown"


class Glass(StrEnum):
    """A glass break detector."""

    WHOLE = "whole"
    BROKEN = "broken"
    UNKNOWN = "unknown"


class CarbonMonoxide(StrEnum):
    """A carbon monoxide alarm."""

    SAFE = "safe"
    CO = "co"
    UNKNOWN = "unknown"


class Tamper(StrEnum):
    """The cover or the mounting of a device."""

    INTACT = "intact"
    TAMPERED = "tampered"
    UNKNOWN = "unknown"


class Battery(StrEnum):
    """Whether a battery still carries the device. Its percentage is telemetry."""

    GOOD = "good"
    LOW = "low"
    UNKNOWN = "unknown"


class Lock(StrEnum):
    """The bolt of a door, as the lock itself reports it."""

    LOCKED = "locked"
    UNLOCKED = "unlocked"
    JAMMED = "jammed"
    UNKNOWN = "unknown"


class Siren(StrEnum):
    """A warning device, where it can tell what it does."""

    SILENT = "silent"
    SOUNDING = "sounding"
    UNKNOWN = "unknown"


class Switch(StrEnum):
    """A plug, a lamp or a relay."""

    OFF = "off"
    ON = "on"
    UNKNOWN = "unknown"


class Gate(StrEnum):
    """A garage door or a barrier, as it reports itself."""

    DOWN = "down"
    UP = "up"
    BETWEEN = "between"  # it moves, or stopped on its way
    UNKNOWN = "unknown"


class Valve(StrEnum):
    """A valve of water or gas."""

    SHUT = "shut"
    FLOWING = "flowing"
    UNKNOWN = "unknown"


class Thermostat(StrEnum):
    """What a thermostat is set to do. Its temperatures are telemetry."""

    STANDBY = "standby"
    HEAT = "heat"
    COOL = "cool"
    AUTO = "auto"
    UNKNOWN = "unknown"


class Power(StrEnum):
    """What feeds a device that has both mains and a battery."""

    MAINS = "mains"
    BACKUP = "backup"
    UNKNOWN = "unknown"


class Picture(StrEnum):
    """How well a camera sees. Whatever is not `seeing` guards nothing."""

    SEEING = "seeing"
    BLIND = "blind"  # dazzled, sprayed or out of focus: nothing can be told apart
    COVERED = "covered"
    TURNED = "turned"  # it looks at something else than before
    DARK = "dark"  # too dark to tell anything apart
    FROZEN = "frozen"  # the same picture again and again
    LOST = "lost"  # no stream
    UNKNOWN = "unknown"


class Keypad(StrEnum):
    """A keypad says nothing lasting: its presses are events of their own."""

    UNKNOWN = "unknown"


type Reading = (
    Contact
    | Motion
    | Smoke
    | Water
    | Glass
    | CarbonMonoxide
    | Tamper
    | Battery
    | Lock
    | Siren
    | Switch
    | Gate
    | Valve
    | Thermostat
    | Power
    | Picture
    | Keypad
)


class Capability(StrEnum):
    """The name of a reading, in configuration, journal and on screens."""

    CONTACT = "contact"
    MOTION = "motion"
    SMOKE = "smoke"
    WATER = "water"
    GLASS = "glass"
    CO = "carbon_monoxide"
    TAMPER = "tamper"
    BATTERY = "battery"
    LOCK = "lock"
    SIREN = "siren"
    SWITCH = "switch"
    GATE = "gate"
    VALVE = "valve"
    THERMOSTAT = "thermostat"
    POWER = "power"
    CAMERA = "camera"
    KEYPAD = "keypad"


READINGS: dict[Capability, type[Reading]] = {
    Capability.CONTACT: Contact,
    Capability.MOTION: Motion,
    Capability.SMOKE: Smoke,
    Capability.WATER: Water,
    Capability.GLASS: Glass,
    Capability.CO: CarbonMonoxide,
    Capability.TAMPER: Tamper,
    Capability.BATTERY: Battery,
    Capability.LOCK: Lock,
    Capability.SIREN: Siren,
    Capability.SWITCH: Switch,
    Capability.GATE: Gate,
    Capability.VALVE: Valve,
    Capability.THERMOSTAT: Thermostat,
    Capability.POWER: Power,
    Capability.CAMERA: Picture,
    Capability.KEYPAD: Keypad,
}
_NAMES: dict[type[Reading], Capability] = {kind: name for name, kind in READINGS.items()}


def capability_of(reading: Reading) -> Capability:
    """Name what a reading is a reading of."""
    return _NAMES[type(reading)]


def unknown(capability: Capability) -> Reading:
    """Give the UNKNOWN of a capability."""
    return READINGS[capability]("unknown")
