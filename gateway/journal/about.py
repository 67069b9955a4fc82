"""Finds entries and orders by what they are about: a seek in an index, never a read of them all.

The expressions are those of migrations/0002.sql, word for word, or no index would be used. In a
journal that an older version wrote the answers are the same, and take a walk.
"""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime

from gateway.journal.rows import ENDLESS
from gateway.model.clock import HouseTime

type Holds = Callable[[int, str], bool]


def _field(column: str, *paths: str) -> str:
    text = f"CAST({column} AS TEXT)"
    fields = ", ".join(f"json_extract({text}, '{path}')" for path in paths)
    found = f"coalesce({fields})" if len(paths) > 1 else fields
    return f"CASE WHEN json_valid({text}) THEN {found} END"


_DEVICE, _READING = _field("body", "$.device"), _field("body", "$.reading")
_ABOUT = _field("effect", "$.command.device", "$.rule", "$.level")
_WHAT = _field("effect", "$.command.is", "$.is")
_FEW = "kind NOT IN ('Reported', 'DeviceHeard', 'Ticked', 'CommandConfirmed')"
_REPORTS = f"""SELECT number FROM entry WHERE kind = 'Reported'
    AND {_DEVICE} = ? AND {_READING} = ? AND number > ? AND number <= ? ORDER BY number"""  # noqa: S608 - our own words
_ORDERS = f"""SELECT number, place FROM outbox WHERE {_ABOUT} = ? AND {_WHAT} = ?
    AND number <= ? ORDER BY number DESC, place DESC LIMIT ?"""  # noqa: S608 - our own words
_KIND = f"""SELECT number FROM entry WHERE kind = ? AND {_FEW} AND number <= ?
    ORDER BY number DESC LIMIT ?"""  # noqa: S608 - our own words
_NEXT = "SELECT number, at_us, wall FROM entry WHERE number >= ? ORDER BY number LIMIT 1"


def newest_report(
    db: sqlite3.Connection, device: str, reading: str, upto: int = ENDLESS
) -> int | None:
    """Give the newest entry in which a device told a reading ("contact:open")."""
    return _first(db, f"{_REPORTS} DESC LIMIT 1", device, reading, -1, upto)


def report_after(
    db: sqlite3.Connection, device: str, reading: str, after: int, upto: int = ENDLESS
) -> int | None:
    """Give the first entry after another in which a device told a reading."""
    return _first(db, f"{_REPORTS} LIMIT 1", device, reading, after, upto)


def orders(
    db: sqlite3.Connection, about: str, what: str, upto: int = ENDLESS, limit: int = 1
) -> list[tuple[int, int]]:
    """Give the newest orders of a kind (entry, place), the newest first.

    `about` is the device of a command, the rule of a RuleRan or RunProgram, the level of a Notify.
    """
    return db.execute(_ORDERS, (about, what, upto, limit)).fetchall()


def of_kind(
    db: sqlite3.Connection, kind: str, upto: int = ENDLESS, limit: int = 1
) -> Iterator[int]:
    """Give the newest entries of one of the kinds that are few."""
    return (number for (number,) in db.execute(_KIND, (kind, upto, limit)).fetchall())


def outcome(db: sqlite3.Connection, number: int, place: int) -> str:
    """Give what became of an order; "" where nobody knows."""
    query = "SELECT outcome FROM outbox WHERE number = ? AND place = ?"
    found = db.execute(query, (number, place)).fetchone()
    return "" if found is None or found[0] is None else str(found[0])


def bounds(db: sqlite3.Connection) -> tuple[int, int]:
    """Give the first and the last entry there is; (0, 0) where there is none."""
    query = "SELECT (SELECT min(number) FROM entry), (SELECT max(number) FROM entry)"
    first, last = db.execute(query).fetchone()
    return (first, last) if first is not None else (0, 0)


def upto_house_time(db: sqlite3.Connection, at: HouseTime) -> int | None:
    """Give the first entry of the moment `at`, or the last before it. It never goes back."""
    first, last = bounds(db)
    row = _last_that(db, first, last, lambda at_us, _: at_us < at)
    follower = db.execute(_NEXT, ((row or first - 1) + 1,)).fetchone()
    return int(follower[0]) if follower is not None and follower[1] == at else row


def upto_wall(db: sqlite3.Connection, moment: datetime) -> int | None:
    """Give the last entry up to a wall time. Where the clock stepped back it is one of several."""
    first, last = bounds(db)
    return _last_that(db, first, last, lambda _, wall: datetime.fromisoformat(wall) <= moment)


def _last_that(db: sqlite3.Connection, first: int, last: int, holds: Holds) -> int | None:
    """Halve what is left; a hole in the numbers is no entry."""
    found = None
    while first <= last:
        middle = (first + last) // 2
        number, at_us, wall = db.execute(_NEXT, (middle,)).fetchone()
        if number > last:
            last = middle - 1
        elif holds(at_us, wall):
            found, first = number, number + 1
        else:
            last = middle - 1
    return found


def _first(db: sqlite3.Connection, query: str, *values: str | int) -> int | None:
    row = db.execute(query, values).fetchone()
    return None if row is None else int(row[0])
