"""Keeps a camera's events coming: by pull, else by push, else not at all; and tries again."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from drivers.onvif.faults import CameraFault, Unreachable, WrongPassword
from drivers.onvif.hearing import Hearing
from drivers.onvif.link import Link
from drivers.onvif.pauses import Backoff, Grace
from drivers.onvif.push import PostOffice
from drivers.onvif.senses import Senses
from drivers.onvif.settings import CameraSettings, Timing
from drivers.onvif.subscription import Subscription, Way, pulling, pushing

log = logging.getLogger(__name__)

DEAF_LATER = 1.1  # than the camera is dead, where it is: that says it all

type Opening = AbstractAsyncContextManager[Subscription]


class Events:
    """Of one camera, over all its connections."""

    def __init__(
        self,
        settings: CameraSettings,
        timing: Timing,
        senses: Senses,
        hearing: Hearing,
        office: PostOffice,
    ) -> None:
        self._settings = settings
        self._timing = timing
        self._senses = senses
        self._hearing = hearing
        self._office = office
        self._loop = asyncio.get_running_loop()
        self._settling = Grace(timing.settle, self._settled)
        self._deaf = Grace(DEAF_LATER * timing.grace, self._unknown)
        self._open: Subscription | None = None
        self.way: Way | None = None  # None: not tried yet
        self.reason = ""  # of the last loss

    async def follow(self, link: Link, jitter: Callable[[], float]) -> None:
        """Follow them over a connection, until the camera is lost: a CameraFault."""
        pauses = Backoff(self._timing.retry, self._timing.retry_most, jitter)
        self._senses.begin()
        try:
            while True:
                begun = self._loop.time()
                if await self._any_way(link):
                    await link.check()
                    if self._loop.time() - begun > self._timing.retry_most:
                        pauses.reset()
                    await asyncio.sleep(pauses.next())
                else:
                    self._note(Way.NONE)
                    self._deaf.begin()
                    await self._do_without(link)
        finally:
            self._settling.over()
            self._deaf.begin()

    @property
    def why_not_pulled(self) -> str:
        """Say why they come by another way, or not at all; "" where they are pulled."""
        return "" if self.way is Way.PULL else self.reason

    async def synchronize(self) -> bool:
        """Have the camera say again how everything stands; tell whether that can be heard."""
        if self._open is None:
            return False
        await self._open.synchronize()
        return True

    def lost(self) -> None:
        """Call everything unknown: the camera is gone."""
        self._settling.over()
        self._deaf.now()

    def close(self) -> None:
        """Leave no timer behind."""
        self._settling.over()
        self._deaf.over()

    def alive(self) -> None:
        """Note a sign of life."""
        self._hearing.tell(self._senses.heard(self._loop.time()))

    async def _any_way(self, link: Link) -> bool:
        """Listen by the first way that opens, until it is lost; False: none does."""
        pull = pulling(link, self._timing, self.alive)
        if await self._by(pull, Way.PULL, link):
            return True
        push = pushing(link, self._timing, self.alive, office=self._office, hear=self._hearing.hear)
        return await self._by(push, Way.PUSH, link)

    async def _by(self, opening: Opening, way: Way, link: Link) -> bool:
        opened = False
        try:
            async with opening as subscription:
                opened = True
                await self._listen(subscription, way)
        except WrongPassword as no:
            if opened:
                raise  # its clock was set, or its password: a new login finds out
            self.reason = str(no)
        except Unreachable as no:
            self.reason = str(no)
            await link.pulse()  # the camera itself, or only its events?
        except CameraFault as no:
            self.reason = str(no)
        if opened:
            log.info("camera %s: its events were lost: %s", self._settings.name, self.reason)
        return opened

    async def _listen(self, subscription: Subscription, way: Way) -> None:
        self._open = subscription
        self._opened(way)
        try:
            await subscription.listen()
        finally:
            self._open = None
            self._deaf.begin()  # before anything else is asked, which may take long

    async def _do_without(self, link: Link) -> None:
        """Have it give signs of life for a while."""
        until = self._loop.time() + self._timing.events_retry
        while self._loop.time() < until:
            await asyncio.sleep(self._timing.pulse)
            await link.pulse()
            self.alive()

    def _opened(self, way: Way) -> None:
        self._deaf.over()
        self._settling.begin()
        self._note(way)
        self.alive()

    def _note(self, way: Way) -> None:
        if way is self.way:
            return
        self.way = way
        name = self._settings.name
        match way:
            case Way.PULL:
                self.reason = ""
                log.info("camera %s: its events are pulled", name)
            case Way.PUSH:
                log.info(
                    "camera %s: its events are pushed, as pulling failed: %s", name, self.reason
                )
            case Way.NONE:
                log.warning("camera %s has no events: %s", name, self.reason)

    def _settled(self) -> None:
        self._hearing.tell(self._senses.settled())

    def _unknown(self) -> None:
        self._hearing.tell(self._senses.unknown())


async def either(*works: "asyncio.Task[None]") -> None:
    """Run some things until one of them ends; raise what it raises."""
    try:
        done, _ = await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
        for work in done:
            work.result()
    finally:
        for work in works:
            work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*works, return_exceptions=True)
