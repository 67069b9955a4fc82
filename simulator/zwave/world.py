"""The air: devices that are reached, muted, asleep or gone, their memory, and who watches them."""

import asyncio
import time
from collections.abc import Awaitable, Coroutine, Mapping
from pathlib import Path
from typing import Any

from simulator import keep
from simulator.clients import Client, Clients
from simulator.gesture import Gesture
from simulator.request import CannotDo, encode
from simulator.table import near
from simulator.zwave.child import Child, Told, boottime
from simulator.zwave.control import Control
from simulator.zwave.devices.device import RESET, Device
from simulator.zwave.devices.part import Facts, Nanoseconds, Verdict
from simulator.zwave.devices.power import WakeUp
from simulator.zwave.house import CONTROLLER, HIGHEST_NODE, House, level_of

AWAKE_MS = 10_000  # after a wake-up, unless it is told to go back to sleep


class World:
    """The devices of one house around one stick, and the control socket beside them."""

    def __init__(self, house: House, child: Child, state_folder: Path | None) -> None:
        self._house = house
        self._child = child
        self._memory = state_folder / "zwave.json" if state_folder else None
        self._devices = {spec.name: Device(spec, self) for spec in house.devices}
        self._mode = "closed"
        self._jammed = False
        self._port = 0
        self._ghosts: set[int] = set()  # nodes that are gone, and that the stick still has
        self._unsaved = False
        self._tasks: set[asyncio.Task[object]] = set()
        self._control = Control(self)
        self._clients = Clients(self._asked)

    @property
    def port(self) -> int:
        return self._port

    async def build(self, port: int) -> None:
        """Put into the network who is in it from the start, then open the stick's port."""
        saved = keep.read(self._memory)
        for name, device in self._devices.items():
            identity = await self._child.ask("identity", secret=device.spec.secret)
            device.dsk = identity["dsk"]
            if isinstance(memory := saved.get(name), dict):
                device.load(memory)
            elif device.spec.joined:
                self._settle(device)
        for device in self._devices.values():
            if device.node:
                await self._child.ask("admit", **device.wish())
        self._port = (await self._child.ask("plug", port=port))["port"]

    async def serve(self, control_path: Path) -> None:
        """Serve the control socket until cancelled; then keep every device's memory."""
        try:
            await self._clients.serve(control_path)
        finally:
            self._save()

    # control.Stage

    async def act(self, device: str, do: str, gesture: Gesture) -> Nanoseconds:
        one = self._device(device)
        match do:
            case "join":
                return await self._join(one)
            case "leave":
                return await self._leave(one)
            case "mute" | "unmute":
                return await self._mute(one, on=do == "mute")
            case "check_in":
                return await one.check_in()
            case "wake":
                if not one.has(WakeUp):
                    raise CannotDo(f"{device!r} never sleeps")
                return await one.check_in()
            case _:
                return await one.act(do, gesture)

    async def say(self, device: str, frame: bytes, *, s2: bool | None, sup: bool) -> Nanoseconds:
        one = self._device(device)
        secure = bool(one.keys) if s2 is None else s2
        if not one.node:
            raise CannotDo(f"{device!r} is in no network")
        if secure and not one.keys:
            raise CannotDo(f"{device!r} has no keys")
        return await self.send(one, frame, s2=secure, sup=sup)

    def state(self, device: str | None) -> Facts:
        if device is not None:
            return {"device": self._device(device).state()}
        devices = {name: one.state() for name, one in self._devices.items()}
        stick = {"home_id": self._house.stick.home_id, "mode": self._mode, "jammed": self._jammed}
        return {"devices": devices, "stick": stick}

    async def jam(self, *, on: bool) -> None:
        self._jammed = on
        await self._child.ask("jam", on=on)

    async def noise(self, dbm: float) -> None:
        await self._child.ask("noise", dbm=[round(dbm)] * 3)

    async def plug(self) -> None:
        await self._child.ask("plug")

    async def unplug(self) -> None:
        await self._child.ask("unplug")

    async def gone(self, milliseconds: float) -> None:
        """Be unplugged for a while, and plugged in again by itself."""
        await self.unplug()
        asyncio.get_running_loop().call_later(milliseconds / 1000, self._start, self.plug())

    # device.Air

    def send(self, device: Device, frame: bytes, *, s2: bool, sup: bool) -> Awaitable[Nanoseconds]:
        wakes = frame[:2] == bytes((WakeUp.CC, 0x07))
        if wakes:
            self._child.ask("wake", node=device.node, ms=AWAKE_MS)
        asked = self._child.ask("send", node=device.node, hex=frame.hex(), s2=s2, sup=sup)
        return self._start(_when(asked))

    def happen(
        self, device: Device, what: str, facts: Facts, at: Nanoseconds | None = None
    ) -> None:
        happened = {"happening": what, "device": device.spec.name, "at_ns": at or _now()}
        self._tell({**happened, **facts})

    def sleep(self, device: Device) -> None:
        self._child.ask("wake", node=device.node, ms=0)

    def remember(self) -> None:
        if self._memory is not None and not self._unsaved:
            self._unsaved = True
            asyncio.get_running_loop().call_soon(self._save)

    # child.Ears

    def told(self, message: Told) -> None:
        match message:
            case {"ev": "host", "on": on}:
                self._tell({
                    "happening": "stick", "host_connected" if on else "host_gone": True,
                    "at_ns": _now(),
                })  # fmt: skip
            case {"ev": "mode", "adding": adding, "removing": removing}:
                self._mode = "adding" if adding else "removing" if removing else "closed"
            case {"ev": "secured", "node": node, "keys": keys}:
                self._secured(node, keys)
            case {"ev": "removed", "node": node}:
                self._removed(node)
            case _:
                pass

    def asked(self, message: Told) -> Told:
        device = self._at(message["node"])
        if device is None:
            return {"do": Verdict.SILENT}
        raw, at = bytes.fromhex(message["hex"]), boottime(message["at"])
        answer = device.hear(raw, s2=message["s2"], sup=message["sup"], at=at)
        match answer:
            case Verdict():
                return {"do": answer}
            case bytes():
                return {"send": answer.hex()}
            case None:
                return {}

    # Coming and going.

    async def _join(self, device: Device) -> Nanoseconds:
        name = device.spec.name
        if device.muted:
            raise CannotDo(f"{name!r} is muted: nobody hears it")
        if device.node:
            raise CannotDo(f"{name!r} is in the network already, as node {device.node}")
        device.node = self._free(device.spec.node)
        try:
            await self._child.ask("include", **device.wish())
        except CannotDo:
            device.node = 0
            raise
        self.remember()
        at = _now()
        self.happen(device, "joined", {"node": device.node}, at)
        return at

    async def _leave(self, device: Device) -> Nanoseconds:
        """Be excluded if somebody excludes, else say that it is reset, and be gone."""
        node = device.node
        if not node:
            raise CannotDo(f"{device.spec.name!r} is in no network")
        at = _now()
        if self._mode == "removing" and not device.muted:
            await self._child.ask("exclude", node=node)
            by = "host"
        else:
            at = await device.say(RESET)
            await self._child.ask("mute", node=node, on=True)
            self._ghosts.add(node)
            by = "device"
        if device.node:
            device.leave()
            self.happen(device, "left", {"by": by, "node": node})
        return at

    def _secured(self, node: int, keys: Mapping[str, str]) -> None:
        device = self._at(node)
        if device is None:
            return
        device.keys = {int(level): key for level, key in keys.items()}
        self._child.ask("info", node=node, info=device.node_info())
        self.remember()
        self.happen(device, "secured", {"node": node, "granted": device.state()["granted"]})

    def _removed(self, node: int) -> None:
        """The host struck a node off that did not answer."""
        self._ghosts.discard(node)
        device = self._at(node)
        if device is not None:
            device.leave()
            self.happen(device, "left", {"by": "network", "node": node})

    async def _mute(self, device: Device, *, on: bool) -> Nanoseconds:
        device.muted = on
        if device.node:
            await self._child.ask("mute", node=device.node, on=on)
        return 0

    def _settle(self, device: Device) -> None:
        """Give a node and keys to a device that is in the network from the start."""
        device.node = self._free(device.spec.node)
        level = level_of(device.spec.security)
        device.keys = {} if level is None else {int(level): self._house.stick.keys[level]}

    def _free(self, wish: int) -> int:
        taken = {device.node for device in self._devices.values()} | self._ghosts
        wished = {spec.node for spec in self._house.devices}
        if wish and wish not in taken:
            return wish
        free = (
            node
            for node in range(CONTROLLER + 1, HIGHEST_NODE + 1)
            if node not in taken and node not in wished
        )
        found = next(free, None)
        if found is None:
            raise CannotDo("the network is full")
        return found

    # What carries it.

    def _tell(self, happening: Facts) -> None:
        if self._clients.watched:
            self._clients.show(encode(happening))

    def _asked(self, line: bytes, client: Client) -> bytes:
        self._start(self._answer(line, client))
        return b""

    async def _answer(self, line: bytes, client: Client) -> None:
        client.write(await self._control.answer(line, lambda: self._clients.watch(client)))

    def _start[T](self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # who waits for it is told; a report nobody waits for is lost

    def _device(self, name: str) -> Device:
        device = self._devices.get(name)
        if device is None:
            raise CannotDo(f"no device {name!r}{near(name, self._devices)}")
        return device

    def _at(self, node: int) -> Device | None:
        return next((one for one in self._devices.values() if one.node == node and node), None)

    def _save(self) -> None:
        self._unsaved = False
        if self._memory is not None:
            keep.write(self._memory, {name: one.dump() for name, one in self._devices.items()})


async def _when(asked: asyncio.Future[Told]) -> Nanoseconds:
    return boottime((await asked)["at"])


def _now() -> Nanoseconds:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
