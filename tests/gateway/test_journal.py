"""The journal: what was committed is there, in order, once; the disk may come and go."""

import asyncio
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.journal import rows, writer
from gateway.journal.folder import JOURNAL
from gateway.journal.journal import Journal, entries
from gateway.journal.records import JournalTooNew, Snapshot, StateFolderBusy
from gateway.journal.store import Store
from gateway.journal.verify import verify
from gateway.model.event import StorageFailed, StorageRecovered
from tests.gateway.journals import ERA, alter, recover, start, write
from tests.gateway.samples import EVENTS, entry, orders
from tests.rights import nobody
from tests.waiting import until


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def public() -> Iterator[Path]:
    """Give a folder that those without rights can reach; pytest's own they cannot."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_what_was_written_comes_back_in_order(folder: Path) -> None:
    write(folder, 60)

    recovered, folded = recover(folder)

    assert folded == [entry(number) for number in range(1, 61)]
    assert recovered.unconfirmed == [one for n in range(1, 61) for one in orders(n)]
    assert recovered.number == 60
    assert recovered.last is not None
    assert (recovered.last.at, recovered.last.era) == (folded[-1].at, ERA)
    assert recovered.notes == []
    assert verify(folder).ok


def test_the_fold_begins_after_the_newest_snapshot(folder: Path) -> None:
    write(folder, 30, snapshots=(10, 20))

    recovered, folded = recover(folder)

    assert recovered.snapshot == (20, b"state 20")
    assert [one.number for one in folded] == list(range(21, 31))


def test_a_snapshot_in_the_words_of_other_rules_is_not_used(folder: Path) -> None:
    write(folder, 30, snapshots=(10,))

    journal = Journal.open(folder, rules_version="2")
    recovered = journal.recover()
    journal.close()

    assert recovered.snapshot is None
    assert len(list(recovered.entries)) == 30


def test_only_this_user_reads_the_journal(folder: Path) -> None:
    write(folder, 3)

    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


def test_a_second_hub_on_the_same_folder_is_refused_with_a_sentence(folder: Path) -> None:
    first = Journal.open(folder)

    with pytest.raises(StateFolderBusy, match="another hub is already running on"):
        Journal.open(folder)

    first.close()
    Journal.open(folder).close()


def test_a_journal_of_a_later_version_is_refused_with_a_sentence(folder: Path) -> None:
    write(folder, 3)
    say_version(folder, 99)

    with pytest.raises(JournalTooNew, match="version 99"):
        Journal.open(folder)

    say_version(folder, 1)
    assert len(recover(folder)[1]) == 3


def say_version(folder: Path, version: int) -> None:
    alter(folder, f"PRAGMA user_version = {version}")
    alter(folder, f"PRAGMA application_id = {0x4E4C0000 + version}")


@pytest.mark.parametrize("bit", range(32))
def test_a_flipped_bit_in_the_version_is_damage_and_not_a_later_version(
    folder: Path, bit: int
) -> None:
    write(folder, 3)
    with (folder / JOURNAL).open("r+b") as file:
        file.seek(60 + 3 - bit // 8)  # user_version, as SQLite's file format has it
        byte = file.read(1)[0] ^ 1 << bit % 8
        file.seek(-1, 1)
        file.write(bytes([byte]))

    recovered, folded = recover(folder)

    assert folded == [entry(number) for number in range(1, 4)]
    assert "journal.damaged-1.sqlite" in recovered.notes[0]
    assert recover(folder)[0].notes == []


def test_a_version_that_no_program_wrote_is_damage(folder: Path) -> None:
    write(folder, 3)
    say_version(folder, 5_000)

    assert len(recover(folder)[1]) == 3


def test_a_journal_from_before_the_version_stood_in_it_twice_is_opened(folder: Path) -> None:
    write(folder, 3)
    alter(folder, "PRAGMA application_id = 0")

    assert recover(folder)[0].notes == []
    assert recover(folder)[0].notes == []


async def test_one_turn_of_the_loop_is_one_commit_and_the_house_is_told_after_it(
    folder: Path,
) -> None:
    journal = Journal.open(folder)
    told = start(journal)
    for number in range(1, 101):
        journal.append(entry(number), orders(number))
    assert told.committed == []

    await until(lambda: told.committed != [])

    assert told.committed == [(100, True)]
    assert [one.number for one in entries(folder)] == list(range(1, 101))
    assert journal.close()


def test_a_commit_waits_until_the_disk_has_it(tmp_path: Path) -> None:
    store = Store.open(tmp_path)

    assert store._db.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    store.close()


async def test_a_settled_order_is_not_given_back_after_a_restart(folder: Path) -> None:
    journal = Journal.open(folder)
    start(journal)
    journal.append(entry(3), orders(3))
    journal.settle(orders(3)[0].id, "confirmed")
    assert journal.close()

    recovered, _ = recover(folder)

    assert recovered.unconfirmed == [orders(3)[1]]


async def test_the_log_is_read_beside_a_running_hub(folder: Path) -> None:
    journal = Journal.open(folder)
    told = start(journal)
    for number in range(1, 31):
        journal.append(entry(number))
    await until(lambda: told.durable == 30)

    assert [one.number for one in entries(folder, since=27)] == [28, 29, 30]
    assert [one.number for one in journal.entries(limit=2)] == [1, 2]
    kinds = [type(entry(number).event) for number in (3, 8)]
    found = [one.number for one in entries(folder, kinds=[kind.__name__ for kind in kinds])]
    assert {3, 8} <= set(found)
    assert found == [n for n in range(1, 31) if type(entry(n).event) in kinds]
    assert journal.close()


def test_retention_drops_the_oldest_and_the_chain_stays_whole(folder: Path) -> None:
    write(folder, 120, snapshots=(20, 40, 60, 80, 100, 120), keep=50)

    checked = verify(folder)

    assert checked.ok
    assert 50 <= checked.entries < 120
    assert recover(folder)[0].snapshot == (120, b"state 120")
    with closing(sqlite3.connect(folder / JOURNAL)) as db:
        kept = db.execute("SELECT number FROM snapshot ORDER BY number").fetchall()
        begins = db.execute("SELECT number FROM anchor").fetchone()
    assert kept == [(20,), (80,), (100,), (120,)]
    assert begins == (20,)  # at a snapshot: the state after each entry that is left is told


async def test_a_disk_that_is_full_costs_nothing_but_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = True
    large = StorageFailed("x" * 20_000)
    whole = Store.write

    def write_if_room(self: Store, *given: object) -> None:
        if full:
            self._db.execute("PRAGMA max_page_count = 1")
        whole(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "write", write_if_room)
    journal = Journal.open(folder)
    told = start(journal)
    journal.append(entry(3, large), orders(3))
    await until(lambda: told.committed != [])  # released without the disk, after a bounded wait
    assert told.committed == [(3, False)]
    assert [type(one) for one in told.troubles] == [StorageFailed]
    journal.append(entry(4, EVENTS[4]))

    full = False
    await until(lambda: len(told.troubles) == 2)

    assert told.troubles[-1] == StorageRecovered()
    assert told.durable == 4
    assert journal.close()
    assert recover(folder)[1] == [entry(3, large), entry(4)]


async def test_what_no_memory_can_hold_is_counted_and_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = True
    whole = Store.write

    def write_if_there(self: Store, *given: object) -> None:
        if away:
            raise OSError("the disk is away")
        whole(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "write", write_if_there)
    monkeypatch.setattr("gateway.journal.journal.HELD_ITEMS", 10)
    journal = Journal.open(folder)
    told = start(journal)
    for number in range(1, 16):
        journal.append(entry(number))
    journal.snapshot(15, b"state 15")
    assert journal.lost == 5

    away = False
    await until(lambda: StorageRecovered() in told.troubles)
    journal.append(entry(16))
    assert not journal.close()

    assert any("5 entries were lost" in str(one) for one in told.troubles)
    checked = verify(folder)
    assert checked.ok
    assert "11 to 15" in checked.sentence
    recovered, folded = recover(folder)
    assert recovered.snapshot == (15, b"state 15")
    assert folded == [entry(16)]


async def test_a_journal_taken_away_while_the_hub_runs_goes_on_in_a_new_file(
    folder: Path,
) -> None:
    journal = Journal.open(folder)
    told = start(journal)
    journal.append(entry(1))
    await until(lambda: told.durable == 1)
    for part in ("", "-wal", "-shm"):
        (folder / f"{JOURNAL}{part}").unlink()

    journal.append(entry(2))
    await until(lambda: told.durable == 2)

    troubles = [StorageFailed, StorageRecovered]
    await until(lambda: [type(one) for one in told.troubles] == troubles)
    assert journal.close()
    assert [one.number for one in entries(folder)] == [2]
    assert verify(folder).ok


async def test_a_write_that_failed_after_it_reached_the_disk_is_not_written_twice(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = 1
    whole = Store.write

    def write_then_fail(self: Store, *given: object) -> None:
        nonlocal failures
        whole(self, *given)  # type: ignore[arg-type]
        if failures:
            failures -= 1
            raise OSError("the disk did not say that it is done")

    monkeypatch.setattr(Store, "write", write_then_fail)
    monkeypatch.setattr(writer, "RETRY_SECONDS", 0.01)
    journal = Journal.open(folder)
    told = start(journal)
    journal.append(entry(3), orders(3))
    await until(lambda: told.durable == 3)
    journal.append(entry(4))
    assert journal.close()

    assert [one.number for one in entries(folder)] == [3, 4]
    assert verify(folder).ok
    assert list(folder.glob("*damaged*")) == []  # noqa: ASYNC240 - a look at a test's own folder


async def test_a_folder_that_cannot_be_written_does_not_stop_the_hub(public: Path) -> None:
    folder = public / "state"
    await asyncio.to_thread(write, folder, 5)
    folder.chmod(0o555)
    for file in folder.iterdir():
        file.chmod(0o444)
    with nobody():
        journal = Journal.open(folder)
        recovered = journal.recover()
        assert [one.number for one in recovered.entries] == [1, 2, 3, 4, 5]
        assert recovered.notes
        told = start(journal)
        journal.append(entry(6))
        await until(lambda: told.committed == [(6, False)])

    folder.chmod(0o755)
    for file in folder.iterdir():
        file.chmod(0o644)
    await until(lambda: told.troubles == [StorageRecovered()])
    assert journal.close()
    assert [one.number for one in entries(folder)] == [1, 2, 3, 4, 5, 6]
    assert verify(folder).ok


def test_a_journal_that_is_no_database_is_set_aside_and_the_hub_starts(folder: Path) -> None:
    write(folder, 5)
    (folder / JOURNAL).write_bytes(b"not a database at all" * 200)

    recovered, folded = recover(folder)

    assert folded == []
    assert any("journal.damaged-1.sqlite" in note for note in recovered.notes)
    assert (folder / "journal.damaged-1.sqlite").read_bytes().startswith(b"not a database")
    assert (folder / "journal.damaged-1.sqlite").stat().st_mode & 0o777 == 0o600
    assert recover(folder)[0].notes == []


def test_a_journal_that_is_gone_is_noticed(folder: Path) -> None:
    write(folder, 5)
    (folder / JOURNAL).unlink()

    assert "is gone" in recover(folder)[0].notes[0]


async def test_the_writer_thread_is_no_reason_to_stay_alive(folder: Path) -> None:
    journal = Journal.open(folder)
    start(journal)

    assert journal._running is not None
    assert journal._running.writer._thread.daemon
    assert await asyncio.to_thread(journal.close)


async def test_what_a_running_hub_writes_during_a_verification_is_no_damage(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The orders of an entry beyond the last one looked at are no trace of a cut-off end."""
    journal = Journal.open(folder)
    told = start(journal)
    journal.append(entry(1), orders(1))
    await until(lambda: told.durable == 1)
    look_at_snapshots = rows.snapshots
    loop = asyncio.get_running_loop()

    def write_meanwhile(db: sqlite3.Connection) -> Iterator[Snapshot]:
        loop.call_soon_threadsafe(journal.append, entry(2), orders(2))
        asyncio.run_coroutine_threadsafe(until(lambda: told.durable == 2), loop).result()
        return look_at_snapshots(db)

    monkeypatch.setattr(rows, "snapshots", write_meanwhile)

    found = await asyncio.to_thread(verify, folder)

    assert (found.ok, found.entries) == (True, 1), found.sentence
    assert journal.close()
