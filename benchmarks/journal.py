"""The journal alone: what an entry costs the loop, its way to the disk, and opening it again."""

import asyncio
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.floor import Floor
from benchmarks.home import Bench
from benchmarks.report import Figure, Spread, percentile, spread
from gateway.clock import Era
from gateway.journal.journal import Journal
from gateway.model.capability import Contact
from gateway.model.clock import HouseTime
from gateway.model.device import DeviceId
from gateway.model.event import Entry, Reported
from rules.engine import VERSION

SINGLE = 400
GROUP = 500
GROUPS = 40
ROUNDS = 4
WALL = datetime(2026, 11, 21, tzinfo=UTC)
RATE_TARGET = 5000.0
WAIT_SECONDS = 30.0


@dataclass(slots=True)
class _Writing:
    """A journal in use, and what it took."""

    journal: Journal
    number: int
    durable: asyncio.Event = field(default_factory=asyncio.Event)
    singles: list[float] = field(default_factory=list[float])
    appends: list[float] = field(default_factory=list[float])
    rates: list[float] = field(default_factory=list[float])

    def committed(self, number: int, _: bool) -> None:  # noqa: FBT001  # the journal calls it so
        """Be told that all up to `number` is on disk."""
        if number >= self.number:
            self.durable.set()

    def append(self) -> None:
        """Write the next entry down."""
        self.number += 1
        reading = Contact.OPEN if self.number % 2 else Contact.CLOSED
        event = Reported(DeviceId("zigbee:00124b001cbe0001/1"), reading)
        self.journal.append(Entry(self.number, HouseTime(self.number), WALL, event))

    async def wait(self) -> None:
        """Wait until all is on disk."""
        async with asyncio.timeout(WAIT_SECONDS):
            await self.durable.wait()

    async def single(self) -> None:
        """Time one entry until it is durable, in milliseconds."""
        self.durable.clear()
        began = time.perf_counter()
        self.append()
        await self.wait()
        self.singles.append((time.perf_counter() - began) * 1e3)

    async def groups(self) -> None:
        """Time many entries: what each costs the loop, and how many a second become durable."""
        self.durable.clear()
        began = time.perf_counter()
        for _ in range(GROUPS):
            before = time.perf_counter()
            for _ in range(GROUP):
                self.append()
            self.appends.append((time.perf_counter() - before) / GROUP * 1e6)
            await asyncio.sleep(0)
        await self.wait()
        self.rates.append(GROUPS * GROUP / (time.perf_counter() - began))


async def measure(bench: Bench) -> list[Figure]:
    """Write entries one by one and in groups, the floor between; then open what was written."""
    with tempfile.TemporaryDirectory(prefix="nightlatch-") as name:
        async with Floor() as floor:
            writing = await _written(bench, Path(name), floor)
        bench.say("journal: opening it again")
        seconds = await asyncio.to_thread(_reopened, Path(name))
    return [
        *spread("entry to disk", writing.singles, "ms", Spread.of(floor.commits)),
        Figure("entry, its cost to the loop", percentile(writing.appends, 0.5), "us"),
        Figure(
            "entries made durable",
            percentile(writing.rates, 0.5),
            "/s",
            None,
            RATE_TARGET,
            at_least=True,
        ),
        Figure(f"opening {writing.number} entries without a snapshot", seconds, "s"),
    ]


async def _written(bench: Bench, folder: Path, floor: Floor) -> _Writing:
    journal = Journal.open(folder, str(VERSION))
    writing = _Writing(journal, journal.recover().number)
    journal.start(asyncio.get_running_loop(), Era("bench"), writing.committed, _must_not)
    for round_ in range(ROUNDS):
        bench.say(f"journal: round {round_ + 1} of {ROUNDS}")
        await floor.measure(echoes=1, commits=SINGLE // ROUNDS)
        for _ in range(SINGLE // ROUNDS):
            await writing.single()
        await writing.groups()
    await asyncio.to_thread(journal.close)
    return writing


def _must_not(trouble: object) -> None:
    raise RuntimeError(f"the journal has trouble, so nothing here is worth reporting: {trouble}")


def _reopened(folder: Path) -> float:
    began = time.perf_counter()
    journal = Journal.open(folder, str(VERSION))
    for _ in journal.recover().entries:
        pass
    took = time.perf_counter() - began
    journal.close()
    return took
