"""What happened, and what somebody asks. No event carries a time: the house stamps it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.model.capability import Lock, Reading
from gateway.model.clock import HouseTime
from gateway.model.command import Command
from gateway.model.device import Device, DeviceId, DriverId
from gateway.model.effect import OrderId
from gateway.model.lock_event import (
    LockCodeChecked,
    LockPinForgotten,
    LockPinKept,
    OneTimePinEnded,
    OneTimePinMade,
)
from gateway.model.sight import (
    AnimalSeen,
    ClipFailed,
    ClipKept,
    ClipRemoved,
    Inspected,
    LineCrossed,
    Loitered,
    PersonSeen,
    VehicleSeen,
)
from gateway.model.upkeep_event import UpkeepBegan, UpkeepEnded


@dataclass(frozen=True, slots=True)
class Reported:
    """A device told one of its readings."""

    device: DeviceId
    reading: Reading


@dataclass(frozen=True, slots=True)
class LockOperated:
    """A bolt moved, and the lock said how: by hand, by radio, or by the PIN in a slot."""

    device: DeviceId
    lock: Lock
    source: str  # "hand", "radio", "keypad", "other"
    slot: int | None = None


class Panic(StrEnum):
    """The emergency keys of a keypad."""

    PANIC = "panic"
    FIRE = "fire"
    MEDICAL = "medical"


@dataclass(frozen=True, slots=True)
class PanicPressed:
    """Somebody pressed an emergency key."""

    device: DeviceId
    kind: Panic


@dataclass(frozen=True, slots=True)
class ButtonPressed:
    """Somebody pressed a button of a scene controller: an event of the moment."""

    device: DeviceId
    button: int  # as printed on it, from 1
    gesture: str  # "once", "twice", "three times", "held", "released"


class Fault(StrEnum):
    """Why a device that is there cannot be relied on."""

    NOT_READY = "not ready"  # it was never asked all it can do: nothing of it is heard
    INSECURE = "insecure"  # it joined with less security than it has: anybody can speak for it
    DEAD = "dead"  # it did not acknowledge what it was sent


@dataclass(frozen=True, slots=True)
class DeviceFault:
    """A device cannot be relied on, or can be again."""

    device: DeviceId
    fault: Fault
    present: bool


@dataclass(frozen=True, slots=True)
class DeviceHeard:
    """A device gave a sign of life that says nothing else. Drivers thin these out."""

    device: DeviceId


@dataclass(frozen=True, slots=True)
class DeviceJoined:
    """A device joined and was interviewed, or a driver that came back knows it."""

    device: Device


@dataclass(frozen=True, slots=True)
class DeviceLeft:
    """A device left its network."""

    device: DeviceId


@dataclass(frozen=True, slots=True)
class DriverFound:
    """A radio or server answers (again); readings that follow are fresh."""

    driver: DriverId


@dataclass(frozen=True, slots=True)
class DriverLost:
    """A radio or server is gone: nothing of its devices is known any more."""

    driver: DriverId
    reason: str


@dataclass(frozen=True, slots=True)
class JamChanged:
    """A radio began, or ceased, to be jammed."""

    driver: DriverId
    jammed: bool


@dataclass(frozen=True, slots=True)
class JoiningChanged:
    """A network opened for joining, or closed again."""

    driver: DriverId
    open: bool


@dataclass(frozen=True, slots=True)
class JoinKeyWanted:
    """A device that joins proves itself with a key printed on it: `GiveJoinKey` answers."""

    driver: DriverId
    hint: str  # what the device tells of its key in clear; nothing secret
    seconds: int  # the answer comes within these, or the device joins without security


class Proof(StrEnum):
    """How a command's success is known."""

    ACCEPTED = "accepted"  # the device took it and cannot say more
    REPORTED = "reported"  # the device reported the state that was asked for


@dataclass(frozen=True, slots=True)
class CommandConfirmed:
    """A command was taken by its device."""

    order: OrderId
    command: Command
    proof: Proof


@dataclass(frozen=True, slots=True)
class CommandFailed:
    """A command came to nothing, after every retry its deadline allowed."""

    order: OrderId
    command: Command
    reason: str
    permanent: bool = False  # asking again would change nothing


@dataclass(frozen=True, slots=True)
class ArmRequested:
    """Somebody who may asks to arm."""

    area: str
    mode: str
    by: str
    via: str
    force: bool = False  # arm although zones are open or unknown: bypass those
    bypass: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DisarmRequested:
    """Somebody whose code was checked asks to disarm."""

    area: str
    by: str
    via: str


@dataclass(frozen=True, slots=True)
class ResetRequested:
    """Somebody has seen the alarm memory of a disarmed area and clears it."""

    area: str
    by: str


@dataclass(frozen=True, slots=True)
class BypassRequested:
    """Somebody asks to leave a zone out, or to take it in again."""

    zone: str
    bypassed: bool
    by: str


@dataclass(frozen=True, slots=True)
class CodeRefused:
    """A code was offered that is nobody's."""

    via: str


@dataclass(frozen=True, slots=True)
class CommandRequested:
    """Somebody asks for a command by name."""

    command: Command
    by: str


@dataclass(frozen=True, slots=True)
class Started:
    """The hub started. Not `trusted`: the wall clock cannot tell how long it was away."""

    gap_seconds: float
    trusted: bool


@dataclass(frozen=True, slots=True)
class ClockStepped:
    """Wall time moved against house time."""

    seconds: float


@dataclass(frozen=True, slots=True)
class StorageFailed:
    """The journal cannot be written, or a part of it could not be read."""

    reason: str


@dataclass(frozen=True, slots=True)
class StorageRecovered:
    """The journal can be written again."""


@dataclass(frozen=True, slots=True)
class PartFailed:
    """A part of the hub came to grief over something; the hub goes on without that."""

    part: str
    reason: str


@dataclass(frozen=True, slots=True)
class PartWorks:
    """A part of the hub that failed works again: its trouble is over."""

    part: str


@dataclass(frozen=True, slots=True)
class AreaLost:
    """An area was armed when the hub ended, and the configuration of now does not have it."""

    area: str


@dataclass(frozen=True, slots=True)
class ConfigurationLoaded:
    """Another configuration is in force from here on; `digest` tells which."""

    digest: str
    cancelled: tuple[str, ...] = ()  # what rules no longer wait for, in sentences
    changed: tuple[str, ...] = ()  # "zone kitchen: gone"; not told of a change over a restart


@dataclass(frozen=True, slots=True)
class Ticked:
    """Time passed. Late, early or twice: no harm."""


@dataclass(frozen=True, slots=True)
class WallTold:
    """What the wall clock shows: told at a start, at each step of it, and for schedules."""

    wall: datetime


@dataclass(frozen=True, slots=True)
class RuleCalled:
    """Somebody calls a rule by its name."""

    rule: str
    by: str


@dataclass(frozen=True, slots=True)
class ProgramEnded:
    """A rule's program ended, and asks for these commands; none where it failed."""

    rule: str
    program: str
    commands: tuple[Command, ...] = ()
    reason: str = ""  # why it failed


type Event = (
    PersonSeen
    | VehicleSeen
    | AnimalSeen
    | LineCrossed
    | Loitered
    | Inspected
    | ClipKept
    | ClipFailed
    | ClipRemoved
    | Reported
    | LockOperated
    | LockCodeChecked
    | LockPinKept
    | LockPinForgotten
    | OneTimePinMade
    | OneTimePinEnded
    | PanicPressed
    | ButtonPressed
    | DeviceFault
    | DeviceHeard
    | DeviceJoined
    | DeviceLeft
    | DriverFound
    | DriverLost
    | JamChanged
    | JoiningChanged
    | JoinKeyWanted
    | UpkeepBegan
    | UpkeepEnded
    | CommandConfirmed
    | CommandFailed
    | ArmRequested
    | DisarmRequested
    | ResetRequested
    | BypassRequested
    | CodeRefused
    | CommandRequested
    | Started
    | ClockStepped
    | StorageFailed
    | StorageRecovered
    | PartFailed
    | PartWorks
    | AreaLost
    | ConfigurationLoaded
    | Ticked
    | WallTold
    | RuleCalled
    | ProgramEnded
)


@dataclass(frozen=True, slots=True)
class Telemetry:
    """A measurement nobody decides on (temperature, link quality, percent). Not journaled."""

    device: DeviceId
    quantity: str  # with its unit last: "temperature_celsius", "battery_percent", "lqi"
    value: float


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as the journal keeps it: numbered, and stamped by the one clock."""

    number: int
    at: HouseTime  # durations and deadlines run on it
    wall: datetime  # recorded as a fact; only schedules use it
    event: Event
