"""What a configuration was made of: kept with the state, so that it can be made again.

Entries of the journal are folded with the configuration of their time, rules and calendars
included. No code's hash is in it.
"""

import hashlib
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from gateway.codec import CodecError, decode, encode

MAX_BYTES = 64_000_000
"""Of a source, unpacked: a damaged one must not take all memory."""


class Beside(Protocol):
    """What lies beside a configuration file, and is named in it."""

    def text(self, name: str, limit: int) -> str:
        """Give a file's text, of at most so many bytes; raise OSError or ValueError."""
        ...

    def program(self, name: str) -> Path | None:
        """Give where a program lies; None where there is none."""
        ...

    def source(self, path: Path, text: str, hashes: Iterable[str]) -> "Source":
        """Give what to keep of a file that holds; `hashes` are those of its codes."""
        ...


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of a file that is loaded; it notes what was read there."""

    path: Path
    read: dict[str, str] = field(default_factory=dict[str, str])

    def text(self, name: str, limit: int) -> str:
        """Read a file."""
        if not (self.path / name).is_file():  # a pipe would never end
            raise FileNotFoundError(2, "no such file", name)
        with (self.path / name).open("rb") as opened:
            self.read[name] = opened.read(limit + 1).decode()
        return self.read[name]

    def program(self, name: str) -> Path | None:
        """Look for a program."""
        program = self.path / name
        try:
            return program if program.is_file() else None
        except (OSError, ValueError):
            return None

    def source(self, path: Path, text: str, hashes: Iterable[str]) -> "Source":
        """Give the file and what was read beside it."""
        whole = hashlib.sha256(text.encode()).hexdigest()
        return Source(str(path), _without_secrets(text, hashes), dict(self.read), whole)


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a configuration, and of the files that it names."""

    path: str
    text: str
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    of: str = ""  # the hash of the text with all that is not kept

    @property
    def digest(self) -> str:
        """Tell one content from another."""
        content = [
            self.of,
            self.text,
            *(f"{name}\n{self.files[name]}" for name in sorted(self.files)),
        ]
        return hashlib.sha256("\0".join(content).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Remembered:
    """What lay beside a file when it was kept. Its programs are not asked for again."""

    kept: Source

    def text(self, name: str, _: int) -> str:
        """Give what was read then."""
        if name not in self.kept.files:
            raise FileNotFoundError(2, "no such file was kept", name)
        return self.kept.files[name]

    def program(self, name: str) -> Path | None:
        """Give where the program lay."""
        return Path(self.kept.path).parent / name

    def source(self, path: Path, text: str, hashes: Iterable[str]) -> Source:
        """Give what was kept."""
        del path, text, hashes
        return self.kept


def _without_secrets(text: str, hashes: Iterable[str]) -> str:
    """Leave out comments, where people note codes; put nobody's hash in the place of each code's.

    Lines stay where they are. A hash that is written with escapes is not found: then nothing of the
    text is kept.
    """
    text = _STRING_OR_COMMENT.sub(lambda found: found["string"] or "", text)
    for number, kept in enumerate(hashes):
        if kept not in text:
            return ""
        *parameters, salt, digest = kept.split("$")
        nobodys = "$".join((*parameters, f"{number:0{len(salt)}d}", "A" * len(digest)))
        text = text.replace(kept, nobodys)
    return text


_STRING_OR_COMMENT = re.compile(
    r"""(?P<string>\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')|#[^\n]*""",
    re.DOTALL,
)


def pack(source: Source) -> bytes:
    """Give a source for the journal."""
    return zlib.compress(encode(source, Source))


def unpack(packed: bytes) -> Source:
    """Read what `pack` made. Raises CodecError."""
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(packed, MAX_BYTES)
    except zlib.error as wrong:
        raise CodecError(f"this is no packed configuration: {wrong}") from None
    if not unpacker.eof:
        raise CodecError("this is no packed configuration: it does not end")
    return decode(plain, Source)
