"""Two ways to a camera's events: it is asked again and again (pull), or it posts them (push).

Both are tried, whatever the camera says of itself. Each lives until it is lost, which is an
EventsLost or another CameraFault; an answer without news is a sign of life.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from enum import StrEnum
from typing import Any, Protocol

from drivers.onvif.client import PULL, PUSH, asked, interval, term_of
from drivers.onvif.faults import CameraFault, EventsLost, Garbled, WrongPassword
from drivers.onvif.link import Link
from drivers.onvif.message import Message
from drivers.onvif.push import PostOffice
from drivers.onvif.settings import Timing

LIMIT = 50  # messages of one answer
SHORTEST_RENEWAL_SECONDS = 2.0
IDLE_SECONDS = 0.5  # before the next question to a camera that answers at once, with nothing
FAREWELL_SECONDS = 2.0
SILENT_RENEWALS = 2  # without any post in spite of being asked: it does not reach us


class Way(StrEnum):
    """How a camera's events come."""

    PULL = "pull"
    PUSH = "push"
    NONE = "none"  # the detection looks at the video by itself


class Subscription(Protocol):
    """A way that was opened."""

    async def listen(self) -> None:
        """Listen until it is lost."""
        ...

    async def synchronize(self) -> None:
        """Have the camera say again how everything stands."""
        ...


class Lease:
    """What both have in common: a term that is renewed in time, and the end of it."""

    def __init__(self, link: Link, timing: Timing) -> None:
        self.link = link
        self.timing = timing
        self._secrets = (link.settings.password.text,)
        self._loop = asyncio.get_running_loop()
        self._manage: Any = None
        self.pull: Any = None
        self.renew_at = 0.0

    async def begin(self, kind: str, service: str, operation: str, what: dict[str, Any]) -> None:
        """Subscribe."""
        client, term = self.link.client, interval(self.timing.term)
        async with asked(self._secrets, 2 * self.timing.answer):
            made = await getattr(client, f"create_{service}_service")()
            wish = {"InitialTerminationTime": client.get_next_termination_time(term), **what}
            answer = await getattr(made, operation)(wish)
            self.pull, self._manage = await client.subscribed(kind, answer.SubscriptionReference)
            self._note(answer)
            if client.has_broken_relative_time(term, answer.CurrentTime, answer.TerminationTime):
                with contextlib.suppress(CameraFault):
                    await self._renew()  # now with a moment instead of a duration

    async def renew_in_time(self) -> None:
        """Renew, where half of the term is over."""
        if self._loop.time() >= self.renew_at:
            await self._renew()

    async def synchronize(self) -> None:
        """Have the camera say again how everything stands."""
        async with asked(self._secrets, self.timing.answer):
            await self.pull.SetSynchronizationPoint()

    async def end(self) -> None:
        """Say goodbye: cameras have few places, and a place that is left is free only late."""
        if self._manage is not None:
            with contextlib.suppress(CameraFault):
                async with asked(self._secrets, FAREWELL_SECONDS):
                    await self._manage.Unsubscribe()

    async def asked(self, work: Any, seconds: float) -> Any:
        """Wait for an answer of the subscription's own service."""
        async with asked(self._secrets, seconds):
            return await work

    async def _renew(self) -> None:
        client = self.link.client
        term = client.get_next_termination_time(interval(self.timing.term))
        async with asked(self._secrets, self.timing.answer):
            self._note(await self._manage.Renew(term))

    def _note(self, answer: Any) -> None:
        half = term_of(answer, self.timing.term) / 2
        self.renew_at = self._loop.time() + max(half, SHORTEST_RENEWAL_SECONDS)


class Pulling:
    """PullMessages, one after the other."""

    def __init__(self, lease: Lease, alive: Callable[[], None]) -> None:
        self._lease = lease
        self._alive = alive

    async def listen(self) -> None:
        """Pull until it is lost."""
        loop = asyncio.get_running_loop()
        while True:
            begun = loop.time()
            await self.once(self._lease.timing.pull)
            self._alive()
            await self._lease.renew_in_time()
            if loop.time() - begun < min(IDLE_SECONDS, self._lease.timing.pull):
                await asyncio.sleep(IDLE_SECONDS / 10)

    async def once(self, seconds: float) -> None:
        """Pull once; what came was heard before this returns."""
        lease = self._lease
        what = {"Timeout": interval(seconds), "MessageLimit": LIMIT}
        await lease.asked(lease.pull.PullMessages(what), seconds + lease.timing.answer)

    async def synchronize(self) -> None:
        """Have the camera say again how everything stands."""
        await self._lease.synchronize()


class Pushing:
    """The camera posts; we renew, and have it say now and then that it still does."""

    def __init__(self, lease: Lease, alive: Callable[[], None]) -> None:
        self._lease = lease
        self._alive = alive
        self._came = asyncio.Event()
        self._silent = 0

    def posted(self) -> None:
        """Something was posted."""
        self._came.set()
        self._alive()

    async def prove(self) -> None:
        """Wait for the first post: a subscription alone does not say that one arrives."""
        with contextlib.suppress(CameraFault):
            await self._lease.synchronize()
        try:
            async with asyncio.timeout(self._lease.timing.proof):
                await self._came.wait()
        except TimeoutError:
            raise EventsLost("it posts nothing, or its posts do not reach us") from None

    async def listen(self) -> None:
        """Renew until it is lost."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._lease.timing.pulse)
            await self._lease.link.pulse()
            if loop.time() >= self._lease.renew_at:
                await self._renew()

    async def synchronize(self) -> None:
        """Have the camera say again how everything stands."""
        await self._lease.synchronize()

    async def _renew(self) -> None:
        self._silent = 0 if self._came.is_set() else self._silent + 1
        if self._silent >= SILENT_RENEWALS:
            raise EventsLost("it posts nothing any more")
        self._came.clear()
        await self._lease.renew_in_time()
        with contextlib.suppress(CameraFault):
            await self._lease.synchronize()


type Hear = Callable[[Message], None]


@contextlib.asynccontextmanager
async def pulling(link: Link, timing: Timing, alive: Callable[[], None]) -> AsyncIterator[Pulling]:
    """Subscribe, and pull once: a camera may take the one and refuse the other."""
    lease = Lease(link, timing)
    try:
        await lease.begin(PULL, "events", "CreatePullPointSubscription", {})
        way = Pulling(lease, alive)
        await way.once(min(1.0, timing.pull))
        yield way
    finally:
        await lease.end()


@contextlib.asynccontextmanager
async def pushing(
    link: Link,
    timing: Timing,
    alive: Callable[[], None],
    *,
    office: PostOffice,
    hear: Hear,
) -> AsyncIterator[Pushing]:
    """Subscribe to posts, and wait for the first of them."""
    lease = Lease(link, timing)
    way = Pushing(lease, alive)

    def posted(came: list[Message]) -> None:
        for message in came:
            hear(message)
        way.posted()

    async with office.box((link.host, int(link.client.port)), posted) as address:
        try:
            consumer = {"ConsumerReference": {"Address": address}}
            await lease.begin(PUSH, "notification", "Subscribe", consumer)
            await way.prove()
            yield way
        finally:
            await lease.end()


def says_no(fault: CameraFault) -> bool:
    """Tell whether a way is closed for good, and not only for now."""
    return isinstance(fault, Garbled | WrongPassword | EventsLost)
