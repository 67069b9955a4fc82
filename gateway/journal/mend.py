"""Opens the journal, whatever state it is in, and mends what is damaged.

Nothing is thrown away: the damaged files are set aside first, then a new journal is built of what
the chain vouches for. Where the disk cannot be used at all, the hub goes on in memory.
"""

import sqlite3
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import batched
from pathlib import Path

from gateway.durable import sync_folder
from gateway.journal import rows
from gateway.journal.armed import read_armed
from gateway.journal.chain import UNREADABLE, follows, is_sealed
from gateway.journal.folder import (
    JOURNAL,
    LOCK,
    FolderLock,
    reading,
    remove_journal,
    set_aside,
)
from gateway.journal.records import Head, Item, JournalTooNew, Row, Settled, Snapshot
from gateway.journal.scan import Findings, last_of, orders_left, scan, sound_rows
from gateway.journal.store import KEEP_ENTRIES, Store
from gateway.model.effect import Order

NEW = "journal.new.sqlite"
NUMBERS_SKIPPED = 1000
"""After damage: a number, and with it an order's id, is never used twice."""
_COPY_AT_ONCE = 500
_OF_THE_DISK = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}


@dataclass(slots=True)
class Opening:
    """What opening gave. Without a store the journal lives in memory, until the disk is back."""

    lock: FolderLock | None = None
    store: Store | None = None
    found: Findings = field(default_factory=Findings)
    orders: list[Order] = field(default_factory=list[Order])
    number: int = 0
    areas: tuple[int, bytes] | None = None
    has_gap: bool = False
    notes: list[str] = field(default_factory=list[str])


def is_of_the_disk(error: Exception) -> bool:
    """Tell a disk that cannot be used from a file that is damaged."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_IOERR)
        return code & 0xFF in _OF_THE_DISK and code != sqlite3.SQLITE_IOERR_SHORT_READ
    return isinstance(error, OSError)


def open_journal(folder: Path, version: str, keep: int = KEEP_ENTRIES) -> Opening:
    """Open the journal. Raises StateFolderBusy and JournalTooNew, and nothing else."""
    was_used = _exists(folder / LOCK)
    opening = Opening()
    try:
        opening.lock = FolderLock(folder)
    except OSError as error:
        opening.notes.append(f"{folder} cannot be written, so nothing is kept on disk: {error}")
    if was_used and not _has_content(folder / JOURNAL):
        opening.notes.append("the journal that was here is gone: starting anew")
    damaged = _open_store(folder, opening, keep)
    damaged |= not _look(folder, version, opening)
    if damaged and opening.lock is not None:
        _mend(folder, opening, keep)
    _look_at_copy(folder, opening)
    return opening


def start_anew(folder: Path, head: Head, keep: int = KEEP_ENTRIES) -> tuple[Store, str]:
    """Set aside what lies there and begin a journal that goes on from `head`.

    Gives the journal, and the name of the file that holds the old one, if there was one.
    """
    copy = set_aside(folder)
    kept = copy.name if copy.exists() else ""
    remove_journal(folder)
    store = Store.open(folder, keep=keep)
    store.begin_at(head)
    return store, kept


def _exists(file: Path) -> bool:
    try:
        return file.exists()
    except OSError:
        return False


def _has_content(file: Path) -> bool:
    try:
        return file.stat().st_size > 0
    except OSError:
        return False


def _open_store(folder: Path, opening: Opening, keep: int) -> bool:
    """Open for writing; tell whether the file is damaged."""
    if opening.lock is None:
        return False
    try:
        opening.store = Store.open(folder, keep=keep)
    except JournalTooNew:
        opening.lock.release()
        raise
    except (OSError, sqlite3.Error) as error:
        opening.notes.append(f"the journal cannot be opened for writing: {error}")
        return not is_of_the_disk(error)
    return False


def _look(folder: Path, version: str, opening: Opening) -> bool:
    """Find what there is to go on from; tell whether it is sound."""
    try:
        with reading(folder / JOURNAL) as db:
            found = opening.found = scan(db, version)
            opening.orders, notes = orders_left(db, found)
            opening.number = max(found.head.number, _highest(db))
    except (OSError, *UNREADABLE) as error:
        opening.notes.append(f"the journal cannot be read: {error}")
        opening.number += NUMBERS_SKIPPED
        return isinstance(error, OSError) or is_of_the_disk(error)
    lost = [f"entries {a} to {b} were never written" for a, b in found.holes]
    opening.notes += found.damage + notes + lost
    if found.damage:
        opening.number += NUMBERS_SKIPPED
    return not found.damage


def _highest(db: sqlite3.Connection) -> int:
    try:
        return int(db.execute("SELECT coalesce(max(number), 0) FROM entry").fetchone()[0])
    except UNREADABLE:
        return 0


def _mend(folder: Path, opening: Opening, keep: int) -> None:
    """Set the damaged files aside and put a sound journal in their place."""
    try:
        copy = set_aside(folder)
        opening.notes[:] = [f"the journal is damaged, and kept as {copy.name}: {_all(opening)}"]
        _build(folder, opening.found, keep)
        if opening.store is not None:
            opening.store.close()
            opening.store = None
        remove_journal(folder)
        (folder / NEW).replace(folder / JOURNAL)
        sync_folder(folder)
        opening.store = Store.open(folder, keep=keep)
    except (OSError, sqlite3.Error) as error:
        opening.notes.append(f"the journal could not be mended, so it is kept in memory: {error}")
        if opening.store is not None:
            opening.store.close()
            opening.store = None


def _all(opening: Opening) -> str:
    return "; ".join(opening.notes)


def _look_at_copy(folder: Path, opening: Opening) -> None:
    """Have the second copy of what is armed say what the journal does not."""
    try:
        copy = read_armed(folder)
    except (OSError, ValueError) as error:
        opening.notes.append(f"the second copy of what is armed cannot be read: {error}")
        return
    if copy is None:
        return
    found = opening.found
    is_short = found.head.number < copy.number
    # A journal that begins in the middle and has no snapshot tells only what changed since.
    opening.has_gap = is_short or (found.snapshot is None and found.start.number > 0)
    opening.areas = copy.number, copy.body
    if is_short:
        ends = f"the journal ends at entry {found.head.number}, and {copy.number} was written"
        opening.notes.append(f"{ends}: the areas stand as they stood then")
        opening.number = max(opening.number, copy.number + NUMBERS_SKIPPED)
        found.last = last_of(copy)


def _build(folder: Path, found: Findings, keep: int) -> None:
    """Build it with as much of the past as can be read; what the fold needs was read before."""
    for anchor in (_oldest(folder, found.start), found.start):
        try:
            _build_from(folder, anchor, found, keep)
        except UNREADABLE:
            if anchor is found.start and found.head != found.start:
                raise
        else:
            return
    _build_from(folder, found.start, replace(found, head=found.start), keep)


def _build_from(folder: Path, anchor: Head, found: Findings, keep: int) -> None:
    for part in ("", "-wal", "-shm"):
        (folder / f"{NEW}{part}").unlink(missing_ok=True)
    new = Store.open(folder, NEW, keep)
    try:
        new.begin_at(anchor)
        if anchor != found.head:
            with reading(folder / JOURNAL) as db:
                kept = sound_rows(db, anchor, found.head)
                for batch in batched(kept, _COPY_AT_ONCE):
                    new.write([item for row in batch for item in _copy(db, row, found)])
                for snapshot in _older_snapshots(db, anchor, found):
                    new.write((), snapshot)
        if found.snapshot is not None:
            new.write((), found.snapshot)
    finally:
        new.close()


def _copy(db: sqlite3.Connection, row: Row, found: Findings) -> list[Item]:
    if row.number in found.broken_orders:
        lost = rows.given_up(row.number)
        return [replace(row, outbox=(lost,)), Settled(lost.id, lost.repeat)]
    posted = tuple(rows.posted_of(db, row.number))
    return [replace(row, outbox=posted), *rows.outcomes_of(db, row.number)]


def _older_snapshots(db: sqlite3.Connection, anchor: Head, found: Findings) -> list[Snapshot]:
    """Give the sound ones of entries that are kept, the oldest first; none where none is read."""
    kept: list[Snapshot] = []
    with suppress(*UNREADABLE):
        for one in rows.snapshots(db, anchor.number - 1, found.start.number - 1):
            is_there = one.head in (anchor, rows.head_upto(db, one.number))
            if is_there and is_sealed(one):
                kept.append(one)
    return kept[::-1]


def _oldest(folder: Path, start: Head) -> Head:
    try:
        with reading(folder / JOURNAL) as db:
            return _oldest_sound(db, start)
    except (OSError, *UNREADABLE):
        return start


def _oldest_sound(db: sqlite3.Connection, start: Head) -> Head:
    """Follow the chain back from where the fold starts, as far as it holds."""
    anchor = start
    newer: Row | None = None
    try:
        for row in rows.rows_before(db, start.number):
            if row.head != start if newer is None else not follows(row.head, newer):
                return anchor
            anchor, newer = row.head, row
        begin = rows.anchor(db)
        return begin if newer is not None and follows(begin, newer) else anchor
    except UNREADABLE:
        return anchor
