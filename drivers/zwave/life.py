"""One life of the server: what is heard is told to the house, what the house orders is done."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from zwave_js_server.const import ControllerStatus
from zwave_js_server.model.driver import Driver
from zwave_js_server.model.node import Node

from drivers.shared import Watchers
from drivers.zwave import locks, translate
from drivers.zwave.cc import Cc
from drivers.zwave.commands import Commands
from drivers.zwave.connection import Loss
from drivers.zwave.crowd import Crowd, Tools
from drivers.zwave.directory import DRIVER, Directory, Place
from drivers.zwave.joining import Joining
from drivers.zwave.ledger import Ledger
from drivers.zwave.members import Members
from drivers.zwave.reading import Reader
from drivers.zwave.rearm import Rearm
from drivers.zwave.retries import Retries
from drivers.zwave.settings import ZwaveSettings
from drivers.zwave.siren import Sirens
from drivers.zwave.tasks import Tasks
from drivers.zwave.translate import Vote
from drivers.zwave.watch import Watch, signal
from gateway.model.capability import Capability, Glass
from gateway.model.command import (
    AimCamera,
    Command,
    GiveJoinKey,
    LearnView,
    PermitJoin,
    RebootCamera,
    RefreshDevice,
    RemoveDevice,
    SetInfrared,
    SilenceSiren,
    SoundSiren,
)
from gateway.model.credential import Code
from gateway.model.device import DeviceId
from gateway.model.driver import CommandUnsupported, DeviceUnknown, Report
from gateway.model.event import DriverFound, JamChanged, Proof, Reported

NODE_EVENTS = ("value added", "value updated", "value notification", "notification")
IDLE_TELLING_VERSION = 8  # of Notification: from here on a detector tells that it is idle


class Life:
    """From the connection to a server to its loss."""

    def __init__(self, driver: Driver, loss: Loss, report: Report, settings: ZwaveSettings) -> None:
        self._driver = driver
        self._loss = loss
        self._report = report
        self._loop = asyncio.get_running_loop()
        self._tasks = Tasks()
        spawn = self._tasks.spawn
        self._directory = Directory(driver, settings.overrides)
        self._ledger = Ledger()
        self._watchers = Watchers()
        self._rearm = Rearm(settings.rearm_seconds, self._tell_one)
        self._retries = Retries()
        self._reader = Reader(self._directory, self._ledger, report, self._hear, spawn)
        sirens = Sirens(settings, spawn, self._look)
        self._commands = Commands(sirens, self._watchers, report)
        controller = driver.controller
        self._members = Members(controller, lambda _far, _words: None)
        self._joining = Joining(controller, settings.permit_seconds_max, report, spawn)
        self._watch = Watch(self._directory, settings, controller.own_node_id or 1)
        tools = Tools(
            *(self._directory, self._ledger, self._reader, self._rearm, self._watch), spawn
        )
        self._crowd = Crowd(tools, report, settings)

    # The course of it

    def begin(self) -> None:
        """Tell that the server is there, then who is on its network, then what they read."""
        self._report(DriverFound(DRIVER))
        controller = self._driver.controller
        controller.on("node added", self._node_added)
        controller.on("node removed", self._node_removed)
        controller.on("status changed", self._status_changed)
        self._report(JamChanged(DRIVER, controller.status is ControllerStatus.JAMMED))
        for node in self._directory.nodes():
            self._listen(node)
            self._crowd.met(node)
        self._joining.begin()
        self._tasks.spawn(self._watch.walk(self._make_good))

    async def leave(self) -> None:
        """Be about to end, while the server still hears."""
        await self._joining.leave()

    async def end(self) -> None:
        """Leave nothing behind: no task, no timer. Orders end by themselves: they watch for it."""
        self._joining.end()
        self._rearm.close()
        await self._tasks.end()

    # What the house orders

    async def perform(self, command: Command) -> Proof:
        """Do it as a task that starts at once and dies with the server."""
        work = self._dispatch(command)
        return await self._loss.watch(asyncio.Task(work, loop=self._loop, eager_start=True))

    async def _dispatch(self, command: Command) -> Proof:
        match command:
            case PermitJoin(install_code=Code() as key):
                await self._members.expect(key)
                return Proof.ACCEPTED
            case PermitJoin():
                await self._joining.permit(command)
                return Proof.ACCEPTED
            case GiveJoinKey():
                await self._joining.give_key(command)
                return Proof.ACCEPTED
            case RemoveDevice(device=device):
                place = self._find(device)
                await self._joining.shut()
                await self._members.remove(place.node)
                return Proof.ACCEPTED
            case RefreshDevice(device=device):
                await self._reader.refresh(self._trusted(device))
                return Proof.REPORTED
            case AimCamera() | SetInfrared() | RebootCamera() | LearnView():
                raise CommandUnsupported(f"{command.device}: not by Z-Wave")
            case SoundSiren() | SilenceSiren():
                return await self._commands.perform(self._find(command.device), command)
            case _:
                return await self._commands.perform(self._trusted(command.device), command)

    def _find(self, device: DeviceId) -> Place:
        if not self._crowd.is_announced(device):
            raise DeviceUnknown(f"there is no {device} on the Z-Wave network")
        return self._directory.find(device)

    def _trusted(self, device: DeviceId) -> Place:
        """Find one that may be told a PIN: what goes to one without security, all hear."""
        place = self._find(device)
        if self._crowd.is_distrusted(place.node):
            raise CommandUnsupported(
                f"{device} joined without its security: it is told only to sound, to be silent or "
                "to leave"
            )
        return place

    # What is heard

    def _listen(self, node: Node) -> None:
        for name in NODE_EVENTS:
            node.on(name, self._heard)
        node.on("wake up", self._awake)
        node.on("ready", lambda event: self._retries.forget(event["node"].node_id))
        node.on("statistics updated", self._stirred)
        for name, happened in self._crowd.happenings().items():
            node.on(name, _of_node(happened))

    def _heard(self, event: Mapping[str, Any]) -> None:
        """Hear an event of a node, unless anybody could have sent it."""
        node: Node = event["node"]
        if self._crowd.is_distrusted(node):
            return
        self._reader.heard(node.node_id)
        args = event.get("args")
        inner = args.get("endpoint") if isinstance(args, Mapping) else None
        place = self._directory.place(node.node_id, event.get("endpointIndex", inner) or 0)
        if place is not None:
            self._hear(place, event)

    def _hear(self, place: Place, event: Mapping[str, Any]) -> None:
        value = event.get("value")
        told = translate.told(place.part, event, None if value is None else value.metadata.unit)
        events = tuple(self._ledger.news(told))
        for each in events or self._ledger.heard(place.id, self._loop.time()):
            self._report(each)
            if isinstance(each, Reported):
                self._watchers.tell(each.device, each.reading)
        if not _tells_its_end(event) and translate.passes(place.part, event):
            self._rearm.note(told)
        if translate.is_end_of_jam(event):
            self._tasks.chore(place.node.node_id, f"bolt {place.id}", lambda: locks.look(place))
        self._is_there(place)

    def _is_there(self, place: Place) -> None:
        """A detector of breaking glass has no state to tell: what is there is whole."""
        glass = Capability.GLASS
        if glass in place.capabilities and not self._ledger.knows(place.id, glass):
            self._tell_one(Reported(place.id, Glass.WHOLE))

    def _tell_one(self, event: Reported | Vote) -> None:
        for each in self._ledger.news((event,)):
            self._report(each)

    def _awake(self, event: Mapping[str, Any]) -> None:
        node: Node = event["node"]
        if self._crowd.is_distrusted(node):
            return
        places = self._directory.of_node(node.node_id)
        for place in places[:1]:
            for sign in self._ledger.heard(place.id, self._loop.time()):
                self._report(sign)
            tell = partial(self._watch.set_wake_up, place)
            self._tasks.chore(node.node_id, "when to wake", tell)
        self._make_good(node)

    def _make_good(self, node: Node) -> None:
        """Ask a node that is there for what it left unsaid: an answer is lost now and then."""
        if self._crowd.is_distrusted(node) or not node.ready or self._reader.is_reading(node):
            return
        if not self._lacks(self._directory.of_node(node.node_id)):
            self._retries.forget(node.node_id)
        elif self._retries.is_due(node.node_id, self._loop.time()):
            self._tasks.chore(node.node_id, "what is unsaid", lambda: self._reader.read(node))

    def _stirred(self, event: Mapping[str, Any]) -> None:
        """Z-Wave JS heard of a node, though it told nothing: the answer to a ping, say."""
        node: Node = event["node"]
        if not self._crowd.is_distrusted(node) and self._crowd.was_seen(node):
            for place in self._directory.of_node(node.node_id)[:1]:
                for sign in self._ledger.heard(place.id, self._loop.time()):
                    self._report(sign)
                    for measure in signal(place):
                        self._report(measure)

    def _lacks(self, places: Iterable[Place]) -> bool:
        return any(
            not self._ledger.knows(place.id, capability)
            for place in places
            for capability in place.capabilities - {Capability.KEYPAD}
        )

    def _look(self, place: Place) -> None:
        """Have a device tell what it does now."""
        if Capability.LOCK in place.capabilities:
            self._tasks.spawn(locks.look(place))
        else:
            self._tasks.spawn(self._reader.look(place))

    # Who comes and goes

    def _node_added(self, event: Mapping[str, Any]) -> None:
        node: Node = event["node"]
        result = event.get("result")
        self._listen(node)
        self._joining.added(node)
        self._crowd.joined(node, insecure=bool(result and result.get("lowSecurity")))

    def _node_removed(self, event: Mapping[str, Any]) -> None:
        node: Node = event["node"]
        self._retries.forget(node.node_id)
        self._crowd.left(node)

    def _status_changed(self, event: Mapping[str, Any]) -> None:
        self._report(JamChanged(DRIVER, event.get("status") is ControllerStatus.JAMMED))


def _tells_its_end(event: Mapping[str, Any]) -> bool:
    """Say whether what began with an event will end with one. Old detectors tell the begin only."""
    value = event.get("value")
    if value is None or value.command_class != Cc.NOTIFICATION:
        return value is not None
    # Of a value that its cache forgot, nobody knows the version.
    return (value.data.get("ccVersion") or 0) >= IDLE_TELLING_VERSION


def _of_node(happened: Callable[[Node], None]) -> Callable[[Mapping[str, Any]], None]:
    return lambda event: happened(event["node"])
