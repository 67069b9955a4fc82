"""What the rules want done, and what a repeat of it would do."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import NewType

from gateway.model.clock import HouseTime
from gateway.model.command import (
    ClearLockCode,
    Command,
    LockDoor,
    PermitJoin,
    RefreshDevice,
    RemoveDevice,
    SetLockCode,
    ShowPanel,
    SilenceSiren,
    SoundSiren,
    TurnSwitch,
    UnlockDoor,
)


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


type Effect = Perform | Notify


class Repeat(StrEnum):
    """What repeating an effect would do."""

    SET = "set"  # harmless: may leave before the commit
    ONCE = "once"  # leaves after the commit, once per order
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
        case Notify():
            return Repeat.ONCE
        case Perform(command=command):
            return _repeat_of_command(command)


def _repeat_of_command(command: Command) -> Repeat:
    match command:
        case (
            SoundSiren()
            | SilenceSiren()
            | LockDoor()
            | TurnSwitch()
            | ShowPanel()
            | ClearLockCode()
            | RefreshDevice()
        ):
            return Repeat.SET
        case SetLockCode() | RemoveDevice():
            return Repeat.ONCE
        case UnlockDoor() | PermitJoin():
            return Repeat.NEVER_LATE
