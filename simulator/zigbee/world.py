"""The air: devices that are reached, muted, asleep or gone, their memory, and who watches them."""

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from simulator import keep
from simulator.clients import Client, Clients
from simulator.gesture import Gesture
from simulator.request import CannotDo, encode
from simulator.table import near
from simulator.zigbee import house
from simulator.zigbee.control import Control
from simulator.zigbee.devices import kinds
from simulator.zigbee.devices.node import Node, Outbox
from simulator.zigbee.seams import (
    ApsFrame,
    Coordinator,
    Happening,
    Join,
    Joiner,
    Nanoseconds,
    Tell,
    Wire,
)
from simulator.zigbee.traffic import Traffic

JAMMED_ENERGY = 240
_REFUSALS = {
    Join.CLOSED: "the network is closed: nobody permits joining",
    Join.NO_NETWORK: "there is no network to join",
    Join.NO_KEY: "no key: the install code is not the one that was installed, or one is demanded",
}


class World:
    """The air above one stick, as `seams.Air` has it, and the control socket beside it."""

    def __init__(
        self, house_path: Path, state_folder: Path | None, coordinator: Coordinator, wire: Wire
    ) -> None:
        self.house = house.load(house_path)
        self._coordinator = coordinator
        self._wire = wire
        self._memory = state_folder / "devices.json" if state_folder else None
        self._nodes: dict[str, Node] = {}
        self._by_eui64: dict[bytes, Node] = {}
        self._by_nwk: dict[int, Node] = {}
        self._leaving: dict[str, bool] = {}
        self._unsaved = False
        self._jammed = False
        self._traffic: Traffic | None = None
        self.control = Control(self, wire)
        self._clients = Clients(self._answer)
        self._listeners: list[Tell] = []
        self._populate()

    async def serve(self, control_path: Path) -> None:
        """Serve the control socket until cancelled; then keep every device's memory."""
        for node in self._nodes.values():
            node.wake()
        try:
            await self._clients.serve(control_path)
        finally:
            if self._traffic is not None:
                self._traffic.stop()
            self._save()

    def tell(self, happening: Happening) -> None:
        """Show a happening to everyone who watches."""
        for listener in self._listeners:
            listener(happening)
        if self._clients.watched:
            self._clients.show(encode(happening))

    @property
    def watched(self) -> bool:
        """Whether anybody watches over the socket."""
        return self._clients.watched

    def listen(self, listener: Tell) -> None:
        """Tell this one too, without a socket between."""
        self._listeners.append(listener)

    # seams.Air

    async def unicast(self, nwk: int, frame: ApsFrame, at: Nanoseconds) -> bool:
        node = self._by_nwk.get(nwk)
        if node is None:
            return False
        delay = _delay_seconds(node)
        if delay:
            await asyncio.sleep(delay)
        if node.muted or self._by_nwk.get(nwk) is not node:
            return False
        self._deliver(node, frame, at, broadcast=False)
        return True

    def broadcast(self, frame: ApsFrame, at: Nanoseconds) -> None:
        loop = asyncio.get_running_loop()
        for node in tuple(self._by_nwk.values()):
            loop.call_later(_delay_seconds(node), self._deliver_broadcast, node, frame, at)

    def forget(self, nwk: int) -> None:
        node = self._by_nwk.pop(nwk, None)
        if node is not None:
            node.left()
            self.happen(node.spec.name, "left", {"by": "network"})

    def energy(self, channel: int) -> int:
        # A quiet house: every channel has its own low noise, the same each time.
        return JAMMED_ENERGY if self._jammed else 20 + channel * 37 % 40

    # control.Stage

    def act(self, device: str, do: str, gesture: Gesture) -> Nanoseconds:
        node = self._node(device)
        match do:
            case "join":
                return self._join(node)
            case "leave":
                return self._say_goodbye(node)
            case "mute" | "unmute":
                node.muted = do == "mute"
                return 0
            case "check_in":
                return node.check_in()
            case _:
                return node.act(do, gesture)

    def state(self, device: str | None) -> Mapping[str, object]:
        if device is not None:
            return {"device": self._node(device).state()}
        return {"devices": {name: node.state() for name, node in self._nodes.items()}}

    def traffic(self, rate: float, seconds: float) -> int:
        """Start reports of the joined crowd in place of what runs; give how many will be sent."""
        if self._traffic is not None:
            self._traffic.stop()
            self._traffic = None
        total = round(rate * seconds)
        if not total:
            return 0
        crowd = [
            node.background for node in self._by_nwk.values() if node.background and not node.muted
        ]
        if not crowd:
            raise CannotDo("no motion or temperature sensor has joined: there is no crowd")
        self._traffic = Traffic(crowd, rate, total, self._traffic_done)
        return total

    def jam(self, *, on: bool) -> None:
        self._jammed = on
        self._wire.jam(on=on)

    # What devices reach of the world.

    def transmit(self, node: Node, frame: ApsFrame, to: bytes | None) -> Nanoseconds:
        nwk = node.memory.nwk
        if nwk is None or node.muted:
            return 0
        peer = None if to is None else self._by_eui64.get(to)
        if peer is None:
            return self._coordinator.hear(nwk, frame)
        loop = asyncio.get_running_loop()
        loop.call_later(_delay_seconds(peer), self._deliver_peer, peer, frame)
        return 0

    def happen(
        self, name: str, what: str, facts: Mapping[str, object], at: Nanoseconds | None = None
    ) -> None:
        told = {"happening": what, "device": name, "at_ns": _now() if at is None else at}
        self.tell({**told, **facts})

    def depart(self, node: Node, *, rejoin: bool) -> None:
        """The node is to leave as soon as its answer is out."""
        self._leaving[node.spec.name] = rejoin

    def remember(self) -> None:
        if self._memory is not None and not self._unsaved:
            self._unsaved = True
            asyncio.get_running_loop().call_soon(self._save)

    # Coming and going.

    def _join(self, node: Node) -> Nanoseconds:
        """Go back to the old place if there is one, else, or if refused there, join anew."""
        if node.muted:
            raise CannotDo(f"{node.spec.name!r} is muted: nobody hears it")
        old = node.memory.nwk
        verdict, nwk = Join.CLOSED, 0
        if old is not None:
            verdict, nwk = self._ask_to_join(node, old)
        anew = verdict is not Join.ACCEPTED
        if anew:
            verdict, nwk = self._ask_to_join(node, None)
        if verdict is not Join.ACCEPTED:
            raise CannotDo(_REFUSALS[verdict])
        if old is not None:
            self._by_nwk.pop(old, None)
        return self._admit(node, nwk, anew=anew)

    def _ask_to_join(self, node: Node, rejoin_nwk: int | None) -> tuple[Join, int]:
        spec = node.spec
        joiner = Joiner(spec.eui64, node.own.capability, spec.install_code, rejoin_nwk)
        return self._coordinator.join(joiner)

    def _admit(self, node: Node, nwk: int, *, anew: bool) -> Nanoseconds:
        self._by_nwk[nwk] = node
        node.joined(nwk, anew=anew)
        at = self._coordinator.hear(nwk, node.announcement(), broadcast=True)
        self.happen(node.spec.name, "joined", {"nwk": nwk, "rejoined": not anew}, at)
        node.settle()
        return at

    def _say_goodbye(self, node: Node) -> Nanoseconds:
        nwk = node.memory.nwk
        if nwk is None:
            raise CannotDo(f"{node.spec.name!r} is in no network")
        self._go(node, by="device")
        return 0

    def _go(self, node: Node, *, by: str) -> None:
        nwk = node.memory.nwk
        if nwk is None:
            return
        if not node.muted:
            self._coordinator.leave(node.spec.eui64, nwk)
        self._by_nwk.pop(nwk, None)
        node.left()
        self.happen(node.spec.name, "left", {"by": by})

    # Frames.

    def _deliver(self, node: Node, frame: ApsFrame, at: Nanoseconds, *, broadcast: bool) -> None:
        # The device acts at once; what it sends goes out behind its acknowledgement.
        frames = node.receive(frame, at, broadcast=broadcast)
        if frames or node.spec.name in self._leaving:
            asyncio.get_running_loop().call_soon(self._flush, node, frames)

    def _deliver_broadcast(self, node: Node, frame: ApsFrame, at: Nanoseconds) -> None:
        if node.memory.nwk is not None and not node.muted:
            self._deliver(node, frame, at, broadcast=True)

    def _deliver_peer(self, node: Node, frame: ApsFrame) -> None:
        # The answer would go to the coordinator, for which it is not: peers send none.
        if node.memory.nwk is not None and not node.muted:
            node.receive(frame, _now())

    def _flush(self, node: Node, frames: Outbox) -> None:
        for frame, to in frames:
            self.transmit(node, frame, to)
        rejoin = self._leaving.pop(node.spec.name, None)
        if rejoin:
            self._rejoin(node)
        elif rejoin is not None:
            self._go(node, by="host")

    def _rejoin(self, node: Node) -> None:
        old = node.memory.nwk
        verdict, nwk = self._ask_to_join(node, old)
        if old is not None and verdict is Join.ACCEPTED:
            self._by_nwk.pop(old, None)
            self._admit(node, nwk, anew=False)

    def _traffic_done(self, sent: int, lost: int) -> None:
        self._traffic = None
        self.tell({"happening": "traffic", "at_ns": _now(), "sent": sent, "lost": lost})

    def _answer(self, line: bytes, client: Client) -> bytes:
        return self.control.answer(line, lambda: self._clients.watch(client))

    def _node(self, name: str) -> Node:
        node = self._nodes.get(name)
        if node is None:
            raise CannotDo(f"no device {name!r}{near(name, self._nodes)}")
        return node

    # Memory.

    def _populate(self) -> None:
        saved = keep.read(self._memory)
        for spec in self.house.devices:
            antenna = _Antenna(self, spec.name)
            node = kinds.build(spec, antenna)
            if isinstance(memory := saved.get(house.eui64_text(spec.eui64)), dict):
                node.load(memory)
            self._nodes[spec.name] = self._by_eui64[spec.eui64] = node
            if node.memory.nwk is not None:
                self._by_nwk[node.memory.nwk] = node

    def _save(self) -> None:
        """Write every device's memory."""
        self._unsaved = False
        if self._memory is None:
            return
        keep.write(
            self._memory,
            {house.eui64_text(eui64): node.dump() for eui64, node in self._by_eui64.items()},
        )

    def node_named(self, name: str) -> Node:
        return self._nodes[name]


class _Antenna:
    """One device's reach into the world (`node.Radio`)."""

    def __init__(self, world: World, name: str) -> None:
        self._world = world
        self._name = name

    def transmit(self, frame: ApsFrame, to: bytes | None = None) -> Nanoseconds:
        return self._world.transmit(self._world.node_named(self._name), frame, to)

    def happen(self, what: str, facts: Mapping[str, object], at: Nanoseconds | None = None) -> None:
        self._world.happen(self._name, what, facts, at)

    def later(self, seconds: float, do: Callable[[], object]) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds, do)

    def remember(self) -> None:
        self._world.remember()

    def leave(self, *, rejoin: bool) -> None:
        self._world.depart(self._world.node_named(self._name), rejoin=rejoin)


def _delay_seconds(node: Node) -> float:
    """Until the device has the frame: its latency, and for who sleeps the wait for its poll."""
    wait_ms = node.spec.latency_ms
    if node.spec.sleepy and node.spec.poll_ms:
        wait_ms += node.spec.poll_ms - _now() / 1e6 % node.spec.poll_ms
    return wait_ms / 1000


def _now() -> Nanoseconds:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
