"""On which days: every day, listed ones, every so many, by cron; less holidays, or only on them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from importlib import import_module
from itertools import count
from typing import Protocol, cast

from rules.schedule.calendars import Calendar, covers
from rules.schedule.civil import DAY

MAX_LOOKS = 4_000  # days that are looked at in vain before a search gives up
MAX_SPAN = 41 * 366 * DAY  # as far apart as such days may be: 29 February, on a Monday only
LAST = date(9000, 1, 1)  # no search looks further; keeps date arithmetic in its range
EVERY_WEEKDAY = frozenset(range(7))


class Trigger(Protocol):
    """What we use of APScheduler's trigger classes: they calculate, no scheduler runs."""

    def get_next_fire_time(self, previous: None, now: datetime) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Daily:
    """Every day."""


@dataclass(frozen=True, slots=True)
class Periodic:
    """Every so many days, counted from `start` on the calendar."""

    start: date
    every: int


@dataclass(frozen=True, slots=True)
class Dated:
    """Listed dates, and days of every year as (month, day)."""

    dates: tuple[date, ...]
    yearly: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class CronDays:
    """The days of a cron expression; the trigger counts in labels, which it takes for UTC."""

    expression: str
    trigger: Trigger = field(compare=False, repr=False)


type DayRule = Daily | Periodic | Dated | CronDays


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a schedule: those of a rule which no filter takes out."""

    rule: DayRule = field(default_factory=Daily)
    weekdays: frozenset[int] = EVERY_WEEKDAY  # Monday is 0
    only: tuple[Calendar, ...] = ()  # empty: no such filter
    but: tuple[Calendar, ...] = ()


def cron_trigger(until: datetime | None = None, **fields: str) -> Trigger:
    """Make APScheduler's calculator over labels. Raises ValueError for a field it cannot read."""
    # Imported by need: it costs 170 ms, mostly for the scheduler parts that we never use.
    make = cast("Callable[..., Trigger]", import_module("apscheduler.triggers.cron").CronTrigger)
    end = until or datetime.combine(LAST, time(), UTC)
    return make(**fields, timezone=UTC, end_date=end)


def days_from(days: Days, start: date) -> Iterator[date]:
    """Give the days from `start` on, in order; ends after MAX_LOOKS or MAX_SPAN in vain."""
    vain, last = 0, start
    for day in _ruled(days.rule, start):
        if day >= LAST or vain >= MAX_LOOKS or (vain and day - last > MAX_SPAN):
            return
        vain += 1
        if admits(days, day):
            vain, last = 0, day
            yield day


def admits(days: Days, day: date) -> bool:
    """Tell whether the filters let a day pass. The rule is not asked."""
    return (
        day.weekday() in days.weekdays
        and (not days.only or any(covers(calendar, day) for calendar in days.only))
        and not any(covers(calendar, day) for calendar in days.but)
    )


def _ruled(rule: DayRule, start: date) -> Iterator[date]:
    match rule:
        case Daily():
            return (start + n * DAY for n in count())
        case Periodic():
            first = max(start, rule.start)
            first += (rule.start - first).days % rule.every * DAY
            return (first + n * rule.every * DAY for n in count())
        case Dated():
            return _dated(rule, start)
        case CronDays():
            return _by_cron(rule, start)


def _dated(rule: Dated, start: date) -> Iterator[date]:
    if not rule.yearly:
        yield from (day for day in rule.dates if day >= start)
        return
    for year in range(start.year, LAST.year):
        listed = {day for day in rule.dates if day.year == year}
        dates = listed | {day for pair in rule.yearly if (day := _in_year(year, pair))}
        yield from sorted(day for day in dates if day >= start)


def _in_year(year: int, pair: tuple[int, int]) -> date | None:
    try:
        return date(year, *pair)
    except ValueError:  # 29 February, in a year without
        return None


def _by_cron(rule: CronDays, start: date) -> Iterator[date]:
    day = start
    while found := rule.trigger.get_next_fire_time(None, datetime.combine(day, time(), UTC)):
        yield found.date()
        day = found.date() + DAY
