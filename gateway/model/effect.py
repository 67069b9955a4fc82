"""What the rules want done, and what a repeat of it would do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import NewType

from gateway.model.clock import HouseTime
from gateway.model.command import (
    AimCamera,
    ClearLockCode,
    Command,
    DimLight,
    GiveJoinKey,
    LearnView,
    LockDoor,
    MoveGate,
    PermitJoin,
    ReadLockCode,
    RebootCamera,
    RefreshDevice,
    RemoveDevice,
    SetInfrared,
    SetLockCode,
    SetThermostat,
    ShowPanel,
    SilenceSiren,
    SoundSiren,
    TurnSwitch,
    TurnValve,
    UnlockDoor,
)
from gateway.model.device import DeviceId


class Level(StrEnum):
    """How loudly people are told."""

    INFO = "info"
    TROUBLE = "trouble"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Perform:
    """Have a driver carry out a command."""

    command: Command


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell people."""

    text: str
    level: Level


class Outcome(StrEnum):
    """What became of a run of a rule."""

    RAN = "ran"  # it started
    WENT_ON = "went on"  # after a wait
    QUEUED = "queued"  # until the run before it ends
    CANCELLED = "cancelled"  # while it waited
    DROPPED = "dropped"  # it never started
    STOPPED = "stopped"  # by a bound


@dataclass(frozen=True, slots=True)
class RuleRan:
    """Write down what a rule did and why. The effects after it in the same entry are its own."""

    rule: str
    run: int  # 0: it never started
    outcome: Outcome
    trigger: str  # in words
    why: str = ""  # of what is neither RAN nor WENT_ON
    terms: tuple[str, ...] = ()  # of its condition, each with its value, as it was decided


@dataclass(frozen=True, slots=True)
class RunProgram:
    """Run a rule's program in a sandbox; its answer returns as ProgramEnded."""

    rule: str
    run: int
    program: str
    arguments: tuple[str, ...]
    given: Mapping[str, str]  # what triggered the run
    deadline: timedelta
    memory_bytes: int
    may: tuple[Command, ...]  # it can ask for nothing else


@dataclass(frozen=True, slots=True)
class Inspect:
    """Have the detection look hard at cameras, for so long; each answers with `Inspected`."""

    cameras: tuple[DeviceId, ...]
    seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class KeepClip:
    """Record cameras from now on, and from some seconds before; each answers with `ClipKept`.

    Asked again for an incident that is being recorded, it goes on for longer.
    """

    cameras: tuple[DeviceId, ...]
    incident: str  # "home 1234": one alarm, however many cameras
    seconds: float  # from now on
    pinned: bool  # kept whatever the disk says: an alarm


type Effect = Perform | Notify | RuleRan | RunProgram | Inspect | KeepClip


class Repeat(StrEnum):
    """What repeating an effect would do."""

    SET = "set"  # harmless: may leave before the commit
    ONCE = "once"  # leaves after the commit, once per order
    RECORD = "record"  # nobody performs it: it is written down, and that is all
    NEVER_LATE = "never late"  # leaves after the commit, dropped when it has expired


EXPIRES = timedelta(seconds=10)
"""A NEVER_LATE effect older than this is dropped: a crash opens no door minutes later."""

OrderId = NewType("OrderId", str)
"""`<journal entry>.<index>`: an effect's name, the same in every replay."""


@dataclass(frozen=True, slots=True)
class Order:
    """An effect as the journal's outbox keeps it."""

    id: OrderId
    effect: Effect
    at: HouseTime
    expires: HouseTime | None = None  # of NEVER_LATE


def repeat_of(effect: Effect) -> Repeat:
    """Class an effect by what a repeat would do."""
    match effect:
        case Notify() | RunProgram():
            return Repeat.ONCE
        case Inspect() | KeepClip():
            return Repeat.SET
        case RuleRan():
            return Repeat.RECORD
        case Perform(command=command):
            return _repeat_of_command(command)


def _repeat_of_command(command: Command) -> Repeat:
    match command:
        case (
            SoundSiren()
            | SilenceSiren()
            | LockDoor()
            | TurnSwitch()
            | DimLight()
            | MoveGate(up=False)
            | TurnValve()
            | SetThermostat()
            | ShowPanel()
            | ClearLockCode()
            | ReadLockCode()
            | RefreshDevice()
            | AimCamera()
            | SetInfrared()
        ):
            return Repeat.SET
        case SetLockCode() | RemoveDevice() | RebootCamera() | LearnView():
            return Repeat.ONCE
        case UnlockDoor() | MoveGate() | PermitJoin() | GiveJoinKey():
            return Repeat.NEVER_LATE
