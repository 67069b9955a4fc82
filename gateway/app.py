"""The front door: builds every part from the configuration and runs them. It alone knows all."""

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from gateway import log as logs
from gateway.api.desk import Desk
from gateway.api.doctor import checks
from gateway.api.shapes import Json
from gateway.api.socket import NAME, LocalSocket
from gateway.clock import SystemClock, Wall, resume, this_moment, watch_steps
from gateway.codec import CodecError
from gateway.config.codes import CodeBook
from gateway.config.errors import ConfigErrors
from gateway.config.load import Config, load_sparing
from gateway.config.source import pack
from gateway.detection.keeper import Detection
from gateway.doorman import Doorman
from gateway.executor import Executor
from gateway.house import House
from gateway.journal.journal import Journal, entries_with_orders
from gateway.journal.records import JournalError
from gateway.journal.telemetry import TelemetryLog
from gateway.lock_codes import LockCodes
from gateway.model.answers import Answers, Nearby
from gateway.model.credential import (
    Code,
    CodeOffered,
    LockCodeRead,
    Noticed,
    StreamsFound,
    ViewChanged,
)
from gateway.model.device import DriverId
from gateway.model.driver import Driver, Told
from gateway.model.effect import Notify, Order
from gateway.model.event import (
    AreaLost,
    ClockStepped,
    ConfigurationLoaded,
    Entry,
    PartFailed,
    Started,
    StorageFailed,
    Telemetry,
    WallTold,
)
from gateway.radios import drivers
from gateway.recovery import Configured, Folded, Redelivery, Snapshots, folded
from gateway.reload import Change, Next, NotNow, change, known_of, prepare
from gateway.sandbox.layers import layers
from gateway.sandbox.sandbox import Sandbox
from gateway.secrets import Vault
from gateway.supervisor import keep
from gateway.upkeep import Upkeeps
from gateway.virtual_wall import VirtualWall
from gateway.walltime import WallWish, tell_wall
from rules import engine
from rules.automation import has_programs
from rules.health import THE_RULES
from rules.lock_windows import has_windows

log = logging.getLogger("nightlatch")

TOLD_MAX = 100
"""Changes that one entry names at most: of what a new configuration brings about."""


def run(path: Path, wall: Path | None = None) -> int:
    """Run the hub until it is told to stop; give the exit status. Raises ConfigErrors, BadWall.

    `wall` is a file that sets the wall clock, in the virtual house.
    """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until there is something to load anew
    config = load_sparing(path)
    told = VirtualWall(wall) if wall is not None else None
    logs.configure()
    try:
        journal = Journal.open(config.state_folder, str(engine.VERSION))
    except JournalError as refused:
        sys.stderr.write(f"nightlatch: {refused}\n")
        return 2
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(_serve(config, journal, told))


async def _serve(config: Config, journal: Journal, wall: Wall | None) -> int:
    hub = Hub(config, journal, wall)
    loop = asyncio.get_running_loop()
    for number in signal.SIGTERM, signal.SIGINT:
        loop.add_signal_handler(number, hub.stop)
    loop.add_signal_handler(signal.SIGHUP, hub.reload_soon)
    try:
        await hub.live()
    finally:
        await hub.close()
    return 0


class Hub:
    """All parts of a running hub, and how they are joined."""

    def __init__(self, config: Config, journal: Journal, wall: Wall | None = None) -> None:
        recovered = journal.recover()
        now = Configured(config.site(), pack(config.source))
        was = folded(now, recovered, journal.entries)
        loop = asyncio.get_running_loop()
        self._began = self._config = config
        self._journal = journal
        self._resumed = resume(recovered.last, this_moment(wall))
        self._clock = SystemClock(loop, self._resumed, wall=wall)
        self._drivers: dict[DriverId, Driver] = {}
        self._stopping = asyncio.Event()
        self._telemetry = TelemetryLog(config.state_folder)
        self._snapshots = Snapshots(journal, now)
        sandbox = Sandbox(lambda: self._house.site.names, (config.path, config.state_folder))
        self._lock_codes = LockCodes(
            Vault(config.state_folder), lambda: self._house, lambda: self._codes
        )
        plan = config.plan()
        self._detection = None if plan is None else Detection(plan, self._hear)
        self._executor = Executor(
            self._drivers,
            self._clock,
            self._hear,
            journal.settle,
            _tell,
            run_program=sandbox.run,
            fill=self._lock_codes.filled,
            see=None if self._detection is None else self._detection.see,
        )
        self._house = House(
            site=now.site,
            clock=self._clock,
            state=was.state,
            number=recovered.number,
            write=self._write,
            hand_out=self._executor.take,
        )
        self._upkeeps = Upkeeps(self._drivers, lambda: self._house.state, self._house.take)
        self._house.watch(self._upkeeps.watch)
        self._codes = CodeBook(config.codes)
        self._doorman = Doorman(lambda: self._house.site, self._whose, self._house.take)
        self._changing = asyncio.Lock()
        self._tasks: set[asyncio.Task[object]] = set()
        self._socket = LocalSocket(self._desk(), config.state_folder / NAME)
        self._house.watch(self._snapshots.watch)
        self._house.watch(self._lock_codes.watch)
        journal.start(loop, self._resumed.era, self._committed, self._house.take)
        self._begin(recovered.unconfirmed, was, recovered.notes)

    def _desk(self) -> Desk:
        return Desk(
            self._house,
            self._clock,
            self._doorman,
            offset=lambda: self._resumed.era.offset,
            entries=partial(entries_with_orders, self._config.state_folder),
            checks=self._checks,
            newcomers=self._newcomers,
            reload=self.reload,
            stop=self.stop,
            lock_codes=self._lock_codes,
            upkeeps=self._upkeeps,
        )

    def _begin(self, unconfirmed: Sequence[Order], was: Folded, notes: Sequence[str]) -> None:
        """Make the first entry of this life; what was left undone follows it."""
        gap = self._resumed.gap.total_seconds()
        self._house.take(Started(gap, self._resumed.trusted))
        if told := "; ".join((*notes, *was.notes)):
            self._house.take(StorageFailed(told))  # one: people are told of a trouble once
        for area in was.lost:
            self._house.take(AreaLost(area))
        if was.changed:
            self._house.take(
                ConfigurationLoaded(self._config.source.digest, was.cancelled[:TOLD_MAX])
            )
        self._tell_left_out()
        self._lock_codes.begin()
        self._tell_wall()
        redelivery = Redelivery(
            unconfirmed, self._executor.take, self._journal.settle, self._house.take
        )
        self._house.watch(redelivery.watch)
        self._house.wake()

    def _tell_left_out(self) -> None:
        """Tell of rules and logins with mistakes; the house is guarded all the same."""
        for one in self._config.left_out:
            log.error(
                "%s: %s", "without a password" if one.camera else "left out of the rules", one
            )
            if one.camera:
                self._house.take(PartFailed(f"the login at {one.camera}", one.sentence()))
        bad = [one for one in self._config.left_out if not one.camera]
        if bad:
            self._house.take(PartFailed(THE_RULES, f"{bad[0].sentence()} ({len(bad)} in all)"))

    async def live(self) -> None:
        """Run every part until somebody says stop."""
        try:
            await self._socket.open()
        except OSError as error:  # law 6: keypads and sirens need no socket
            why = error.strerror or str(error)  # a path that is too long has no number
            self._house.take(StorageFailed(f"the local socket cannot be made: {why}"))
        log.info("protecting, after %.1f s away", self._resumed.gap.total_seconds())
        async with asyncio.TaskGroup() as parts:
            running = [
                parts.create_task(watch_steps(self._clock, self._stepped)),
                parts.create_task(tell_wall(self._clock, WallWish(self._house), self._house.take)),
            ]
            if self._detection is not None:
                running.append(parts.create_task(self._detection.run()))
            # Only now: the radio libraries take a second to load, and the rules hold already.
            for driver in await asyncio.to_thread(drivers, self._config):
                self._drivers[driver.id] = driver
                running.append(parts.create_task(keep(driver, self._hear)))
            _settle_memory()
            await self._stopping.wait()
            await self._upkeeps.close()  # while their radios are there to be told
            for part in running:
                part.cancel()

    def stop(self) -> None:
        """Have `live` end."""
        self._stopping.set()

    def reload_soon(self) -> None:
        """Load the configuration anew, as SIGHUP asks; what becomes of it is logged."""
        task = asyncio.get_running_loop().create_task(self._reload_and_log())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def reload(self, *, dry: bool = False) -> Change:
        """Put the configuration file of now in force, and say what that does; `dry`: only say it.

        A file that does not hold changes nothing. Raises ConfigErrors or NotNow.
        """
        async with self._changing:
            known = known_of(self._house.state)
            coming = await asyncio.to_thread(prepare, self._config.path, known)
            # No waiting from here on: the plan holds for this very state.
            made = change(self._began, self._config, self._house.site, self._house.state, coming)
            if not dry:
                self._put_in_force(coming, made)
            return made

    def _put_in_force(self, coming: Next, made: Change) -> None:
        self._config = coming.config
        self._codes = CodeBook(coming.config.codes)
        self._snapshots.reconfigure(coming.now)
        event = ConfigurationLoaded(
            coming.config.source.digest, made.plan.cancelled[:TOLD_MAX], made.changed[:TOLD_MAX]
        )
        self._house.reconfigure(coming.now.site, made.state, event)
        _settle_memory()
        self._tell_wall()

    async def _reload_and_log(self) -> None:
        try:
            made = await self.reload()
        except (ConfigErrors, NotNow) as refused:
            log.warning("the configuration stays as it was: %s", refused)
            return
        except Exception:  # law 6: a file that breaks the reading of it breaks nothing else
            log.exception("the configuration stays as it was")
            return
        for line in (*made.changed, *made.plan.lines(), *made.restart):
            log.info("loaded anew: %s", line)

    async def _checks(self) -> list[Json]:
        walls = await layers() if has_programs(self._house.site) else ()
        cameras = None if self._detection is None else self._detection.standing
        own = [check for driver in self._answering() for check in driver.checks]
        return checks(self._house, self._journal.lost, walls, cameras, own)

    def _answering(self) -> list[Answers]:
        return [driver for driver in self._drivers.values() if isinstance(driver, Answers)]

    def _newcomers(self) -> list[Nearby]:
        return [one for driver in self._answering() for one in driver.newcomers]

    async def close(self) -> None:
        """End every part, the journal last, whatever becomes of those before it."""
        async with AsyncExitStack() as parts:
            parts.push_async_callback(asyncio.to_thread, self._journal.close)
            for task in self._tasks:
                task.cancel()
            parts.callback(self._telemetry.close)
            parts.callback(self._snapshots.take, self._house.number, self._house.state)
            parts.push_async_callback(self._lock_codes.close)
            parts.push_async_callback(self._executor.close)
            parts.push_async_callback(self._socket.close)
            parts.push_async_callback(self._upkeeps.close)

    def _whose(self, code: Code) -> str | None:
        return self._codes.find(code)

    def _stepped(self, step: ClockStepped) -> None:
        self._house.take(step)
        self._tell_wall()

    def _tell_wall(self) -> None:
        """Tell the rules what the wall clock shows, where they ask for it."""
        site = self._house.site
        if site.rules.rules or has_windows(site):
            self._house.take(WallTold(self._clock.wall()))

    def _hear(self, said: Told) -> None:
        """Sort what a driver says: to the house, to the doorman, or to the telemetry."""
        match said:
            case Telemetry():
                self._telemetry.add(self._clock.now(), self._clock.wall(), said)
            case CodeOffered():
                self._doorman.offer(said)
            case LockCodeRead():
                self._lock_codes.read(said)
            case StreamsFound() if self._detection is not None:
                self._detection.streams(said)
            case Noticed() | ViewChanged() if self._detection is not None:
                self._detection.noticed(said)
            case StreamsFound() | Noticed() | ViewChanged():
                pass  # there is nobody to look
            case _:
                self._house.take(said)

    def _write(self, entry: Entry, orders: Sequence[Order]) -> None:
        try:
            self._journal.append(entry, orders)
        except CodecError:  # law 5: what cannot be written down still had its effect
            log.exception("entry %d cannot be written down and is lost", entry.number)

    def _committed(self, number: int, durable: bool) -> None:  # noqa: FBT001  # the journal calls it so
        # An order that waited too long for the disk is better sent than kept.
        self._house.committed(number, durable=durable)


def _tell(notice: Notify) -> None:
    logs.tell(notice.text, notice.level)


def _settle_memory() -> None:
    """What is loaded now stays: no need for the collector to look at it in an alarm.

    It is not collected first: that would hold up the loop for some 90 ms.
    """
    gc.freeze()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415  # not on every platform
    except ImportError:
        return None
    return uvloop.new_event_loop
