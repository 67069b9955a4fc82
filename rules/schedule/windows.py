"""Windows of time as conditions: from … to …, over midnight too, or a calendar's events.

A window holds from its begin (included) to its end (not included).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from heapq import merge
from itertools import islice
from typing import assert_never
from zoneinfo import ZoneInfo

from rules.schedule.calendars import IcsCalendar, events_near
from rules.schedule.civil import DAY, first_instant, in_utc, local_date
from rules.schedule.days import Days, admits
from rules.schedule.firing import firings, newest, next_after
from rules.schedule.kinds import AtEvents, AtSun, AtTimes, Edge

MAX_EDGES = 1_000  # looked at before a window is taken never to change again
_LONGEST_NIGHT = timedelta(days=200)  # from a sunset to the next sunrise, near the poles


@dataclass(frozen=True, slots=True)
class Clocked:
    """From a local time to a local time, the next day if it is not later; `None` is 24:00.

    `days` are those on which it begins.
    """

    opens: time
    closes: time | None
    days: Days
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Between:
    """From a firing of one schedule to the next firing of another; one of them is the sun's."""

    opens: AtTimes | AtSun
    closes: AtTimes | AtSun


@dataclass(frozen=True, slots=True)
class During:
    """While an event of the calendar lasts."""

    calendar: IcsCalendar


type Window = Clocked | Between | During


@dataclass(frozen=True, slots=True)
class AtEdges:
    """A schedule: whenever a window begins to hold, or ends to."""

    window: Window
    opens: bool

    def later(self, instant: datetime, /) -> Iterator[datetime]:
        """Give the edges after an instant, in order."""
        edge = next_edge(self.window, instant)
        while edge is not None:
            if is_inside(self.window, edge) is self.opens:
                yield edge
            edge = next_edge(self.window, edge)


def is_inside(window: Window, instant: datetime) -> bool:
    """Tell whether the window holds at an instant. Raises ValueError for one without a zone."""
    instant = in_utc(instant)
    match window:
        case Clocked():
            today = local_date(window.zone, instant)
            spans = (_span(window, day) for day in (today - DAY, today))
            return any(begin <= instant < end for begin, end in spans)
        case Between():
            opened = newest(window.opens, instant - _LONGEST_NIGHT, instant, 1)
            closes = next_after(window.closes, opened[0]) if opened else instant
            return closes is None or instant < closes
        case During():
            near = events_near(window.calendar, instant)
            return any(event.begins <= instant < event.ends for event in near)
        case _:
            assert_never(window)


def next_edge(window: Window, instant: datetime) -> datetime | None:
    """Give the first instant (UTC) after this one at which the window begins or ends to hold."""
    inside = is_inside(window, instant)
    edges = islice(_edges(window, instant), MAX_EDGES)
    return next((edge for edge in edges if is_inside(window, edge) is not inside), None)


def _span(window: Clocked, day: date) -> tuple[datetime, datetime]:
    """Give begin and end of the window that opens on a day; equal where there is none."""
    begin = first_instant(window.zone, datetime.combine(day, window.opens))
    if not admits(window.days, day):
        return begin, begin
    over = window.closes is None or window.closes <= window.opens
    closes = datetime.combine(day, window.closes or time())
    return begin, first_instant(window.zone, closes + DAY if over else closes)


def _edges(window: Window, instant: datetime) -> Iterator[datetime]:
    match window:
        case Clocked():
            times = sorted({window.opens, window.closes or time()})
            return firings(AtTimes(tuple(times), Days(), window.zone), instant)
        case Between():
            return merge(firings(window.opens, instant), firings(window.closes, instant))
        case During():
            begins = AtEvents(window.calendar, Edge.BEGIN, timedelta())
            ends = AtEvents(window.calendar, Edge.END, timedelta())
            return merge(firings(begins, instant), firings(ends, instant))
        case _:
            assert_never(window)
