"""The long jobs of the radios: one at a time for each, while nothing is armed, and told as they go.

A job that is under way never stands in the alarm's way: it runs beside the house, and gives way
as soon as an area is armed or in alarm. What must not be stopped half-way goes on all the same.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.model.device import DriverId
from gateway.model.driver import Driver, DriverError
from gateway.model.effect import Order
from gateway.model.event import DriverLost, Entry, Event
from gateway.model.upkeep import Job, Task, Upkeep, is_whole
from gateway.model.upkeep_event import UpkeepBegan, UpkeepEnded
from rules.state import Phase, State

log = logging.getLogger("nightlatch.upkeep")

MINUTES_MOST = {
    Job.EXCLUDE: 10,
    Job.INTERVIEW: 30,
    Job.REBUILD: 120,
    Job.REPLACE: 20,
    Job.FORGET: 5,
    Job.BACKUP: 30,
    Job.RESTORE: 60,
    Job.FIRMWARE: 180,
    Job.SMART_START: 2,
}
"""A job that is not at its end by then never comes to one."""
CLOSE_SECONDS = 15.0
WHOLE_SECONDS = 60.0
"""A hub that is told to end waits so long for a stick that is being written: longer, and systemd
(90 s) would kill it in the midst."""

type Tell = Callable[["Running"], None]
"""Is shown a job each time it came further, and once it ended. Never waits."""


class NotNow(Exception):
    """A job cannot begin, or be stopped, now. The message is a sentence."""


@dataclass(slots=True)
class Running:
    """A job that is under way, or has just ended."""

    driver: DriverId
    task: Task
    by: str
    fraction: float | None = None  # how far it is; None where nobody can tell
    words: str = ""
    ended: UpkeepEnded | None = None
    _watchers: list[Tell] = field(default_factory=list[Tell])
    _stopped: str = ""  # why it was stopped, where it was
    _work: "asyncio.Task[None] | None" = None

    @property
    def whole(self) -> bool:
        """Tell whether it must not be stopped half-way."""
        return is_whole(self.task.job, self.task.device)

    def note(self, fraction: float | None, words: str) -> None:
        """Be told how far it is; watchers hear of each whole percent, and of no step back."""
        if fraction is not None:
            fraction = int(100 * min(1.0, max(0.0, fraction))) / 100
            if self.fraction is not None and words == self.words:
                fraction = max(fraction, self.fraction)
        if (fraction, words) != (self.fraction, self.words):
            self.fraction, self.words = fraction, words
            self.tell()

    def tell(self) -> None:
        """Show it to whoever watches."""
        for watcher in self._watchers:
            watcher(self)

    def watch(self, watcher: Tell) -> None:
        """Show it to one more."""
        self._watchers.append(watcher)

    def begin(self, work: "asyncio.Task[None]") -> None:
        """Be under way."""
        self._work = work

    def stop(self, why: str) -> None:
        """Have it end early. Once: what it does to end well is not disturbed."""
        if not self._stopped:
            self._stopped = why
            if self._work is not None:
                self._work.cancel()

    @property
    def why(self) -> str:
        """Say why it was stopped."""
        return self._stopped or "the hub ends"


class Upkeeps:
    """Begins the jobs, and sees each to its end. For the event loop's thread."""

    def __init__(
        self,
        drivers: Mapping[DriverId, Driver],
        state: Callable[[], State],
        take: Callable[[Event], None],
    ) -> None:
        self._drivers = drivers
        self._state = state
        self._take = take
        self._running: dict[DriverId, Running] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def under_way(self) -> tuple[Running, ...]:
        """Give the jobs that are under way."""
        return tuple(self._running.values())

    def must_be_able(self, name: DriverId, job: Job) -> Upkeep:
        """Give the driver that can begin a job now; raise NotNow where none can."""
        driver = self._drivers.get(name)
        if driver is None:
            raise NotNow(f"there is no {name} radio")
        if not isinstance(driver, Upkeep) or job not in driver.jobs:
            raise NotNow(f"the {name} radio has no job '{job}'")
        if (busy := self._running.get(name)) is not None:
            raise NotNow(f"the {name} radio is busy: {busy.task.job}, {busy.words or 'just begun'}")
        if armed := _armed(self._state()):
            raise NotNow(f"no job while {', '.join(armed)} is armed")
        return driver

    def begin(self, name: DriverId, task: Task, by: str, tell: Tell) -> Running:
        """Begin a job, and show it to who asks; raise NotNow where it cannot."""
        driver = self.must_be_able(name, task.job)
        running = self._running[name] = Running(name, task, by)
        running.watch(tell)
        self._take(UpkeepBegan(name, task.job, by, task.device))
        # At once: a task that is cancelled before its first step would never tell its end.
        work = asyncio.Task(
            self._see_through(running, driver),
            loop=asyncio.get_running_loop(),
            eager_start=True,
        )
        running.begin(work)
        self._tasks.add(work)
        work.add_done_callback(self._tasks.discard)
        return running

    def stop(self, name: DriverId) -> None:
        """Have the job of a radio end early; raise NotNow where there is none, or it must not."""
        running = self._running.get(name)
        if running is None:
            raise NotNow(f"the {name} radio has no job under way")
        if running.whole:
            raise NotNow(f"a {running.task.job} is not stopped half-way: it goes on by itself")
        running.stop("somebody stopped it")

    def watch(self, entry: Entry, state: State, _: Sequence[Order]) -> None:
        """Look on at the house: a job gives way to what is armed, and ends with its radio."""
        if not self._running:
            return
        if isinstance(entry.event, DriverLost) and entry.event.driver in self._running:
            running = self._running[entry.event.driver]
            if not running.whole:  # its own driver tells whether that was part of it
                running.stop(entry.event.reason)
        if armed := _armed(state):
            for running in self.under_way:
                if not running.whole:
                    running.stop(f"it gave way: {', '.join(armed)} is armed")

    async def close(self) -> None:
        """End every job: the hub ends. One that must not be stopped half-way is given some time."""
        for running in self.under_way:
            if not running.whole:
                running.stop("the hub ends")
        if whole := [str(running.task.job) for running in self.under_way if running.whole]:
            log.warning("a %s is under way: the hub waits for it", ", ".join(whole))
            await asyncio.wait(tuple(self._tasks), timeout=WHOLE_SECONDS)
        for running in self.under_way:
            running.stop("the hub ends")
        if self._tasks:
            await asyncio.wait(tuple(self._tasks), timeout=CLOSE_SECONDS)

    async def _see_through(self, running: Running, driver: Upkeep) -> None:
        done, reason = False, ""
        minutes = MINUTES_MOST[running.task.job]
        bound = asyncio.timeout(60 * minutes)
        try:
            async with bound:
                reason = await driver.upkeep(running.task, running.note)
                done = True
        except DriverError as error:
            reason = str(error)
        except asyncio.CancelledError:
            reason = running.why
        except Exception as bug:  # one broken driver stops nothing else (law 6)
            if bound.expired():
                reason = f"it was not at its end after {minutes} min"
            else:
                log.exception("a job of the %s driver failed", running.driver)
                reason = f"the driver failed: {type(bug).__name__}"
        self._end(running, done=done, reason=reason)

    def _end(self, running: Running, *, done: bool, reason: str) -> None:
        del self._running[running.driver]
        task = running.task
        if done and running.fraction is not None:
            running.fraction = 1.0
        running.ended = UpkeepEnded(running.driver, task.job, done, reason, task.device)
        self._take(running.ended)
        running.tell()


def _armed(state: State) -> list[str]:
    return [name for name, area in state.areas.items() if area.phase is not Phase.DISARMED]
