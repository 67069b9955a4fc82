"""What a configuration was made of: kept with the state, so that it can be made again.

Entries of the journal are folded with the configuration of their time, rules and calendars
included. No code's hash is in it.
"""

import hashlib
import re
import shlex
import stat
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from gateway.codec import CodecError, decode, encode

MAX_BYTES = 64_000_000
"""Of a source, unpacked: a damaged one must not take all memory."""
PASSWORD_BYTES = 4096


class Beside(Protocol):
    """What lies beside a configuration file, and is named in it."""

    def text(self, name: str, limit: int) -> str:
        """Give a file's text, of at most so many bytes; raise OSError or ValueError."""
        ...

    def program(self, name: str) -> Path | None:
        """Give where a program lies; None where there is none."""
        ...

    def secret_fault(self, name: str) -> tuple[str, str]:
        """Say why a file may not hold a secret, and what to do; "" where it may.

        What is named and not there may be the secret itself: then it is not said.
        """
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

    def secret_fault(self, name: str) -> tuple[str, str]:
        """Look whether a file is there, only its owner's, and begins with a line of text."""
        file = self.path.absolute() / name
        try:
            found = file.stat()
            if not stat.S_ISREG(found.st_mode):
                return "something that is no file", "name the file that holds the password"
            if found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                mode = stat.S_IMODE(found.st_mode)
                return f"a file of mode {mode:04o}", f"chmod 600 {shlex.quote(str(file))}"
            first = _first_line(file)
        except FileNotFoundError:
            return "a file that is not there", "write the password into a file, and its name here"
        except (OSError, ValueError):
            return "a file that cannot be read", "give it to the user who runs the hub"
        if not first.isprintable() or not first:
            return "a file whose first line is no text", "write the password into its first line"
        return "", ""

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

    def secret_fault(self, _: str) -> tuple[str, str]:
        """What was good then is not asked again."""
        return "", ""

    def source(self, path: Path, text: str, hashes: Iterable[str]) -> Source:
        """Give what was kept."""
        del path, text, hashes
        return self.kept


def _without_secrets(text: str, hashes: Iterable[str]) -> str:
    """Leave out comments, where people note codes; put nobody's hash in the place of each code's.

    Where a password's file is named, people write the password: no name is kept. Lines stay where
    they are. A hash that is written with escapes is not found: then nothing of the text is kept.
    """
    text = _STRING_OR_COMMENT.sub(lambda found: found["string"] or "", text)
    text = _PASSWORD_FILE.sub(r'\g<key>"-"', text)
    for number, kept in enumerate(hashes):
        if kept not in text:
            return ""
        *parameters, salt, digest = kept.split("$")
        nobodys = "$".join((*parameters, f"{number:0{len(salt)}d}", "A" * len(digest)))
        text = text.replace(kept, nobodys)
    return text


_STRING = r"""(?P<string>\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')"""
_STRING_OR_COMMENT = re.compile(_STRING + r"|#[^\n]*", re.DOTALL)
_PASSWORD_FILE = re.compile(r"""(?P<key>\bpassword_file["']?[ \t]*=[ \t]*)""" + _STRING, re.DOTALL)


def _first_line(file: Path) -> str:
    """Read what a password may be; "" for bytes that are no text."""
    with file.open("rb") as opened:
        first, _, _ = opened.read(PASSWORD_BYTES).partition(b"\n")
    try:
        return first.decode().rstrip("\r")
    except UnicodeDecodeError:
        return ""


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
