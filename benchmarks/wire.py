"""Wire to wire: a contact's last byte in at the stick's line, the siren's last byte out."""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from random import Random

from benchmarks.floor import Floor
from benchmarks.home import CODE, CONTACTS, SIREN_SECONDS, Bench, Witness
from benchmarks.report import Figure, Spread, spread
from simulator.play import VirtualHouse
from simulator.play.line import Refused

NONE = float("inf")
ALARM_TARGETS = Spread(1.0, NONE, 5.0, NONE)  # milliseconds, at 100 events/s
LAG_TARGETS = Spread(NONE, NONE, NONE, 20.0)  # milliseconds: the loop is never held up longer
BLOCKS = 8
PROBE_SECONDS = 0.025
SETTLE_SECONDS = 0.3
TRAFFIC_SECONDS = 3600
COUNTED_SECONDS = 1.0
LONGEST_REST = 0.015  # seconds between arming and opening
AGAIN_SECONDS = 0.002
REPEAT_SECONDS = 2.0
REST_SECONDS = 60.0  # a line that is busy for longer will never rest
SIREN_BYTES = 34  # of the siren's frame on the serial line
BITS_PER_BYTE = 10
FAULTS = ("retransmissions_sent", "retransmissions_received", "overflows", "timeouts", "nak_sent")


@dataclass(slots=True)
class Case:
    """One kind of background, and what was measured before it."""

    name: str
    alarms: int
    rate: int = 0  # of events a second in the background
    baud: int = 0  # the line is held to it; 0: it is not
    is_target: bool = False
    milliseconds: list[float] = field(default_factory=list[float])
    answers: list[float] = field(default_factory=list[float])
    worked: list[float] = field(default_factory=list[float])  # by the hub, in those
    alarms_lost: int = 0
    closings_lost: int = 0
    seconds: float = 0.0
    faults: int = 0
    told: int = 0  # reports of the crowd in the journal
    sent: int = 0  # reports that were counted on their way out ...
    events_lost: int = 0  # ... and of them those that never came to the journal
    rest_seconds: list[float] = field(default_factory=list[float])

    def figures(self, floor: Floor) -> list[Figure]:
        """Give what was measured, beside the floor of the same run."""
        echo = Spread.of(floor.echoes)
        wire = SIREN_BYTES * BITS_PER_BYTE * 1000 / self.baud if self.baud else 0.0
        lowest = Spread(echo.p50 + wire, echo.p90 + wire, echo.p99 + wire, echo.most + wire)
        targets = ALARM_TARGETS if self.is_target else None
        count = len(self.milliseconds)
        return [
            *spread(f"alarm, {self.name} (n={count})", self.milliseconds, "ms", lowest, targets),
            Figure(f"alarms lost, {self.name}", self.alarms_lost, "", target=0),
            Figure(f"closings lost, {self.name}", self.closings_lost, "", target=0),
            Figure(f"line faults, {self.name}", self.faults, "", target=0),
            *(self._traffic_figures() if self.rate else []),
            *spread(f"socket answer, {self.name}", self.answers, "ms", None, LAG_TARGETS)[2:],
        ]

    def _traffic_figures(self) -> list[Figure]:
        told, least = round(self.told / self.seconds), self.rate * 0.99
        lost = f"events lost of {self.sent}, {self.name}"
        rest = f"line at rest after the last event, {self.name}, longest"
        return [
            Figure(f"events written down, {self.name}", told, "/s", None, least, at_least=True),
            Figure(lost, self.events_lost, "", target=0),
            Figure(rest, max(self.rest_seconds), "s"),
        ]


def cases() -> list[Case]:
    """Give the cases, in the order in which they take turns."""
    return [
        Case("quiet", 2000),
        Case("100 events/s", 2000, rate=100, is_target=True),
        Case("1,000 events/s", 400, rate=1000),
        Case("115,200 baud, quiet", 400, baud=115_200),
        Case("115,200 baud, 100 events/s", 400, rate=100, baud=115_200),
    ]


async def measure(bench: Bench) -> list[Figure]:
    """Measure all cases in turns, the floor between them."""
    witness, every = Witness(), cases()
    async with Floor() as floor, await bench.house(witness) as house:
        for block in range(BLOCKS):
            for case in every:
                bench.say(f"wire: block {block + 1} of {BLOCKS}, {case.name}")
                await floor.measure()
                await _Block(house, witness, case, Random(block)).run()
    return [*_floors(floor), *(figure for case in every for figure in case.figures(floor))]


async def alarms(house: VirtualHouse, witness: Witness, case: Case, random: Random) -> None:
    """Add a block of a case's alarms, for another part."""
    await _Block(house, witness, case, random).run()


def _floors(floor: Floor) -> list[Figure]:
    return [
        *spread("floor: pty echo", floor.echoes, "ms"),
        *spread("floor: SQLite commit, WAL FULL", floor.commits, "ms")[::2],
        *spread("floor: append and fdatasync", floor.syncs, "ms")[::2],
    ]


@dataclass(slots=True)
class _Block:
    """A number of alarms in a row, under one kind of background."""

    house: VirtualHouse
    witness: Witness
    case: Case
    random: Random

    async def run(self) -> None:
        far, case = self.house.far, self.case
        before = await self._counts()
        await far.ask("fault", clear=1, baud=case.baud)
        await far.ask("traffic", rate=case.rate, seconds=TRAFFIC_SECONDS)
        await asyncio.sleep(SETTLE_SECONDS)
        told, started = self.witness.entries["motion"], time.perf_counter()
        async with asyncio.TaskGroup() as group:
            probe = group.create_task(self._probe())
            for number in range(case.alarms // BLOCKS):
                await self._alarm(CONTACTS[number % len(CONTACTS)])
            probe.cancel()
        case.seconds += time.perf_counter() - started
        case.told += self.witness.entries["motion"] - told
        await far.ask("traffic", rate=0)
        case.rest_seconds.append(await self._rest())
        if case.rate:
            await self._count_events()
        after = await self._counts()
        case.faults += sum(after[name] - before[name] for name in FAULTS)

    async def _count_events(self) -> None:
        """Send a known number of reports, and see how many come to the journal."""
        told = self.witness.entries["motion"]
        asked = await self.house.far.ask("traffic", rate=self.case.rate, seconds=COUNTED_SECONDS)
        await asyncio.sleep(COUNTED_SECONDS)
        await self._rest()
        self.case.sent += int(asked["reports"])
        self.case.events_lost += int(asked["reports"]) - self.witness.entries["motion"] + told

    async def _rest(self) -> float:
        """Wait until the line is at rest: what is under way would be lost with a change of it."""
        began, frames = time.perf_counter(), -1
        until = began + REST_SECONDS
        # The line tells nobody that it rests, so it is looked at.
        while frames != (frames := (await self._counts())["frames_in"]):
            if time.perf_counter() > until:
                raise TimeoutError(f"the line was still busy after {REST_SECONDS:g} s")
            await asyncio.sleep(SETTLE_SECONDS)
        return max(0.0, time.perf_counter() - began - SETTLE_SECONDS)

    async def _alarm(self, contact: str) -> None:
        """Arm, rest a while, open, see the siren, disarm, see it end, close."""
        far, hub = self.house.far, self.house.hub
        await self._arm()
        await asyncio.sleep(self.random.uniform(0, LONGEST_REST))
        self.witness.forget_siren()
        opened_ns = await far.act("open", contact)
        try:
            async with asyncio.timeout(SIREN_SECONDS):
                await self.witness.sounding.wait()
            self.case.milliseconds.append((self.witness.sounded_ns - opened_ns) / 1e6)
        except TimeoutError:
            self.case.alarms_lost += 1
        await hub.ask("disarm", code=CODE)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SIREN_SECONDS):
                await self.witness.quiet.wait()
        await far.act("close", contact)

    async def _arm(self) -> None:
        """Arm, as soon as the hub heard that all is closed; a closing that was lost is repeated."""
        async with asyncio.timeout(SIREN_SECONDS):
            while not await self._is_armed_within(REPEAT_SECONDS):
                self.case.closings_lost += 1
                for contact in CONTACTS:
                    await self.house.far.act("close", contact)

    async def _is_armed_within(self, seconds: float) -> bool:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            with contextlib.suppress(Refused):
                await self.house.hub.ask("arm", mode="night")
                return True
            await asyncio.sleep(AGAIN_SECONDS)
        return False

    async def _probe(self) -> None:
        """Time answers of the hub's socket: a loop that is held up answers late."""
        while True:
            asked, worked = time.perf_counter(), self._hub_seconds()
            await self.house.hub.ask("state")
            self.case.answers.append((time.perf_counter() - asked) * 1000)
            self.case.worked.append((self._hub_seconds() - worked) * 1000)
            await asyncio.sleep(PROBE_SECONDS)

    def _hub_seconds(self) -> float:
        """Give what all of the hub's process took, in CPU seconds (clock_getcpuclockid(3))."""
        assert self.house.hub.pid is not None  # it runs
        return time.clock_gettime(~self.house.hub.pid << 3 | 2)

    async def _counts(self) -> dict[str, int]:
        counts: dict[str, int] = (await self.house.far.ask("statistics"))["statistics"]
        return counts
