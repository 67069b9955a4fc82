"""What is due now, whatever the wall clock did since the last look.

The caller keeps one cursor a schedule, writes it down together with what it did, and asks again
whenever a firing is due and whenever the wall clock was stepped. Asking too often does no harm.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.schedule.firing import MAX_CAUGHT_UP, CatchUp, Keep, missed, newest
from rules.schedule.kinds import Schedule

ON_TIME = timedelta(seconds=60)  # later than this, a firing was missed
REMEMBERED = 16
PATIENCE = timedelta(hours=25)  # a step back by more than this mends a clock that was wrong


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a schedule was looked at, and which firings it gave.

    `fired` are the last given, in that order; `forgotten` is the latest of those given before.
    """

    evaluated: datetime
    fired: tuple[datetime, ...] = ()
    forgotten: datetime | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """What fires now, in order; what was missed and dropped; the cursor to keep."""

    firings: tuple[datetime, ...]
    dropped: tuple[datetime, ...]  # the newest MAX_CAUGHT_UP
    cursor: Cursor


def due(
    schedule: Schedule,
    cursor: Cursor,
    now: datetime,
    policy: CatchUp,
    on_time: timedelta = ON_TIME,
) -> Due:
    """Give what fires at the wall-clock time `now`, and the cursor to go on from.

    Firings no older than `on_time` fire; older ones were missed, the policy picks among them.
    A clock that steps back fires nothing twice while it is within PATIENCE of where it was; if
    it goes back further, the last REMEMBERED firings still do not come again.
    """
    since = _since(cursor, now, on_time)
    fresh = max(since, now - on_time - timedelta(microseconds=1))
    punctual = newest(schedule, fresh, now, MAX_CAUGHT_UP)
    late = missed(schedule, since, fresh, _aged(policy, now - fresh))
    if policy.keep is Keep.LATEST and punctual:
        late = ()  # something newer fires anyway
    given = tuple(at for at in (*late, *punctual) if at not in cursor.fired)
    known = {*cursor.fired, *given}
    every = newest(schedule, since, now, MAX_CAUGHT_UP)
    dropped = tuple(at for at in every if at not in known)
    return Due(given, dropped, _moved(cursor, since, now, given))


def _since(cursor: Cursor, now: datetime, on_time: timedelta) -> datetime:
    """Give the instant after which firings count: where we were, or `now` after a step back."""
    if now >= cursor.evaluated:
        return cursor.evaluated
    # What fired since is remembered one by one, so nothing is lost by going back, not even what
    # came due while the clock was wrong and is still on time. What was forgotten is waited out,
    # but not for ever: a clock that was years ahead is mended.
    back, forgotten = now - on_time, cursor.forgotten
    return back if forgotten is None or forgotten > now + PATIENCE else max(back, forgotten)


def _moved(cursor: Cursor, since: datetime, now: datetime, given: tuple[datetime, ...]) -> Cursor:
    fired = (*cursor.fired, *given)
    lost = (
        [*fired[:-REMEMBERED]]
        if cursor.forgotten is None
        else [cursor.forgotten, *fired[:-REMEMBERED]]
    )
    # What lies beyond our patience was given by a clock that was wrong, and is not waited for.
    forgotten = max((at for at in lost if at <= now + PATIENCE), default=None)
    return Cursor(max(since, now), fired[-REMEMBERED:], forgotten)


def _aged(policy: CatchUp, age: timedelta) -> CatchUp:
    within = None if policy.within is None else policy.within - age
    return CatchUp(policy.keep, within)
