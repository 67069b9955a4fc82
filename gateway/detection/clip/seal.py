"""Sealed files: AES-256-GCM in chunks, so that what was written before a crash can be read.

    header   magic (8) | version (1) | length of the name (1) | name | nonce (12) | wrapped key (48)
    chunk    length of the box (4) | mark (1) | box (the chunk's bytes, encrypted, and 16 of tag)

Each file has a key of its own, wrapped by the key of the house, with the header up to there bound
to it: a chunk fits into no other file, and no file under another name. A chunk's nonce is its
number, and its number and mark are bound to it: none can be left out, moved or marked anew. The
last one is marked as the last. Numbers are big-endian. docs/evidence.md says what this protects.

SealRefused    the file is no sealed file, another's, or of another key
"""

import contextlib
import enum
import hashlib
import os
import re
import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"NLSEAL\r\n"
VERSION = 1
CHUNK_BYTES = 256 * 1024
"""Of the content, in a chunk, at most."""
TAG_BYTES = 16
NONCE_BYTES = 12
KEY_BYTES = 32
NAME_BYTES_MOST = 128
_CHUNK = struct.Struct(">IB")
LONGEST = _CHUNK.size + CHUNK_BYTES + TAG_BYTES
WINDOW_BYTES = 4 * 1024 * 1024
"""Read at once, and a chunk at least, where a sound chunk is looked for behind a damage."""
SKIPPED_MOST = 1000
"""Chunks that may lie in a damage: minutes of a recording."""
_BEGINNING = re.compile(rb"(?=\0(?!\0\0[\0-\x0f])[\0-\4]..[\0-\2])", re.DOTALL)
"""What may be a chunk's length and mark."""
_BOUND = struct.Struct(">QB")
_NONCE = struct.Struct(">IQ")


class SealRefused(Exception):
    """The file cannot be opened at all. The message is a sentence."""


class _Mark(enum.IntEnum):
    MORE = 0
    LAST = 1
    CUT = 2  # the last, empty: put there later, where writing had broken off


class End(enum.StrEnum):
    """How a sealed file ends."""

    WHOLE = "whole"
    CUT = "cut short"  # a crash or a full disk ended it; closed afterwards, nothing else is missing
    TORN = "torn"  # it ends in the middle: it is being written, or was cut off
    DAMAGED = "damaged"  # somebody or something changed it; what comes before that can be read


@dataclass(frozen=True, slots=True)
class Sum:
    """What a content comes to."""

    sha256: str
    size: int


class Seal:
    """Writes a sealed file. Not for several threads."""

    def __init__(self, path: Path, name: str, key: bytes) -> None:
        """Begin a file that is not there yet. Raises OSError."""
        own = secrets.token_bytes(KEY_BYTES)
        self._box = AESGCM(own)
        self._number = 0
        self._hash = hashlib.sha256()
        self._size = 0
        self._unwritten = bytearray()  # sealed already: it is written as it is, or never
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._file = os.open(path, flags, 0o600)
        try:
            head = _head(name)
            nonce = secrets.token_bytes(NONCE_BYTES)
            header = head + nonce + AESGCM(key).encrypt(nonce, own, head)
            _write(self._file, header)
        except BaseException:
            os.close(self._file)
            path.unlink()
            raise
        self._good = len(header)

    @property
    def sum(self) -> Sum:
        """Give the sum of what is in the file."""
        return Sum(self._hash.hexdigest(), self._size)

    @property
    def size_on_disk(self) -> int:
        """Give the bytes of the file."""
        return self._good

    def write(self, content: bytes) -> None:
        """Seal content and write it. Raises OSError; then only `retry` and `close` may follow."""
        for start in range(0, len(content), CHUNK_BYTES):
            part = content[start : start + CHUNK_BYTES]
            self._unwritten += self._chunk(part, _Mark.MORE, self._number)
            self._number += 1
            self._hash.update(part)
            self._size += len(part)
        self.retry()

    def retry(self) -> None:
        """Write what could not be written. Raises OSError."""
        if self._unwritten:
            os.lseek(self._file, self._good, os.SEEK_SET)
            _write(self._file, self._unwritten)
            self._good += len(self._unwritten)
            self._unwritten = bytearray()

    def sync(self) -> None:
        """Have it on the disk, whatever becomes of the power. Raises OSError."""
        os.fdatasync(self._file)

    def close(self) -> bool:
        """End the file; tell whether it has its end. Where not, `mend` gives it one."""
        try:
            if self._unwritten:
                os.ftruncate(self._file, self._good)
                return False
            last = self._chunk(b"", _Mark.LAST, self._number)
            _write(self._file, last)
            self._good += len(last)
            os.fsync(self._file)
        except OSError:
            return False
        finally:
            os.close(self._file)
        return True

    def _chunk(self, part: bytes, mark: _Mark, number: int) -> bytes:
        return _sealed(self._box, part, mark, number)


class Reading:
    """Reads a sealed file from its beginning, up to its end or its first damage."""

    def __init__(self, path: Path, name: str, key: bytes) -> None:
        """Open it. Raises SealRefused or OSError."""
        self._path = path
        self._file = path.open("rb")
        try:
            self._box = AESGCM(self._own_key(name, key))
        except BaseException:
            self._file.close()
            raise
        self.good = self._file.tell()  # up to here it is as it was written
        self.number = 0
        self.end: End | None = None  # None: not read to its end yet
        self.has_end = False  # a mark of the end was read, whatever follows it

    def __iter__(self) -> Iterator[bytes]:
        """Give the content, chunk by chunk; then `end` says how it ended."""
        with self._file:
            while self.end is None:
                part = self._next()
                if part:
                    yield part

    def close(self) -> None:
        """Leave the rest unread."""
        self._file.close()

    def cut(self) -> bytes:
        """Give the chunk that closes a file which ends in the middle."""
        return _sealed(self._box, b"", _Mark.CUT, self.number)

    def breaks_off(self) -> bool:
        """Tell whether writing ended where reading did: nothing sound follows. Raises OSError."""
        if self.has_end:
            return False
        with self._path.open("rb") as file:
            for at in count(self.good, WINDOW_BYTES - LONGEST):
                file.seek(at)
                window = file.read(WINDOW_BYTES)
                if any(self._is_chunk(window, one.start()) for one in _BEGINNING.finditer(window)):
                    return False
                if len(window) < WINDOW_BYTES:
                    break
        return True

    def _is_chunk(self, window: bytes, start: int) -> bool:
        """Tell whether there is a chunk of this file, of any of the next numbers."""
        length, mark = _CHUNK.unpack_from(window, start)
        box = window[start + _CHUNK.size :][:length]
        if not TAG_BYTES <= len(box) == length <= CHUNK_BYTES + TAG_BYTES:
            return False
        for number in range(self.number, self.number + SKIPPED_MOST):
            with contextlib.suppress(InvalidTag):
                self._box.decrypt(_nonce(_Mark(mark), number), box, _BOUND.pack(number, mark))
                return True
        return False

    def _own_key(self, name: str, key: bytes) -> bytes:
        head = _head(name)
        found = self._file.read(len(head))
        if found != head:
            raise SealRefused(_what_is_wrong(self._path, found, head))
        rest = self._file.read(NONCE_BYTES + KEY_BYTES + TAG_BYTES)
        try:
            return AESGCM(key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], head)
        except (InvalidTag, ValueError):
            raise SealRefused(
                f"{self._path.name} is damaged at its beginning, or sealed with another key"
            ) from None

    def _next(self) -> bytes:
        frame = self._file.read(_CHUNK.size)
        if len(frame) < _CHUNK.size:
            self.end = End.TORN
            return b""
        length, mark = _CHUNK.unpack(frame)
        if not TAG_BYTES <= length <= CHUNK_BYTES + TAG_BYTES or mark > _Mark.CUT:
            self.end = End.DAMAGED
            return b""
        box = self._file.read(length)
        if len(box) < length:
            self.end = End.TORN
            return b""
        return self._opened(box, _Mark(mark))

    def _opened(self, box: bytes, mark: _Mark) -> bytes:
        try:
            part = self._box.decrypt(_nonce(mark, self.number), box, _BOUND.pack(self.number, mark))
        except InvalidTag:
            self.end = End.DAMAGED
            return b""
        self.good = self._file.tell()
        self.number += 1
        if mark is not _Mark.MORE:
            self.has_end = True
            more = self._file.read(1)
            self.end = End.DAMAGED if more else End.WHOLE if mark is _Mark.LAST else End.CUT
        return part


def sum_of(path: Path, name: str, key: bytes) -> tuple[Sum, End]:
    """Read a sealed file through. Raises SealRefused or OSError."""
    whole, size = hashlib.sha256(), 0
    reading = Reading(path, name, key)
    for part in reading:
        whole.update(part)
        size += len(part)
    return Sum(whole.hexdigest(), size), reading.end or End.TORN


def mend(path: Path, name: str, key: bytes) -> tuple[Sum, End]:
    """Close a file that writing broke off in: what is whole stays, what is torn goes.

    One that has its end, or is damaged in its middle, stays as it is. Give what can be read of it
    now. Raises SealRefused or OSError.
    """
    whole, size = hashlib.sha256(), 0
    reading = Reading(path, name, key)
    for part in reading:
        whole.update(part)
        size += len(part)
    end = reading.end or End.TORN
    if end in {End.TORN, End.DAMAGED}:
        end = End.CUT if reading.breaks_off() else End.DAMAGED
    if end is End.CUT and not reading.has_end:
        with path.open("r+b") as file:
            file.truncate(reading.good)
            file.seek(reading.good)
            file.write(reading.cut())
            file.flush()
            os.fsync(file.fileno())
    return Sum(whole.hexdigest(), size), end


def _head(name: str) -> bytes:
    text = name.encode()
    if not 0 < len(text) <= NAME_BYTES_MOST:
        raise SealRefused(f"{name!r} is no name")
    return MAGIC + bytes([VERSION, len(text)]) + text


def _what_is_wrong(path: Path, found: bytes, head: bytes) -> str:
    if not found.startswith(MAGIC):
        return f"{path.name} is no sealed file, or its beginning is damaged"
    if found[len(MAGIC) : len(MAGIC) + 1] != head[len(MAGIC) : len(MAGIC) + 1]:
        return f"{path.name} is sealed by another version of Nightlatch"
    return f"{path.name} is another's content under this name, or damaged"


def _nonce(mark: _Mark, number: int) -> bytes:
    # A closing mark may come in the place of a chunk that was torn: never under the same nonce.
    return _NONCE.pack(1 if mark is _Mark.CUT else 0, number)


def _sealed(box: AESGCM, part: bytes, mark: _Mark, number: int) -> bytes:
    sealed = box.encrypt(_nonce(mark, number), part, _BOUND.pack(number, mark))
    return _CHUNK.pack(len(sealed), mark) + sealed


def _write(file: int, data: bytes | bytearray) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]
