"""What the hub holds in memory, at rest and after many reports."""

import asyncio
import re
from pathlib import Path

from benchmarks.home import Bench, Witness
from benchmarks.report import Figure
from simulator.play.process import Process, python

TARGET = 90.0  # megabytes
REST_SECONDS = 2.0
RATE = 400
REPORTS = 3600
WAIT_SECONDS = 20.0


async def measure(bench: Bench) -> list[Figure]:
    """Look at the hub at rest, and once more after its traffic."""
    bench.say("memory: at rest")
    async with await bench.house(Witness()) as house:
        await asyncio.sleep(REST_SECONDS)
        rest = resident(house.hub.pid or 0)
        bench.say(f"memory: after {REPORTS} reports")
        await house.far.ask("traffic", rate=RATE, seconds=REPORTS / RATE)
        await asyncio.sleep(REPORTS / RATE + REST_SECONDS)
        used = resident(house.hub.pid or 0)
        floor = await _interpreter(house.work)
    return [
        Figure("memory at rest (RSS)", rest, "MB", floor, TARGET),
        Figure(f"memory after {REPORTS} reports (RSS)", used, "MB", floor, TARGET),
    ]


def resident(pid: int) -> float:
    """Give the megabytes of a process that are in memory."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


async def _interpreter(work: Path) -> float:
    argv = python("-c", "import asyncio, time, uvloop; print(flush=True); time.sleep(60)")
    process = await Process.start("python", argv, work / "python.log", talks=True)
    await process.line(WAIT_SECONDS)
    found = resident(process.pid)
    await process.stop()
    return found
