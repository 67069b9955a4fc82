"""Keeps what was seen, in the air and in the hub, and wakes whoever waits for more of it."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from simulator.play.seen import (
    EPOCH,
    MICROSECOND,
    NANOSECONDS_PER_MICROSECOND,
    HubEye,
    Message,
    Seen,
    from_air,
)

SEEN_MAX = 100_000
SAME_WALL_US = 500_000  # a step has more than a second


class TooMuch(Exception):
    """More happened than a scenario can be judged by."""


def boottime_ns() -> int:
    """Now, on the clock of the wire, which the stick and the hub have too."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


class Recorder:
    """All that was seen since the play began."""

    def __init__(self, saw: Callable[[Seen], None] = lambda _: None) -> None:
        self.seen: list[Seen] = []
        self._saw = saw
        self._eye = HubEye()
        self._changed = asyncio.Event()
        self.entered = asyncio.Event()  # the hub wrote something: its state is worth a look

    def happened(self, message: Message) -> None:
        """Take a happening of the simulated network."""
        seen = from_air(message)
        if seen is not None:
            # What never reached the wire (the stick is out) has no moment there; now is nearest.
            self._keep(seen if seen.at_ns else replace(seen, at_ns=boottime_ns()))

    def wrote(self, message: Message) -> None:
        """Take an entry of the hub's journal."""
        for seen in self._eye.entry(message):
            self._keep(seen)
        self.entered.set()

    def shows(self, wall: datetime, at_ns: int) -> bool:
        """Whether the hub wrote down that its wall clock stepped to what shows this then."""
        if self._eye.wall_offset_us is None:
            return False
        offset_us = (wall - EPOCH) // MICROSECOND - at_ns // NANOSECONDS_PER_MICROSECOND
        return abs(self._eye.wall_offset_us - offset_us) < SAME_WALL_US

    def looked(self, state: Message) -> None:
        """Take the hub's state."""
        for seen in self._eye.state(state):
            self._keep(seen)

    async def wait(self, until_ns: int) -> bool:
        """Wait until more was seen; False when the time ran out."""
        left = (until_ns - boottime_ns()) / 1e9
        if left <= 0:
            return False
        self._changed.clear()
        try:
            async with asyncio.timeout(left):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def _keep(self, seen: Seen) -> None:
        if len(self.seen) >= SEEN_MAX:
            raise TooMuch(f"more than {SEEN_MAX} things happened in one scenario")
        self.seen.append(seen)
        self._changed.set()
        self._saw(seen)
