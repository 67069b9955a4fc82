"""Tells a play as it goes on, in the order in which things happened."""

import asyncio
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count

from simulator.play import Kind, Progress

LATE_SECONDS = 0.3
"""What happened may be seen so much later; a line waits as long for those before it."""


class Telling:
    """Takes lines as they come; gives them sorted, and none from after the last step."""

    def __init__(self, show: Callable[[Progress], None]) -> None:
        self._show = show
        self._waiting: list[tuple[float, int, Progress]] = []
        self._places = count()
        self._step_ms = float("-inf")  # the last step, or what came of it

    def take(self, progress: Progress) -> None:
        """Take a line. While the house is built, and before the first step, it is told at once."""
        if progress.kind is Kind.BUILD:
            self._show(progress)
            return
        if progress.kind is not Kind.SEEN:
            self._step_ms = max(self._step_ms, progress.at_ms)
        heappush(self._waiting, (progress.at_ms, next(self._places), progress))
        loop = asyncio.get_running_loop()
        loop.call_later(LATE_SECONDS, self._give, progress.at_ms)

    def end(self) -> None:
        """Tell what still waits: the play is over."""
        self._give(self._step_ms)

    def _give(self, upto_ms: float) -> None:
        """Tell the lines up to a moment, as far as a step came after them."""
        while self._waiting and self._waiting[0][0] <= min(upto_ms, self._step_ms):
            self._show(heappop(self._waiting)[-1])
