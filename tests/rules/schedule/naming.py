"""Short words for the stories: places, instants, and schedules of their keys."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice, takewhile

from rules.schedule import Calendar, Place, Schedule, compile_schedule, firings, zone_named

TROMSO = Place(zone_named("Europe/Oslo"), 69.6492, 18.9553)
PRAGUE = Place(zone_named("Europe/Prague"), 50.0755, 14.4378)
NEW_YORK = Place(zone_named("America/New_York"), 40.7128, -74.0060)


def utc(text: str) -> datetime:
    """Read an instant: "2026-03-29 01:00" is UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def made(
    place: Place = PRAGUE, calendars: dict[str, Calendar] | None = None, **keys: object
) -> Schedule:
    """Compile keys; those that Python reserves are written with a trailing line (`except_`)."""
    return compile_schedule(
        {key.rstrip("_"): value for key, value in keys.items()}, place, calendars
    )


def between(schedule: Schedule, start: str, end: str) -> list[str]:
    """Give the firings in (start, end] as texts."""
    until = utc(end)
    return [f"{at:%Y-%m-%d %H:%M}" for at in _until(schedule, utc(start), until)]


def first(schedule: Schedule, start: str, number: int) -> list[str]:
    """Give the first firings after an instant as texts."""
    return [f"{at:%Y-%m-%d %H:%M}" for at in islice(firings(schedule, utc(start)), number)]


def _until(schedule: Schedule, start: datetime, until: datetime) -> Iterator[datetime]:
    return takewhile(lambda at: at <= until, firings(schedule, start))
