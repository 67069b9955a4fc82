"""Checks a whole journal, from where its chain begins to its end: `nightlatch log verify`."""

import sqlite3
from pathlib import Path

from gateway.journal import rows
from gateway.journal.chain import UNREADABLE, digest_of, event_of, follows, is_sealed
from gateway.journal.folder import JOURNAL, reading
from gateway.journal.records import Row, Verification


def verify(folder: Path) -> Verification:
    """Follow the chain through every row; say where it first fails. Changes nothing."""
    checked = _Check()
    try:
        with reading(folder / JOURNAL) as db:
            checked.run(db)
    except (OSError, *UNREADABLE) as error:
        return checked.bad(checked.last + 1, f"the journal cannot be read: {error}")
    return checked.result()


class _Check:
    """How far a verification has come."""

    def __init__(self) -> None:
        self.last = 0
        self._entries = 0
        self._bad: Verification | None = None
        self._holes: list[str] = []

    def run(self, db: sqlite3.Connection) -> None:
        head = rows.anchor(db)
        self.last = head.number
        for row in rows.rows_after(db, head.number):
            if not follows(head, row):
                self._bad = self.bad(row.number, f"entry {row.number} is not what was written")
                return
            self._look_at(db, row)
            head = row.head
        self._look_at_snapshots(db)

    def result(self) -> Verification:
        if self._bad is not None:
            return self._bad
        holes = f"; never written for want of a disk: {', '.join(self._holes)}"
        sentence = f"{self._entries} entries, the chain is whole{holes if self._holes else ''}"
        return Verification(ok=True, entries=self._entries, first_bad=None, sentence=sentence)

    def bad(self, number: int, sentence: str) -> Verification:
        return Verification(ok=False, entries=self._entries, first_bad=number, sentence=sentence)

    def _look_at(self, db: sqlite3.Connection, row: Row) -> None:
        if row.number > self.last + 1 and self.last > 0:
            self._holes.append(f"{self.last + 1} to {row.number - 1}")
        if digest_of(rows.posted_of(db, row.number)) != row.orders and self._bad is None:
            text = f"the orders of entry {row.number} are not what was written"
            self._bad = self.bad(row.number, text)
        event_of(row)
        self.last = row.number
        self._entries += 1

    def _look_at_snapshots(self, db: sqlite3.Connection) -> None:
        for snapshot in rows.snapshots(db):
            if not is_sealed(snapshot) and self._bad is None:
                text = f"the snapshot of entry {snapshot.number} is not what was written"
                self._bad = self.bad(snapshot.number, text)
