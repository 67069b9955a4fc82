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
from gateway.api.doctor import checks
from gateway.api.requests import Desk
from gateway.api.socket import NAME, LocalSocket
from gateway.clock import SystemClock, resume, this_moment, watch_steps
from gateway.codec import CodecError
from gateway.config.codes import CodeBook
from gateway.config.load import Config, load
from gateway.doorman import Doorman
from gateway.executor import Executor
from gateway.house import House
from gateway.journal.journal import Journal, entries_with_orders
from gateway.journal.records import JournalError
from gateway.journal.telemetry import TelemetryLog
from gateway.model.credential import CodeOffered
from gateway.model.device import DriverId
from gateway.model.driver import Driver
from gateway.model.effect import Notify, Order
from gateway.model.event import AreaLost, Entry, Event, Started, StorageFailed, Telemetry
from gateway.recovery import Folded, Redelivery, Snapshots, folded
from gateway.supervisor import keep
from rules import engine

log = logging.getLogger("nightlatch")


def run(path: Path) -> int:
    """Run the hub until it is told to stop; give the exit status. Raises ConfigErrors."""
    config = load(path)
    logs.configure()
    try:
        journal = Journal.open(config.state_folder, str(engine.VERSION))
    except JournalError as refused:
        sys.stderr.write(f"nightlatch: {refused}\n")
        return 2
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(_serve(config, journal))


async def _serve(config: Config, journal: Journal) -> int:
    hub = Hub(config, journal)
    loop = asyncio.get_running_loop()
    for number in signal.SIGTERM, signal.SIGINT:
        loop.add_signal_handler(number, hub.stop)
    try:
        await hub.live()
    finally:
        await hub.close()
    return 0


class Hub:
    """All parts of a running hub, and how they are joined."""

    def __init__(self, config: Config, journal: Journal) -> None:
        recovered = journal.recover()
        site = config.site()
        was = folded(site, recovered, journal.entries)
        loop = asyncio.get_running_loop()
        self._config = config
        self._journal = journal
        self._resumed = resume(recovered.last, this_moment())
        self._clock = SystemClock(loop, self._resumed)
        self._drivers: dict[DriverId, Driver] = {}
        self._stopping = asyncio.Event()
        self._telemetry = TelemetryLog(config.state_folder)
        self._snapshots = Snapshots(journal, site)
        self._executor = Executor(self._drivers, self._clock, self._hear, journal.settle, _tell)
        self._house = House(
            site=site,
            clock=self._clock,
            state=was.state,
            number=recovered.number,
            write=self._write,
            hand_out=self._executor.take,
        )
        self._doorman = Doorman(site, CodeBook(config.codes).find, self._house.take)
        self._socket = LocalSocket(self._desk(), config.state_folder / NAME)
        self._house.watch(self._snapshots.watch)
        journal.start(loop, self._resumed.era, self._committed, self._house.take)
        self._begin(recovered.unconfirmed, was, recovered.notes)

    def _desk(self) -> Desk:
        return Desk(
            self._house,
            self._clock,
            self._doorman,
            offset=lambda: self._resumed.era.offset,
            entries=partial(entries_with_orders, self._config.state_folder),
            checks=lambda: checks(self._house, self._journal.lost),
            stop=self.stop,
        )

    def _begin(self, unconfirmed: Sequence[Order], was: Folded, notes: Sequence[str]) -> None:
        """Make the first entry of this life; what was left undone follows it."""
        gap = self._resumed.gap.total_seconds()
        self._house.take(Started(gap, self._resumed.trusted))
        if told := "; ".join((*notes, *was.notes)):
            self._house.take(StorageFailed(told))  # one: people are told of a trouble once
        for area in was.lost:
            self._house.take(AreaLost(area))
        redelivery = Redelivery(unconfirmed, self._executor.take, self._journal.settle)
        self._house.watch(redelivery.watch)
        self._house.wake()

    async def live(self) -> None:
        """Run every part until somebody says stop."""
        try:
            await self._socket.open()
        except OSError as error:  # law 6: keypads and sirens need no socket
            self._house.take(StorageFailed(f"the local socket cannot be made: {error.strerror}"))
        log.info("protecting, after %.1f s away", self._resumed.gap.total_seconds())
        async with asyncio.TaskGroup() as parts:
            running = [parts.create_task(watch_steps(self._clock, self._house.take))]
            # Only now: the radio libraries take a second to load, and the rules hold already.
            for driver in await asyncio.to_thread(_drivers, self._config):
                self._drivers[driver.id] = driver
                running.append(parts.create_task(keep(driver, self._hear)))
            _settle_memory()
            await self._stopping.wait()
            for part in running:
                part.cancel()

    def stop(self) -> None:
        """Have `live` end."""
        self._stopping.set()

    async def close(self) -> None:
        """End every part, the journal last, whatever becomes of those before it."""
        async with AsyncExitStack() as parts:
            parts.push_async_callback(asyncio.to_thread, self._journal.close)
            parts.callback(self._telemetry.close)
            parts.callback(self._snapshots.take, self._house.number, self._house.state)
            parts.push_async_callback(self._executor.close)
            parts.push_async_callback(self._socket.close)

    def _hear(self, said: Event | Telemetry | CodeOffered) -> None:
        """Sort what a driver says: to the house, to the doorman, or to the telemetry."""
        match said:
            case Telemetry():
                self._telemetry.add(self._clock.now(), self._clock.wall(), said)
            case CodeOffered():
                self._doorman.offer(said)
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


def _drivers(config: Config) -> list[Driver]:
    """Build the drivers that the configuration asks for: one line each."""
    drivers: list[Driver] = []
    if config.zigbee is not None:
        drivers.append(_zigbee(config))
    return drivers


def _zigbee(config: Config) -> Driver:
    from drivers.zigbee.driver import ZigbeeDriver  # noqa: PLC0415  # a second, see Hub.live
    from drivers.zigbee.settings import ZigbeeSettings  # noqa: PLC0415

    section = config.zigbee
    assert section is not None  # noqa: S101  # _drivers looked
    return ZigbeeDriver(
        ZigbeeSettings(
            port=config.zigbee_port or "",
            channel=section.channel,
            baud=section.baud,
            install_codes_only=section.install_codes_only,
            database=config.state_folder / "zigbee" / "zigbee.sqlite",
        )
    )


def _settle_memory() -> None:
    """What is loaded now stays: no need for the collector to look at it in an alarm."""
    gc.collect()
    gc.freeze()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415  # not on every platform
    except ImportError:
        return None
    return uvloop.new_event_loop
