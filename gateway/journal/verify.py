"""Checks a whole journal, from where its chain begins to its end: `nightlatch log verify`."""

import sqlite3
from pathlib import Path

from gateway.journal import rows
from gateway.journal.armed import ARMED, read_armed
from gateway.journal.chain import UNREADABLE, digest_of, event_of, follows, is_sealed
from gateway.journal.folder import JOURNAL, reading
from gateway.journal.records import Head, Row, Snapshot, Verification


def verify(folder: Path) -> Verification:
    """Follow the chain through every row; say where it first fails. Changes nothing.

    The chain has no key: what it can and cannot prove stands in docs/commands.md.
    """
    checked = _Check()
    try:
        # Before the rows: a running hub writes it after them.
        checked.copy = read_armed(folder)
        with reading(folder / JOURNAL) as db:
            db.execute("BEGIN")  # a running hub goes on writing; we look at one moment of it
            checked.run(db)
    except (OSError, *UNREADABLE) as error:
        return checked.bad(checked.last + 1, f"the journal cannot be read: {error}")
    return checked.result()


class _Check:
    """How far a verification has come."""

    def __init__(self) -> None:
        self.last = 0
        self.copy: Snapshot | None = None
        self._head = Head()
        self._entries = 0
        self._bad: Verification | None = None
        self._holes: list[str] = []
        self._given_up: list[str] = []

    def run(self, db: sqlite3.Connection) -> None:
        self._head = head = rows.anchor(db)
        self.last = head.number
        for row in rows.rows_after(db, head.number):
            if not follows(head, row):
                self._bad = self.bad(row.number, f"entry {row.number} is not what was written")
                return
            self._look_at(db, row)
            self._head = head = row.head
        self._look_at_snapshots(db)
        self._look_at_end(db)

    def result(self) -> Verification:
        if self._bad is not None:
            return self._bad
        sentence = f"{self._entries} entries, the chain is whole"
        if self._holes:
            sentence += f"; never written for want of a disk: {', '.join(self._holes)}"
        if self._given_up:
            sentence += f"; orders once found damaged and left out: {', '.join(self._given_up)}"
        head = self._head.hash.hex()
        return Verification(True, self._entries, None, sentence, head)  # noqa: FBT003 - ok

    def bad(self, number: int, sentence: str) -> Verification:
        return Verification(ok=False, entries=self._entries, first_bad=number, sentence=sentence)

    def _look_at(self, db: sqlite3.Connection, row: Row) -> None:
        if row.number > self.last + 1 and self.last > 0:
            self._holes.append(f"{self.last + 1} to {row.number - 1}")
        posted = rows.posted_of(db, row.number)
        if rows.are_given_up(posted):
            self._given_up.append(str(row.number))
        elif digest_of(posted) != row.orders and self._bad is None:
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
            self._compare(db, snapshot, "a snapshot")

    def _look_at_end(self, db: sqlite3.Connection) -> None:
        """Look whether there once was more: what was cut off may have left its traces."""
        if self.copy is not None:
            self._compare(db, self.copy, ARMED)
        if rows.newest_order(db) > self.last:
            self._cut("the orders of a later one are there")

    def _compare(self, db: sqlite3.Connection, one: Snapshot, name: str) -> None:
        """Hold the chain against what else says how it stood at one entry."""
        then = rows.head_upto(db, one.number)
        if then.number > one.number or then.hash == one.chain:  # retention took what it speaks of
            return
        if one.number > self.last:
            self._cut(f"{name} knows entry {one.number}")
        elif self._bad is None:
            text = f"entry {then.number} is not what {name} says was written"
            self._bad = self.bad(then.number, text)

    def _cut(self, trace: str) -> None:
        if self._bad is None:
            text = f"the journal ends at entry {self.last}, but {trace}: its end was cut off"
            self._bad = self.bad(self.last + 1, text)
