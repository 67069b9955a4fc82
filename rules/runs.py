"""What the rules remember of themselves: data only, kept in the state and so in every snapshot.

Whatever waits is a deadline in house time beside its beginning: it survives a restart and a clock
step as it is, and a reload counts it anew from where it began.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gateway.model.clock import HouseTime
from gateway.model.command import Command
from rules.schedule import Cursor


@dataclass(frozen=True, slots=True)
class Wall:
    """What the wall clock showed, and when it was told."""

    wall: datetime
    at: HouseTime


@dataclass(frozen=True, slots=True)
class Stay:
    """Something that must stay as it is for a while."""

    since: HouseTime
    deadline: HouseTime | None  # None: the time is over, and nobody knows how it stands
    event: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Start:
    """What wants to start a run."""

    rule: str
    trigger: str  # in words
    event: Mapping[str, str] = field(default_factory=dict[str, str])
    person: str = ""  # whose code it was: in their name alone may a run disarm or unlock
    called: bool = False  # somebody waits for an answer, so a refusal is told
    scheduled: bool = False  # the clock brought it: it may make up for many times at once
    depth: int = 0  # how many rules, one started by the other, came before it in this step


@dataclass(frozen=True, slots=True)
class Run:
    """A run that waits: a place in its rule's program, and what it knows."""

    number: int
    start: Start
    pc: int
    since: HouseTime  # when the wait began
    deadline: HouseTime
    counters: tuple[int, ...] = ()  # of the loops around `pc`, the innermost last


@dataclass(frozen=True, slots=True)
class Left:
    """What one event brought about and had no room for: it goes on with the next tick, at once."""

    at: HouseTime
    starts: tuple[Start, ...] = ()
    ended: tuple[str, ...] = ()  # rules whose queue may go on


@dataclass(frozen=True, slots=True)
class Looked:
    """How far a schedule was looked at, and when it wants to be looked at again."""

    cursor: Cursor
    next: datetime | None


@dataclass(frozen=True, slots=True)
class Burst:
    """How often a rule started since a moment."""

    since: HouseTime
    count: int
    told: bool  # people know that it starts too often


@dataclass(frozen=True, slots=True)
class RuleState:
    """One rule. A rule that never did anything has none."""

    stays: Mapping[str, Stay] = field(default_factory=dict[str, Stay])  # by trigger
    runs: tuple[Run, ...] = ()
    queue: tuple[Start, ...] = ()
    number: int = 0  # of the last run
    last: HouseTime | None = None  # when a run was last let in
    burst: Burst | None = None
    scene: tuple[Command, ...] = ()  # what sets back the devices that a scene changed
    looked: Mapping[str, Looked] = field(default_factory=dict[str, Looked])  # by schedule

    @property
    def due(self) -> HouseTime | None:
        """Give the earliest deadline."""
        stays = (stay.deadline for stay in self.stays.values() if stay.deadline is not None)
        return min((*stays, *(run.deadline for run in self.runs)), default=None)
