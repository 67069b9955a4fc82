"""Reads rows off the disk, page by page, and trusts none of them."""

import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from gateway.journal.records import Head, Posted, Row, Settled, Snapshot
from gateway.model.effect import OrderId

GIVEN_UP = "damaged"
"""What stands in the place of orders that were found damaged, and left out when it was mended."""
PAGE = 500
"""Rows read at a time: a reader that lingers would keep the WAL from shrinking."""
ENDLESS = 2**62
_ENTRY = "SELECT number, at_us, wall, era, kind, body, orders, hash FROM entry"
_SNAPSHOT = "SELECT number, at_us, wall, era, rules_version, chain, body, hash FROM snapshot"
_PACKED = b"x\x01"
"""How a packed body begins, and no other: a state is JSON."""


def anchor(db: sqlite3.Connection) -> Head:
    """Give where the chain begins."""
    return Head(*db.execute("SELECT number, hash FROM anchor").fetchone())


def rows_after(
    db: sqlite3.Connection, number: int, upto: int = ENDLESS, kinds: Sequence[str] = ()
) -> Iterator[Row]:
    """Give the entries after `number`, without their orders. Raises sqlite3.Error."""
    wanted = f" AND kind IN ({', '.join('?' * len(kinds))})" if kinds else ""
    query = f"{_ENTRY} WHERE number > ? AND number <= ?{wanted} ORDER BY number LIMIT {PAGE}"
    while page := db.execute(query, (number, upto, *kinds)).fetchall():
        for fields in page:
            yield Row(*fields)
        number = page[-1][0]


def page_after(db: sqlite3.Connection, number: int, count: int) -> list[Row]:
    """Give up to so many entries after `number`, without their orders. Raises sqlite3.Error."""
    query = f"{_ENTRY} WHERE number > ? ORDER BY number LIMIT ?"
    return [Row(*fields) for fields in db.execute(query, (number, count)).fetchall()]


def head_upto(db: sqlite3.Connection, number: int) -> Head:
    """Give the end that the chain had at `number`; where it begins later, its begin."""
    query = "SELECT number, hash FROM entry WHERE number <= ? ORDER BY number DESC LIMIT 1"
    row = db.execute(query, (number,)).fetchone()
    return Head(*row) if row else anchor(db)


def rows_before(db: sqlite3.Connection, number: int) -> Iterator[Row]:
    """Give the entries up to `number`, the newest first."""
    query = f"{_ENTRY} WHERE number <= ? ORDER BY number DESC LIMIT {PAGE}"
    while page := db.execute(query, (number,)).fetchall():
        for fields in page:
            yield Row(*fields)
        number = page[-1][0] - 1


def posted_of(db: sqlite3.Connection, number: int) -> list[Posted]:
    """Give the orders of one entry."""
    query = (
        "SELECT id, at_us, repeat, expires_us, effect FROM outbox WHERE number = ? ORDER BY place"
    )
    return [Posted(*fields) for fields in db.execute(query, (number,))]


def given_up(number: int) -> Posted:
    """Give what stands for the damaged orders of an entry."""
    return Posted(OrderId(f"{number}.{GIVEN_UP}"), 0, GIVEN_UP, None, b"")


def are_given_up(posted: Sequence[Posted]) -> bool:
    """Tell whether these orders were found damaged before, and said to be."""
    return any(one.repeat == GIVEN_UP for one in posted)


def newest_order(db: sqlite3.Connection) -> int:
    """Give the newest entry that ordered something."""
    return int(db.execute("SELECT coalesce(max(number), 0) FROM outbox").fetchone()[0])


def outcomes_of(db: sqlite3.Connection, number: int) -> list[Settled]:
    """Give what became of the orders of one entry."""
    query = "SELECT id, outcome FROM outbox WHERE number = ? AND outcome IS NOT NULL"
    return [Settled(*fields) for fields in db.execute(query, (number,))]


def unconfirmed(db: sqlite3.Connection, upto: int) -> list[tuple[int, str]]:
    """Name the orders that nobody settled, with their entries, in order."""
    query = """SELECT number, id FROM outbox
        WHERE outcome IS NULL AND number <= ? ORDER BY number, place"""
    return db.execute(query, (upto,)).fetchall()


def snapshots(
    db: sqlite3.Connection, after: int = -1, upto: int = ENDLESS, newest: int = ENDLESS
) -> Iterator[Snapshot]:
    """Give the snapshots after an entry, the newest first, one at a time."""
    query = f"{_SNAPSHOT} WHERE number > ? AND number <= ? ORDER BY number DESC LIMIT ?"
    for fields in db.execute(query, (after, upto, newest)):
        snapshot = Snapshot(*fields)
        yield replace(snapshot, body=unpacked(snapshot.body))


def packed(body: bytes) -> bytes:
    """Give a snapshot's body as it lies on disk: a seventh of what it is."""
    return zlib.compress(body, 1)


def unpacked(body: bytes) -> bytes:
    """Read it; what is damaged comes back as it is, and its seal shows it."""
    if not body.startswith(_PACKED):  # as it was kept before
        return body
    try:
        return zlib.decompress(body)
    except zlib.error:
        return body


def digest_field(db: sqlite3.Connection, number: int) -> bytes:
    """Give the hash that an entry keeps over its orders."""
    row = db.execute("SELECT orders FROM entry WHERE number = ?", (number,)).fetchone()
    return bytes(row[0]) if row else b"?"
