"""One direction of the line in time: bytes come out at once, or as late as the line is slow."""

import asyncio
import os
import sys
import time
from collections import deque
from collections.abc import Callable

from simulator.zigbee.faults import BITS_A_BYTE, LINE_BUFFER, SECOND, Faults
from simulator.zigbee.seams import Nanoseconds

type Sink = Callable[[bytes, Nanoseconds], None]
MILLISECOND = 1_000_000


class Lane:
    """Holds bytes back until their last bit has passed."""

    def __init__(self, clock: Callable[[], Nanoseconds], sink: Sink) -> None:
        """Pass bytes on to the sink, with the time they came out."""
        self._clock = clock
        self._sink = sink
        self._waiting: deque[tuple[Nanoseconds, bytes]] = deque()
        self._held = 0
        self._free_at: Nanoseconds = 0
        self._timer: _Timer | None = None

    def push(self, faults: Faults, data: bytes, now: Nanoseconds) -> Nanoseconds:
        """Send bytes down the lane; when the last one comes out, or 0 when the lane is full."""
        if not faults.paced and not self._waiting:
            self._sink(data, now)
            return now
        if self._held + len(data) > LINE_BUFFER:
            return 0
        for piece in _pieces(faults, data):
            self._free_at = self._leaves(faults, len(piece), now)
            self._waiting.append((self._free_at, piece))
            self._held += len(piece)
        if self._timer is None and self._waiting:  # of a frame that was dropped there is nothing
            self._timer = _Timer(self._release)
            self._arm()
        return self._free_at

    def clear(self) -> None:
        """Lose what is under way."""
        self._waiting.clear()
        self._held = 0
        self._free_at = 0
        if self._timer is not None:
            self._timer.close()
            self._timer = None

    def _leaves(self, faults: Faults, size: int, now: Nanoseconds) -> Nanoseconds:
        begins = max(now + int(faults.delay_ms * MILLISECOND), self._free_at)
        length = int(size * BITS_A_BYTE * SECOND / faults.baud) if faults.baud else 0
        return begins + length

    def _arm(self) -> None:
        """Wake for the next piece. One a round of the loop, so that each is read by itself."""
        if self._timer is not None:
            self._timer.set(self._waiting[0][0] - self._clock())

    def _release(self) -> None:
        _, piece = self._waiting.popleft()
        self._held -= len(piece)
        if self._waiting:
            self._arm()
        elif self._timer is not None:
            self._timer.close()
            self._timer = None
        self._sink(piece, self._clock())


class _Timer:
    """Wakes to the microsecond where the kernel can: asyncio's timers round up to milliseconds."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._loop = asyncio.get_running_loop()
        self._handle: asyncio.Handle | None = None
        self._fd = -1
        if sys.platform == "linux" and sys.version_info >= (3, 13):
            self._fd = os.timerfd_create(time.CLOCK_MONOTONIC, flags=os.TFD_NONBLOCK)
            self._loop.add_reader(self._fd, self._expired)

    def set(self, wait: Nanoseconds) -> None:
        """Wake once, after as long; a time that is past is the next round of the loop."""
        if wait <= 0:
            self._handle = self._loop.call_soon(self._wake)
        elif sys.platform == "linux" and sys.version_info >= (3, 13):
            os.timerfd_settime_ns(self._fd, initial=wait)
        else:
            self._handle = self._loop.call_later(wait / SECOND, self._wake)

    def close(self) -> None:
        """Wake no more."""
        if self._handle is not None:
            self._handle.cancel()
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1

    def _expired(self) -> None:
        try:
            os.read(self._fd, 8)
        except BlockingIOError:  # it was set anew meanwhile
            return
        self._wake()


def _pieces(faults: Faults, data: bytes) -> list[bytes]:
    if not faults.byte_by_byte:
        return [data]
    return [data[at : at + 1] for at in range(len(data))]
