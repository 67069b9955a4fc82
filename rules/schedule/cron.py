"""Cron expressions: APScheduler's trigger reads them, over labels, so that no zone can mislead it.

Given a zone, APScheduler fires twice where an hour repeats and at a shifted time where one is
missing. Here it counts in labels only; `civil.first_instant` says which instants they mean.
"""

from datetime import UTC, datetime, time, timedelta

from rules.schedule import parse
from rules.schedule.civil import DAY
from rules.schedule.days import CronDays, Daily, DayRule, cron_trigger
from rules.schedule.errors import BadSchedule

_EXPECTED = "'minute hour day month weekday', such as '30 7 * * mon-fri'"
_START = datetime(2000, 1, 1, tzinfo=UTC)
_ALL_LEAPS = datetime(2028, 12, 31, tzinfo=UTC)  # 29 February was each weekday by then


def cron(text: str) -> tuple[tuple[time, ...], DayRule]:
    """Read a crontab line: its times of day, and its days. Raises BadSchedule."""
    fields = text.split()
    if len(fields) != 5:
        raise BadSchedule(f"cron {text!r}: {len(fields)} fields", f"five, {_EXPECTED}")
    minute, hour, day, month, weekday = fields
    if "*" not in (day[:1], weekday[:1]):
        hint = "either: two schedules; both: '*' here and days = [\"fri\"]"
        raise BadSchedule(f"cron {text!r}: a day of the month and a weekday", "one of them", hint)
    try:
        times = _times(minute, hour)
        return times, _days(text, day, month, _weekdays(weekday))
    except BadSchedule:
        raise
    except (ValueError, TypeError) as wrong:
        raise BadSchedule(f"cron {text!r}: {wrong}", _EXPECTED) from wrong


def _times(minute: str, hour: str) -> tuple[time, ...]:
    """Walk the trigger through one day: at most 1,440 steps."""
    trigger = cron_trigger(minute=minute, hour=hour, second="0")
    found: list[time] = []
    at = trigger.get_next_fire_time(None, _START)
    while at is not None and at < _START + DAY:
        found.append(at.time())
        at = trigger.get_next_fire_time(None, at + timedelta(seconds=1))
    return tuple(found)


def _weekdays(text: str) -> str:
    if text.startswith("*"):
        if text != "*":
            raise BadSchedule(f"cron: weekday {text!r}", "days and ranges: 'mon,wed-fri'")
        return text
    days = parse.weekdays("cron", text.split(","))
    return ",".join(parse.WEEKDAYS[number] for number in sorted(days))


def _days(text: str, day: str, month: str, weekday: str) -> DayRule:
    if (day, month, weekday) == ("*", "*", "*"):
        return Daily()
    trigger = cron_trigger(day=day, month=month, day_of_week=weekday)
    # Bounded here, so that each later search is: 30 February would be sought until the year 9000.
    probe = cron_trigger(day=day, month=month, day_of_week=weekday, until=_ALL_LEAPS)
    if probe.get_next_fire_time(None, _START) is None:
        raise BadSchedule(f"cron {text!r} never comes", "a day that is in some year")
    return CronDays(f"{day} {month} {weekday}", trigger)
