"""The journal's database, opened for writing: all of its SQL that changes anything."""

import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import batched, chain
from pathlib import Path
from typing import Self

from gateway.journal import rows, thinning
from gateway.journal.folder import JOURNAL, make_private
from gateway.journal.records import Head, Item, JournalTooNew, Posted, Row, Settled, Snapshot
from gateway.model.effect import Repeat

KEEP_ENTRIES = 1_000_000
KEEP_SNAPSHOTS = 3
"""The newest are for restarts: no entry goes that these still need."""
PRUNE_AT_ONCE = 10_000
ROWS_A_STATEMENT = 250
WAL_LIMIT_BYTES = 16 * 1024 * 1024
BUSY_SECONDS = 5.0
BELIEVED_VERSIONS = 1000
"""A version further beyond ours than that was written by no program."""
_MARK = 0x4E4C0000  # "NL": the version stands in the file twice, so that a flipped bit shows
MIGRATIONS = Path(__file__).parent / "migrations"


class FileDamaged(sqlite3.DatabaseError):
    """A database that says what no program wrote."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


class Store:
    """One connection that writes. Used by one thread at a time."""

    def __init__(self, file: Path, db: sqlite3.Connection, keep: int = KEEP_ENTRIES) -> None:
        self._file = file
        self._db = db
        self._keep = keep
        self._inode = os.stat(file).st_ino  # noqa: PTH116 - with the check in `write`, which is hot

    @classmethod
    def open(cls, folder: Path, name: str = JOURNAL, keep: int = KEEP_ENTRIES) -> Self:
        """Open, make or migrate a journal. Raises JournalTooNew, OSError or sqlite3.Error."""
        file = folder / name
        make_private(file)
        db = sqlite3.connect(
            file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            db.execute(f"PRAGMA journal_size_limit={WAL_LIMIT_BYTES}")
            migrate(db, MIGRATIONS)
            return cls(file, db, keep)
        except BaseException:
            db.close()
            raise

    def head(self) -> Head:
        """Give the end of the chain on disk."""
        last = "SELECT number, hash FROM entry ORDER BY number DESC LIMIT 1"
        row = self._db.execute(last).fetchone()
        row = row or self._db.execute("SELECT number, hash FROM anchor").fetchone()
        return Head(*row)

    def write(self, items: Sequence[Item], snapshot: Snapshot | None = None) -> None:
        """Write in one transaction: on disk when this returns, else not at all."""
        if os.stat(self._file).st_ino != self._inode:  # noqa: PTH116 - half the cost
            raise sqlite3.OperationalError("the file was taken away")
        rows = [item for item in items if isinstance(item, Row)]
        settled = [(item.outcome, item.id) for item in items if isinstance(item, Settled)]
        with self._transaction():
            # Also a write of nothing reaches the disk: it is how a disk that was away is tried.
            if not items:
                self._db.execute("UPDATE anchor SET only = only")
            self._insert(rows)
            if settled:
                self._db.executemany("UPDATE outbox SET outcome = ? WHERE id = ?", settled)
            if snapshot is not None:
                self._keep_snapshot(snapshot)

    def begin_at(self, anchor: Head) -> None:
        """Let the chain of a new, empty journal go on from another's end."""
        with self._transaction():
            self._db.execute("UPDATE anchor SET number = ?, hash = ?", (anchor.number, anchor.hash))

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _insert(self, rows: Sequence[Row]) -> None:
        entries = (_entry_fields(row) for row in rows)
        self._insert_into("entry", "(?, ?, ?, ?, ?, ?, ?, ?)", entries)
        posted = (fields for row in rows for fields in _outbox_fields(row))
        self._insert_into("outbox", "(?, ?, ?, ?, ?, ?, ?, ?)", posted)

    def _insert_into(self, table: str, marks: str, lines: Iterator[tuple[object, ...]]) -> None:
        """Insert many rows by each statement.

        A statement a row gives up the interpreter's lock and asks for it back at each row, which
        takes 5 ms a time while the loop is busy: the disk would starve just when most happens.
        """
        for chunk in batched(lines, ROWS_A_STATEMENT):
            values = ", ".join([marks] * len(chunk))
            fields = list(chain.from_iterable(chunk))
            self._db.execute(f"INSERT INTO {table} VALUES {values}", fields)  # noqa: S608 - our own words

    def _keep_snapshot(self, snapshot: Snapshot) -> None:
        insert = "INSERT OR REPLACE INTO snapshot VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        self._db.execute(insert, _snapshot_fields(snapshot))
        thinning.thin(self._db, KEEP_SNAPSHOTS)
        self._prune()

    def _prune(self) -> None:
        """Drop a bounded lot of the oldest entries, never one that a restart still needs.

        The rest begins at a snapshot, so that the state after each entry that is left is told;
        where snapshots are too far apart for that it begins anywhere.
        """
        first, last = self._numbers(_BOUNDS)
        (needed,) = self._numbers(_NEEDED, KEEP_SNAPSHOTS)
        upto = min(needed, last - self._keep)
        most = first + PRUNE_AT_ONCE - 1
        (cut,) = self._numbers(_NEWEST_WITHIN, first, min(upto, most))
        if not cut and upto >= most:
            cut = most
        if cut:
            self._drop_upto(rows.head_upto(self._db, cut))

    def _drop_upto(self, head: Head) -> None:
        self._db.execute("DELETE FROM outbox WHERE number <= ?", (head.number,))
        self._db.execute("DELETE FROM entry WHERE number <= ?", (head.number,))
        self._db.execute("DELETE FROM snapshot WHERE number < ?", (head.number,))
        self._db.execute("UPDATE anchor SET number = ?, hash = ?", (head.number, head.hash))

    def _numbers(self, query: str, *values: int) -> tuple[int, ...]:
        return tuple(number or 0 for number in self._db.execute(query, values).fetchone())


_BOUNDS = "SELECT (SELECT min(number) FROM entry), (SELECT max(number) FROM entry)"
_NEEDED = "SELECT min(number) FROM (SELECT number FROM snapshot ORDER BY number DESC LIMIT ?)"
_NEWEST_WITHIN = "SELECT max(number) FROM snapshot WHERE number >= ? AND number <= ?"


def migrate(db: sqlite3.Connection, scripts: Path) -> None:
    """Apply the numbered scripts that this database has not seen, in order.

    Raises JournalTooNew, sqlite3.Error or, where the version itself is damaged, FileDamaged.
    """
    version, mark = _version(db), db.execute("PRAGMA application_id").fetchone()[0]
    numbered = {int(re.sub(r"\D.*", "", file.name)): file for file in scripts.glob("[0-9]*.sql")}
    if mark not in (0, _MARK + version):
        raise FileDamaged(f"its version is damaged: it says {version} here and not there")
    if version > max(numbered):
        _must_be_whole(db, version - max(numbered))
        raise JournalTooNew(
            f"this database is of version {version}, and this program knows only up to "
            f"{max(numbered)}: run the version that wrote it, or restore a backup"
        )
    for number in sorted(n for n in numbered if n > version):
        script = numbered[number].read_text(encoding="utf-8")
        marks = f"PRAGMA user_version={number};\nPRAGMA application_id={_MARK + number};"
        db.executescript(f"BEGIN IMMEDIATE;\n{script}\n{marks}\nCOMMIT;")
    if mark == 0 and version:
        db.execute(f"PRAGMA application_id={_MARK + _version(db)}")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _must_be_whole(db: sqlite3.Connection, beyond: int) -> None:
    """Tell a later version's journal from one whose version is damaged: raise FileDamaged."""
    said = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if beyond > BELIEVED_VERSIONS or said != "ok":
        raise FileDamaged(f"its version is damaged: {beyond} beyond what there is ({said})")


def _entry_fields(row: Row) -> tuple[object, ...]:
    known = row.number, row.at_us, row.wall, row.era, row.kind
    return *known, row.body, row.orders, row.hash


def _snapshot_fields(one: Snapshot) -> tuple[object, ...]:
    known = one.number, one.at_us, one.wall, one.era, one.version
    return *known, one.chain, rows.packed(one.body), one.hash


def _outbox_fields(row: Row) -> Iterator[tuple[object, ...]]:
    for place, order in enumerate(row.outbox):
        yield _order_fields(row.number, place, order)


def _order_fields(number: int, place: int, order: Posted) -> tuple[object, ...]:
    known = number, place, order.id, order.at_us
    outcome = "written down" if order.repeat == Repeat.RECORD else None
    return *known, order.repeat, order.expires_us, order.effect, outcome
