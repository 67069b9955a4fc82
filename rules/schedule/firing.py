"""When a schedule fires: pure calculators. Every instant is aware and given back in UTC."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from typing import assert_never

from rules.schedule.civil import DAY, first_instant, in_utc, local_date
from rules.schedule.days import LAST, MAX_SPAN, Days, days_from
from rules.schedule.ics import events_of
from rules.schedule.kinds import AtEvents, AtSun, AtTimes, Edge, Every, Schedule
from rules.schedule.sun import IfNever, solar_noon, sun_time

MAX_CAUGHT_UP = 1_000  # firings that `all` gives at once: the newest
MAX_EMPTY_YEARS = 12  # years without an event before a calendar is taken to be over
_FIRST_LOOK = timedelta(hours=1)


class Keep(StrEnum):
    """Which of the firings that were missed are made up for."""

    NONE = "none"
    LATEST = "latest"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class CatchUp:
    """What becomes of missed firings; those older than `within` are dropped first."""

    keep: Keep
    within: timedelta | None = None


def next_after(schedule: Schedule, instant: datetime) -> datetime | None:
    """Give the first firing later than an instant; None when none comes within the bounds."""
    return next(firings(schedule, instant), None)


def firings(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    """Give the firings later than an instant, in strict order, for as long as any come.

    Raises ValueError for an instant without a zone, when the first is asked for.
    """
    last = in_utc(after)
    for found in _found(schedule, last):
        # What a gap pushed together fires once; what comes before `after` is not asked for.
        if found > last:
            last = found
            yield found


def missed(
    schedule: Schedule, since: datetime, until: datetime, policy: CatchUp
) -> tuple[datetime, ...]:
    """Give the firings in (since, until] that the policy makes up for, in order."""
    if policy.within is not None:
        # A firing exactly `within` old still counts, and `since` itself never does.
        since = max(since, until - policy.within - timedelta(microseconds=1))
    match policy.keep:
        case Keep.NONE:
            return ()
        case Keep.LATEST:
            return newest(schedule, since, until, 1)
        case Keep.ALL:
            return newest(schedule, since, until, MAX_CAUGHT_UP)
        case _:
            assert_never(policy.keep)


def newest(
    schedule: Schedule, since: datetime, until: datetime, at_most: int
) -> tuple[datetime, ...]:
    """Give the last firings in (since, until], in order."""
    # A wider and wider look back: years of outage cost no more than the firings wanted.
    look = _FIRST_LOOK
    while True:
        start = max(since, until - look) if look < until - since else since
        found = tuple(takewhile(lambda at: at <= until, firings(schedule, start)))
        if len(found) >= at_most or start <= since:
            return found[-at_most:]
        look *= 8


def _found(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    match schedule:
        case AtTimes():
            # No label of an earlier date first comes after this instant (see civil).
            start = local_date(schedule.zone, after)
            return _by_day(schedule.days, start, lambda day: _times(schedule, day))
        case Every():
            start = local_date(schedule.zone, after) - DAY  # its count runs on past midnight
            return _by_day(schedule.days, start, lambda day: _counts(schedule, day))
        case AtSun():
            # A solar day ends within 12 h of its date's noon and an offset adds 12 h at most.
            start = local_date(schedule.zone, after) - 2 * DAY
            return _by_day(schedule.days, start, lambda day: _suns(schedule, day))
        case AtEvents():
            return _edges(schedule, after)
        case _:
            return schedule.later(after)


def _by_day(
    days: Days, start: date, on: Callable[[date], Iterable[datetime]]
) -> Iterator[datetime]:
    last = start
    for day in days_from(days, start):
        for found in on(day):
            last = day
            yield found
        if day - last > MAX_SPAN:
            return


def _times(schedule: AtTimes, day: date) -> Iterator[datetime]:
    for time in schedule.times:
        yield first_instant(schedule.zone, datetime.combine(day, time))


def _counts(schedule: Every, day: date) -> Iterator[datetime]:
    at = first_instant(schedule.zone, datetime.combine(day, schedule.anchor))
    end = first_instant(schedule.zone, datetime.combine(day + DAY, schedule.anchor))
    while at < end:
        yield at
        at += schedule.period


def _suns(schedule: AtSun, day: date) -> Iterator[datetime]:
    here = schedule.latitude, schedule.longitude
    for solar in (day - DAY, day, day + DAY):
        noon = solar_noon(*here, solar)
        # A solar day is that of its noon on the wall: UTC+13 and +14 lie a date ahead of it.
        if local_date(schedule.zone, noon) != day:
            continue
        found = sun_time(schedule.event, *here, solar)
        if found is None and schedule.if_never is IfNever.NOON:
            found = noon
        if found is not None:
            yield found + schedule.offset


def _edges(schedule: AtEvents, after: datetime) -> Iterator[datetime]:
    empty = 0
    year = (after - schedule.offset).year
    while empty < MAX_EMPTY_YEARS and year < LAST.year:
        found = _edges_in(schedule, year)
        yield from (edge + schedule.offset for edge in found)
        empty = 0 if found else empty + 1
        year += 1


def _edges_in(schedule: AtEvents, year: int) -> list[datetime]:
    calendar = schedule.calendar
    begun = events_of(calendar.text, calendar.zone, year)
    if schedule.edge is Edge.BEGIN:
        return [event.begins for event in begun]
    # What ends in a year may have begun in the one before, no earlier: events are bounded.
    begun += events_of(calendar.text, calendar.zone, year - 1)
    return sorted(event.ends for event in begun if event.ends.year == year)
