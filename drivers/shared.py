"""What every driver needs alike: where its end is known, who waits for a report, who was heard.

The only module that drivers have in common; it knows of none of them.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator

from gateway.model.capability import Lock, Reading
from gateway.model.device import DeviceId
from gateway.model.driver import CommandRefused, RadioLost
from gateway.model.event import DeviceHeard, Proof

BOLT_READS = 4
BOLT_SECONDS = 1.5  # between two looks at a bolt that moves
SENTENCE_SECONDS = 5.0
HEARD_SECONDS = 60.0


class Loss:
    """Why a radio or server is gone, once it is."""

    def __init__(self, otherwise: str) -> None:
        """`otherwise` is said where nobody ever says why."""
        self.sentence: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._otherwise = otherwise

    def tell(self, sentence: str) -> None:
        """Say why it is gone. The first to say so is believed."""
        if not self.sentence.done():
            self.sentence.set_result(sentence)

    async def watch[T](self, work: asyncio.Task[T]) -> T:
        """Give what the work gives; raise RadioLost where all is lost before."""
        try:
            await asyncio.wait((work, self.sentence), return_when=asyncio.FIRST_COMPLETED)
            # A library may cancel what waits for an answer before it tells of the loss.
            if not work.done() or work.cancelled():
                await asyncio.wait((self.sentence,), timeout=SENTENCE_SECONDS)
                raise RadioLost(self._why())
            return work.result()
        finally:
            work.cancel()
            await asyncio.wait((work,))

    def _why(self) -> str:
        return self.sentence.result() if self.sentence.done() else self._otherwise


class Watchers:
    """Shows readings, as they are reported, to whoever waits for one."""

    def __init__(self) -> None:
        self._waiting: dict[DeviceId, list[asyncio.Queue[Reading]]] = {}

    def tell(self, device: DeviceId, reading: Reading) -> None:
        """Show a reading to whoever waits for one of this device."""
        for queue in self._waiting.get(device, ()):
            queue.put_nowait(reading)

    @contextlib.contextmanager
    def of(self, device: DeviceId) -> Iterator[asyncio.Queue[Reading]]:
        """Give what a device reports from now on."""
        queue: asyncio.Queue[Reading] = asyncio.Queue()
        self._waiting.setdefault(device, []).append(queue)
        try:
            yield queue
        finally:
            self._waiting[device].remove(queue)
            if not self._waiting[device]:
                del self._waiting[device]


async def seen(reports: asyncio.Queue[Reading], want: Reading, seconds: float) -> bool:
    """Say whether the wanted state was reported in time. A jammed bolt is an answer too."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (reading := await reports.get()) is not want:
                if reading is Lock.JAMMED:
                    raise CommandRefused("the bolt is jammed: the lock reports it half thrown")
            return True
    return False


async def moved(
    reports: asyncio.Queue[Reading], want: Lock, look: Callable[[], Awaitable[None]]
) -> Proof:
    """Say how it is known that a bolt moved: by the lock's own report, asked for now and then."""
    for _ in range(BOLT_READS):
        if await seen(reports, want, BOLT_SECONDS):
            return Proof.REPORTED
        await look()
    return Proof.REPORTED if await seen(reports, want, 0) else Proof.ACCEPTED


class Signs:
    """Signs of life, thinned out: of each device at most one in a minute."""

    def __init__(self) -> None:
        self._last: dict[DeviceId, float] = {}

    def heard(self, device: DeviceId, now: float) -> Iterator[DeviceHeard]:
        """Give the sign, where the last one is long enough ago."""
        last = self._last.get(device)
        if last is None or now - last >= HEARD_SECONDS:
            self._last[device] = now
            yield DeviceHeard(device)

    def forget(self, device: DeviceId) -> None:
        """Have the next sign be news."""
        self._last.pop(device, None)
