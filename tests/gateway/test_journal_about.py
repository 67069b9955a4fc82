"""What an entry and an order are about is found by an index, and the same without one."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from gateway.codec import encode
from gateway.journal import about, rows, thinning
from gateway.journal.folder import JOURNAL
from gateway.journal.journal import entries_with_orders
from gateway.journal.store import MIGRATIONS, Store
from gateway.journal.verify import verify
from gateway.model.effect import Effect, Inspect, KeepClip, Notify, Perform, RuleRan, RunProgram
from gateway.model.event import Event, Reported
from tests.gateway.journals import alter, recover, write
from tests.gateway.samples import entry

COUNT = 120
INDEXES = ("entry_reading", "entry_kind", "outbox_about")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "state", COUNT)
    return tmp_path / "state"


@pytest.fixture
def db(folder: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(folder / JOURNAL)) as opened:
        yield opened


def answers(folder: Path, db: sqlite3.Connection) -> list[object]:
    """Ask about everything there is, at every fifth entry."""
    told: list[object] = []
    for upto in range(0, COUNT + 5, 5):
        for one, orders in entries_with_orders(folder):
            if isinstance(one.event, Reported):
                reading = str(encode(one.event, Event)).split('"reading":"')[1].split('"')[0]
                told.append(about.newest_report(db, one.event.device, reading, upto))
                told.append(about.report_after(db, one.event.device, reading, upto))
            told.append(list(about.of_kind(db, type(one.event).__name__, upto, 3)))
            told += [about.orders(db, *subject(order.effect), upto, 3) for order in orders]
    return told


def subject(effect: Effect) -> tuple[str, str]:
    match effect:
        case Perform(command=command):
            return str(getattr(command, "device", "")), type(command).__name__
        case Notify(level=level):
            return str(level), "Notify"
        case RuleRan(rule=rule):
            return rule, "RuleRan"
        case RunProgram(rule=rule):
            return rule, "RunProgram"
        case Inspect() | KeepClip():
            return "", type(effect).__name__


def test_every_question_is_answered_by_an_index(db: sqlite3.Connection) -> None:
    plans: list[str] = []
    for query in (about._REPORTS + " DESC LIMIT 1", about._ORDERS, about._KIND):
        marks = query.count("?")
        plan = db.execute(f"EXPLAIN QUERY PLAN {query}", ("x",) * marks).fetchall()
        plans.append(" ".join(str(step[-1]) for step in plan))

    for taken_by, index in zip(plans, ("entry_reading", "outbox_about", "entry_kind"), strict=True):
        assert f"INDEX {index} " in taken_by
        assert "SCAN" not in taken_by
        assert "TEMP B-TREE" not in taken_by


def test_a_journal_of_before_is_answered_the_same_and_gets_its_indexes(folder: Path) -> None:
    with closing(sqlite3.connect(folder / JOURNAL)) as db:
        told = answers(folder, db)
    for index in INDEXES:
        alter(folder, f"DROP INDEX {index}")
    alter(folder, "PRAGMA user_version = 1")
    alter(folder, f"PRAGMA application_id = {0x4E4C0001}")

    with closing(sqlite3.connect(folder / JOURNAL)) as db:
        # The kinds that are many are asked for by nobody, with or without an index.
        assert answers(folder, db) == told
    assert len(recover(folder)[1]) == COUNT

    with closing(sqlite3.connect(folder / JOURNAL)) as db:
        known = {name for (name,) in db.execute("SELECT name FROM sqlite_schema")}
        assert known >= {*INDEXES}
        assert answers(folder, db) == told
    assert verify(folder).ok


def test_a_body_that_rotted_away_is_no_reason_to_stop(folder: Path) -> None:
    for index in INDEXES:
        alter(folder, f"DROP INDEX {index}")
    alter(folder, "UPDATE entry SET body = X'7B22' WHERE number = 7")
    alter(folder, "UPDATE outbox SET effect = X'FF00' WHERE number = 9")

    with closing(sqlite3.connect(folder / JOURNAL)) as db:
        db.executescript((MIGRATIONS / "0002.sql").read_text("utf-8"))
        assert about.bounds(db) == (1, COUNT)


def test_a_moment_is_found_among_the_entries(db: sqlite3.Connection) -> None:
    for number in (1, 50, COUNT):
        one = entry(number)
        assert about.upto_house_time(db, one.at) == number
    # All of them have one wall time.
    assert about.upto_wall(db, entry(1).wall) == COUNT
    assert about.upto_wall(db, entry(1).wall - timedelta(seconds=1)) is None
    assert about.upto_house_time(db, type(entry(1).at)(entry(60).at + 1)) == 60


def test_a_moment_is_found_beside_a_hole(folder: Path, db: sqlite3.Connection) -> None:
    alter(folder, "DELETE FROM entry WHERE number BETWEEN 40 AND 80")

    assert about.upto_house_time(db, entry(60).at) == 39
    assert about.upto_house_time(db, entry(81).at) == 81


def taken(folder: Path) -> list[int]:
    with closing(sqlite3.connect(folder / JOURNAL)) as db:
        return sorted(one.number for one in rows.snapshots(db))


def test_older_snapshots_stay_so_that_none_is_far(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thinning, "APART", 20)
    write(tmp_path, 120, snapshots=tuple(range(5, 121, 5)))

    kept = taken(tmp_path)

    assert kept[0] == 5
    assert all(later - earlier <= 20 for earlier, later in pairwise(kept))
    assert len(kept) < 14
    assert kept[-3:] == [110, 115, 120]


def test_so_many_snapshots_stay_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thinning, "MOST", 6)
    monkeypatch.setattr(thinning, "APART", 1)
    write(tmp_path, 100, snapshots=tuple(range(5, 101, 5)))

    assert taken(tmp_path) == [75, 80, 85, 90, 95, 100]


def test_the_first_snapshot_under_a_configuration_stays(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    store.close()
    db = sqlite3.connect(tmp_path / JOURNAL, isolation_level=None)
    for number, site in enumerate("aaabbbaaaa", start=1):
        body = rows.packed(b'{"site":"%s","state":%d}' % (site.encode(), number))
        db.execute("INSERT INTO snapshot VALUES (?, 0, '', '', '1', x'', ?, x'')", (number, body))
        thinning.thin(db, 3)

    kept = [number for (number,) in db.execute("SELECT number FROM snapshot ORDER BY number")]
    db.close()
    assert kept == [1, 4, 7, 8, 9, 10]


def test_mending_keeps_the_snapshots_that_are_sound(tmp_path: Path) -> None:
    write(tmp_path, 60, snapshots=(10, 20, 30, 40))
    alter(tmp_path, "UPDATE entry SET body = X'00' WHERE number = 55")
    alter(tmp_path, "UPDATE snapshot SET hash = X'00' WHERE number = 20")

    recover(tmp_path)

    assert taken(tmp_path) == [10, 30, 40]
    assert verify(tmp_path).ok
