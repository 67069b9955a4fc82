"""Tells the rules what the wall clock shows: at the start, and whenever they want to be told.

The rules read no clock. They say when the wall clock matters next (`automation.next_wall`), and are
told then; how late is bounded by a nap.
"""

import asyncio
import logging
import operator
from collections.abc import Callable
from datetime import datetime, timedelta

from gateway.house import House
from gateway.model.clock import Clock
from gateway.model.event import PartFailed, WallTold
from rules.automation import next_wall
from rules.lock_windows import next_wall as next_edge
from rules.site import Site
from rules.state import State

log = logging.getLogger("nightlatch.walltime")

LONGEST_NAP = timedelta(seconds=1)
"""A step of the wall clock, or a wish that changed, is noticed within this."""


async def tell_wall(
    clock: Clock,
    wanted: Callable[[], datetime | None],
    report: Callable[[WallTold], None],
    longest: timedelta = LONGEST_NAP,
) -> None:
    """Live until cancelled; tell the wall clock each time it reaches what is wanted (None: never).

    `wanted` is asked after every nap, so it should be cheap.
    """
    again = _TURN
    while True:
        due = wanted()
        if due is not None and due <= clock.wall():
            report(WallTold(clock.wall()))
            due = wanted()
        left = longest if due is None else due - clock.wall()
        if left > timedelta():
            again = _TURN
            await asyncio.sleep(min(left, longest).total_seconds())
        else:  # wanted at once, again: less and less often
            await asyncio.sleep(again)
            again = min(again * 2, _SLOWEST)


class WallWish:
    """Says when the rules of a house want the wall clock; works it out anew only after a change."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._seen: tuple[object, ...] = ()
        self._wanted: datetime | None = None

    def __call__(self) -> datetime | None:
        """Give the time; None for never."""
        site, state = self._house.site, self._house.state
        seen = site, state.rules, state.wall, state.lock_codes.edge
        if not all(map(operator.is_, seen, self._seen)) or not self._seen:
            self._seen, self._wanted = seen, self._next(site, state)
        return self._wanted

    def _next(self, site: Site, state: State) -> datetime | None:
        try:
            wanted = (next_wall(site, state), next_edge(site, state.lock_codes))
            return min((each for each in wanted if each is not None), default=None)
        except Exception as bug:  # law 6: schedules that break must not end the hub
            log.exception("the next time of the schedules cannot be told")
            self._house.take(PartFailed("the schedules", type(bug).__name__))
            return None


_TURN = 0.05
_SLOWEST = 60.0
"""What is wanted at once, again and again, must not hold up the loop nor fill the journal."""
