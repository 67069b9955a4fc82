"""A clock that the test moves: no test waits for time to pass."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from gateway.model.clock import HouseTime, after

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class FakeClock:
    """House time that stands still until `advance`; wall time moves with it, or is stepped."""

    def __init__(self, wall: datetime = NOON, at: int = 0) -> None:
        self._wall = wall
        self._at = HouseTime(at)
        self._deadline: tuple[HouseTime, Callable[[], None]] | None = None

    def now(self) -> HouseTime:
        return self._at

    def wall(self) -> datetime:
        return self._wall

    def call_at(self, when: HouseTime, callback: Callable[[], None]) -> None:
        self._deadline = when, callback

    @property
    def deadline(self) -> HouseTime | None:
        """Tell what the timer is armed for."""
        return None if self._deadline is None else self._deadline[0]

    def advance(self, delay: timedelta) -> None:
        """Let time pass; the timer fires at its moment, and again if it was armed anew."""
        end = after(self._at, delay)
        while self._deadline is not None and self._deadline[0] <= end:
            when, callback = self._deadline
            self._deadline = None
            self._move_to(max(when, self._at))
            callback()
        self._move_to(end)

    def step(self, seconds: float) -> None:
        """Set the wall clock: house time does not move."""
        self._wall += timedelta(seconds=seconds)

    def _move_to(self, at: HouseTime) -> None:
        self._wall += timedelta(microseconds=at - self._at)
        self._at = at
