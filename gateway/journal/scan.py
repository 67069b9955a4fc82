"""Finds out how much of a journal is sound, and what a restart goes on from. Changes nothing."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from gateway.clock import Era, Last
from gateway.codec import CodecError
from gateway.journal import rows
from gateway.journal.chain import UNREADABLE, digest_of, event_of, follows, is_sealed, order_of
from gateway.journal.records import Head, Row, Snapshot
from gateway.model.clock import HouseTime
from gateway.model.effect import Order
from gateway.model.event import Entry

CANDIDATES = 3
"""Snapshots that a restart looks at: the others are there to look back."""


@dataclass(slots=True)
class Findings:
    """What a look through the journal gave. `damage` is empty where all is well."""

    snapshot: Snapshot | None = None
    start: Head = field(default_factory=Head)  # where the fold begins
    head: Head = field(default_factory=Head)  # how far the chain is sound
    last: Last | None = None
    broken_orders: set[int] = field(default_factory=set[int])  # entries whose orders are damaged
    holes: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    first_bad: int | None = None
    damage: list[str] = field(default_factory=list[str])


def scan(db: sqlite3.Connection, version: str) -> Findings:
    """Pick the newest sound snapshot and follow the chain from it to its sound end."""
    found = Findings()
    _pick_snapshot(db, version, found)
    if found.snapshot is not None:
        found.start = found.snapshot.head
        found.last = last_of(found.snapshot)
    else:
        _start_at_anchor(db, found)
    found.head = found.start
    try:
        _follow(db, found)
    except UNREADABLE as error:
        found.first_bad = found.head.number + 1
        found.damage.append(f"after entry {found.head.number} the file cannot be read ({error})")
    return found


def sound_rows(db: sqlite3.Connection, start: Head, end: Head) -> Iterator[Row]:
    """Give the rows from `start` to `end`, which a scan found sound; raise where they are not.

    A damaged index may show rows in any order and more than there are: the chain is asked again.
    """
    if start == end:
        return
    for row in rows.rows_after(db, start.number, end.number):
        if not follows(start, row):
            break
        yield row
        start = row.head
        if start == end:
            return
    raise CodecError(f"the journal ends at {start.number}, where {end.number} was seen before")


def entry_of(row: Row) -> Entry:
    """Read an entry back. Raises CodecError or ValueError."""
    wall = datetime.fromisoformat(row.wall)
    return Entry(row.number, HouseTime(row.at_us), wall, event_of(row))


def orders_left(db: sqlite3.Connection, found: Findings) -> tuple[list[Order], list[str]]:
    """Give the orders that nobody confirmed; those whose hash is wrong are named, never given."""
    left: list[Order] = []
    notes: list[str] = []
    try:
        wanted = rows.unconfirmed(db, found.head.number)
    except UNREADABLE as error:
        return [], [f"the unconfirmed orders cannot be read and are not repeated ({error})"]
    for number in dict.fromkeys(number for number, _ in wanted):
        try:
            orders = _orders_of(db, number)
        except UNREADABLE as error:
            notes.append(f"the orders of entry {number} are not repeated: {error}")
        else:
            left += [order for order in orders if (number, order.id) in wanted]
    return left, notes


def _orders_of(db: sqlite3.Connection, number: int) -> list[Order]:
    posted = rows.posted_of(db, number)
    if digest_of(posted) != rows.digest_field(db, number):
        raise CodecError("they are not what was written")
    return [order_of(one) for one in posted]


def _pick_snapshot(db: sqlite3.Connection, version: str, found: Findings) -> None:
    try:
        candidates = list(rows.snapshots(db, newest=CANDIDATES))
        begins = rows.anchor(db).number
    except UNREADABLE as error:
        found.damage.append(f"the snapshots cannot be read ({error})")
        return
    sealed = [one for one in candidates if _is_sealed(one)]
    if len(sealed) < len(candidates):
        found.damage.append(f"{len(candidates) - len(sealed)} damaged snapshot(s) left out")
    mine = [one for one in sealed if one.version == version]
    # Without one in our own words we fold from the first entry, if retention has left us that.
    usable = mine or (sealed if begins > 0 else [])
    found.snapshot = usable[0] if usable else None


def _is_sealed(snapshot: Snapshot) -> bool:
    try:
        return is_sealed(snapshot)
    except UNREADABLE:
        return False


def _start_at_anchor(db: sqlite3.Connection, found: Findings) -> None:
    try:
        found.start = rows.anchor(db)
        first = next(rows.rows_after(db, 0), None)
        if first is not None and not follows(found.start, first) and follows(Head(), first):
            found.damage.append(
                "the anchor of the chain is damaged; the first entry is still there"
            )
            found.start = Head()
    except UNREADABLE as error:
        found.damage.append(f"the start of the journal cannot be read ({error})")


def _follow(db: sqlite3.Connection, found: Findings) -> None:
    for row in rows.rows_after(db, found.start.number):
        if (wrong := _check(db, row, found)) is not None:
            found.first_bad = row.number
            found.damage.append(wrong)
            return
        found.head = row.head
        found.last = last_of(row)


def _check(db: sqlite3.Connection, row: Row, found: Findings) -> str | None:
    """Say what is wrong with a row; note a hole before it and damage to its orders."""
    if not follows(found.head, row):
        return f"entry {row.number} is not what was written"
    try:
        entry_of(row)
    except UNREADABLE as error:
        return f"entry {row.number} cannot be read: {error}"
    if row.number > found.head.number + 1:
        found.holes.append((found.head.number + 1, row.number - 1))
    posted = rows.posted_of(db, row.number)
    # Orders that were found damaged once are left out for good, and damage no longer.
    if digest_of(posted) != row.orders and not rows.are_given_up(posted):
        found.broken_orders.add(row.number)
        found.damage.append(f"the orders of entry {row.number} are not what was written")
    return None


def last_of(row: Row | Snapshot) -> Last:
    """Give when it was written. Raises ValueError."""
    wall = datetime.fromisoformat(row.wall)
    return Last(HouseTime(row.at_us), wall, Era.parse(row.era))
