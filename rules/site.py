"""What the rules are told of the place they guard: the configuration, checked and compiled."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from gateway.model.capability import Capability
from gateway.model.device import DeviceId
from gateway.model.sight import Seen
from rules.rulebook import RuleBook
from rules.schedule import Place, Window


class ZoneKind(StrEnum):
    """How a zone answers when it trips."""

    ENTRY = "entry"  # starts the entry delay; free during the exit delay
    FOLLOWER = "follower"  # free during exit and entry delay, instant otherwise
    INSTANT = "instant"  # an alarm at once while its mode is armed
    ALWAYS = "24h"  # an alarm at once, armed or not


class OnTamper(StrEnum):
    """What a tampered device means while its area is disarmed."""

    TROUBLE = "trouble"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Zone:
    """One device's reading, as a part of an area."""

    name: str
    area: str
    device: DeviceId
    capability: Capability
    kind: ZoneKind
    modes: frozenset[str]  # empty for 24h: every mode and none
    entry_delay: timedelta | None = None  # instead of the mode's
    sees: frozenset[Seen] = frozenset()  # of a camera's zone: what trips it
    places: frozenset[str] = frozenset()  # of the camera's own zones, those meant; none: anywhere


@dataclass(frozen=True, slots=True)
class Mode:
    """A way to be armed."""

    name: str
    exit_delay: timedelta
    entry_delay: timedelta


class Otherwise(StrEnum):
    """What a trip is that nobody confirmed though everybody looked."""

    ALARM = "alarm"  # an alarm, marked as unconfirmed
    NOTICE = "notice"  # people are told; a second trip soon after is an alarm


@dataclass(frozen=True, slots=True)
class Confirm:
    """That some trips of an area wait, for a moment, for a second witness."""

    zones: frozenset[str]  # whose trips wait
    cameras: tuple[DeviceId, ...]  # each may confirm by a person
    by_zones: frozenset[str] = frozenset()  # each may confirm by its trip
    within: timedelta = timedelta(seconds=2)  # before the trip, and after it
    otherwise: Otherwise = Otherwise.ALARM

    @property
    def always_alarms(self) -> bool:
        """Tell whether a trip that nobody confirmed is an alarm all the same."""
        return self.otherwise is Otherwise.ALARM


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the site that is armed as one."""

    name: str
    modes: Mapping[str, Mode]
    siren_time: timedelta
    sirens: tuple[DeviceId, ...]
    keypads: tuple[DeviceId, ...] = ()
    on_tamper: OnTamper = OnTamper.TROUBLE
    lights: tuple[DeviceId, ...] = ()  # switched on while the alarm sounds
    unlock_disarms: tuple[DeviceId, ...] = ()  # locks at which a PIN disarms it too
    cameras: tuple[DeviceId, ...] = ()  # that look at it
    films: tuple[DeviceId, ...] = ()  # those of them that record
    confirm: Confirm | None = None


RULE = "rule:"
"""How requests of a rule are signed; the rest is its name."""

NOBODY = "cli"
"""What the journal calls whoever asks at the command line without a code."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may act. Codes stay outside: the doorman checks them."""

    name: str
    areas: frozenset[str]
    may_arm: bool = True
    may_disarm: bool = True
    lock_slots: Mapping[DeviceId, int] = field(default_factory=dict[DeviceId, int])
    unlock: tuple[str, ...] = ()  # windows outside which their PIN is in no lock; none: always


@dataclass(frozen=True, slots=True)
class Lockout:
    """How many wrong codes in a row shut a keypad (or the command line), and for how long."""

    tries: int = 5
    time: timedelta = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Site:
    """The whole place."""

    areas: Mapping[str, Area]
    zones: Mapping[str, Zone]
    people: Mapping[str, Person]
    names: Mapping[DeviceId, str]  # of every configured device, for sentences
    supervision: Mapping[DeviceId, timedelta]  # silent for longer: a trouble
    lockout: Lockout = Lockout()
    arm_needs_code: bool = False  # at the command line; a keypad always asks
    rules: RuleBook = field(default_factory=RuleBook)
    place: Place | None = None  # for the sun
    windows: Mapping[str, Window] = field(default_factory=dict[str, Window])
    """What conditions may name; those of the rules, where nothing else is said."""
    by_device: Mapping[tuple[DeviceId, Capability], tuple[Zone, ...]] = field(init=False)
    made: dict[str, object] = field(init=False, compare=False, repr=False)
    """What others derive from this site, once: nothing in it says more than the site does."""

    def __post_init__(self) -> None:
        index: dict[tuple[DeviceId, Capability], tuple[Zone, ...]] = {}
        for zone in self.zones.values():
            key = zone.device, zone.capability
            index[key] = (*index.get(key, ()), zone)
        object.__setattr__(self, "by_device", index)
        object.__setattr__(self, "made", {})
        if not self.windows:
            object.__setattr__(self, "windows", self.rules.windows)

    def is_camera(self, device: str) -> bool:
        """Tell whether a device is a camera that looks at an area."""
        return any(device in area.cameras for area in self.areas.values())

    def owner_of(self, lock: DeviceId, slot: int | None) -> Person | None:
        """Give whose PIN is in a lock's slot; None where it is nobody's."""
        for person in self.people.values():
            if slot is not None and person.lock_slots.get(lock) == slot:
                return person
        return None
