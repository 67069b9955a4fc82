"""Watches over devices that say nothing when all is well: each is pinged in its turn.

Z-Wave JS marks a node dead when something sent to it fails, and sends nothing by itself: a device
that was unplugged hours ago is "alive" to it. A device on batteries that listens (a lock) is pinged
seldom; one that sleeps, never: it speaks when it wakes.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator

from zwave_js_server.const import NodeStatus
from zwave_js_server.model.node import Node

from drivers.zwave import safe
from drivers.zwave.cc import Cc
from drivers.zwave.directory import Directory, Place, values_of
from drivers.zwave.settings import ZwaveSettings
from gateway.model.driver import DriverError, RadioLost
from gateway.model.event import Telemetry

log = logging.getLogger(__name__)

PING_SECONDS = 10.0


class Watch:
    """Pings nodes for as long as the server lives."""

    def __init__(self, directory: Directory, settings: ZwaveSettings, own_node: int) -> None:
        self._directory = directory
        self._settings = settings
        self._own_node = own_node
        self._turn = 0
        self._beamed: dict[int, float] = {}
        self._told: set[int] = set()  # when to wake: once is enough

    async def walk(self, answered: Callable[[Node], None]) -> None:
        """Ping one node a round, for ever; tell which of them answered."""
        while True:
            await asyncio.sleep(self._settings.round_seconds)
            try:
                await self._round(answered)
            except RadioLost:  # the life of the server ends, and is told of elsewhere
                return
            except DriverError as error:  # what its silence means, Z-Wave JS tells by "dead"
                log.info("a ping failed: %s", error)

    async def _round(self, answered: Callable[[Node], None]) -> None:
        node = self._next()
        if node is not None and await ping(node):
            answered(node)

    def _next(self) -> Node | None:
        """Choose whom to ping: a lock whose time has come, else whose turn it is."""
        now = asyncio.get_running_loop().time()
        nodes = self._directory.nodes()
        late = [node for node in nodes if self._is_late(node, now)]
        if late:
            node = min(late, key=lambda one: self._beamed[one.node_id])
            self._beamed[node.node_id] = now
            return node
        others = [node for node in nodes if node.is_listening or _is_dead_lock(node)]
        self._turn += 1
        return others[self._turn % len(others)] if others else None

    def _is_late(self, node: Node, now: float) -> bool:
        if node.is_listening or not node.is_frequent_listening:
            return False
        since = now - self._beamed.setdefault(node.node_id, now)
        return since >= self._settings.sleepy_round_seconds

    def forget(self, node: int) -> None:
        """Forget a node that left."""
        self._beamed.pop(node, None)
        self._told.discard(node)

    async def set_wake_up(self, place: Place) -> None:
        """Have a sleeping device wake often enough to be missed when it does not.

        Once in a life: one that wakes as seldom as it likes does so however often it is told.
        """
        wanted, node = self._settings.wake_up_seconds, place.node.node_id
        current = next(
            (
                value.value
                for value in values_of(place.node, place.endpoint)
                if (value.command_class, value.property_) == (Cc.WAKE_UP, "wakeUpInterval")
            ),
            None,
        )
        is_well = isinstance(current, int) and 0 < current <= wanted
        if not place.has(Cc.WAKE_UP) or is_well or node in self._told:
            return
        try:
            await safe.ask(place, Cc.WAKE_UP, "setInterval", wanted, self._own_node)
            self._told.add(node)
            # What it made of that, Z-Wave JS learns by this only.
            await safe.ask(place, Cc.WAKE_UP, "getInterval")
        except DriverError as error:
            log.info("%s keeps its wake-up interval: %s", place.id, error)


def _is_dead_lock(node: Node) -> bool:
    return bool(node.is_frequent_listening) and node.status is NodeStatus.DEAD


def signal(place: Place) -> Iterator[Telemetry]:
    """Give how strong a node is heard, where the stick measured it: 0 and above are its errors."""
    strength = place.node.statistics.data.get("rssi")
    if isinstance(strength, int) and strength < 0:
        yield Telemetry(place.id, "rssi_dbm", float(strength))


async def ping(node: Node) -> bool:
    """Ask a node for its acknowledgement."""
    return await safe.answered(f"node {node.node_id}", node.async_ping(), PING_SECONDS)
