"""What the rules know: a value that only `engine.step` makes anew.

Every delay in it is a deadline.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from gateway.model.capability import Capability, Reading, unknown
from gateway.model.clock import HouseTime
from gateway.model.device import Device, DeviceId, DriverId, driver_of
from gateway.model.event import Fault
from rules.lock_slots import LockCodes
from rules.runs import Left, RuleState, Wall

BEGINNING = HouseTime(0)

TRIPS_MAX = 64
"""Trips that one alarm remembers; the journal has them all."""


class Phase(StrEnum):
    """Where an area stands."""

    DISARMED = "disarmed"
    EXIT = "exit"  # armed soon: people may leave
    ARMED = "armed"
    ENTRY = "entry"  # alarm soon: people may disarm
    ALARM = "alarm"


class TroubleKind(StrEnum):
    """What can be wrong with the panel itself."""

    BATTERY = "battery"
    TAMPER = "tamper"
    SILENT = "silent"  # not heard within its supervision time, or not to be read
    LEFT = "left"  # a configured device left its network
    BOLT = "bolt"  # a jammed lock
    NOT_READY = "not ready"  # a device that was never asked what it can do
    INSECURE = "insecure"  # a device that joined with less security than it has
    DEAD = "dead"  # a device that did not acknowledge what it was sent
    MAINS = "mains"  # a device that runs on its backup battery
    CAMERA = "camera"  # a camera that does not see
    RECORDING = "recording"  # a camera whose last recording failed
    LOCK_CODE = "lock code"  # a lock without a PIN it should hold, or with another
    UNCONFIRMED = "unconfirmed"  # a command that its device did not take
    RADIO_LOST = "radio lost"
    RADIO_JAMMED = "radio jammed"
    STORAGE = "storage"
    PART = "part"  # a part of the hub that failed, and was gone round
    CONFIGURATION = "configuration"  # an area was armed and is no longer configured
    CLOCK = "clock"  # the wall clock cannot be trusted


@dataclass(frozen=True, slots=True, order=True)
class Trouble:
    """One thing that is wrong. The subject is a device, a driver, or where codes were typed."""

    kind: TroubleKind
    subject: str


@dataclass(frozen=True, slots=True)
class Trip:
    """A zone (or a tamper, or a panic key) that went off."""

    zone: str  # "" for what belongs to no zone
    device: DeviceId
    cause: str  # "contact:open"
    at: HouseTime


@dataclass(frozen=True, slots=True)
class Doubt:
    """A trip that waits to be confirmed before it sounds the alarm."""

    trip: Trip
    deadline: HouseTime
    answered: frozenset[DeviceId] = frozenset()  # cameras that have looked since
    failed: str = ""  # which of them could not, in words


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of the wait before an alarm."""

    confirmed: bool
    said: str  # "confirmed by yard camera (person, 0.84)"


@dataclass(frozen=True, slots=True)
class Glimpse:
    """When a witness last saw, or felt, something that confirms a trip."""

    at: HouseTime
    said: str


@dataclass(frozen=True, slots=True)
class Film:
    """What the cameras of an area record."""

    incident: str
    due: HouseTime  # when it is asked for again, to go on


@dataclass(frozen=True, slots=True)
class AreaState:
    """One area."""

    phase: Phase = Phase.DISARMED
    mode: str | None = None  # None: disarmed, or a 24-hour alarm of a disarmed area
    since: HouseTime = BEGINNING
    deadline: HouseTime | None = None  # of EXIT, ENTRY and ALARM, and of no other phase
    by: str = ""
    bypassed: frozenset[str] = frozenset()
    trips: tuple[Trip, ...] = ()  # of this armed period
    alarmed: bool = False  # alarm memory: the trips were an alarm
    doubt: Doubt | None = None  # a trip that waits to be confirmed, in any phase but ALARM
    doubted: HouseTime | None = None  # a second trip before this waits for nobody
    verdict: Verdict | None = None  # of the newest alarm, where one was asked for


@dataclass(frozen=True, slots=True)
class DeviceState:
    """What a device told, and what it had told before we lost sight of it."""

    readings: Mapping[Capability, Reading]
    before: Mapping[Capability, Reading]
    heard: HouseTime
    about: Device | None = None  # what its driver found out when it joined
    faults: frozenset[Fault] = frozenset()  # why it cannot be relied on
    sounds: bool = False  # a siren that took the order to sound

    def last(self, capability: Capability) -> Reading | None:
        """Give the newest known value, from before a gap if need be. Only for telling edges."""
        reading = self.readings.get(capability)
        if reading is None or reading == "unknown":
            return self.before.get(capability)
        return reading


@dataclass(frozen=True, slots=True)
class DriverState:
    """A radio or server."""

    found: bool = False
    known: bool = False  # found or lost at least once since the hub started
    joining: bool = False
    jammed: bool = False
    deaf: str = ""  # the job during which it hears nothing
    since: HouseTime = BEGINNING  # it was found or lost
    reason: str = ""  # why it is lost


@dataclass(frozen=True, slots=True)
class Failures:
    """Wrong codes in a row at one place."""

    count: int
    until: HouseTime | None = None  # locked out till then


@dataclass(frozen=True, slots=True)
class State:
    """The whole house."""

    areas: Mapping[str, AreaState]
    devices: Mapping[DeviceId, DeviceState] = field(default_factory=dict[DeviceId, DeviceState])
    drivers: Mapping[DriverId, DriverState] = field(default_factory=dict[DriverId, DriverState])
    troubles: Mapping[Trouble, HouseTime] = field(default_factory=dict[Trouble, HouseTime])
    failures: Mapping[str, Failures] = field(default_factory=dict[str, Failures])
    next_check: HouseTime | None = None  # when supervision looks again
    started: HouseTime = BEGINNING  # before it nobody listened: silence counts from here
    wall: Wall | None = None  # None: not told since the start
    sounds: Mapping[DeviceId, HouseTime] = field(default_factory=dict[DeviceId, HouseTime])
    """Sirens that a rule or a person had sound, and till when. Those of an alarm are not here."""
    glimpses: Mapping[str, Glimpse] = field(default_factory=dict[str, Glimpse])
    """By witness (a camera's id, a zone's name); only of those that may confirm something."""
    films: Mapping[str, Film] = field(default_factory=dict[str, Film])  # by area
    lock_codes: LockCodes = field(default_factory=LockCodes)
    rules: Mapping[str, RuleState] = field(default_factory=dict[str, RuleState])
    rules_due: Mapping[str, HouseTime] = field(default_factory=dict[str, HouseTime])  # who waits
    rules_left: Left | None = None


def put[K, V](mapping: Mapping[K, V], key: K, value: V) -> Mapping[K, V]:
    """Give the mapping with one key set."""
    return {**mapping, key: value}


def without[K, V](mapping: Mapping[K, V], key: K) -> Mapping[K, V]:
    """Give the mapping less one key."""
    return {k: v for k, v in mapping.items() if k != key} if key in mapping else mapping


def with_area(state: State, name: str, area: AreaState) -> State:
    """Give the state with one area set."""
    return replace(state, areas=put(state.areas, name, area))


def reading_of(state: State, device: DeviceId, capability: Capability) -> Reading:
    """Give what a device reads now; UNKNOWN when nobody knows."""
    found = state.devices.get(device)
    reading = found.readings.get(capability) if found else None
    return unknown(capability) if reading is None else reading


def lost_sight(state: State, driver: DriverId | None) -> State:
    """Turn every reading of a driver's devices (None: of all) to UNKNOWN: no news is not good."""
    devices = {
        name: _blind(device) if driver in (None, driver_of(name)) else device
        for name, device in state.devices.items()
    }
    return replace(state, devices=devices)


def _blind(device: DeviceState) -> DeviceState:
    known = {c: r for c, r in device.readings.items() if r != "unknown"}
    return replace(
        device,
        readings={capability: unknown(capability) for capability in device.readings},
        before={**device.before, **known},
        sounds=False,
    )
