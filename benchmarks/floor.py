"""The floor of the machine: what any program of this kind pays here, measured between the runs."""

import asyncio
import os
import pty
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from simulator.play.process import Process, python

FRAME = bytes(range(40))  # as long as a sensor's report on the wire
ECHO_SECONDS = 5.0
START_SECONDS = 20.0
NANOSECONDS_PER_MILLISECOND = 1_000_000


class Floor:
    """An echo behind a pty and a database of its own. All times in milliseconds."""

    def __init__(self) -> None:
        self.echoes: list[float] = []
        self.commits: list[float] = []
        self.syncs: list[float] = []
        self._folder = tempfile.TemporaryDirectory(prefix="nightlatch-", ignore_cleanup_errors=True)
        self._ours = self._theirs = -1
        self._back: asyncio.Future[int] | None = None

    async def __aenter__(self) -> Self:
        """Start the echo."""
        self._ours, self._theirs = pty.openpty()
        os.set_blocking(self._ours, False)
        folder = Path(self._folder.name)
        argv = python("-m", "benchmarks.echo", os.ttyname(self._theirs))
        self._process = await Process.start("the echo", argv, folder / "echo.log", talks=True)
        await self._process.line(START_SECONDS)
        asyncio.get_running_loop().add_reader(self._ours, self._heard)
        self._db = _database(folder / "floor.sqlite")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""
        asyncio.get_running_loop().remove_reader(self._ours)
        await self._process.stop()
        os.close(self._ours)
        os.close(self._theirs)
        self._db.close()
        self._folder.cleanup()

    async def measure(self, echoes: int = 200, commits: int = 40) -> None:
        """Take so many samples of each, and add them to those there are."""
        for _ in range(echoes):
            self.echoes.append(await self._echo())
            await asyncio.sleep(0.002)  # as an alarm finds the line: at rest
        self.commits += [_timed(self._commit) for _ in range(commits)]
        with (Path(self._folder.name) / "log").open("ab") as log:
            self.syncs += [_timed(lambda: _append(log.fileno())) for _ in range(commits)]

    async def _echo(self) -> float:
        self._back = asyncio.get_running_loop().create_future()
        os.write(self._ours, FRAME)
        sent = _now()
        async with asyncio.timeout(ECHO_SECONDS):
            return (await self._back - sent) / NANOSECONDS_PER_MILLISECOND

    def _heard(self) -> None:
        os.read(self._ours, 4096)
        if self._back is not None and not self._back.done():
            self._back.set_result(_now())

    def _commit(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute("INSERT INTO entry VALUES (NULL, ?)", (FRAME * 6,))
        self._db.execute("COMMIT")


def _database(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(file, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE entry (number INTEGER PRIMARY KEY, body BLOB)")
    return db


def _append(log: int) -> None:
    os.write(log, FRAME * 6)
    os.fdatasync(log)


def _timed(work: Callable[[], None]) -> float:
    started = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - started) / NANOSECONDS_PER_MILLISECOND


def _now() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
