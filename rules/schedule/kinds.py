"""The kinds of schedule, as `compile` makes them: plain data, checked before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from rules.schedule.calendars import IcsCalendar
from rules.schedule.days import Days
from rules.schedule.sun import IfNever, SunEvent


@dataclass(frozen=True, slots=True)
class Place:
    """Where schedules hold: a zone and, for those of the sun, degrees north and east."""

    zone: ZoneInfo
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class AtTimes:
    """Times of the local clock, in order, on certain days. Cron compiles to this too."""

    times: tuple[time, ...]
    days: Days
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class AtSun:
    """An event of the sun, shifted by `offset`, on certain days."""

    event: SunEvent
    offset: timedelta
    if_never: IfNever
    days: Days
    zone: ZoneInfo
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Every:
    """An interval of true time, counted anew from a local time on each day."""

    period: timedelta
    anchor: time
    days: Days
    zone: ZoneInfo


class Edge(StrEnum):
    """Which end of a calendar's events."""

    BEGIN = "begin"
    END = "end"


@dataclass(frozen=True, slots=True)
class AtEvents:
    """The begin or the end of a calendar's events, shifted by `offset`."""

    calendar: IcsCalendar
    edge: Edge
    offset: timedelta


class Derived(Protocol):
    """What follows from something else, as the edges of a window do, and finds its firings."""

    def later(self, instant: datetime, /) -> Iterator[datetime]:
        """Give the firings after an instant (UTC), in order."""
        ...


type Schedule = AtTimes | AtSun | Every | AtEvents | Derived
