"""Lets devices join, with all the security they have.

The stick takes one device a time, so joining is opened anew until its time is over. A device asks
for security classes, and all it asks for are granted: never fewer, so that a lock is never less
guarded than it could be.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from zwave_js_server.const import InclusionState, InclusionStrategy
from zwave_js_server.model.controller import Controller
from zwave_js_server.model.controller.inclusion_and_provisioning import InclusionGrant
from zwave_js_server.model.node import Node

from drivers.zwave.asking import BUSY, STICK, asked
from drivers.zwave.directory import DRIVER
from drivers.zwave.join_key import JoinKey
from drivers.zwave.labels import KEY_SECONDS
from gateway.model.command import GiveJoinKey, PermitJoin
from gateway.model.driver import CommandRefused, DriverError, RadioLost
from gateway.model.event import JoiningChanged, JoinKeyWanted

log = logging.getLogger(__name__)

REOPEN_SECONDS = 0.5
ASKED_SECONDS = 30.0  # a device that joined is asked what it is before the next one may join
CLOSE_PAUSES = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)  # before each try
LEAVE_SECONDS = 2.0  # our own end does not wait for longer
_IDLE = (InclusionState.IDLE, InclusionState.SMART_START)
_BEGUN = (InclusionState.INCLUDING, InclusionState.BUSY)

type Say = Callable[[JoiningChanged | JoinKeyWanted], None]
type Spawn = Callable[[Coroutine[None, None, None]], asyncio.Task[None]]


class Joining:
    """Whether strangers may join, and whose key is asked for."""

    def __init__(self, controller: Controller, most: int, report: Say, spawn: Spawn) -> None:
        self._controller = controller
        self._most = most
        self._report = report
        self._spawn = spawn
        self._open = self._is_over = self._given_up = False
        self._keeping: asyncio.Task[None] | None = None
        self._key = JoinKey(controller, report)
        self._asked: tuple[Node, float] | None = None
        controller.on("grant security classes", self._granted)
        controller.on("validate dsk and enter pin", self._key_asked)

    # Opening and closing

    def begin(self) -> None:
        """Close what an earlier life left open; whose key it was asked for, nobody hears now."""
        if self._controller.inclusion_state in _BEGUN:
            self._changed(open_now=True)
            self._go_on_closing()

    async def permit(self, command: PermitJoin) -> None:
        """Open for as long as asked and allowed; 0 closes now."""
        self._cancel()
        seconds = max(0, min(command.seconds, self._most))
        if seconds == 0:
            await self._close()
            return
        self._given_up = False
        if not self._key.is_wanted:
            await self._begin_at_first()
        self._changed(open_now=True)
        self._key.ask()  # who opens anew may know what nobody answered
        self._keeping = self._spawn(self._keep_open(seconds))

    async def shut(self) -> None:
        """Close if it is open: the stick does one thing at a time."""
        self._cancel()
        if self._open:
            await self._close()

    async def leave(self) -> None:
        """Close while the server hears us: it would stay open until a new life finds it so."""
        with contextlib.suppress(DriverError, TimeoutError):
            async with asyncio.timeout(LEAVE_SECONDS):
                await self.shut()

    def end(self) -> None:
        """Be over. Whether it is open is the server's to know, and the next life's to ask."""
        self._is_over = True
        self._cancel()

    async def _begin_at_first(self) -> None:
        try:
            await self._begin()
        except BaseException:  # it may be open for all that, and nobody would close it
            self._go_on_closing()
            raise

    async def _begin(self) -> None:
        if self._controller.inclusion_state is InclusionState.INCLUDING:
            return
        began = self._controller.async_begin_inclusion(InclusionStrategy.DEFAULT)
        if not await asked(STICK, began):
            raise CommandRefused(BUSY)

    async def _keep_open(self, seconds: float) -> None:
        """Open anew after each device, and close in time: not amid the joining of one."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        was_idle = False  # a device that was found just now is not yet told of
        while (now := loop.time()) < end or (self._is_letting_in() and now < end + KEY_SECONDS):
            await asyncio.sleep(min(REOPEN_SECONDS, end - now) if now < end else REOPEN_SECONDS)
            idle = self._controller.inclusion_state in _IDLE and not self._is_asking(loop.time())
            if idle and was_idle and loop.time() < end:
                await self._begun_again()
            was_idle = idle
        await self._close_at_last()

    def _is_letting_in(self) -> bool:
        return self._controller.inclusion_state is InclusionState.BUSY

    def added(self, node: Node) -> None:
        """Be told that a device joined: its interview goes before the next device."""
        self._given_up = False
        self._asked = (node, asyncio.get_running_loop().time() + ASKED_SECONDS)

    def _is_asking(self, now: float) -> bool:
        if self._asked is None:
            return False
        node, until = self._asked
        return not node.ready and node.client is not None and now < until

    async def _begun_again(self) -> None:
        try:
            await self._begin()
        except RadioLost:
            raise
        except DriverError as error:  # the next turn tries again
            log.info("joining was not opened anew: %s", error)

    async def _close(self) -> None:
        """Close; raise a DriverError where the stick did not, and go on trying."""
        try:
            await self._stop()
        except BaseException:  # who asked may have lost patience, too
            self._go_on_closing()
            raise

    def _go_on_closing(self) -> None:
        if not self._is_over:
            self._keeping = self._spawn(self._close_at_last())

    async def _stop(self) -> None:
        """Have the stick let nobody in. One that says "no" has nothing open."""
        if self._open and self._is_letting_in():  # not for the job that replaces a device
            self._given_up = True
            await self._key.refuse()
        await asked(STICK, self._controller.async_stop_inclusion())
        self._changed(open_now=False)

    async def _close_at_last(self) -> None:
        """Close, however many tries it takes: until it worked, joining is told to be open."""
        for pause in CLOSE_PAUSES:
            await asyncio.sleep(pause)
            try:
                await self._stop()
            except RadioLost:
                return  # this life is over: the next one closes
            except DriverError as error:
                log.warning("joining is not closed yet: %s", error)
            else:
                return
        log.error("joining could not be closed: unplug the stick if no stranger is to join")

    def _cancel(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            self._keeping = None

    def _changed(self, *, open_now: bool) -> None:
        if open_now != self._open:
            self._open = open_now
            self._report(JoiningChanged(DRIVER, open_now))

    # What a device that joins asks

    def _granted(self, event: dict[str, Any]) -> None:
        wanted: InclusionGrant = event["requested_grant"]
        grant = InclusionGrant(wanted.security_classes, client_side_auth=False)
        self._spawn(_logged(self._controller.async_grant_security_classes(grant)))

    def _key_asked(self, event: dict[str, Any]) -> None:
        if self._given_up:  # whoever opened is gone
            self._spawn(self._key.refuse())
        else:
            self._key.wanted(event)

    async def give_key(self, command: GiveJoinKey) -> None:
        """Answer who asks for a key."""
        await self._key.give(command)


async def _logged(work: Coroutine[Any, Any, Any]) -> None:
    try:
        await asked(STICK, work)
    except DriverError as error:  # nobody waits for this: its end is the log
        log.warning("%s", error)
