"""From the start of the process to rules that hold, and to a radio that is ready."""

import asyncio
import contextlib
import shutil
import time
from dataclasses import dataclass, field

from benchmarks.home import Bench, Witness
from benchmarks.report import Figure, percentile
from gateway.cli.hub_command import hub_command
from simulator.play import VirtualHouse
from simulator.play.line import Line, LineLost
from simulator.play.process import Process, python

ROUNDS = 5
TRY_AGAIN = 0.001
RULES_TARGET = 1.0
RADIO_TARGET = 2.5
TARGET_SECONDS = 30.0


@dataclass(slots=True)
class _Starts:
    """Seconds until the rules hold, and until the radio is ready."""

    rules: list[float] = field(default_factory=list[float])
    radio: list[float] = field(default_factory=list[float])

    def figures(self, name: str, floor: float) -> list[Figure]:
        rules, radio = (percentile(samples, 0.5) for samples in (self.rules, self.radio))
        return [
            Figure(f"{name}, rules hold (median of {ROUNDS})", rules, "s", floor, RULES_TARGET),
            Figure(f"{name}, radio ready (median of {ROUNDS})", radio, "s", floor, RADIO_TARGET),
            Figure(f"{name}, radio ready, slowest", max(self.radio), "s", floor),
        ]


async def measure(bench: Bench) -> list[Figure]:
    """Start in turns: the interpreter alone, a hub after SIGKILL, a hub that has nothing yet."""
    again, first, floor = _Starts(), _Starts(), list[float]()
    async with await bench.house(Witness()) as house:
        await house.hub.kill()
        for round_ in range(ROUNDS):
            bench.say(f"start: round {round_ + 1} of {ROUNDS}")
            floor.append(await _interpreter(house))
            await _start(house, again)
            kept = house.work / "kept"
            (house.work / "state").rename(kept)
            (house.work / "state").mkdir(mode=0o700)
            await _start(house, first)
            shutil.rmtree(house.work / "state")
            kept.rename(house.work / "state")
    lowest = percentile(floor, 0.5)
    return [
        Figure("floor: interpreter with its event loop", lowest, "s"),
        *again.figures("restart after SIGKILL", lowest),
        *first.figures("first start, nothing known", lowest),
    ]


async def _start(house: VirtualHouse, starts: _Starts) -> None:
    """Start a hub, time it, and kill it."""
    began = time.perf_counter()
    process = await Process.start("the hub", hub_command(house.config), house.work / "hub.log")
    try:
        async with asyncio.timeout(TARGET_SECONDS):
            line = await _connected(house, process)
            state = (await line.ask("state"))["protecting"]
            starts.rules.append(time.perf_counter() - began)
            while not state:
                await asyncio.sleep(TRY_AGAIN * 5)
                state = (await line.ask("state"))["protecting"]
            starts.radio.append(time.perf_counter() - began)
        await line.close()
    finally:
        await process.kill()


async def _connected(house: VirtualHouse, process: Process) -> Line:
    socket = house.work / "state" / "nightlatch.sock"
    while True:
        with contextlib.suppress(LineLost):
            return await Line.open(socket)
        process.check()
        await asyncio.sleep(TRY_AGAIN)


async def _interpreter(house: VirtualHouse) -> float:
    began = time.perf_counter()
    argv = python("-c", "import asyncio, uvloop; print()")
    process = await Process.start("python", argv, house.work / "python.log", talks=True)
    await process.line(TARGET_SECONDS)
    took = time.perf_counter() - began
    await process.stop()
    return took
