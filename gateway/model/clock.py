"""House time, and what the house asks of a clock."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NewType, Protocol

HouseTime = NewType("HouseTime", int)
"""Microseconds of a monotonic count that goes on across restarts. Every delay runs on it."""

MICROSECOND = timedelta(microseconds=1)


def after(at: HouseTime, delay: timedelta) -> HouseTime:
    """Give the moment `delay` after `at`."""
    return HouseTime(at + delay // MICROSECOND)


def between(start: HouseTime, end: HouseTime) -> timedelta:
    """Give the time from `start` to `end`; negative when `end` lies before."""
    return timedelta(microseconds=end - start)


class Clock(Protocol):
    """Tells house time and, as a fact to write down, wall time."""

    def now(self) -> HouseTime:
        """Give house time; it never goes back."""
        ...

    def wall(self) -> datetime:
        """Give wall time in UTC; it may step either way."""
        ...

    def call_at(self, when: HouseTime, callback: Callable[[], None]) -> None:
        """Call once, at `when` or a little later, instead of whatever was asked before."""
        ...
