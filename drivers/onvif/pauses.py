"""Time between tries: longer each time and never all at once; and time before a loss is told."""

import asyncio
import secrets
from collections.abc import Callable

SPREAD = 0.5  # of a pause: 1 s lies between 0.75 s and 1.25 s
_GROWTH_MOST = 16


def by_chance() -> float:
    """Give 0..1, for the jitter: cameras that fell together shall not be asked together."""
    return secrets.randbelow(1001) / 1000


class Backoff:
    """Pauses that double."""

    def __init__(self, first: float, most: float, jitter: Callable[[], float]) -> None:
        self._first = first
        self._most = most
        self._jitter = jitter
        self._tries = 0

    def next(self) -> float:
        """Give the seconds before the next try."""
        pause = min(self._most, self._first * float(1 << self._tries))
        self._tries = min(self._tries + 1, _GROWTH_MOST)
        return pause * (1 + SPREAD * (self._jitter() - 0.5))

    def reset(self) -> None:
        """Begin anew: it went well for long enough."""
        self._tries = 0


class Grace:
    """Waits a while before it acts on a loss, which may be over by then."""

    def __init__(self, seconds: float, then: Callable[[], None]) -> None:
        self._seconds = seconds
        self._then = then
        self._timer: asyncio.TimerHandle | None = None
        self.is_spent = False

    def begin(self) -> None:
        """Something is lost; it may be said again and again."""
        if self._timer is None and not self.is_spent:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._fire)

    def now(self) -> None:
        """Act at once."""
        if not self.is_spent:
            self._cancel()
            self._fire()

    def over(self) -> bool:
        """It is back; tell whether the loss had been acted upon."""
        self._cancel()
        spent, self.is_spent = self.is_spent, False
        return spent

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _fire(self) -> None:
        self._timer = None
        self.is_spent = True
        self._then()
