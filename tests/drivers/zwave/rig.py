"""The Z-Wave driver and, at the other end of its wire, a real server with a simulated stick.

The stick and the server are processes that outlive a test: to interview a device takes seconds.
"""

import asyncio
import contextlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers.zwave.driver import ZwaveDriver
from drivers.zwave.node_home import find_node
from drivers.zwave.seams import Served, Server
from drivers.zwave.settings import ZwaveSettings
from gateway.model.capability import Capability, capability_of
from gateway.model.command import GiveJoinKey, PermitJoin
from gateway.model.credential import Code
from gateway.model.device import DeviceId
from gateway.model.event import DeviceJoined, DriverFound, JoinKeyWanted, Reported
from tests.drivers.air import ANSWER_SECONDS, Air, AirError, control
from tests.drivers.house import WAIT_SECONDS, House
from tests.waiting import until_async

REPOSITORY = Path(__file__).resolve().parents[3]
TREE = REPOSITORY / "drivers" / "zwave" / "node" / "node_modules"
HOME = "e0f1a2b3"
LISTENING = "ZwaveJS server listening"
START_SECONDS = 60.0
REOPENED = 3  # times that the server tries to open a stick that is gone, a second each
TONE_SECONDS = 30
AWAKE_SECONDS = 4.0
NODES = {
    "contact": 2,
    "siren": 3,
    "lock": 4,
    "plug": 5,
    "keypad": 6,
    "motion": 7,
    "glass": 8,
    "smoke": 9,
    "water": 10,
    "co": 11,
    "temperature": 12,
    "light": 13,
    "garage": 14,
    "valve": 15,
    "thermostat": 16,
    "button": 17,
    "spare_plug": 18,
    "spare_siren": 19,
    "stranger": 30,
    "stranger_lock": 31,
}
_SPARES = {"spare_plug": "plug", "spare_siren": "siren"}
_STRANGERS = {"stranger": "contact", "stranger_lock": "lock"}
SLEEPY = {"contact", "motion", "glass", "smoke", "water", "co", "temperature", "button"}
KEYS = {
    "S0_Legacy": "aa" * 16,
    "S2_Unauthenticated": "11" * 16,
    "S2_Authenticated": "22" * 16,
    "S2_AccessControl": "33" * 16,
}


def house_file(kinds: tuple[str, ...]) -> str:
    """Write a house with these devices in its network, and two that are strangers to it."""
    parts = [f'[zwave]\nhome_id = "{HOME}"\n']
    for name in (*kinds, *_STRANGERS):
        kind = (_STRANGERS | _SPARES).get(name, name)
        joined = str(name not in _STRANGERS).lower()
        parts.append(
            f'[[device]]\nradio = "zwave"\nname = "{name}"\nkind = "{kind}"\n'
            f"node = {NODES[name]}\njoined = {joined}\nlatency_ms = 1.0\n"
        )
    return "\n".join(parts)


def device(name: str) -> DeviceId:
    """Name a device of the house as the driver does."""
    return DeviceId(f"zwave:{HOME}/{NODES[name]}/0")


class Stage:
    """A simulated stick with its devices, and a server that is started anew when it ended."""

    def __init__(self, folder: Path, kinds: tuple[str, ...]) -> None:
        self.folder = folder
        self.kinds = kinds
        file = folder / "house.toml"
        file.write_text(house_file(kinds))
        self.control = folder / "control"
        self.log = folder / "server.log"
        arguments = ["--house", file, "--control", self.control, "--listen", "tcp:0"]
        self._stick = subprocess.Popen(
            [sys.executable, "-m", "simulator.zwave", *map(str, arguments)],
            stdout=subprocess.PIPE,
            cwd=REPOSITORY,
        )
        assert self._stick.stdout is not None
        line = self._stick.stdout.readline()
        assert line, "simulator.zwave ended before it was ready"
        self.port = json.loads(line)["port"]
        self.server: subprocess.Popen[bytes] | None = None
        self.url = ""

    def serve(self) -> str:
        """Give the address of a server that runs."""
        if self.server is not None and self._answers():
            return self.url
        self.stop_server()
        port = _free_port()
        (self.folder / "server.json").write_text(json.dumps(self._configuration()))
        script = TREE / "@zwave-js" / "server" / "dist-esm" / "bin" / "server.js"
        line = [find_node(), script, self.port, "--config", self.folder / "server.json"]
        line += ["--port", str(port), "--host", "127.0.0.1", "--disable-dns-sd"]
        with self.log.open("w") as log:  # a pipe that nobody reads would fill up
            self.server = subprocess.Popen([str(word) for word in line], stdout=log, stderr=log)
        self._await_listening()
        self.url = f"ws://127.0.0.1:{port}"
        return self.url

    def _await_listening(self) -> None:
        assert self.server is not None
        end = time.monotonic() + START_SECONDS  # noqa: TID251  # this is about a real process
        while LISTENING not in self.log.read_text():
            assert self.server.poll() is None, f"the server ended: {self.log.read_text()}"
            assert time.monotonic() < end, "the server was not ready in time"  # noqa: TID251  # same
            time.sleep(0.02)

    def stop_server(self) -> None:
        """End the server at once, whatever it does."""
        if self.server is not None:
            self.server.kill()
            self.server.wait()
            self.server = None

    def end(self) -> None:
        """End everything."""
        self.stop_server()
        self._stick.terminate()
        self._stick.wait()
        if self._stick.stdout is not None:
            self._stick.stdout.close()

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(_address(self.url), 1.0):
            return True
        return False

    def _configuration(self) -> dict[str, Any]:
        return {
            "securityKeys": KEYS,
            "storage": {"cacheDir": str(self.folder / "cache")},
            "logConfig": {"enabled": False},
            "attempts": {"openSerialPort": REOPENED},
        }


@dataclass(frozen=True, slots=True)
class Restarted:
    """A server for each life: the one that runs, or another where it ended."""

    stage: Stage

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[Served]:
        """Serve."""
        url = await asyncio.to_thread(self.stage.serve)
        yield Served(url, asyncio.get_running_loop().create_future())


async def restore(air: Air) -> None:
    """Leave the air as the next test expects it."""
    await air.do("plug")
    await air.do("unjam")
    told = await air.do("state")
    for name, one in told["devices"].items():
        if one["muted"]:
            await air.do("unmute", device=name)
            with contextlib.suppress(AirError):  # one that has nothing to say says nothing
                await air.do("check_in", device=name)
        match one:
            case {"kind": "contact", "joined": True}:
                await air.do("close", device=name)
            case {"kind": "glass", "joined": True}:
                await air.do("clear", device=name)
            case {"kind": "lock", "joined": True}:
                await air.do("turn", device=name, to="locked", slot=0)
            case _:
                pass


@dataclass(slots=True)
class Rig:
    """A driver, what it speaks to, and what it told."""

    driver: ZwaveDriver
    air: Air
    house: House
    settings: ZwaveSettings
    stage: Stage

    device = staticmethod(device)

    async def pair(self, *names: str) -> None:
        """Have devices in the network, by joining them where they are not, ready and read."""
        await self.house.heard(DriverFound(self.driver.id))
        for name in names:
            state = await self.air.do("state", device=name)
            if not state["device"]["joined"]:
                await self.join(name, state["device"]["pin"])
            await self._known(name)

    async def _known(self, name: str) -> None:
        """Wait until a device is ready, and told every reading it has."""
        joined = await self.roused(name, _is_joined(name))
        for capability in joined.device.capabilities - {Capability.KEYPAD}:
            await self.roused(name, _is_read(name, capability))

    async def roused(self, name: str, wanted: Callable[[object], bool], since: int = 0) -> Any:
        """Wait for what a device leads to. One that sleeps is woken for it, as often as it takes.

        Among many that are interviewed it may sleep again before its turn came.
        """
        told = next((e for e in self.house.told[since:] if wanted(e)), None)
        if told is not None or name not in SLEEPY:
            return told or await self.house.until(wanted, since=since)
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                await self.air.do("wake", device=name)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(AWAKE_SECONDS):
                        return await self.house.until(wanted, since=since)

    async def join(self, name: str, pin: str | None) -> None:
        """Have a stranger join, and answer for its key."""
        since = len(self.house.told)
        await self.driver.perform(PermitJoin(self.driver.id, 120))
        joining = asyncio.create_task(self._press_until_joined(name))
        await self.house.until(lambda event: isinstance(event, JoinKeyWanted), since=since)
        key = None if pin is None else Code(pin)
        await self.driver.perform(GiveJoinKey(self.driver.id, key))
        await joining
        await self.house.until(_is_joined(name), since=since)
        await self.driver.perform(PermitJoin(self.driver.id, 0))

    async def _press_until_joined(self, name: str) -> None:
        """Press the button, and again where the stick just opened its network anew."""
        async with asyncio.timeout(ANSWER_SECONDS):
            while True:
                with contextlib.suppress(AirError):
                    await self.air.do("join", device=name)
                    return
                await asyncio.sleep(0.1)

    async def stir(self, name: str) -> None:
        """Press the button of a device: one that sleeps wakes up."""
        if name in SLEEPY:
            await self.air.do("wake", device=name)

    async def let_go(self, name: str) -> None:
        """Do at the device what it takes to remove it."""
        await until_async(
            lambda: self.air.do("state"), lambda told: told["stick"]["mode"] == "removing"
        )
        await self.air.do("leave", device=name)
        await until_async(lambda: self.air.do("state"), lambda told: not _is_removing(told))

    def sounding_seconds(self, _asked: int) -> int:
        """Say how long a siren sounds by itself: its tone, which is begun anew."""
        return TONE_SECONDS


def _is_joined(name: str) -> Callable[[object], bool]:
    return lambda event: (
        isinstance(event, DeviceJoined)
        and event.device.id == device(name)
        and bool(event.device.capabilities)
    )


def _is_read(name: str, capability: Capability) -> Callable[[object], bool]:
    return lambda event: (
        isinstance(event, Reported)
        and event.device == device(name)
        and capability_of(event.reading) is capability
        and event.reading != "unknown"
    )


def _is_removing(told: dict[str, Any]) -> bool:
    return bool(told["stick"]["mode"] == "removing")


@contextlib.contextmanager
def staged(folder: Path, *kinds: str) -> Iterator[Stage]:
    """Set up a stick, its devices and a server."""
    stage = Stage(folder, kinds)
    try:
        yield stage
    finally:
        stage.end()


@contextlib.asynccontextmanager
async def on(stage: Stage, server: Server | None = None, **wishes: Any) -> AsyncIterator[Rig]:
    """Give a driver that is not run yet. `wishes` go into its settings."""
    async with control(stage.control) as air:
        settings = ZwaveSettings(server or Restarted(stage), **wishes)
        try:
            yield Rig(ZwaveDriver(settings), air, House(), settings, stage)
        finally:
            await restore(air)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _address(url: str) -> tuple[str, int]:
    host, _, port = url.removeprefix("ws://").partition(":")
    return host, int(port)


@contextlib.contextmanager
def zwave_rigs(folder: Path) -> Iterator[Callable[[Path], AbstractAsyncContextManager[Rig]]]:
    """Set up one stage for all tests of a suite; give what makes a rig on it."""
    with staged(folder, "contact", "siren", "lock", "plug", "spare_plug") as stage:
        yield lambda _folder: on(stage)
