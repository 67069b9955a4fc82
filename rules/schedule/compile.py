"""From the keys of a TOML table to a schedule or a window, checked once, with clear errors."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta

from rules.schedule import parse
from rules.schedule.calendars import Calendar, IcsCalendar
from rules.schedule.civil import DAY
from rules.schedule.cron import cron
from rules.schedule.days import Dated, DayRule, Days, Periodic
from rules.schedule.errors import BadSchedule, nearest
from rules.schedule.kinds import AtEvents, AtSun, AtTimes, Edge, Every, Place, Schedule
from rules.schedule.sun import IfNever, SunEvent, sun_time
from rules.schedule.table import Table
from rules.schedule.windows import Between, Clocked, During, Window

type Calendars = Mapping[str, Calendar]

_KINDS = ("cron", "sun", "dates", "every", "calendar", "at")  # `at` also goes with dates, every
_FILTERS = ("days", "only", "except")
_SHORTEST = timedelta(minutes=1)


def compile_schedule(
    section: Mapping[str, object], place: Place, calendars: Calendars | None = None
) -> Schedule:
    """Make a schedule of its keys. Raises BadSchedule: what was found, expected, a hint."""
    table = Table(section)
    kind = next((key for key in _KINDS if key in section), None)
    if kind is None:
        raise BadSchedule("a schedule without a time", f"one of {', '.join(sorted(_KINDS))}")
    made = _MAKERS[kind](table, place, calendars or {})
    table.done(kind)
    return made


def compile_window(
    section: Mapping[str, object], place: Place, calendars: Calendars | None = None
) -> Window:
    """Make a window of `from`, `to` and filters, or of `calendar`. Raises BadSchedule."""
    table = Table(section)
    known = calendars or {}
    made = During(_ics(table, known)) if "calendar" in section else _between(table, place, known)
    table.done("a window")
    return made


def _cron(table: Table, place: Place, calendars: Calendars) -> Schedule:
    times, rule = cron(table.text("cron"))
    return AtTimes(times, _days(table, calendars, rule), place.zone)


def _at(table: Table, place: Place, calendars: Calendars) -> Schedule:
    return AtTimes(_times(table), _days(table, calendars), place.zone)


def _dates(table: Table, place: Place, calendars: Calendars) -> Schedule:
    texts = table.texts("dates")
    yearly = sorted({parse.yearly("dates", text) for text in texts if len(text) == len("12-24")})
    fixed = sorted({parse.day("dates", text) for text in texts if len(text) != len("12-24")})
    days = _days(table, calendars, Dated(tuple(fixed), tuple(yearly)))
    return AtTimes(_times(table), days, place.zone)


def _every(table: Table, place: Place, calendars: Calendars) -> Schedule:
    text = table.text("every")
    period = parse.duration("every", text)
    if "start" in table:
        if not period or period % DAY:
            raise BadSchedule(f"every {text!r} with start", "whole days or weeks: '2d', '1w'")
        rule = Periodic(parse.day("start", table.text("start")), period // DAY)
        return AtTimes(_times(table), _days(table, calendars, rule), place.zone)
    if not _SHORTEST <= period < DAY:
        hint = "for days and weeks give `start` (a date) and `at`"
        raise BadSchedule(f"every {text!r}", "1m up to less than a day", hint)
    anchor = parse.clock("from", table.text("from", "00:00"))
    return Every(period, anchor, _days(table, calendars), place.zone)


def _sun(table: Table, place: Place, calendars: Calendars) -> Schedule:
    return _at_sun("sun", table.text("sun"), table, place, _days(table, calendars))


def _calendar(table: Table, place: Place, calendars: Calendars) -> Schedule:
    del place  # an ICS calendar knows its zone
    edge = table.text("edge", Edge.BEGIN)
    if edge not in set(Edge):
        raise BadSchedule(f"edge {edge!r}", " or ".join(Edge), nearest(edge, Edge))
    offset = parse.offset("offset", table.text("offset", "0s"))
    return AtEvents(_ics(table, calendars), Edge(edge), offset)


_MAKERS: Mapping[str, Callable[[Table, Place, Calendars], Schedule]] = {
    "cron": _cron,
    "at": _at,
    "dates": _dates,
    "every": _every,
    "sun": _sun,
    "calendar": _calendar,
}


def _times(table: Table) -> tuple[time, ...]:
    return tuple(sorted({parse.clock("at", text) for text in table.texts("at")}))


def _days(table: Table, calendars: Calendars, rule: DayRule | None = None) -> Days:
    weekdays = parse.weekdays("days", table.texts("days", ["mon-sun"]))
    only, but = (
        tuple(_known(name, calendars) for name in table.texts(key, [])) for key in _FILTERS[1:]
    )
    return Days(rule, weekdays, only, but) if rule else Days(weekdays=weekdays, only=only, but=but)


def _known(name: str, calendars: Calendars) -> Calendar:
    if name not in calendars:
        listed = ", ".join(sorted(calendars)) or "none is configured"
        hint = nearest(name, calendars)
        raise BadSchedule(f"calendar {name!r}", f"one that is configured: {listed}", hint)
    return calendars[name]


def _ics(table: Table, calendars: Calendars) -> IcsCalendar:
    found = _known(table.text("calendar"), calendars)
    if not isinstance(found, IcsCalendar):
        hint = "listed dates go with only and except"
        raise BadSchedule(f"calendar {found.name!r} of dates", "one of events (ics)", hint)
    return found


def _at_sun(key: str, text: str, table: Table, place: Place, days: Days) -> AtSun:
    event, offset = parse.sun(key, text)
    if place.latitude is None or place.longitude is None:
        raise BadSchedule(f"{key} {text!r} at an unknown place", "latitude and longitude")
    if_never = table.text("if_never", IfNever.SKIP)
    if if_never not in set(IfNever):
        raise BadSchedule(f"if_never {if_never!r}", " or ".join(IfNever))
    _comes(event, IfNever(if_never), place.latitude, place.longitude)
    never = IfNever(if_never)
    return AtSun(event, offset, never, days, place.zone, place.latitude, place.longitude)


def _comes(event: SunEvent, if_never: IfNever, latitude: float, longitude: float) -> None:
    """Look at one year of the sun; the years are alike to a few minutes."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):  # degrees
        raise BadSchedule(f"latitude {latitude}, longitude {longitude}", "degrees on the Earth")
    first = datetime(2024, 1, 1, tzinfo=UTC).date()
    year = [first + n * DAY for n in range(366)]
    without = [day for day in year if sun_time(event, latitude, longitude, day) is None]
    if without and if_never is IfNever.ERROR:
        found = (
            f"no {event} at latitude {latitude} on {len(without)} days, {without[0]:%d %B} first"
        )
        raise BadSchedule(found, "one on every day", "if_never = 'skip' or 'noon'")


def _between(table: Table, place: Place, calendars: Calendars) -> Window:
    opens, closes = table.text("from", "00:00"), table.text("to", "24:00")
    days = _days(table, calendars)
    if opens[:1].isdigit() and closes[:1].isdigit():
        return _clocked(opens, closes, days, place)
    ends = _moment("to", closes, table, place, Days())
    return Between(_moment("from", opens, table, place, days), ends)


def _clocked(opens: str, closes: str, days: Days, place: Place) -> Clocked:
    begin = parse.clock("from", opens)
    end = None if closes == "24:00" else parse.clock("to", closes)
    if begin == end:
        raise BadSchedule(f"from {opens!r} to {closes!r}", "two times", "'24:00' ends a whole day")
    return Clocked(begin, end, days, place.zone)


def _moment(key: str, text: str, table: Table, place: Place, days: Days) -> AtTimes | AtSun:
    if not text[:1].isdigit():
        return _at_sun(key, text, table, place, days)
    at = time() if key == "to" and text == "24:00" else parse.clock(key, text)
    return AtTimes((at,), days, place.zone)
