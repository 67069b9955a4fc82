"""What the journal does beside writing: room on a full disk, and an eye on what rots."""

import errno
import sqlite3
from asyncio import to_thread
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.codec import CodecError
from gateway.journal import care, walk
from gateway.journal.armed import ARMED, read_armed
from gateway.journal.ballast import BALLAST, BALLAST_BYTES, Ballast
from gateway.journal.folder import KEEP_DAMAGED, set_aside
from gateway.journal.journal import Journal
from gateway.journal.records import Head
from gateway.journal.store import Store
from gateway.model.event import StorageFailed, StorageRecovered
from tests.gateway.journals import Told, alter, recover, start, write
from tests.gateway.samples import entry
from tests.waiting import until

PLENTY = 10**9


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the disk all the time, and walk it slowly enough to be seen."""
    monkeypatch.setattr(care, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(care, "WALK_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(care, "SLICE_PAUSE_SECONDS", 0.001)


def reasons(told: Told) -> list[str]:
    return [one.reason for one in told.troubles if isinstance(one, StorageFailed)]


def is_whole(ballast: Path) -> bool:
    """Tell whether it takes all its room; it is made first, and filled then."""
    return ballast.exists() and ballast.stat().st_blocks * 512 >= BALLAST_BYTES


class Disk:
    """A disk with a ballast on it, and a writer that needs some room to write at all."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path, error: Exception) -> None:
        self.free: int | None = PLENTY
        whole: Callable[..., None] = Store.write

        def write_if_room(store: Store, *given: object) -> None:
            if self.free == 0 and (folder / BALLAST).exists():
                raise error
            whole(store, *given)

        monkeypatch.setattr(Store, "write", write_if_room)
        monkeypatch.setattr(care, "free_bytes", lambda _: self.free)


def full() -> Exception:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


@pytest.mark.parametrize("error", [full(), OSError(errno.ENOSPC, "no space left")])
async def test_on_a_full_disk_the_next_entries_take_the_room_of_the_ballast(
    folder: Path, monkeypatch: pytest.MonkeyPatch, soon: None, error: Exception
) -> None:
    del soon
    disk = Disk(monkeypatch, folder, error)
    journal = Journal.open(folder)
    told = start(journal)
    await until(lambda: is_whole(folder / BALLAST))
    assert (folder / BALLAST).stat().st_mode & 0o777 == 0o600

    disk.free = 0
    journal.append(entry(1))
    await until(lambda: told.committed != [])

    assert told.committed == [(1, True)]
    assert not (folder / BALLAST).exists()
    await until(lambda: any("nearly full" in reason for reason in reasons(told)))
    assert StorageRecovered() not in told.troubles
    disk.free = PLENTY
    await until(lambda: is_whole(folder / BALLAST))
    await until(lambda: told.troubles[-1] == StorageRecovered())
    assert journal.close()


async def test_a_disk_that_is_nearly_full_is_a_trouble_before_it_is_full(
    folder: Path, monkeypatch: pytest.MonkeyPatch, soon: None
) -> None:
    del soon
    free = care.NEARLY_FULL_BYTES - 1
    monkeypatch.setattr(care, "free_bytes", lambda _: free)
    journal = Journal.open(folder)
    told = start(journal)
    await until(lambda: told.troubles != [])
    assert reasons(told) == ["the disk is nearly full: 67.1 MB are free"]

    free = care.ROOMY_BYTES - 1
    journal.append(entry(1))
    await until(lambda: told.durable == 1)
    assert len(told.troubles) == 1

    free = care.ROOMY_BYTES
    await until(lambda: told.troubles[-1] == StorageRecovered())
    assert len(told.troubles) == 2
    assert journal.close()


def test_no_ballast_is_made_where_it_would_take_the_last_room(tmp_path: Path) -> None:
    Ballast(tmp_path).make(2 * BALLAST_BYTES - 1)
    assert not (tmp_path / BALLAST).exists()

    Ballast(tmp_path).make(2 * BALLAST_BYTES)
    assert (tmp_path / BALLAST).exists()


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        ("UPDATE entry SET body = X'00' WHERE number = 130", "entry 130 is not what was written"),
        ("UPDATE outbox SET effect = X'00' WHERE number = 129", "orders of entry 129"),
        ("DELETE FROM entry WHERE number > 200", "ends at entry 200, and 250 was written"),
        ("UPDATE snapshot SET body = X'00'", "a snapshot is not what was written"),
    ],
)
async def test_damage_done_while_the_hub_runs_is_found_by_the_next_walk_and_named(
    folder: Path, soon: None, harm: str, found: str
) -> None:
    del soon
    await to_thread(write, folder, 250, (240,))
    journal = Journal.open(folder)
    told = start(journal)

    alter(folder, harm)
    await until(lambda: told.troubles != [])

    assert len(told.troubles) == 1
    assert "the journal is damaged" in reasons(told)[0]
    assert found in reasons(told)[0]
    journal.close()


async def test_a_whole_journal_is_walked_beside_the_writing_and_nothing_is_found(
    folder: Path, soon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    del soon
    ends: list[int] = []
    step = walk.Walk.step

    def watched(self: walk.Walk, end: Head) -> bool:
        done = step(self, end)
        if done:
            ends.append(end.number)
        return done

    monkeypatch.setattr(walk.Walk, "step", watched)
    journal = Journal.open(folder, keep=100)
    told = start(journal)
    for number in range(1, 601):
        journal.append(entry(number))
        if number % 20 == 0:  # and retention overtakes the walk
            journal.snapshot(number, b"state")
            await until(lambda at=number: told.durable >= at)  # type: ignore[misc]
    await until(lambda: ends[-1:] == [600])

    assert told.troubles == []
    assert journal.close()


async def test_the_second_copy_is_there_before_anybody_is_told_of_the_commit(
    folder: Path,
) -> None:
    journal = Journal.open(folder)
    told = start(journal)
    journal.append(entry(1))
    journal.keep_areas(1, b"armed")
    await until(lambda: told.durable == 1)

    copy = read_armed(folder)
    assert copy is not None
    assert (copy.number, copy.body) == (1, b"armed")
    assert (folder / ARMED).stat().st_mode & 0o777 == 0o600
    assert journal.close()
    assert recover(folder)[0].has_gap is False


async def test_a_second_copy_that_cannot_be_written_is_a_trouble_and_tried_again(
    folder: Path, soon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    del soon
    monkeypatch.setattr(care, "COPY_AGAIN_SECONDS", 0.01)
    (folder / ARMED / "in the way").mkdir(parents=True)
    journal = Journal.open(folder)
    told = start(journal)
    journal.append(entry(1))
    journal.keep_areas(1, b"armed")
    await until(lambda: told.troubles != [])
    assert "the second copy of what is armed cannot be written" in reasons(told)[0]

    (folder / ARMED / "in the way").rmdir()
    (folder / ARMED).rmdir()
    await until(lambda: told.troubles[-1] == StorageRecovered())
    assert journal.close()


async def test_where_the_journal_cannot_be_written_the_second_copy_still_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal.open(folder)
    told = start(journal)
    journal.append(entry(1))
    await until(lambda: told.durable == 1)

    def broken(*_: object) -> None:
        raise OSError("the disk is broken")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", broken)
        journal.append(entry(2))
        journal.keep_areas(2, b"armed")
        await until((folder / ARMED).exists)
        assert not journal.close()

    recovered, folded = recover(folder)
    assert [one.number for one in folded] == [1]
    assert (recovered.areas, recovered.has_gap) == ((2, b"armed"), True)
    assert recovered.number > 2


async def test_after_an_entry_that_cannot_be_written_down_the_next_snapshot_is_taken(
    folder: Path,
) -> None:
    journal = Journal.open(folder)
    told = start(journal)
    journal.append(entry(1))
    with pytest.raises(CodecError):
        journal.append(replace(entry(2), event=StorageFailed(object())))  # type: ignore[arg-type]
    journal.snapshot(2, b"state 2")
    journal.snapshot(1, b"state 1")
    await until(lambda: told.committed[-1:] == [(2, False)])  # and nobody waits for it for ever
    assert journal.close()

    recovered, folded = recover(folder)
    assert recovered.snapshot == (2, b"state 2")
    assert (recovered.number, folded) == (2, [])


async def test_a_bug_beside_the_writing_stops_no_writing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(care.Care, "turn", fail)
    journal = Journal.open(folder)
    told = start(journal)
    for number in 1, 2:
        journal.append(entry(number))
        await until(lambda at=number: told.durable == at)  # type: ignore[misc]

    assert "a bug" in reasons(told)[0]
    assert journal.close()


def test_half_a_copy_of_a_damaged_journal_pushes_out_no_whole_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, 3)
    whole = [f"journal.damaged-{n}.sqlite" for n in range(1, KEEP_DAMAGED + 1)]
    for name in whole:
        (folder / name).write_bytes(b"evidence")

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr("shutil.copyfile", fail)
    with pytest.raises(OSError, match="no space"):
        set_aside(folder)

    assert sorted(file.name for file in folder.glob("*damaged*")) == whole
