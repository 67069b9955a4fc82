"""Says when what waits for the disk may leave: with its commit, or when it has waited too long."""

from asyncio import AbstractEventLoop, TimerHandle
from collections import deque

from gateway.journal.records import Committed

UNDURABLE_AFTER_SECONDS = 2.0
"""So long an order waits for the disk; then its entry is released, flagged as not durable."""


class Releases:
    """Entries handed over and not yet released. For the event loop's thread."""

    def __init__(self, loop: AbstractEventLoop, released: int, on_commit: Committed) -> None:
        self._loop = loop
        self._on_commit = on_commit
        self._released = released
        self._waiting: deque[tuple[int, float]] = deque()  # a flush's last number, and when it was
        self._overdue: TimerHandle | None = None

    def expect(self, number: int) -> None:
        """Wait for all up to `number`, but not for ever."""
        if number > self._released:
            self._waiting.append((number, self._loop.time()))
            self._watch()

    def release(self, number: int, *, durable: bool) -> None:
        """Let go of all up to `number`, unless that was done before."""
        while self._waiting and self._waiting[0][0] <= number:
            self._waiting.popleft()
        if number > self._released:
            self._released = number
            self._on_commit(number, durable)

    def _watch(self) -> None:
        if self._overdue is None and self._waiting:
            due = self._waiting[0][1] + UNDURABLE_AFTER_SECONDS
            self._overdue = self._loop.call_at(due, self._release_overdue)

    def _release_overdue(self) -> None:
        self._overdue = None
        oldest = self._loop.time() - UNDURABLE_AFTER_SECONDS
        late = [number for number, since in self._waiting if since <= oldest]
        if late:
            self.release(late[-1], durable=False)
        self._watch()
