"""The last seconds of a stream as packets, for recordings that begin before they are asked for."""

import threading
from collections import deque
from dataclasses import dataclass, field

from gateway.detection.stream.sample import Sample

BYTES_MOST = 64 * 1024 * 1024
"""For each camera. 20 s of a 4K stream of 25 Mbit/s; what is older than fits goes."""
OVERHEAD_BYTES = 400
"""What a packet takes beside its bytes: a flood of empty ones is bounded too."""


@dataclass(slots=True)
class _Gop:
    """A key frame and what hangs on it."""

    first: int  # the number of its first packet
    samples: list[Sample] = field(default_factory=list[Sample])
    size: int = 0


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a reader had not seen yet. Where some went before it, it begins with a key frame."""

    samples: tuple[Sample, ...]
    then: int  # the number to ask for next


class Ring:
    """Keeps `seconds` and the group of pictures that they begin in. For any thread."""

    def __init__(self, seconds: float, bytes_most: int = BYTES_MOST) -> None:
        self._seconds = seconds
        self._bytes_most = bytes_most
        self._gops: deque[_Gop] = deque()
        self._next = 0
        self._size = 0
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Give the bytes it holds, with what the packets take beside theirs."""
        return self._size

    def put(self, sample: Sample) -> None:
        """Keep a packet. Those before the first key frame are of no use to anybody."""
        with self._lock:
            if sample.starts:
                self._gops.append(_Gop(self._next))
            if not self._gops:
                return
            gop = self._gops[-1]
            gop.samples.append(sample)
            weight = len(sample.data) + OVERHEAD_BYTES
            gop.size += weight
            self._size += weight
            self._next += 1
            self._trim(sample.at)

    def start(self, at: float, latest: float) -> int:
        """Give the number of the key frame nearest to `at`, of those that came by `latest`.

        Where all came later, that of the oldest. What ended before `at` is of another time: where
        there is nothing else, that of the next packet.
        """
        with self._lock:
            near = [gop for gop in self._gops if gop.samples[-1].at >= at]
            early = [gop for gop in near if gop.samples[0].at <= latest]
            if early:
                return min(early, key=lambda gop: abs(gop.samples[0].at - at)).first
            return near[0].first if near else self._next

    def came(self, number: int) -> float | None:
        """Give when the packet of a number came; None where it did not, or went."""
        with self._lock:
            for gop in self._gops:
                if gop.first <= number < gop.first + len(gop.samples):
                    return gop.samples[number - gop.first].at
            return None

    def since(self, number: int) -> Stretch:
        """Give what came from that number on."""
        with self._lock:
            oldest = self._gops[0].first if self._gops else self._next
            begin = max(number, oldest)
            found = [
                sample
                for gop in self._gops
                if gop.first + len(gop.samples) > begin
                for sample in gop.samples[max(0, begin - gop.first) :]
            ]
            return Stretch(tuple(found), self._next)

    def _trim(self, newest: float) -> None:
        while len(self._gops) > 1 and self._gops[1].samples[0].at <= newest - self._seconds:
            self._drop()
        while self._size > self._bytes_most:
            self._drop()

    def _drop(self) -> None:
        self._size -= self._gops.popleft().size
