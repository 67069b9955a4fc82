"""One life of the radio: what is heard is told to the house, what the house orders is done."""

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine, Iterable

import zigpy.types as zt
from zigpy.application import ControllerApplication
from zigpy.device import Device as Node

from drivers.shared import Watchers
from drivers.zigbee import directory, translate, zcl
from drivers.zigbee.commands import Commands
from drivers.zigbee.configure import Configurator, note_zone_type
from drivers.zigbee.directory import DRIVER, Directory, Place
from drivers.zigbee.echo import Echoes
from drivers.zigbee.joining import Joining
from drivers.zigbee.keypad import Keypads
from drivers.zigbee.lane import Heard, Lane
from drivers.zigbee.ledger import Ledger
from drivers.zigbee.post import Post
from drivers.zigbee.radio import TROUBLES, Loss
from drivers.zigbee.readings import Reader
from drivers.zigbee.rounds import Rounds
from drivers.zigbee.settings import ZigbeeSettings
from drivers.zigbee.translate import Told
from drivers.zigbee.zcl import ClusterId, Frame
from gateway.model.command import (
    AimCamera,
    Command,
    DimLight,
    GiveJoinKey,
    LearnView,
    MoveGate,
    PermitJoin,
    RebootCamera,
    RefreshDevice,
    RemoveDevice,
    SetInfrared,
    SetThermostat,
    TurnValve,
    target_of,
)
from gateway.model.credential import CodeOffered
from gateway.model.device import DeviceId
from gateway.model.driver import (
    CommandUnsupported,
    DeviceUnknown,
    DeviceUnreachable,
    RadioLost,
    Report,
)
from gateway.model.event import DeviceJoined, DeviceLeft, DriverFound, Proof, Reported

log = logging.getLogger(__name__)

TASKS_MOST = 1024
HELD_MOST = 256  # frames of devices that are about to be announced


class Life:
    """From the opening of the stick to its loss."""

    def __init__(
        self, app: ControllerApplication, loss: Loss, report: Report, settings: ZigbeeSettings
    ) -> None:
        self._app = app
        self._loss = loss
        self._report = report
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._welcomes: dict[zt.EUI64, asyncio.Task[None]] = {}
        self._announced: set[DeviceId] = set()
        self._held: deque[Heard] = deque(maxlen=HELD_MOST)
        self._directory = Directory(app)
        self._ledger = Ledger()
        self._echoes = Echoes()
        self._watchers = Watchers()
        self._lane = Lane(app, self._on_frame, self._on_fresh_join, self._spawn)
        post = Post(self._lane)
        self._keypads = Keypads(post, self._spawn)
        self._commands = Commands(post, self._keypads, self._watchers, self._find, report)
        self._configurator = Configurator(app, self._lane)
        self._reader = Reader(self._ledger.knows, report)
        self._joining = Joining(app, settings, report)
        self._rounds = Rounds(self._lane, self._directory, settings.round_seconds, report)

    # The course of it

    def listen(self) -> None:
        """Listen from the first moment: the stick is connected, its network not yet up."""
        self._lane.listen()
        self._app.add_listener(self)

    def begin(self) -> None:
        """Tell that the radio is there, then who is on it, then what they read."""
        self._report(DriverFound(DRIVER))
        places = [p for p in self._directory.places() if not self._is_half_known(p)]
        for place in places:
            self._announce(place)
        self._hear_held()
        self._spawn(self._reader.read_all(places))
        self._spawn(self._rounds.walk())

    def _is_half_known(self, place: Place) -> bool:
        """Begin anew with a zone whose type died with the hub before zigpy had written it down."""
        if ClusterId.ZONE not in place.endpoint.in_clusters:
            return False
        if directory.zone_type(place.endpoint) is not None:
            return False
        self._welcome_in_turn(place.node)
        return True

    async def end(self) -> None:
        """Leave nothing behind: no task, no timer. Orders end by themselves: they watch for it."""
        self._joining.close()
        self._keypads.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    # What the house orders

    async def perform(self, command: Command) -> Proof:
        """Do it as a task that starts at once and dies with the radio."""
        work = self._done(command)
        return await self._loss.watch(asyncio.Task(work, loop=self._loop, eager_start=True))

    async def _done(self, command: Command) -> Proof:
        try:
            return await self._dispatch(command)
        except TROUBLES as error:
            if self._loss.sentence.done():
                raise RadioLost(self._loss.sentence.result()) from error
            raise DeviceUnreachable(f"{target_of(command)} did not answer: {error!r}") from error

    async def _dispatch(self, command: Command) -> Proof:
        match command:
            case PermitJoin():
                await self._joining.permit(command)
                return Proof.ACCEPTED
            case RemoveDevice(device=device):
                await self._app.remove(self._find(device).node.ieee)
                return Proof.ACCEPTED
            case RefreshDevice(device=device):
                await self._reader.refresh(self._find(device))
                return Proof.REPORTED
            case (
                DimLight()
                | MoveGate()
                | TurnValve()
                | SetThermostat()
                | GiveJoinKey()
                | AimCamera()
                | SetInfrared()
                | RebootCamera()
                | LearnView()
            ):
                raise CommandUnsupported(f"{target_of(command)}: not by Zigbee")
            case _:
                return await self._commands.perform(command)

    def _find(self, device: DeviceId) -> Place:
        if device not in self._announced:
            raise DeviceUnknown(f"there is no {device} on the Zigbee network")
        return self._directory.find(device)

    # What is heard. Called by the lane, ahead of zigpy

    def _on_frame(self, heard: Heard) -> bool:
        """Hear a frame; say whether nothing is left for zigpy to do with it."""
        self._rounds.heard()
        node = self._directory.node(heard.nwk)
        frame = zcl.parse(heard.data)
        if node is None or frame is None:
            return False
        if _is_enroll_request(heard, frame):
            self._enroll_requested(node, heard, frame)
            return False
        part = directory.part(node, heard.endpoint)
        if part.device not in self._announced:
            self._held.append(heard)
            return False
        if not self._echoes.repeats(heard, frame, self._loop.time()):
            self._hear(part, heard, frame)
        if not translate.is_all_told(heard.cluster, frame):
            return False
        directory.note_seen(node)
        return True

    def _hear(self, part: translate.Part, heard: Heard, frame: Frame) -> None:
        events = tuple(self._ledger.news(translate.told(part, heard.cluster, frame)))
        self._tell(events or self._ledger.heard(part.device, self._loop.time()))
        if heard.cluster == ClusterId.ACE and frame.specific and not frame.from_server:
            self._at_keypad(part.device, frame, events)

    def _tell(self, events: Iterable[Told]) -> None:
        for event in events:
            self._report(event)
            if isinstance(event, Reported):
                self._watchers.tell(event.device, event.reading)

    def _at_keypad(self, device: DeviceId, frame: Frame, events: tuple[Told, ...]) -> None:
        place = self._directory.find(device)
        if frame.command == translate.Ace.GET_PANEL_STATUS:
            self._keypads.status_wanted(place, frame.sequence)
        for event in events:
            if isinstance(event, CodeOffered):
                self._keypads.asked(place, event, frame.sequence)

    def _enroll_requested(self, node: Node, heard: Heard, frame: Frame) -> None:
        fields = zcl.unpack("H", frame.body)
        if fields is not None:
            note_zone_type(node, heard, fields[0])
            self._spawn(self._configurator.answer_request(node, heard))

    # Who comes and goes. zigpy calls these by name

    def device_initialized(self, node: Node) -> None:
        """A device was interviewed: after a join, or after it changed its short address."""
        self._welcome_in_turn(node)

    def device_left(self, node: Node) -> None:
        """A device said that it leaves."""
        self._forget(node)

    def device_removed(self, node: Node) -> None:
        """A device was removed on our order."""
        self._forget(node)

    def _on_fresh_join(self, address: zt.EUI64) -> None:
        """A device joined as a stranger: one that zigpy knows may have been reset since."""
        # zigpy hears of the join after us; what it does about it, it has done then.
        self._loop.call_soon(self._welcome_again, address)

    def _welcome_again(self, address: zt.EUI64) -> None:
        node = self._app.devices.get(address)
        if isinstance(node, Node) and node.is_initialized:
            self._welcome_in_turn(node)

    def _welcome_in_turn(self, node: Node) -> None:
        running = self._welcomes.get(node.ieee)
        if running is None or running.done():
            self._welcomes[node.ieee] = self._spawn(self._welcome(node))

    async def _welcome(self, node: Node) -> None:
        """Enrol, announce, have it report, and read it."""
        places = self._directory.of_node(node)
        for place in places:
            if ClusterId.ZONE in place.endpoint.in_clusters:
                await self._configurator.enrol(place)
            self._announce(place)
        self._hear_held()
        for place in places:
            await self._configurator.report(place)
            await self._reader.read(place)

    def _announce(self, place: Place) -> None:
        self._announced.add(place.id)
        self._report(DeviceJoined(directory.describe(place)))

    def _hear_held(self) -> None:
        """Hear again what came before its device was announced, in its order."""
        held = list(self._held)
        self._held.clear()
        for heard in held:
            self._on_frame(heard)

    def _forget(self, node: Node) -> None:
        for place in self._directory.of_node(node):
            self._ledger.forget(place.id)
            if place.id in self._announced:
                self._announced.discard(place.id)
                self._report(DeviceLeft(place.id))

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        if len(self._tasks) >= TASKS_MOST:
            # Only a flood from the air comes this far; the oldest has had its time.
            next(iter(self._tasks)).cancel()
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a task of the Zigbee driver ended badly", exc_info=error)


def _is_enroll_request(heard: Heard, frame: Frame) -> bool:
    request = frame.specific and frame.from_server and frame.command == translate.ENROLL_REQUEST
    return heard.cluster == ClusterId.ZONE and request
