"""Asks devices for their readings anew, a few at a time, and says UNKNOWN where none came.

What the server had in its memory when we came is nobody's word of now: it is never told.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any

from zwave_js_server.const import NodeStatus
from zwave_js_server.model.node import Node

from drivers.zwave import questions
from drivers.zwave.cc import Cc
from drivers.zwave.directory import Directory, Place, all_classes_of
from drivers.zwave.ledger import Ledger
from drivers.zwave.questions import REFRESHED, is_readable
from gateway.model.capability import Capability
from gateway.model.driver import DeviceUnreachable, DriverError, RadioLost
from gateway.model.event import Reported

log = logging.getLogger(__name__)

READ_SECONDS = 15.0
SETTLE_SECONDS = 1.0  # the server may answer a question before it passes the report on
AGAIN_SECONDS = 3.0
"""An answer is lost now and then: what is unsaid is asked for once more after this pause, and then
at signs of life (retries.py)."""
AT_ONCE = 4  # nodes; the stick sends one frame at a time, and alarms go in between
_SILENT = frozenset({Capability.KEYPAD})  # they have no reading at all


class Reader:
    """Reads. What is read is reported by whoever hears it; what is not, here."""

    def __init__(
        self,
        directory: Directory,
        ledger: Ledger,
        report: Callable[[Reported], None],
        hear: Callable[[Place, dict[str, Any]], None],
        spawn: Callable[[Coroutine[None, None, None]], asyncio.Task[None]],
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._report = report
        self._hear = hear
        self._spawn = spawn
        self._reading: list[int] = []
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._reports: dict[int, int] = {}
        self._before: dict[int, int] = {}  # reports, when it was asked last
        self._news = asyncio.Event()

    def heard(self, node: int) -> None:
        """Note that a node told something."""
        self._reports[node] = self._reports.get(node, 0) + 1
        self._news.set()

    def tell_unknown(self, places: Iterable[Place]) -> None:
        """Say that nothing is known of what was not told in this life."""
        for place in places:
            for capability in place.capabilities:
                for event in self._ledger.unsaid(place.id, capability):
                    self._report(event)

    async def read(self, node: Node) -> None:
        """Read one node; report UNKNOWN for what neither answered nor reported meanwhile."""
        self._reading.append(node.node_id)
        try:
            await self._read(node)
        finally:
            self._reading.remove(node.node_id)

    def is_reading(self, node: Node) -> bool:
        """Say whether a node is being read."""
        return node.node_id in self._reading

    async def _read(self, node: Node) -> None:
        with contextlib.suppress(RadioLost):
            await self._read_once(node)
            if _is_there(node) and not self._is_settled(node):
                await asyncio.sleep(AGAIN_SECONDS)
                await self._read_once(node)

    async def _read_once(self, node: Node) -> None:
        if _is_there(node):
            try:
                await asyncio.shield(self._asking(node))
            except RadioLost:
                raise
            except DriverError as error:
                log.info("node %d was not read: %s", node.node_id, error)
            await self._settled(node)
        self.tell_unknown(self._directory.of_node(node.node_id))

    async def refresh(self, place: Place) -> None:
        """Read one device because somebody asks; raise DeviceUnreachable when it is silent."""
        asking = self._asking(place.node)
        before = self._before[place.node.node_id]
        try:
            async with asyncio.timeout(READ_SECONDS):
                await asyncio.shield(asking)
        except TimeoutError:
            raise DeviceUnreachable(f"{place.id} did not answer: does it sleep?") from None
        await self._settled(place.node, before)
        if self._reports.get(place.node.node_id, 0) == before and is_readable(place):
            raise DeviceUnreachable(f"{place.id} did not answer when asked for its readings")

    async def look(self, place: Place) -> None:
        """Have a siren or a switch tell what it does now. Nobody waits for it."""
        try:
            if place.has(Cc.SOUND_SWITCH):
                await questions.tone(place, READ_SECONDS)
            elif place.has(Cc.BINARY_SWITCH):
                await questions.refresh(place.node, Cc.BINARY_SWITCH, READ_SECONDS)
        except DriverError as error:
            log.info("%s did not tell what it does: %s", place.id, error)

    def _asking(self, node: Node) -> asyncio.Task[None]:
        """Ask once at a time: the queue of a device that sleeps holds one question, not a heap."""
        running = self._under_way.get(node.node_id)
        if running is None or running.done():
            self._before[node.node_id] = self._reports.get(node.node_id, 0)
            running = self._under_way[node.node_id] = self._spawn(self._ask(node))
        return running

    async def _ask(self, node: Node) -> None:
        """Ask all that can be asked, also where a question fails; raise the first failure.

        A sleeper is asked all at once: it goes back to sleep when nobody wants anything.
        """
        if _is_sleeper(node):
            done = await asyncio.gather(*self._questions(node), return_exceptions=True)
            failures = [each for each in done if isinstance(each, BaseException)]
        else:
            failures = await self._ask_in_turn(node)
        if failures:
            raise failures[0]

    async def _ask_in_turn(self, node: Node) -> list[BaseException]:
        failures: list[BaseException] = []
        for question in self._questions(node):
            try:
                await question
            except DriverError as failure:
                failures.append(failure)
                if not _is_there(node) or isinstance(failure, RadioLost):
                    break
        return failures

    def _questions(self, node: Node) -> Iterator[Coroutine[None, None, None]]:
        patience = None if node.status is NodeStatus.ASLEEP else READ_SECONDS
        for place in self._directory.of_node(node.node_id):
            for kind in questions.kinds(place):
                yield self._ask_notifications(place, kind)
            if place.has(Cc.SOUND_SWITCH):
                yield self._ask_tone(place, patience)
        for number in REFRESHED:
            if number in all_classes_of(node):
                yield self._refresh(node, number, patience)

    async def _ask_notifications(self, place: Place, kind: int) -> None:
        async with self._turn_of(place.node):
            is_idle = await questions.notified(place, kind)
        if is_idle and place.node.ready:  # else it is asked all anew meanwhile
            for event in questions.idle(place, kind):
                self._hear(place, event)

    async def _ask_tone(self, place: Place, patience: float | None) -> None:
        async with self._turn_of(place.node):
            await questions.tone(place, patience)

    async def _refresh(self, node: Node, number: Cc, patience: float | None) -> None:
        async with self._turn_of(node):
            await questions.refresh(node, number, patience)

    def _turn_of(self, node: Node) -> AbstractAsyncContextManager[object]:
        """Give a turn. Sleepers take none: they would keep it until they wake."""
        return contextlib.nullcontext() if _is_sleeper(node) else self._turn

    async def _settled(self, node: Node, before: int | None = None) -> None:
        """Wait a moment for reports that the answer overtook."""
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                while not self._is_settled(node, before):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return

    def _is_settled(self, node: Node, before: int | None = None) -> bool:
        if before is not None and self._reports.get(node.node_id, 0) == before:
            return False
        return all(
            self._ledger.knows(place.id, capability)
            for place in self._directory.of_node(node.node_id)
            for capability in place.capabilities - _SILENT
        )


def _is_there(node: Node) -> bool:
    return node.status not in (NodeStatus.ASLEEP, NodeStatus.DEAD)


def _is_sleeper(node: Node) -> bool:
    return node.status in (NodeStatus.ASLEEP, NodeStatus.AWAKE)
