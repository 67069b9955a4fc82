"""What schedules mean, by watching a clock: an independent definition, minute by minute.

Nothing here is shared with the code under test, save the zone's own data. Someone sits in front
of the local clock from one minute to the next and writes down each label that it reaches for the
first time; labels that were jumped over are reached at the jump.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
type Shape = Callable[[datetime], bool]  # asked of each label: does it fire?


def wall(zone: ZoneInfo, instant: datetime) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def reached(
    zone: ZoneInfo, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime, datetime]]:
    """Give (instant, first new label, last new label) for each minute that shows new labels.

    `start` must lie where no label is waited for again: a day or more after a turning back.
    """
    far = wall(zone, start - MINUTE)
    at = start
    while at <= end:
        now = wall(zone, at)
        if now > far:
            yield at, far + MINUTE, now
            far = now
        at += MINUTE


def expected(reach: list[tuple[datetime, datetime, datetime]], fires: Shape) -> list[datetime]:
    """Give the instants at which one of the labels then reached fires."""
    found: list[datetime] = []
    for at, label, last in reach:
        news = (label + n * MINUTE for n in range((last - label) // MINUTE + 1))
        if any(map(fires, news)):
            found.append(at)
    return found


def counted(
    reach: list[tuple[datetime, datetime, datetime]], anchor: time, period: int
) -> list[datetime]:
    """Give the minutes a whole number of periods after the anchor was last reached.

    Nothing before the anchor is first reached; a day whose anchor comes with the next one's is
    none.
    """
    found: list[datetime] = []
    since: datetime | None = None
    news = {at: (label, last) for at, label, last in reach}
    at, end = reach[0][0], reach[-1][0]
    while at <= end:
        label, last = news.get(at, (None, None))
        while label is not None and last is not None and label <= last:
            since = at if label.time() == anchor else since
            label += MINUTE
        if since is not None and (at - since) % (period * MINUTE) == timedelta():
            found.append(at)
        at += MINUTE
    return found


def turns(zone: ZoneInfo, first: int, last: int, step: timedelta) -> list[datetime]:
    """Give the minutes at which the offset changes in the years first to last, by looking."""
    found: list[datetime] = []
    at, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC)
    offset = at.astimezone(zone).utcoffset()
    while at < end:
        after = (at + step).astimezone(zone).utcoffset()
        if after != offset:
            found.append(_minute(zone, at, at + step))
            offset = after
        at += step
    return found


def _minute(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    offset = low.astimezone(zone).utcoffset()
    while high - low > MINUTE:
        middle = low + (high - low) // 2 // MINUTE * MINUTE
        if middle.astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high
