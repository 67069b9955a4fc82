"""Journals for tests: a hub's worth of appending, without a hub."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from gateway.clock import Era
from gateway.journal.folder import JOURNAL
from gateway.journal.journal import Journal
from gateway.journal.records import Recovered
from gateway.model.event import Entry, StorageFailed, StorageRecovered
from tests.gateway.samples import entry, orders
from tests.waiting import until

ERA = Era("boot-a", 5)


@dataclass
class Told:
    """What a journal told its house."""

    committed: list[tuple[int, bool]] = field(default_factory=list[tuple[int, bool]])
    troubles: list[StorageFailed | StorageRecovered] = field(
        default_factory=list[StorageFailed | StorageRecovered]
    )

    def commit(self, number: int, durable: bool) -> None:  # noqa: FBT001 - the journal calls it so
        self.committed.append((number, durable))

    @property
    def durable(self) -> int:
        return max((number for number, durable in self.committed if durable), default=0)


def start(journal: Journal) -> Told:
    told = Told()
    journal.start(asyncio.get_running_loop(), ERA, told.commit, told.troubles.append)
    return told


def write(folder: Path, count: int, snapshots: tuple[int, ...] = (), keep: int = 10**6) -> None:
    """Fill a journal with entries 1 to `count`, and close it."""

    async def fill() -> None:
        journal = Journal.open(folder, keep=keep)
        journal.recover()
        told = start(journal)
        for number in range(1, count + 1):
            journal.append(entry(number), orders(number))
            if number in snapshots:
                journal.snapshot(number, b"state %d" % number)
                await until(lambda at=number: told.durable >= at)  # type: ignore[misc]
        assert journal.close()

    asyncio.run(fill())


def recover(folder: Path) -> tuple[Recovered, list[Entry]]:
    """Open, read everything, and close."""
    journal = Journal.open(folder)
    recovered = journal.recover()
    entries = list(recovered.entries)
    journal.close()
    return recovered, entries


def alter(folder: Path, statement: str, *values: object) -> None:
    """Do to the file what nobody should."""
    with closing(sqlite3.connect(folder / JOURNAL)) as db, db:
        db.execute(statement, values)
