"""Which snapshots stay, so that the state of any moment is a short fold away.

Of those beyond the newest one stays in a thousand entries, and every one that is the first under
its configuration: entries are folded with the configuration they were made under.
"""

import sqlite3
from typing import Any

import orjson

from gateway.journal import rows

APART = 1_000
"""Entries between two that stay, at most, where they were taken so often."""
MOST = 4_000
"""So many stay at all: a configuration that changes all day does not fill the disk."""


def thin(db: sqlite3.Connection, newest: int) -> None:
    """Drop the one that is no longer among the newest, if those beside it do as well.

    It is asked for each snapshot that is taken, so there is never more than this one to drop.
    """
    numbers = [n for (n,) in db.execute(_AROUND, (newest + 2,))]
    if len(numbers) == newest + 2:
        *_, after, one, before = numbers
        if after - before <= APART and not _begins(db, before, one):
            db.execute("DELETE FROM snapshot WHERE number = ?", (one,))
    db.execute(_BEYOND, (MOST,))


_AROUND = "SELECT number FROM snapshot ORDER BY number DESC LIMIT ?"
_BEYOND = """DELETE FROM snapshot WHERE number <=
    (SELECT number FROM snapshot ORDER BY number DESC LIMIT 1 OFFSET ?)"""


def _begins(db: sqlite3.Connection, before: int, one: int) -> bool:
    """Tell whether a snapshot was taken under another configuration than the one before."""
    return _configured(db, before) != _configured(db, one)


def _configured(db: sqlite3.Connection, number: int) -> dict[str, Any]:
    """Give what a snapshot says beside the state."""
    query = "SELECT body FROM snapshot WHERE number = ?"
    body = rows.unpacked(db.execute(query, (number,)).fetchone()[0])
    try:
        kept: dict[str, Any] = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return {name: part for name, part in kept.items() if name != "state"}
