"""The local clock: which instant a local time names, also in the two odd nights of the year.

A label is a naive `datetime`, as a clock on the wall shows it. It means **the first instant at
which that clock shows it or something later**. So a time that is skipped means the end of the gap,
a time that comes twice means its first coming, and later labels never mean earlier instants.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from rules.schedule.errors import BadSchedule, nearest

DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


def zone_named(name: str) -> ZoneInfo:
    """Load an IANA zone, from the system or the tzdata package. Raises BadSchedule."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # not found; a folder of zones; not such a name
        hint = nearest(name, available_timezones())
    raise BadSchedule(f"time zone {name!r}", "an IANA name such as 'Europe/Prague'", hint)


def in_utc(instant: datetime) -> datetime:
    """Give an instant in UTC. Raises ValueError without a zone: the machine's is not ours."""
    if instant.tzinfo is None:
        raise ValueError(f"an instant without a time zone: {instant}")
    return instant.astimezone(UTC)


def shown(zone: ZoneInfo, instant: datetime) -> datetime:
    """Give the label that the local clock shows at an instant."""
    return instant.astimezone(zone).replace(tzinfo=None)


def local_date(zone: ZoneInfo, instant: datetime) -> date:
    """Give the date on the wall at an instant."""
    return instant.astimezone(zone).date()


def first_instant(zone: ZoneInfo, label: datetime) -> datetime:
    """Give the first instant (UTC) at which the local clock shows `label` or later."""
    instant = label.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if shown(zone, instant) == label:
        return instant
    # In a gap, PEP 495 gives two instants: fold=1 lies before the gap's end, fold=0 at it or after.
    before = label.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return _end_of_gap(zone, label, before, instant)


def _end_of_gap(zone: ZoneInfo, label: datetime, before: datetime, after: datetime) -> datetime:
    # At most 17 halvings: no gap is longer than a day of 86,400 seconds.
    while after - before > _SECOND:
        middle = before + (after - before) // 2 // _SECOND * _SECOND
        if shown(zone, middle) >= label:
            after = middle
        else:
            before = middle
    return after
