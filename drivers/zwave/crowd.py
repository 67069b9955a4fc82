"""The devices of the network, each announced, ready or not, trusted or not, dead or alive."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zwave_js_server.const import NodeStatus
from zwave_js_server.model.node import Node

from drivers.zwave import directory
from drivers.zwave.cc import Cc
from drivers.zwave.directory import Directory, Place
from drivers.zwave.faults import Faults
from drivers.zwave.ledger import Ledger
from drivers.zwave.reading import Reader
from drivers.zwave.rearm import Rearm
from drivers.zwave.safe import answered
from drivers.zwave.settings import ZwaveSettings
from drivers.zwave.watch import Watch
from gateway.model.device import DeviceId
from gateway.model.driver import DriverError, Report
from gateway.model.event import DeviceJoined, DeviceLeft, Fault

GLASS_EVENTS = {"5", "6"}  # of Home Security
JOIN_SECONDS = 60.0  # an interview with a lock takes a quarter of this


@dataclass(frozen=True, slots=True)
class Tools:
    """What a crowd works with."""

    directory: Directory
    ledger: Ledger
    reader: Reader
    rearm: Rearm
    watch: Watch
    spawn: Callable[[Coroutine[None, None, None]], asyncio.Task[None]]


class Crowd:
    """Who is there, and who of them can be believed."""

    def __init__(self, tools: Tools, report: Report, settings: ZwaveSettings) -> None:
        self._directory = tools.directory
        self._ledger = tools.ledger
        self._reader = tools.reader
        self._rearm = tools.rearm
        self._watch = tools.watch
        self._spawn = tools.spawn
        self._report = report
        self._settings = settings
        self._faults = Faults(report)
        self._announced: set[DeviceId] = set()
        self._insecure: set[int] = set()
        self._ready: set[int] = set()
        self._seen: dict[int, datetime | None] = {}

    def happenings(self) -> Mapping[str, Callable[[Node], None]]:
        """Name what may happen to a node, and who is to be told."""
        return {
            "ready": self.ready,
            "interview started": self._asked_anew,
            "interview failed": self._unready,
            "dead": self._status_told,
            "alive": self._status_told,
        }

    def is_announced(self, device: DeviceId) -> bool:
        """Say whether the house knows of a device."""
        return device in self._announced

    def is_distrusted(self, node: Node) -> bool:
        """Say whether nothing that comes in a node's name counts."""
        return node.node_id in self._insecure

    def was_seen(self, node: Node) -> bool:
        """Say whether a node was heard since this was asked last."""
        before, now = self._seen.get(node.node_id), node.last_seen
        self._seen[node.node_id] = now
        return now is not None and now != before

    def met(self, node: Node) -> None:
        """Take a node that was there before us."""
        self._seen[node.node_id] = node.last_seen
        if node.ready:
            self.ready(node)
        else:
            self._spawn(self._meet_unready(node))

    def joined(self, node: Node, *, insecure: bool) -> None:
        """Take a node that joined just now. It is announced when it was asked what it is."""
        if insecure:
            self._insecure.add(node.node_id)
            self._announce(node)
            self._mark(node, Fault.INSECURE, present=True)
        else:
            self._insecure.discard(node.node_id)
            self._spawn(self._expect(node, JOIN_SECONDS))

    def ready(self, node: Node) -> None:
        """Take a node that was asked all it can do."""
        self._ready.add(node.node_id)
        self._announce(node)
        self._status_told(node)
        self._mark(node, Fault.NOT_READY, present=False)
        self._believe(node)

    def left(self, node: Node) -> None:
        """Forget a node."""
        self._insecure.discard(node.node_id)
        self._ready.discard(node.node_id)
        self._watch.forget(node.node_id)
        for place in self._directory.forget(node.node_id):
            self._ledger.forget(place.id)
            self._rearm.forget(place.id)
            self._faults.forget(place.id)
            if place.id in self._announced:
                self._announced.discard(place.id)
                self._report(DeviceLeft(place.id))

    def _announce(self, node: Node, glass: Iterable[int] = ()) -> None:
        for place in self._directory.learn(node, glass):
            self._announced.add(place.id)
            self._report(DeviceJoined(directory.describe(place)))

    def _believe(self, node: Node) -> None:
        """Read a node, unless it has security that it does not use."""
        if node.node_id in self._insecure or directory.is_insecure(node):
            self._insecure.add(node.node_id)
            self._mark(node, Fault.INSECURE, present=True)
            self._doubt(node)
        else:
            self._mark(node, Fault.INSECURE, present=False)
            self._spawn(self._welcome(node))

    async def _meet_unready(self, node: Node) -> None:
        """Take a node that cannot be heard yet: what it is may be known from earlier."""
        await _recall(node)
        if not node.ready:
            self._announce(node)
            self._status_told(node)
            self._reader.tell_unknown(self._directory.of_node(node.node_id))
            await self._expect(node, self._settings.ready_seconds)

    async def _welcome(self, node: Node) -> None:
        glass = await _glass_of(node)
        if glass:
            self._announce(node, glass)
        await self._reader.read(node)
        if node.status is NodeStatus.AWAKE:
            for place in self._directory.of_node(node.node_id)[:1]:
                await self._watch.set_wake_up(place)

    async def _expect(self, node: Node, seconds: float) -> None:
        """Wait for a node to be ready, and tell when it takes too long."""
        await asyncio.sleep(seconds)
        if not node.ready and node.client is not None:
            self._unready(node)

    def _asked_anew(self, node: Node) -> None:
        """Nothing of a node is heard while it is asked again. The first time, it has its time."""
        if node.node_id in self._ready:
            self._unready(node)

    def _unready(self, node: Node) -> None:
        if not self._directory.of_node(node.node_id):
            self._announce(node)
        self._mark(node, Fault.NOT_READY, present=True)
        self._doubt(node)

    def _doubt(self, node: Node) -> None:
        """Say of all that a node told that it is not known any more."""
        places = self._directory.of_node(node.node_id)
        for place in places:
            self._ledger.doubt(place.id)
            self._rearm.forget(place.id)
        self._reader.tell_unknown(places)

    def _status_told(self, node: Node) -> None:
        self._mark(node, Fault.DEAD, present=node.status is NodeStatus.DEAD)

    def _mark(self, node: Node, fault: Fault, *, present: bool) -> None:
        for place in self._root(node):
            self._faults.mark(place.id, fault, present=present)

    def _root(self, node: Node) -> tuple[Place, ...]:
        return self._directory.of_node(node.node_id)[:1]


async def _recall(node: Node) -> None:
    """Have the server name the values of a node that is not ready; it keeps their content back."""
    try:
        known = await answered(f"node {node.node_id}", node.async_get_defined_value_ids())
    except DriverError:
        return
    for value in known:
        node.values.setdefault(value.value_id, value)


async def _glass_of(node: Node) -> set[int]:
    """Ask the server, not the air, which endpoints hear glass break: no value tells of that."""
    if Cc.NOTIFICATION not in directory.all_classes_of(node):
        return set()
    question = node.async_send_command("get_supported_notification_events", wait_for_result=True)
    try:
        answer = await answered(f"node {node.node_id}", question)
    except DriverError:
        return set()
    told = answer.get("events") if answer else None
    found = told if isinstance(told, list) else []
    return {each.get("endpoint", 0) for each in found if _tells_glass(each)}


def _tells_glass(told: Any) -> bool:
    """Read what is said of an endpoint: `{"supportedNotificationTypes": {"7": {...}}}`."""
    match told:
        case {"supportedNotificationTypes": {"7": {"supportedEvents": {**events}}}}:
            return bool(GLASS_EVENTS & events.keys())
        case _:
            return False
