"""Laws of the journal: no damage passes unseen, and none is ever taken for what happened."""

import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gateway.journal.folder import JOURNAL, KEEP_DAMAGED
from gateway.journal.journal import Journal
from gateway.journal.verify import verify
from tests.gateway.journals import alter, recover, write
from tests.gateway.samples import entry

ROWS = 40
TAIL_BITS = 4096
COLUMNS = ["number", "at_us", "wall", "era", "kind", "body", "orders", "hash"]
NUMBERS = {"number", "at_us"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "state"
    write(folder, ROWS)
    return folder


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder as a kill leaves it: all that was committed is still in the WAL."""
    folder = tmp_path_factory.mktemp("killed") / "state"
    kill_while_it_appends(folder, ROWS)
    return folder


def kill_while_it_appends(folder: Path, enough: int) -> int:
    """Kill a child once it said that `enough` are committed; give the last number it said."""
    command = [sys.executable, "-m", "tests.gateway.appender", str(folder)]
    said = [0]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            said.append(int(line))
            if said[-1] >= enough:
                break
        child.kill()
        said += [int(line) for line in child.stdout if line.endswith("\n")]
    return said[-1]


def must_be_sound(folder: Path) -> int:
    """Open what is there: a prefix of the truth, or a snapshot of it, and nothing else."""
    recovered, folded = recover(folder)
    begin = 0
    if recovered.snapshot is not None:
        begin = recovered.snapshot[0]
        assert recovered.snapshot[1] == b"state %d" % begin
    assert folded == [entry(number) for number in range(begin + 1, begin + 1 + len(folded))]
    assert verify(folder).ok or any("orders" in note for note in recovered.notes)
    return begin + len(folded)


def flipped(value: object, place: int, bit: int) -> object:
    if isinstance(value, int):
        return value ^ (1 << bit)
    assert isinstance(value, str | bytes)
    raw = bytearray(value.encode() if isinstance(value, str) else value)
    raw[place % len(raw)] ^= 1 << (bit % 7)
    return raw.decode("utf-8", "replace") if isinstance(value, str) else bytes(raw)


@settings(max_examples=60, deadline=None)
@given(
    number=st.integers(1, ROWS),
    column=st.sampled_from(COLUMNS),
    place=st.integers(0, 300),
    bit=st.integers(0, 40),
)
def test_the_chain_shows_any_flipped_bit_of_any_entry(
    whole: Path, number: int, column: str, place: int, bit: int
) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(shutil.copytree(whole, Path(scratch) / "state"))
        query = f"SELECT {column} FROM entry WHERE number = ?"
        before = read_one(folder, query, number)
        if before == b"":
            after: object = b"x"
        else:
            after = flipped(before, place, bit)
        alter(folder, f"UPDATE OR REPLACE entry SET {column} = ? WHERE number = ?", after, number)

        checked = verify(folder)
        recovered, folded = recover(folder)

    assert not checked.ok
    assert checked.first_bad is not None
    assert folded == [entry(n) for n in range(1, len(folded) + 1)]
    assert recovered.notes


@settings(max_examples=30, deadline=None)
@given(
    number=st.integers(1, ROWS // 3).map(lambda third: third * 3),
    column=st.sampled_from(["id", "at_us", "repeat", "effect"]),
    place=st.integers(0, 300),
    bit=st.integers(0, 40),
)
def test_an_order_that_was_altered_is_never_repeated(
    whole: Path, number: int, column: str, place: int, bit: int
) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(shutil.copytree(whole, Path(scratch) / "state"))
        where = "FROM outbox WHERE number = ? AND place = 0"
        before = read_one(folder, f"SELECT {column} {where}", number)
        after = flipped(before, place, bit)
        assume(after != f"{number}.1")  # its neighbour's name: the file itself refuses that
        update = f"UPDATE outbox SET {column} = ? WHERE number = ? AND place = 0"
        alter(folder, update, after, number)

        checked = verify(folder)
        recovered, folded = recover(folder)

    assert not checked.ok
    assert len(folded) == ROWS
    assert not [one for one in recovered.unconfirmed if one.id.startswith(f"{number}.")]
    assert len(recovered.unconfirmed) == 2 * (ROWS // 3) - 2
    assert recovered.notes


def read_one(folder: Path, query: str, number: int) -> object:
    import sqlite3  # noqa: PLC0415
    from contextlib import closing  # noqa: PLC0415

    with closing(sqlite3.connect(folder / JOURNAL)) as db:
        return db.execute(query, (number,)).fetchone()[0]


@pytest.mark.parametrize("name", [JOURNAL, f"{JOURNAL}-wal"])
def test_a_file_cut_off_anywhere_never_stops_the_hub_nor_invents_an_entry(
    whole: Path, killed: Path, name: str, tmp_path: Path
) -> None:
    source = whole if name == JOURNAL else killed
    size = (source / name).stat().st_size
    cuts = [0, 1, 31, 32, 100, 511, 512, 4095, 4096, size - 1, size - 100, size - 4096]
    cuts += random.Random(7).sample(range(size), 40)

    for cut in cuts:
        folder = Path(shutil.copytree(source, tmp_path / str(cut), dirs_exist_ok=True))
        with (folder / name).open("r+b") as file:
            file.truncate(cut)
        must_be_sound(folder)
        shutil.rmtree(folder)


@pytest.mark.parametrize("name", [JOURNAL, f"{JOURNAL}-wal"])
def test_a_bit_flipped_in_the_tail_never_stops_the_hub_nor_invents_an_entry(
    whole: Path, killed: Path, name: str, tmp_path: Path
) -> None:
    flip_tail_bits(whole if name == JOURNAL else killed, name, range(0, TAIL_BITS, 67), tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("name", [JOURNAL, f"{JOURNAL}-wal"])
def test_each_single_bit_flipped_in_the_tail_is_harmless(
    whole: Path, killed: Path, name: str, tmp_path: Path
) -> None:
    flip_tail_bits(whole if name == JOURNAL else killed, name, range(TAIL_BITS), tmp_path)


def flip_tail_bits(source: Path, name: str, bits: range, scratch: Path) -> None:
    for bit in bits:
        folder = Path(shutil.copytree(source, scratch / "state", dirs_exist_ok=True))
        raw = bytearray((folder / name).read_bytes())
        raw[-1 - bit // 8] ^= 1 << (bit % 8)
        (folder / name).write_bytes(raw)
        must_be_sound(folder)
        shutil.rmtree(folder)


def test_bytes_flipped_anywhere_in_the_file_never_stop_the_hub_nor_invent_an_entry(
    whole: Path, tmp_path: Path
) -> None:
    dice = random.Random(11)
    for _ in range(60):
        folder = Path(shutil.copytree(whole, tmp_path / "state", dirs_exist_ok=True))
        raw = bytearray((folder / JOURNAL).read_bytes())
        raw[dice.randrange(100, len(raw))] ^= 1 << dice.randrange(8)
        (folder / JOURNAL).write_bytes(raw)
        must_be_sound(folder)
        shutil.rmtree(folder)


def test_a_damaged_snapshot_is_left_out_for_the_one_before(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    write(folder, 30, snapshots=(10, 20))
    alter(folder, "UPDATE snapshot SET body = ? WHERE number = 20", b"state 21")

    recovered, folded = recover(folder)

    assert recovered.snapshot == (10, b"state 10")
    assert [one.number for one in folded] == list(range(11, 31))
    assert recovered.notes


def test_a_number_is_never_used_twice_after_damage(whole: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "state"))
    alter(folder, "UPDATE entry SET kind = 'Nothing' WHERE number = 30")

    recovered, folded = recover(folder)

    assert len(folded) == 29
    assert recovered.number >= ROWS


def test_what_is_set_aside_is_bounded(whole: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "state"))
    for _ in range(KEEP_DAMAGED + 2):
        (folder / JOURNAL).write_bytes(b"no database" * 100)
        Journal.open(folder).close()

    assert len(list(folder.glob("journal.damaged-*.sqlite"))) == KEEP_DAMAGED


@pytest.mark.parametrize("seed", range(15))
def test_what_a_killed_hub_was_told_is_committed_is_there(tmp_path: Path, seed: int) -> None:
    kill_and_look(tmp_path / "state", seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 400))
def test_many_more_killed_hubs_lose_nothing_either(tmp_path: Path, seed: int) -> None:
    kill_and_look(tmp_path / "state", seed)


def kill_and_look(folder: Path, seed: int) -> None:
    dice = random.Random(seed)
    said = 0
    for _ in range(2):
        said = max(said, kill_while_it_appends(folder, said + dice.randrange(1, 400)))

        assert must_be_sound(folder) >= said
        assert not list(folder.glob("*damaged*"))
