"""The house as it stood after any entry: from the snapshot before it, and a short fold."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.codec import CodecError, decode
from gateway.journal import about, rows
from gateway.journal.chain import UNREADABLE, is_sealed, order_of
from gateway.journal.folder import JOURNAL, reading
from gateway.journal.records import Row, Snapshot
from gateway.journal.scan import entry_of
from gateway.model.clock import HouseTime
from gateway.model.effect import Order
from gateway.model.event import Entry
from gateway.recovery import Configured, Kept, site_of
from rules import engine
from rules.site import Site
from rules.state import State

LONGEST_FOLD = 10_000
"""So many entries are folded at most; snapshots lie closer, but where some were lost."""
SNAPSHOTS_TRIED = 3
NOWHERE = Site({}, {}, {}, {}, {})


@dataclass(frozen=True, slots=True)
class Stood:
    """How the house stood after an entry, and the configuration of then."""

    number: int
    site: Site
    state: State
    has_rules: bool  # not where the rules of then do not compile today


class Past:
    """A journal, looked at in one moment of it, also beside a running hub."""

    def __init__(self, db: sqlite3.Connection, now: Configured | None = None) -> None:
        """`now` spares compiling the rules of the configuration that is in force."""
        self.db = db
        self.first, self.last = about.bounds(db)
        self._now = now
        self._bases: dict[int, Stood] = {}
        self._folded: list[Stood] = []

    def entry(self, number: int) -> Entry | None:
        """Give an entry; None where there is none, or none that can be read."""
        row = next(rows.rows_after(self.db, number - 1, number), None)
        try:
            return None if row is None else entry_of(row)
        except UNREADABLE:
            return None

    def after(self, number: int) -> Entry | None:
        """Give the entry after another."""
        row = next(rows.rows_after(self.db, number), None)
        return None if row is None else self.entry(row.number)

    def orders(self, number: int) -> tuple[Order, ...]:
        """Give what an entry ordered."""
        posted = rows.posted_of(self.db, number)
        try:
            return () if rows.are_given_up(posted) else tuple(order_of(one) for one in posted)
        except UNREADABLE:
            return ()

    def at(self, when: HouseTime) -> Entry | None:
        """Give the entry of a moment of house time, or the last before it."""
        number = about.upto_house_time(self.db, when)
        return None if number is None else self.entry(number)

    def begins(self) -> str:
        """Say how far the journal goes back."""
        entry = self.entry(self.first)
        if entry is None:
            return "the journal is empty"
        return f"the journal goes back to entry {self.first} ({entry.wall:%Y-%m-%d %H:%M} UTC)"

    def site(self) -> Site:
        """Give the names of now: from the configuration, else from the newest snapshot."""
        if self._now is not None:
            return self._now.site
        for one in rows.snapshots(self.db, newest=SNAPSHOTS_TRIED):
            try:
                return decode(one.body, Kept).site.site()
            except CodecError:
                continue
        return NOWHERE

    def stood(self, number: int) -> Stood | None:
        """Give how the house stood after an entry; None where the journal does not tell it."""
        base = self._base(number)
        known = [one for one in self._folded if base and base.number <= one.number <= number]
        if base is None:
            return None
        begin, state = base.number, base.state
        if known:
            nearest = max(known, key=lambda one: one.number)
            begin, state = nearest.number, nearest.state
        if number - begin > LONGEST_FOLD:
            return None
        for row in rows.rows_after(self.db, begin, number):
            state = _step(base.site, state, row)
        found = replace(base, number=number, state=state)
        self._folded.append(found)
        return found

    def _base(self, number: int) -> Stood | None:
        """Read the newest snapshot up to an entry that can be read."""
        for one in rows.snapshots(self.db, upto=number, newest=SNAPSHOTS_TRIED):
            if one.number not in self._bases:
                read = self._read(one)
                if read is None:
                    continue
                self._bases[one.number] = read
            return self._bases[one.number]
        return None

    def _read(self, one: Snapshot) -> Stood | None:
        try:
            if not is_sealed(one):
                return None
            kept = decode(one.body, Kept)
        except UNREADABLE:
            return None
        try:
            return Stood(one.number, site_of(kept, self._now), kept.state, has_rules=True)
        except ValueError:  # ConfigErrors, CodecError: the rules of then do not hold today
            return Stood(one.number, kept.site.site(), kept.state, has_rules=False)


@contextmanager
def past(folder: Path, now: Configured | None = None) -> Iterator[Past]:
    """Open a journal to look back. Raises OSError or sqlite3.Error."""
    with reading(folder / JOURNAL) as db:
        db.execute("BEGIN")  # a running hub goes on writing, and drops what is old
        yield Past(db, now)


def _step(site: Site, state: State, row: Row) -> State:
    try:
        entry = entry_of(row)
        return engine.step(site, state, entry.event, entry.at)[0]
    except Exception:  # noqa: BLE001 - as at a start: what cannot be folded is left out
        return state
