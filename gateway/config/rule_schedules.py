"""Schedules of rules and the calendars that they name."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from gateway.config.errors import Path
from gateway.config.rule_house import Findings, House
from gateway.config.rule_section import CalendarSection
from gateway.config.rule_when import ScheduleWhen
from gateway.config.source import Beside
from rules.rulebook import Scheduled
from rules.schedule import (
    BadSchedule,
    Calendar,
    CatchUp,
    Keep,
    Schedule,
    catch_up,
    compile_schedule,
    date_list,
    ics_calendar,
    next_after,
)
from rules.schedule.kinds import AtTimes

MAX_ICS = 1_000_000
_DAY = timedelta(days=1)
_YEAR = 366
_OFTEN = 24
"""Of what comes so often in a day, nobody misses one."""
NEVER = CatchUp(Keep.NONE)


def calendars(
    sections: Iterable[CalendarSection], beside: Beside, zone: ZoneInfo, findings: Findings
) -> dict[str, Calendar]:
    """Read the calendars; a bad one is told, and stands for one that never comes."""
    made: dict[str, Calendar] = {}
    for index, section in enumerate(sections):
        path = ("calendar", index)
        try:
            made[section.name] = _calendar(section, path, beside, zone, findings)
        except BadSchedule as bad:
            key = "dates" if section.dates is not None else "ics"
            findings.error((*path, key), bad.what, bad.expected, bad.hint)
            made[section.name] = _nothing(section, zone)
    return made


def _nothing(section: CalendarSection, zone: ZoneInfo) -> Calendar:
    """Stand in for a bad calendar, of its kind: rules that name it are not wrong for that."""
    if section.dates is None:
        return ics_calendar(section.name, _NO_EVENTS, zone)
    return date_list(section.name, frozenset({date(2000, 1, 1)}))


_NO_EVENTS = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


def _calendar(
    section: CalendarSection, path: Path, beside: Beside, zone: ZoneInfo, findings: Findings
) -> Calendar:
    if (section.ics is None) == (section.dates is None):
        found = "neither a file nor dates" if section.ics is None else "a file and dates"
        hint = 'ics = "bins.ics", or dates = ["2026-12-24"]'
        findings.error(path, found, "one of ics, dates", hint)
    if section.ics is None:
        listed = frozenset(section.dates or [date(2000, 1, 1)])
        return date_list(section.name, listed)
    return ics_calendar(section.name, _text(beside, section.ics), zone)


def _text(beside: Beside, name: str) -> str:
    try:
        return beside.text(name, MAX_ICS)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8"
        raise BadSchedule(f"a file that cannot be read ({reason})", "an ICS file") from None


def caught_up(text: str, path: Path, findings: Findings) -> CatchUp:
    """Read the key `catch_up`."""
    try:
        return catch_up(text)
    except BadSchedule as bad:
        findings.error((*path, "catch_up"), bad.what, bad.expected, bad.hint)
        return NEVER


def scheduled(
    when: ScheduleWhen, path: Path, policy: CatchUp, house: House, findings: Findings
) -> Scheduled | None:
    """Compile a schedule; note what is wrong with it, and the nights that leave it out."""
    keys = when.keys()
    section = dict(keys)
    if when.sun is not None and when.offset is not None:
        del section["offset"]
        sign = "" if when.offset.startswith(("+", "-")) else "+"
        section["sun"] = f"{when.sun}{sign}{when.offset}"
    try:
        key = repr(section)
        schedule = house.schedules.get(key) or compile_schedule(
            section, house.place, house.calendars
        )
        house.schedules[key] = schedule
    except BadSchedule as bad:
        hint = bad.hint
        if bad.expected == "latitude and longitude":
            hint = "add latitude and longitude to [site]"
        findings.error(place_of_mistake(path, keys, bad), bad.what, bad.expected, hint)
        return None
    except (ValueError, OverflowError):
        findings.error(path, "a schedule that means nothing", "one as in docs/schedules.md")
        return None
    _warn_of_gaps(schedule, path, house, findings)
    if next_after(schedule, datetime.combine(house.since, time(), UTC)) is None:
        findings.warn(path, "times that are all over", "one that is still to come")
    return Scheduled(schedule, policy)


def place_of_mistake(path: Path, keys: Mapping[str, object], bad: BadSchedule) -> Path:
    """Find the key, and the text in its list, that a schedule's error is about."""
    word = bad.what.partition(" ")[0].rstrip(":")
    if word == "sun" and "offset" in keys and "offset" in bad.what:
        return *path, "offset"
    if word == "calendar" and word not in keys:  # a filter names one that is not there
        filters = ("only", "except")
        word = next((key for key in filters if _item(keys.get(key), bad) is not None), word)
    if word not in keys:
        return path
    index = _item(keys[word], bad)
    return (*path, word) if index is None else (*path, word, index)


def _item(value: object, bad: BadSchedule) -> int | None:
    """Give the index of the text in a list that the error quotes."""
    texts = enumerate(value) if isinstance(value, list) else ()
    return next((index for index, text in texts if repr(text) in bad.what), None)


def _warn_of_gaps(schedule: Schedule, path: Path, house: House, findings: Findings) -> None:
    if not isinstance(schedule, AtTimes) or len(schedule.times) >= _OFTEN:
        return
    for day, begins, ends in gaps(schedule.zone, house.since):
        skipped = [at for at in schedule.times if begins <= at < ends]
        midnight = datetime.combine(day, time(), schedule.zone).astimezone(UTC)
        fires = next_after(schedule, midnight - timedelta(seconds=1)) if skipped else None
        if fires is not None and fires < midnight + _DAY:
            found = f"{skipped[0]:%H:%M}, which {day:%-d %B %Y} does not have"
            hint = f"the clock goes from {begins:%H:%M} to {ends:%H:%M}: it comes at {ends:%H:%M}"
            findings.warn(path, found, "a time of every day", hint)
            return


@lru_cache(maxsize=64)
def gaps(zone: ZoneInfo, since: date) -> tuple[tuple[date, time, time], ...]:
    """Give the times that the clock on the wall leaves out in the year from a day on."""
    found = []
    for day in (since + n * _DAY for n in range(_YEAR)):
        if _offset(zone, datetime.combine(day + _DAY, time())) > _offset(
            zone, datetime.combine(day, time())
        ):
            minutes = [datetime.combine(day, time()) + timedelta(minutes=n) for n in range(24 * 60)]
            gone = [at for at in minutes if _is_gone(zone, at)]
            if gone and gone[-1].date() == day and gone[-1].time() < time(23, 59):
                found.append((day, gone[0].time(), (gone[-1] + timedelta(minutes=1)).time()))
    return tuple(found)


def _offset(zone: ZoneInfo, label: datetime) -> timedelta:
    return label.replace(tzinfo=zone).utcoffset() or timedelta()


def _is_gone(zone: ZoneInfo, label: datetime) -> bool:
    there = label.replace(tzinfo=zone).astimezone(UTC)
    return there.astimezone(zone).replace(tzinfo=None) != label
