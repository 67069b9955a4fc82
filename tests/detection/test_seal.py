"""A sealed file gives back what was sealed, or less; never anything else."""

import hashlib
import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.detection.clip import seal as sealing
from gateway.detection.clip.key import KeyRefused, read_key, read_or_make_key
from gateway.detection.clip.seal import (
    CHUNK_BYTES,
    End,
    Reading,
    Seal,
    SealRefused,
    mend,
    sum_of,
)

KEY = bytes(range(32))
NAME = "20261121T120000Z-yard-00000001"
PARTS = [b"one" * 100, b"two" * 50, b"", b"three"]
CONTENT = b"".join(PARTS)
quick = settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


def sealed(path: Path, parts: list[bytes] = PARTS, *, close: bool = True) -> Path:
    path.unlink(missing_ok=True)
    seal = Seal(path, NAME, KEY)
    for part in parts:
        seal.write(part)
    if close:
        assert seal.close()
    else:
        os.close(seal._file)
    return path


def read(path: Path, name: str = NAME, key: bytes = KEY) -> tuple[bytes, End | None]:
    reading = Reading(path, name, key)
    return b"".join(reading), reading.end


def test_what_was_sealed_is_given_back_with_its_sum(tmp_path: Path) -> None:
    path = sealed(tmp_path / "a")

    assert read(path) == (CONTENT, End.WHOLE)
    summed, end = sum_of(path, NAME, KEY)
    assert (summed.sha256, end) == (hashlib.sha256(CONTENT).hexdigest(), End.WHOLE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_long_content_goes_into_several_chunks(tmp_path: Path) -> None:
    content = os.urandom(2 * CHUNK_BYTES + 5)
    path = sealed(tmp_path / "a", [content])

    assert read(path) == (content, End.WHOLE)
    assert len(list(Reading(path, NAME, KEY))) == 3


def test_nothing_of_the_content_stands_on_the_disk(tmp_path: Path) -> None:
    path = sealed(tmp_path / "a", [b"a face at the door " * 1000])

    assert b"face" not in path.read_bytes()


@quick
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_is_refused_or_read_up_to_there(
    tmp_path: Path, where: float, bit: int
) -> None:
    path = sealed(tmp_path / "a")
    data = bytearray(path.read_bytes())
    data[int(where * len(data))] ^= 1 << bit
    path.write_bytes(data)

    try:
        content, end = read(path)
    except SealRefused:
        return
    assert end in {End.DAMAGED, End.TORN}
    assert CONTENT.startswith(content)


@quick
@given(where=st.floats(0, 1, exclude_max=True))
def test_a_file_that_was_cut_off_is_refused_or_read_up_to_there(
    tmp_path: Path, where: float
) -> None:
    path = sealed(tmp_path / "a")
    data = path.read_bytes()
    path.write_bytes(data[: int(where * len(data))])

    try:
        content, end = read(path)
    except SealRefused:
        return
    assert end is End.TORN
    assert CONTENT.startswith(content)


@quick
@given(data=st.data())
def test_chunks_that_were_moved_left_out_or_doubled_are_noticed(
    tmp_path: Path, data: st.DataObject
) -> None:
    path = sealed(tmp_path / "a", [bytes([n]) * 20 for n in range(6)])
    header, chunks = _taken_apart(path.read_bytes())
    shuffled = data.draw(st.lists(st.sampled_from(range(len(chunks))), max_size=9))
    path.write_bytes(header + b"".join(chunks[n] for n in shuffled))

    content, end = read(path)

    assert b"".join(bytes([n]) * 20 for n in range(6)).startswith(content)
    assert (end is End.WHOLE) == (shuffled == list(range(len(chunks))))


def test_a_chunk_of_another_clip_is_noticed(tmp_path: Path) -> None:
    ours, theirs = sealed(tmp_path / "a"), sealed(tmp_path / "b")
    header, chunks = _taken_apart(ours.read_bytes())
    _, foreign = _taken_apart(theirs.read_bytes())
    ours.write_bytes(header + b"".join([chunks[0], foreign[1], *chunks[2:]]))

    assert read(ours) == (PARTS[0], End.DAMAGED)


def test_a_clip_under_another_clips_name_is_refused(tmp_path: Path) -> None:
    path = sealed(tmp_path / "a")

    with pytest.raises(SealRefused, match="another's content"):
        read(path, "20261121T120000Z-yard-00000002")


def test_another_key_is_refused(tmp_path: Path) -> None:
    path = sealed(tmp_path / "a")

    with pytest.raises(SealRefused, match="another key"):
        read(path, key=bytes(32))


@pytest.mark.parametrize("data", [b"", b"NLSEAL", b"\0" * 500, b"GIF89a" * 50])
def test_what_is_no_sealed_file_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a").write_bytes(data)

    with pytest.raises(SealRefused, match="no sealed file"):
        read(tmp_path / "a")


def test_a_newer_version_is_refused_in_its_own_words(tmp_path: Path) -> None:
    path = sealed(tmp_path / "a")
    data = bytearray(path.read_bytes())
    data[len(sealing.MAGIC)] = 2
    path.write_bytes(data)

    with pytest.raises(SealRefused, match="another version"):
        read(path)


def test_something_appended_is_noticed_and_not_read(tmp_path: Path) -> None:
    path = sealed(tmp_path / "a")
    path.write_bytes(path.read_bytes() + b"more")

    assert read(path) == (CONTENT, End.DAMAGED)


@quick
@given(lost=st.integers(0, 400))
def test_a_file_that_a_crash_left_is_mended_and_says_so(tmp_path: Path, lost: int) -> None:
    path = sealed(tmp_path / "a", close=False)
    data = path.read_bytes()
    header, _ = _taken_apart(data)
    path.write_bytes(data[: max(len(header), len(data) - lost)])

    summed, end = mend(path, NAME, KEY)

    content, again = read(path)
    assert end is again is End.CUT
    assert CONTENT.startswith(content)
    assert summed.sha256 == hashlib.sha256(content).hexdigest()
    assert mend(path, NAME, KEY) == (summed, End.CUT)  # once more changes nothing


@quick
@given(at=st.integers(0, 10_000), wrong=st.integers(0, 255), run=st.integers(1, 60))
def test_a_file_that_is_damaged_in_its_middle_is_left_as_it_is(
    tmp_path: Path, at: int, wrong: int, run: int
) -> None:
    path = sealed(tmp_path / "a", [bytes([n]) * 20 for n in range(6)], close=False)
    header, chunks = _taken_apart(path.read_bytes())
    body = bytearray(b"".join(chunks[:-1]))
    start = at % len(body)
    body[start : start + run] = bytes([wrong]) * len(body[start : start + run])
    data = header + bytes(body) + chunks[-1]  # the last is sound
    path.write_bytes(data)

    _, end = mend(path, NAME, KEY)

    if bytes(body) == b"".join(chunks[:-1]):
        assert end is End.CUT
    else:
        assert end is End.DAMAGED
        assert path.read_bytes() == data


def test_what_is_appended_to_an_ended_file_is_not_closed_again(tmp_path: Path) -> None:
    path = sealed(tmp_path / "a")
    path.write_bytes(path.read_bytes() + b"more")
    before = path.read_bytes()

    assert mend(path, NAME, KEY)[1] is End.DAMAGED
    assert path.read_bytes() == before


def test_a_long_file_is_searched_for_what_follows_a_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "WINDOW_BYTES", sealing.LONGEST + 1000)
    path = sealed(tmp_path / "a", [os.urandom(CHUNK_BYTES) for _ in range(4)], close=False)
    data = bytearray(path.read_bytes())
    data[1000 : 1000 + 2 * CHUNK_BYTES] = bytes(2 * CHUNK_BYTES)
    path.write_bytes(data)

    assert mend(path, NAME, KEY)[1] is End.DAMAGED
    assert path.read_bytes() == data


def test_zeros_that_a_power_cut_left_at_the_end_are_mended_away(tmp_path: Path) -> None:
    path = sealed(tmp_path / "a", close=False)
    path.write_bytes(path.read_bytes() + bytes(4096))

    assert mend(path, NAME, KEY)[1] is End.CUT
    assert read(path) == (CONTENT, End.CUT)


def test_a_whole_file_is_not_changed_by_mending(tmp_path: Path) -> None:
    path = sealed(tmp_path / "a")
    before = path.read_bytes()

    assert mend(path, NAME, KEY)[1] is End.WHOLE
    assert path.read_bytes() == before


def test_no_nonce_is_used_twice_with_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[tuple[int, bytes, bytes]] = []
    real = AESGCM

    class Watched:
        def __init__(self, key: bytes) -> None:
            self._key, self._box = key, real(key)

        def encrypt(self, nonce: bytes, data: bytes, bound: bytes) -> bytes:
            used.append((hash(self._key), nonce, data))
            return self._box.encrypt(nonce, data, bound)

        def decrypt(self, nonce: bytes, data: bytes, bound: bytes) -> bytes:
            return self._box.decrypt(nonce, data, bound)

    monkeypatch.setattr(sealing, "AESGCM", Watched)
    path = sealed(tmp_path / "a", close=False)
    path.write_bytes(path.read_bytes()[:-5])  # the last chunk is torn: its place is filled anew
    mend(path, NAME, KEY)

    assert len({(key, nonce) for key, nonce, _ in used}) == len(used)


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "state" / "evidence.key"

    key = read_or_make_key(file, needed=False)

    assert len(key) == 32
    assert read_or_make_key(file, needed=False) == key == read_key(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["evidence.key"]


def test_others_are_kept_from_reading_a_key(tmp_path: Path) -> None:
    file = tmp_path / "evidence.key"
    read_or_make_key(file, needed=False)
    file.chmod(0o644)

    read_key(file)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("damaged", [b"", b"short", bytes(33)])
def test_a_damaged_key_is_never_replaced(tmp_path: Path, damaged: bytes) -> None:
    file = tmp_path / "evidence.key"
    file.write_bytes(damaged)

    with pytest.raises(KeyRefused, match="put it back"):
        read_or_make_key(file, needed=False)
    assert file.read_bytes() == damaged


def test_no_new_key_is_made_where_an_old_one_is_missed(tmp_path: Path) -> None:
    with pytest.raises(KeyRefused, match="put it back"):
        read_or_make_key(tmp_path / "evidence.key", needed=True)
    assert not list(tmp_path.iterdir())


def _taken_apart(data: bytes) -> tuple[bytes, list[bytes]]:
    """Give the header and the chunks of a sealed file, read by hand."""
    start = 8 + 1 + 1 + data[9] + 12 + 48
    header, chunks, at = data[:start], [], start
    while at < len(data):
        length = 5 + int.from_bytes(data[at : at + 4], "big")
        chunks.append(data[at : at + length])
        at += length
    return header, chunks
