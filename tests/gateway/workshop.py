"""A hub whose radio has long jobs: a house behind a real socket, and a driver that waits for us."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from gateway.api.desk import Desk
from gateway.api.shapes import Json
from gateway.api.socket import LocalSocket
from gateway.config.codes import CodeBook
from gateway.doorman import Doorman
from gateway.house import House
from gateway.lock_codes import LockCodes
from gateway.model.command import Command
from gateway.model.credential import Code
from gateway.model.device import DriverId
from gateway.model.driver import Driver, Report
from gateway.model.effect import Order
from gateway.model.event import Entry, Proof
from gateway.model.upkeep import Job, Progress, Task
from gateway.reload import Change, NotNow
from gateway.secrets import Vault
from gateway.upkeep import Upkeeps
from rules import engine
from tests.clock import FakeClock
from tests.rules.house import ZIGBEE, calm, site

PEOPLE = {"4711": "anna", "1234": "guest"}
WAIT_SECONDS = 10.0


class Workshop:
    """A driver whose jobs come as far as the test lets them."""

    def __init__(self, jobs: frozenset[Job] = frozenset(Job)) -> None:
        self.jobs = jobs
        self.tasks: list[Task] = []
        self.begun = threading.Event()
        self.stopped = self.tidied = False
        self.steps: Sequence[tuple[float | None, str]] = ((0.25, "reading"),)
        self.trouble: Exception | None = None
        self.hold: asyncio.Event | None = None  # not over before this
        self.tidying: asyncio.Event | None = None  # a job that is stopped takes so long to end

    @property
    def id(self) -> DriverId:
        return ZIGBEE

    async def run(self, report: Report) -> None:
        raise NotImplementedError

    async def perform(self, command: Command) -> Proof:
        raise NotImplementedError

    async def upkeep(self, task: Task, progress: Progress) -> str:
        self.tasks.append(task)
        for step in self.steps:
            progress(*step)
            await asyncio.sleep(0)
        self.begun.set()
        try:
            if self.hold is not None:
                await self.hold.wait()
        except asyncio.CancelledError:
            self.stopped = True
            if self.tidying is not None:
                await self.tidying.wait()
            self.tidied = True
            raise
        if self.trouble is not None:
            raise self.trouble
        return "all is well"


class Bare:
    """A driver without any job."""

    id = DriverId("bare")

    async def run(self, report: Report) -> None:
        raise NotImplementedError

    async def perform(self, command: Command) -> Proof:
        raise NotImplementedError


class Hub:
    """The house, its jobs, and a socket for whoever asks."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "nightlatch.sock"
        self.entries: list[Entry] = []
        self.workshop = Workshop()
        place, clock = site(), FakeClock()
        self.house = House(
            site=place,
            clock=clock,
            state=engine.initial(place),
            number=0,
            write=self._write,
            hand_out=lambda _: None,
        )
        for _, event in calm():
            self.house.take(event)
        drivers: dict[DriverId, Driver] = {ZIGBEE: self.workshop, Bare.id: Bare()}
        self.upkeeps = Upkeeps(drivers, lambda: self.house.state, self.house.take)
        self.house.watch(self.upkeeps.watch)
        desk = Desk(
            self.house,
            clock,
            Doorman(lambda: place, _find, self.house.take),
            offset=lambda: 0,
            entries=lambda since, limit: [(e, ()) for e in self.entries[since : since + limit]],
            checks=_checks,
            reload=_reload,
            stop=lambda: None,
            upkeeps=self.upkeeps,
            lock_codes=LockCodes(Vault(folder), lambda: self.house, lambda: CodeBook({})),
        )
        self.socket = LocalSocket(desk, self.path)

    def _write(self, entry: Entry, _: Sequence[Order]) -> None:
        self.entries.append(entry)
        asyncio.get_running_loop().call_soon(self.house.committed, entry.number)

    def events[T](self, kind: type[T]) -> list[T]:
        """Give the events of a kind, in their order."""
        return [entry.event for entry in self.entries if isinstance(entry.event, kind)]


@asynccontextmanager
async def hub(folder: Path) -> AsyncIterator[Hub]:
    """Run such a hub."""
    made = Hub(folder)
    await made.socket.open()
    try:
        yield made
    finally:
        if made.workshop.hold is not None and any(one.whole for one in made.upkeeps.under_way):
            made.workshop.hold.set()  # it would be waited for
        await made.upkeeps.close()
        await made.socket.close()


@contextmanager
def hub_aside(folder: Path) -> Iterator[tuple[Hub, asyncio.AbstractEventLoop]]:
    """Run such a hub in a thread of its own, for commands that have a loop themselves."""
    loop = asyncio.new_event_loop()
    made: list[Hub] = []
    ready, over = threading.Event(), asyncio.Event()

    async def live() -> None:
        async with hub(folder) as one:
            made.append(one)
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(live()), daemon=True)
    thread.start()
    assert ready.wait(WAIT_SECONDS)
    try:
        yield made[0], loop
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(WAIT_SECONDS)
        loop.close()
        assert not thread.is_alive()


def _find(code: Code) -> str | None:
    return PEOPLE.get(code.text)


async def _checks() -> list[Json]:
    return []


async def _reload(*, dry: bool) -> Change:
    raise NotNow(f"not here, dry: {dry}")
