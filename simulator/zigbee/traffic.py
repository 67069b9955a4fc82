"""Background traffic: reports of a crowd of sensors, evenly spaced, one timer for all."""

import asyncio
from collections.abc import Callable, Sequence

from simulator.zigbee.seams import Nanoseconds

# When the loop lags, what is due is made up in bursts of at most this many, so that the stick
# gets its turn between them.
_MOST_AT_ONCE = 64

type Source = Callable[[], Nanoseconds]
type Done = Callable[[int, int], None]


class Traffic:
    """One run of traffic; `done` is told how many were sent and how many of them were lost."""

    def __init__(self, sources: Sequence[Source], rate: float, total: int, done: Done) -> None:
        self._sources = sources
        self._rate = rate
        self._total = total
        self._done = done
        self._loop = asyncio.get_running_loop()
        self._start = self._loop.time()
        self._sent = 0
        self._lost = 0
        self._timer: asyncio.TimerHandle = self._loop.call_at(self._start, self._tick)

    def stop(self) -> None:
        self._timer.cancel()

    def _tick(self) -> None:
        due = int((self._loop.time() - self._start) * self._rate) + 1
        for _ in range(min(due, self._total, self._sent + _MOST_AT_ONCE) - self._sent):
            source = self._sources[self._sent % len(self._sources)]
            self._lost += source() == 0
            self._sent += 1
        if self._sent < self._total:
            at = self._start + self._sent / self._rate
            self._timer = self._loop.call_at(at, self._tick)
        else:
            self._done(self._sent, self._lost)
