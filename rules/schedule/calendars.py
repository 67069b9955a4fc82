"""Named sets of days: listed, or the events of an ICS file."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from rules.schedule.civil import DAY, first_instant
from rules.schedule.errors import BadSchedule
from rules.schedule.ics import Event, checked, events_of

MAX_DATES = 5_000


@dataclass(frozen=True, slots=True)
class DateList:
    """Dates written down one by one."""

    name: str
    dates: frozenset[date]


@dataclass(frozen=True, slots=True)
class IcsCalendar:
    """The text of an ICS file; its floating times and whole days are those of `zone`."""

    name: str
    text: str
    zone: ZoneInfo


type Calendar = DateList | IcsCalendar


def date_list(name: str, dates: frozenset[date]) -> DateList:
    """Make a calendar of listed dates. Raises BadSchedule when it holds none or too many."""
    if not 0 < len(dates) <= MAX_DATES:
        raise BadSchedule(f"calendar {name!r}: {len(dates)} dates", f"1 to {MAX_DATES} dates")
    return DateList(name, dates)


def ics_calendar(name: str, text: str, zone: ZoneInfo) -> IcsCalendar:
    """Make a calendar of an ICS file's text. Raises BadSchedule when it is malformed or too big."""
    checked(name, text)
    return IcsCalendar(name, text, zone)


def covers(calendar: Calendar, day: date) -> bool:
    """Tell whether any part of a local day belongs to the calendar."""
    match calendar:
        case DateList():
            return day in calendar.dates
        case IcsCalendar():
            midnight = datetime.combine(day, time())
            begins = first_instant(calendar.zone, midnight)
            ends = first_instant(calendar.zone, midnight + DAY)
            return any(e.begins < ends and begins < e.ends for e in events_near(calendar, begins))


def events_near(calendar: IcsCalendar, instant: datetime) -> tuple[Event, ...]:
    """Give the events that can touch the two days around an instant, in order of their begin."""
    # An event lasts a year at most (ics.MAX_LENGTH), so those of two years suffice, and of a
    # third one on New Year's Eve.
    years = range(instant.year - 1, (instant + DAY).year + 1)
    return tuple(e for year in years for e in events_of(calendar.text, calendar.zone, year))
