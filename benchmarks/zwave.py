"""Z-Wave: from the radio to the driver's report, and from a command to its confirmation.

A plain client on the same server shows what zwave-js and the mock radio take; the rest is ours.
"""

import asyncio
import contextlib
import json
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.home import Bench
from benchmarks.report import Figure, Spread, spread
from drivers.zwave.driver import ZwaveDriver
from drivers.zwave.seams import Served
from drivers.zwave.server import Managed
from drivers.zwave.settings import ZwaveSettings
from gateway.model.capability import Contact
from gateway.model.command import LockDoor, RefreshDevice, SilenceSiren, SoundSiren, UnlockDoor
from gateway.model.device import DeviceId
from gateway.model.driver import Report
from gateway.model.event import Reported
from simulator.play.line import Line, Message
from simulator.play.process import Process, python

HOUSE = Path(__file__).parent / "zwave.house.toml"
KEYS = """\
S0_Legacy = "{0}0"
S2_Unauthenticated = "{0}1"
S2_Authenticated = "{0}2"
S2_AccessControl = "{0}3"

[long_range]
S2_Authenticated = "{0}4"
S2_AccessControl = "{0}5"
"""
DOOR, SIREN, LOCK = (DeviceId(f"zwave:e0f1a2b3/{node}/0") for node in (2, 3, 4))
SOUND_SWITCH, DOOR_LOCK = 121, 98
ROUNDS = 100
WAIT_SECONDS = 30.0
START_SECONDS = 120.0
SCHEMA = 50
MILLISECOND = 1_000_000


@dataclass(slots=True)
class Ear:
    """Hears one thing after another, and when."""

    news: asyncio.Event = field(default_factory=asyncio.Event)
    heard: dict[str, int] = field(default_factory=dict[str, int])

    def hear(self, what: str) -> None:
        """Note the moment, once."""
        self.heard.setdefault(what, boot_time())
        self.news.set()

    async def moment(self, what: str) -> int:
        """Wait for it, and give when it was heard, in nanoseconds."""
        async with asyncio.timeout(WAIT_SECONDS):
            while what not in self.heard:
                self.news.clear()
                await self.news.wait()
        return self.heard[what]


def boot_time() -> int:
    """Give the clock that the simulated stick uses too."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


@dataclass(slots=True)
class Known:
    """A managed server whose address is known here too."""

    managed: Managed
    url: asyncio.Future[str]

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[Served]:
        """Serve."""
        async with self.managed.serving() as served:
            if not self.url.done():
                self.url.set_result(served.url)
            yield served


class Plain:
    """A client that only knows JSON."""

    def __init__(self, line: aiohttp.ClientWebSocketResponse, ear: Ear) -> None:
        self._line = line
        self._ear = ear
        self._number = 0
        self._answers: dict[str, asyncio.Future[Message]] = {}

    async def ask(self, command: str, **fields: Any) -> Message:
        """Ask, and wait for the answer."""
        self._number += 1
        number = str(self._number)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._line.send_json({"messageId": number, "command": command, **fields})
        async with asyncio.timeout(WAIT_SECONDS):
            told: Message = await answer
        return told

    async def set(self, node: int, command_class: int, name: str, value: object) -> None:
        """Set a value of a node, and wait until the node said that it took it."""
        which = {"commandClass": command_class, "property": name, "endpoint": 0}
        await self.ask("node.set_value", nodeId=node, valueId=which, value=value)

    async def read(self) -> None:
        """Take in what the server says."""
        async for message in self._line:
            told = json.loads(message.data)
            if told["type"] == "result":
                self._answers.pop(told["messageId"]).set_result(told)
            elif told["type"] == "event" and told["event"].get("nodeId") == 2:
                args = told["event"].get("args", {})
                if args.get("propertyKey") == "Door state (simple)":
                    self._ear.hear("open" if args["newValue"] == 22 else "closed")


async def measure(bench: Bench) -> list[Figure]:
    """Play the stick, the server, the driver and a plain client; all four speak at once."""
    with tempfile.TemporaryDirectory(prefix="nightlatch-") as name:
        folder = Path(name)
        stick = await _stick(folder)
        try:
            ready = json.loads(await stick.line(START_SECONDS))
            air = await Line.open(folder / "control", lambda _: None)
            try:
                return await _measured(bench, folder, str(ready["port"]), air)
            finally:
                await air.close()
        finally:
            await stick.stop()


async def _stick(folder: Path) -> Process:
    words = "-m", "simulator.zwave", "--house", HOUSE, "--listen", "tcp:0"
    argv = python(*words, "--control", folder / "control")
    return await Process.start("the stick", argv, folder / "stick.log", talks=True)


async def _measured(bench: Bench, folder: Path, port: str, air: Line) -> list[Figure]:
    keys = folder / "keys.toml"
    keys.write_text(KEYS.format("5" * 31), "ascii")
    keys.chmod(0o600)
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    server = Known(Managed(port, folder / "zwave", keys), url)
    driver, told = ZwaveDriver(ZwaveSettings(server)), Ear()
    bench.say("zwave: starting the server and asking the devices")
    life = asyncio.create_task(driver.run(_reporter(told)))
    try:
        async with asyncio.timeout(START_SECONDS):
            await _ready(driver, life)
            async with _plain(await url) as (plain, seen):
                return [
                    *await _reports(bench, air, told, seen),
                    *await _sirens(bench, driver, plain),
                    *await _locks(bench, driver, plain),
                ]
    finally:
        life.cancel()
        await asyncio.wait((life,))


def _reporter(told: Ear) -> Report:
    def report(event: object) -> None:
        match event:
            case Reported(device=device, reading=Contact() as reading) if device == DOOR:
                told.hear(str(reading))
            case _:
                pass

    return report


async def _ready(driver: ZwaveDriver, life: asyncio.Task[None]) -> None:
    """Wait until each device was asked what it can do: a command to it is taken."""
    for command in (RefreshDevice(DOOR), SilenceSiren(SIREN), LockDoor(LOCK)):
        while True:
            if life.done():
                life.result()
            try:
                await driver.perform(command)
            except Exception:  # noqa: BLE001  # it is not there yet, whatever that is called
                await asyncio.sleep(0.2)
            else:
                break


@contextlib.asynccontextmanager
async def _plain(url: str) -> AsyncIterator[tuple[Plain, Ear]]:
    seen = Ear()
    async with aiohttp.ClientSession() as session, session.ws_connect(url, max_msg_size=0) as line:
        plain = Plain(line, seen)
        await line.receive_json()  # its version
        reading = asyncio.create_task(plain.read())
        try:
            await plain.ask("initialize", schemaVersion=SCHEMA)
            await plain.ask("start_listening")
            yield plain, seen
        finally:
            reading.cancel()
            await asyncio.wait((reading,))


async def _reports(bench: Bench, air: Line, told: Ear, seen: Ear) -> list[Figure]:
    theirs: list[float] = []
    ours: list[float] = []
    for turn in _TURNS:  # the first after a start settle the keys
        await _swing(air, *turn, told, seen)
    for number in range(ROUNDS):
        if number % 25 == 0:
            bench.say(f"zwave: report {number} of {ROUNDS}")
        sent, plain, driver = await _swing(air, *_TURNS[number % 2], told, seen)
        theirs.append((plain - sent) / MILLISECOND)
        ours.append((driver - sent) / MILLISECOND)
    own = [mine - other for mine, other in zip(ours, theirs, strict=True)]
    floor = Spread.of(theirs)
    return [
        *spread("zwave: frame to the server's word (zwave-js, mock)", theirs, "ms"),
        *spread("zwave: frame to the driver's report", ours, "ms", floor),
        *spread("zwave: of that, ours", own, "ms"),
    ]


_TURNS = (("open", "open"), ("close", "closed"))


async def _swing(air: Line, do: str, becomes: str, told: Ear, seen: Ear) -> tuple[int, int, int]:
    told.heard.clear()
    seen.heard.clear()
    answer = await air.ask(do, answer_within=WAIT_SECONDS, device="door")
    return int(answer["at_ns"]), await seen.moment(becomes), await told.moment(becomes)


async def _sirens(bench: Bench, driver: ZwaveDriver, plain: Plain) -> list[Figure]:
    bench.say("zwave: sirens")

    async def theirs() -> float:
        taken = await _timed(plain.set(3, SOUND_SWITCH, "toneId", 1))
        await plain.set(3, SOUND_SWITCH, "toneId", 0)
        return taken

    async def ours() -> float:
        taken = await _timed(driver.perform(SoundSiren(SIREN, 30)))
        await driver.perform(SilenceSiren(SIREN))
        return taken

    return await _in_turns("siren, asked to confirmed", theirs, ours)


async def _locks(bench: Bench, driver: ZwaveDriver, plain: Plain) -> list[Figure]:
    bench.say("zwave: locks")

    async def theirs() -> float:
        await plain.set(4, DOOR_LOCK, "targetMode", 0)
        return await _timed(plain.set(4, DOOR_LOCK, "targetMode", 255))

    async def ours() -> float:
        await driver.perform(UnlockDoor(LOCK))
        return await _timed(driver.perform(LockDoor(LOCK)))

    return await _in_turns("lock, asked to its own report", theirs, ours)


async def _in_turns(
    what: str, theirs: Callable[[], Awaitable[float]], ours: Callable[[], Awaitable[float]]
) -> list[Figure]:
    plain: list[float] = []
    driver: list[float] = []
    for _ in range(ROUNDS // 4):
        plain.append(await theirs())
        driver.append(await ours())
    return [
        *spread(f"zwave: {what}, by a plain client", plain, "ms"),
        *spread(f"zwave: {what}, by the driver", driver, "ms", Spread.of(plain)),
    ]


async def _timed(work: Awaitable[object]) -> float:
    began = boot_time()
    await work
    return (boot_time() - began) / MILLISECOND
