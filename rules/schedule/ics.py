"""ICS files: events, with their repetitions worked out a year at a time, every search bounded.

The icalendar package reads the file, recurring-ical-events works out RRULE, RDATE, EXDATE and
moved occurrences. Both are imported when the first calendar is: they cost 190 ms.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib import import_module
from typing import Any, Protocol, cast
from zoneinfo import ZoneInfo

from rules.schedule.civil import DAY, first_instant
from rules.schedule.errors import BadSchedule

MAX_BYTES = 1_000_000
MAX_EVENTS = 2_000
MAX_REPEATS = 500_000  # of all rules together, between their begin and 2050
MAX_LENGTH = timedelta(days=366)
_RARE_ENOUGH = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """One occurrence: from `begins` (UTC) until just before `ends` (UTC)."""

    begins: datetime
    ends: datetime


class _Component(Protocol):
    """What we use of icalendar's components; their values are dynamic."""

    name: str
    errors: list[tuple[str | None, str]]

    def walk(self, name: str) -> "list[_Component]": ...
    def get(self, key: str) -> Any: ...


class _Query(Protocol):
    """What we use of recurring-ical-events, which has no type hints of its own."""

    def between(self, start: datetime, stop: datetime) -> Iterable[_Component]: ...


def checked(name: str, text: str) -> None:
    """Raise BadSchedule unless the text is a calendar that we can work out within our bounds."""
    what = f"calendar {name!r}"
    if len(text) > MAX_BYTES:
        raise BadSchedule(f"{what}: {len(text)} characters", f"at most {MAX_BYTES}")
    events = _events(what, text)
    if len(events) > MAX_EVENTS:
        raise BadSchedule(f"{what}: {len(events)} events", f"at most {MAX_EVENTS}")
    repeats = sum(_repeats(f"{what}, {_title(event)}", event) for event in events)
    if repeats > MAX_REPEATS:
        raise BadSchedule(f"{what}: {repeats} repetitions by 2050", f"at most {MAX_REPEATS}")
    try:
        events_of(text, ZoneInfo("UTC"), 2026)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as wrong:
        raise BadSchedule(f"{what}: {wrong}", "events that can be worked out") from wrong


@lru_cache(maxsize=64)  # remembers answers, never changes one: the function stays pure
def events_of(text: str, zone: ZoneInfo, year: int) -> tuple[Event, ...]:
    """Give the events that begin in a year (UTC), in order. `zone` is that of floating times."""
    start = datetime(year, 1, 1, tzinfo=UTC)
    found = _query(text).between(start - 2 * DAY, start + 368 * DAY)
    events = {_event(component, zone) for component in found}
    return tuple(sorted(e for e in events if e.begins.year == year))


@lru_cache(maxsize=8)
def _query(text: str) -> _Query:
    of = cast("Callable[[_Component], _Query]", import_module("recurring_ical_events").of)
    return of(_parsed(text))


def _parsed(text: str) -> _Component:
    calendar = import_module("icalendar").Calendar
    return cast("_Component", calendar.from_ical(text))


def _events(what: str, text: str) -> list[_Component]:
    try:
        calendar = _parsed(text)
    except (ValueError, TypeError, KeyError, IndexError) as wrong:
        first = str(wrong).splitlines()[0][:120]
        raise BadSchedule(f"{what}: {first}", "an iCalendar file (RFC 5545)") from wrong
    if calendar.name != "VCALENDAR":
        raise BadSchedule(f"{what} begins with {calendar.name}", "BEGIN:VCALENDAR")
    return calendar.walk("VEVENT")


def _repeats(what: str, event: _Component) -> int:
    """Count an event's repetitions from above; refuse what cannot be counted."""
    for key, wrong in event.errors:
        raise BadSchedule(f"{what}: {key} is broken", "a value by RFC 5545", str(wrong)[:120])
    start = event.get("DTSTART")
    if start is None:
        raise BadSchedule(f"{what} has no DTSTART", "a time at which it begins")
    if "TZID" in start.params and start.dt.tzinfo is None:
        raise BadSchedule(f"{what}: TZID {start.params['TZID']!r}", "an IANA zone or a VTIMEZONE")
    if not 1900 <= start.dt.year <= 2200:
        raise BadSchedule(f"{what} begins in {start.dt.year}", "a year from 1900 to 2200")
    _length(what, event)
    rules = event.get("RRULE")
    years = max(1, 2050 - start.dt.year)
    return sum(_yearly(what, rule) * years for rule in _listed(rules))


def _length(what: str, event: _Component) -> None:
    start, end, length = event.get("DTSTART"), event.get("DTEND"), event.get("DURATION")
    if end is not None and type(end.dt) is not type(start.dt):
        raise BadSchedule(f"{what}: DTEND is of another kind than DTSTART", "two dates or times")
    lasts = length.dt if length is not None else end.dt - start.dt if end is not None else DAY
    if not timedelta() <= lasts <= MAX_LENGTH:
        raise BadSchedule(f"{what} lasts {lasts}", f"0 to {MAX_LENGTH.days} days")


def _yearly(what: str, rule: Mapping[str, list[Any]]) -> int:
    often = str(rule.get("FREQ", ["?"])[0])
    if often not in _RARE_ENOUGH:
        raise BadSchedule(f"{what}: FREQ={often}", "DAILY, WEEKLY, MONTHLY or YEARLY")
    if not _can_come(often, rule):
        raise BadSchedule(f"{what}: its RRULE", "a day that comes", f"{dict(rule)}")
    return 366 * _size(rule, "BYHOUR", "BYMINUTE", "BYSECOND")


def _size(rule: Mapping[str, list[Any]], *keys: str) -> int:
    size = 1
    for key in keys:
        size *= max(1, len(rule.get(key, [])))
    return size


def _can_come(often: str, rule: Mapping[str, list[Any]]) -> bool:
    """Tell apart the rules that the library would seek day by day until the year 9999."""
    months = [int(m) for m in rule.get("BYMONTH", range(1, 13))]
    days = [abs(int(d)) for d in rule.get("BYMONTHDAY", [1])]
    if not any(d <= _LONGEST_MONTH[m - 1] for m in months for d in days):
        return False
    parts = {key for key in rule if key.startswith("BY")} - {"BYHOUR", "BYMINUTE", "BYSECOND"}
    if often == "DAILY":  # RFC 5545, 3.3.10: the others are not for days
        steady = not parts or int(rule.get("INTERVAL", [1])[0]) == 1
        return steady and parts <= {"BYMONTH", "BYMONTHDAY", "BYDAY"}
    return often == "YEARLY" or not parts & {"BYYEARDAY", "BYWEEKNO"}


def _event(component: _Component, zone: ZoneInfo) -> Event:
    begins = component.get("DTSTART").dt
    end = component.get("DTEND")
    length = component.get("DURATION")
    if end is not None:
        ends = end.dt
    elif length is not None:
        ends = begins + length.dt
    else:
        ends = begins if isinstance(begins, datetime) else begins + DAY
    return Event(_instant(begins, zone), _instant(ends, zone))


def _instant(moment: date, zone: ZoneInfo) -> datetime:
    if not isinstance(moment, datetime):
        return first_instant(zone, datetime.combine(moment, time()))
    if moment.tzinfo is None:
        return first_instant(zone, moment)
    if isinstance(moment.tzinfo, ZoneInfo):
        return first_instant(moment.tzinfo, moment.replace(tzinfo=None))
    return moment.astimezone(UTC)


def _listed(rules: Any) -> list[Mapping[str, list[Any]]]:
    if rules is None:
        return []
    # One rule is given as itself, several as a list of them.
    return cast("list[Mapping[str, list[Any]]]", rules if isinstance(rules, list) else [rules])


def _title(event: _Component) -> str:
    return f"event {str(event.get('SUMMARY') or event.get('UID') or '?')[:40]!r}"
