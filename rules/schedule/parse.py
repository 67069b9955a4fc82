"""The words of a schedule: durations, times, weekdays, dates, the sun. All raise BadSchedule."""

import re
from datetime import date, time, timedelta

from rules.schedule.errors import BadSchedule, nearest
from rules.schedule.firing import CatchUp, Keep
from rules.schedule.sun import SunEvent

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MAX_OFFSET = timedelta(hours=12)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_CRON_DAYS = {str(number): (number - 1) % 7 for number in range(8)}  # crontab(5): 0 and 7 are sun


def duration(what: str, text: str) -> timedelta:
    """Read "90s", "30m", "2h", "1d", "2w" and sums like "1h30m"."""
    if not re.fullmatch(r"(\d{1,6}[smhdw])+", text):
        raise BadSchedule(f"{what} {text!r}", "a duration such as '30m', '2h' or '1h30m'")
    parts = re.findall(r"(\d+)([smhdw])", text)
    return sum((timedelta(**{_UNITS[unit]: int(n)}) for n, unit in parts), timedelta())


def offset(what: str, text: str) -> timedelta:
    """Read a signed duration of at most 12 h: "-30m", "+1h"."""
    sign = -1 if text.startswith("-") else 1
    found = sign * duration(what, text.lstrip("+-") if text[:1] in {"+", "-"} else text)
    if abs(found) > MAX_OFFSET:
        raise BadSchedule(f"{what} {text!r}", "at most 12h either way")
    return found


def clock(what: str, text: str) -> time:
    """Read a local time, "07:30" or "07:30:15"."""
    if re.fullmatch(r"\d\d:\d\d(:\d\d)?", text):
        try:
            return time.fromisoformat(text)
        except ValueError:
            pass  # 25:00: told below, in the same words
    raise BadSchedule(f"{what} {text!r}", "a time from '00:00' to '23:59:59'")


def weekdays(what: str, texts: list[str]) -> frozenset[int]:
    """Read weekdays and ranges of them, also over Sunday: ["mon-thu", "sat"]. Monday is 0."""
    return frozenset(day for text in texts for day in _range(what, text))


def day(what: str, text: str) -> date:
    """Read "2026-12-24"."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadSchedule(f"{what} {text!r}", "a date such as '2026-12-24'") from None


def yearly(what: str, text: str) -> tuple[int, int]:
    """Read the day of each year "12-24" as (month, day)."""
    found = day(what, f"2000-{text}")  # a leap year: 29 February is a date
    return found.month, found.day


def sun(what: str, text: str) -> tuple[SunEvent, timedelta]:
    """Read "sunset", "dawn+15m", "sunrise-1h30m"."""
    found = re.fullmatch(r"([a-z]+)([+-].+)?", text)
    if found is None or found[1] not in set(SunEvent):
        hint = nearest(found[1], SunEvent) if found else ""
        raise BadSchedule(f"{what} {text!r}", f"{', '.join(SunEvent)}, and an offset", hint)
    return SunEvent(found[1]), offset(f"{what} {text!r}:", found[2] or "+0s")


def catch_up(text: str) -> CatchUp:
    """Read "none", "latest", "all", or "if_within:2h": the latest, if no older than that."""
    if text in set(Keep):
        return CatchUp(Keep(text))
    head, _, rest = text.partition(":")
    if head != "if_within":
        raise BadSchedule(f"catch_up {text!r}", f"{', '.join(Keep)} or 'if_within:2h'")
    return CatchUp(Keep.LATEST, duration("catch_up if_within:", rest))


def _range(what: str, text: str) -> list[int]:
    first, dash, last = text.lower().partition("-")
    start, end = _weekday(what, first), _weekday(what, last if dash else first)
    return [(start + n) % 7 for n in range((end - start) % 7 + 1)]


def _weekday(what: str, text: str) -> int:
    if text in _CRON_DAYS and what == "cron":
        return _CRON_DAYS[text]
    if text in WEEKDAYS:
        return WEEKDAYS.index(text)
    raise BadSchedule(f"{what}: day {text!r}", ", ".join(WEEKDAYS), nearest(text, WEEKDAYS))
