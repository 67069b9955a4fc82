"""House time on CLOCK_BOOTTIME, carried across restarts. The only file that asks the system.

The kernel's count runs on while the machine sleeps and no clock step moves it. It starts anew with
each boot, so what was added to it (`Era`) is written down beside every journal entry.
"""

import asyncio
import time
from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from gateway.model.clock import MICROSECOND, Clock, HouseTime, between
from gateway.model.event import ClockStepped

LONGEST_GAP = timedelta(days=3653)
"""A wall clock that claims we were away for longer is not believed."""
SMALLEST_STEP = timedelta(seconds=1)
WATCH_EVERY = timedelta(seconds=1)
LONGEST_NAP = timedelta(seconds=1)
"""The loop's own clock stands still while the machine sleeps, so no nap may be longer."""
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

type Wall = Callable[[], datetime]
"""Gives wall time in UTC."""


@dataclass(frozen=True, slots=True)
class Era:
    """One boot of the machine, and what house time adds to the kernel's count in it."""

    boot: str  # "" where the system does not tell
    offset: int = 0  # microseconds

    def __str__(self) -> str:
        return f"{self.boot}{self.offset:+d}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `str` wrote; anything else is a boot we know nothing of."""
        at = max(text.rfind("+"), text.rfind("-"))
        try:
            return cls(text[:at], int(text[at:]))
        except ValueError:
            return cls("")


@dataclass(frozen=True, slots=True)
class Moment:
    """What the system said at one moment."""

    boot: str
    count: int  # microseconds on CLOCK_BOOTTIME
    wall: datetime


@dataclass(frozen=True, slots=True)
class Last:
    """When the journal was last written to."""

    at: HouseTime
    wall: datetime
    era: Era


@dataclass(frozen=True, slots=True)
class Resumed:
    """How house time goes on after a restart."""

    at: HouseTime
    era: Era
    gap: timedelta = timedelta()  # for how long the hub was away
    trusted: bool = True  # False: nobody can tell how long


def resume(last: Last | None, now: Moment) -> Resumed:
    """Carry house time on from the last entry of the journal; it never goes back."""
    if last is None:
        return Resumed(HouseTime(now.count), Era(now.boot))
    if now.boot and now.boot == last.era.boot:
        gap = between(last.at, HouseTime(now.count + last.era.offset))
    else:
        gap = now.wall - last.wall
    trusted = timedelta() <= gap <= LONGEST_GAP
    gap = gap if trusted else timedelta()
    at = HouseTime(last.at + gap // MICROSECOND)
    return Resumed(at, Era(now.boot, at - now.count), gap, trusted)


def step_between(before: timedelta, now: timedelta) -> ClockStepped | None:
    """Compare how far wall time stood from house time, before and now."""
    moved = now - before
    return ClockStepped(moved.total_seconds()) if abs(moved) > SMALLEST_STEP else None


async def watch_steps(
    clock: Clock, report: Callable[[ClockStepped], None], every: timedelta = WATCH_EVERY
) -> None:
    """Live until cancelled; report each step of wall time against house time."""
    before = _wall_over_house(clock)
    while True:
        await asyncio.sleep(every.total_seconds())
        now = _wall_over_house(clock)
        if (step := step_between(before, now)) is not None:
            before = now
            report(step)


def _wall_over_house(clock: Clock) -> timedelta:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return clock.wall() - epoch - timedelta(microseconds=clock.now())


def this_moment(wall: Wall | None = None) -> Moment:
    """Ask the system what boot, what count and what wall time it is."""
    return Moment(_boot_id(), _boottime(), (wall or _wall)())


class SystemClock:
    """House time for a running hub, and its one timer."""

    def __init__(
        self,
        loop: AbstractEventLoop,
        resumed: Resumed,
        count: Callable[[], int] | None = None,
        wall: Wall | None = None,
    ) -> None:
        self._loop = loop
        self._offset = resumed.era.offset
        self._count = count or _boottime
        self._wall = wall or _wall
        self._deadline: tuple[HouseTime, Callable[[], None]] | None = None
        self._nap: TimerHandle | None = None
        self._wakes = HouseTime(0)

    def now(self) -> HouseTime:
        """Give house time; it never goes back."""
        return HouseTime(self._count() + self._offset)

    def wall(self) -> datetime:
        """Give wall time in UTC; it may step either way."""
        return self._wall()

    def call_at(self, when: HouseTime, callback: Callable[[], None]) -> None:
        """Call once, at `when` or a little later, instead of whatever was asked before."""
        self._deadline = when, callback
        if self._nap is None or when < self._wakes:
            self._sleep_until(when)
        # Else the nap under way ends in time and sees the new deadline then: most events move the
        # deadline away, and a timer a piece would cost more than all the rest of the event.

    def _sleep_until(self, when: HouseTime) -> None:
        if self._nap is not None:
            self._nap.cancel()
        now = self.now()
        micros = min(max(when - now, 0), LONGEST_NAP // MICROSECOND)
        # uvloop rounds to whole milliseconds: round up ourselves, to wake once and not early.
        millis = -(-micros // 1000)
        self._wakes = HouseTime(now + millis * 1000)
        self._nap = self._loop.call_later(millis / 1000, self._wake)

    def _wake(self) -> None:
        self._nap = None
        if self._deadline is None:
            return
        when, callback = self._deadline
        if self.now() < when:
            self._sleep_until(when)
            return
        self._deadline = None
        callback()


def _boottime() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


def _wall() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - this is the clock that is injected elsewhere


def _boot_id() -> str:
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
