"""What is due now, whatever the wall clock did since the last look.

The caller keeps one cursor a schedule, writes it down together with what it did, and asks again
whenever a firing is due and whenever the wall clock was stepped. Asking too often does no harm.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.schedule.firing import MAX_CAUGHT_UP, CatchUp, Keep, missed, newest, next_after
from rules.schedule.kinds import Schedule

ON_TIME = timedelta(seconds=60)  # later than this, a firing was missed
REMEMBERED = 16
PATIENCE = timedelta(hours=25)  # a step back by more than this: the clock was wrong, or is now
LONGEST = timedelta(days=366)  # nobody wants what was due longer ago: the clock was wrong till now
REPORTED = 20  # of the dropped, the newest


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a schedule was looked at, and which firings it gave.

    `fired` are the last given, in that order; `forgotten` is the latest of those given before.
    `furthest` is where a clock was that went back by more than PATIENCE, until it is there again:
    nobody knows whether it was wrong till then or is wrong since.
    """

    evaluated: datetime
    fired: tuple[datetime, ...] = ()
    forgotten: datetime | None = None
    furthest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """What fires now, in order; what was missed and dropped; the cursor to keep."""

    firings: tuple[datetime, ...]
    dropped: tuple[datetime, ...]  # the newest REPORTED
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
    it goes back further, the last REMEMBERED firings still do not come again, and should it jump
    to where it was, the stretch in between counts as never lived. Where the first that was missed
    is older than LONGEST, none is made up for.
    """
    since = _since(cursor, now, on_time)
    fresh = max(since, now - on_time - timedelta(microseconds=1))
    punctual = newest(schedule, fresh, now, MAX_CAUGHT_UP)
    if _is_absurd(schedule, since, fresh, now):
        policy = CatchUp(Keep.NONE)
    late = missed(schedule, since, fresh, _aged(policy, now - fresh))
    if policy.keep is Keep.LATEST and punctual:
        late = ()  # something newer fires anyway
    given = tuple(at for at in (*late, *punctual) if at not in cursor.fired)
    dropped = _dropped(schedule, since, fresh, {*cursor.fired, *late}, policy)
    return Due(given, dropped, _moved(cursor, since, now, given))


def _since(cursor: Cursor, now: datetime, on_time: timedelta) -> datetime:
    """Give the instant after which firings count: where we were, or `now` after a step back."""
    furthest = cursor.furthest
    if furthest is not None and furthest <= now and now - cursor.evaluated > PATIENCE:
        return furthest  # the clock was wrong since it went back, and is mended
    if now >= cursor.evaluated:
        return cursor.evaluated
    # What fired since is remembered one by one, so nothing is lost by going back, not even what
    # came due while the clock was wrong and is still on time. What was forgotten is waited out,
    # but not for ever: a clock that was years ahead is mended.
    back, forgotten = now - on_time, cursor.forgotten
    return back if forgotten is None or forgotten > now + PATIENCE else max(back, forgotten)


def _is_absurd(schedule: Schedule, since: datetime, fresh: datetime, now: datetime) -> bool:
    """Tell whether more was missed than a hub is ever away for. A yearly schedule may be late."""
    if now - since <= LONGEST:
        return False
    first = next_after(schedule, since)
    return first is not None and first <= fresh and now - first > LONGEST


def _dropped(
    schedule: Schedule,
    since: datetime,
    fresh: datetime,
    known: AbstractSet[datetime],
    policy: CatchUp,
) -> tuple[datetime, ...]:
    if policy == CatchUp(Keep.ALL):
        return ()
    within = max(since, fresh - LONGEST)
    # As many more as are known, so that REPORTED of the others are found where there are.
    more = sum(within < at <= fresh for at in known)
    found = newest(schedule, within, fresh, REPORTED + more)
    return tuple(at for at in found if at not in known)[-REPORTED:]


def _moved(cursor: Cursor, since: datetime, now: datetime, given: tuple[datetime, ...]) -> Cursor:
    fired = (*cursor.fired, *given)
    lost = (
        [*fired[:-REMEMBERED]]
        if cursor.forgotten is None
        else [cursor.forgotten, *fired[:-REMEMBERED]]
    )
    # What lies beyond our patience was given by a clock that was wrong, and is not waited for.
    forgotten = max((at for at in lost if at <= now + PATIENCE), default=None)
    return Cursor(max(since, now), fired[-REMEMBERED:], forgotten, _furthest(cursor, now))


def _furthest(cursor: Cursor, now: datetime) -> datetime | None:
    """Remember where the clock was when it goes back too far, and till it is there again."""
    was = cursor.evaluated
    if was - now > PATIENCE:
        # After small steps back it may have given what lies ahead of where it was looked at last.
        return max((was, *(at for at in cursor.fired if at <= was + PATIENCE)))
    return None if cursor.furthest is None or cursor.furthest <= now else cursor.furthest


def _aged(policy: CatchUp, age: timedelta) -> CatchUp:
    within = None if policy.within is None else policy.within - age
    return CatchUp(policy.keep, within)
