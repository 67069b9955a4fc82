"""What is written down beside a clip: one small JSON file each, in clear.

NoteRefused   it is missing or damaged; the clip itself may well be whole
"""

import contextlib
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from gateway.model.device import DeviceId

BYTES_MOST = 64 * 1024
_IS = "nightlatch clip"
_VERSION = 1


class NoteRefused(Exception):
    """The note cannot be read. The message is a sentence."""


@dataclass(frozen=True, slots=True)
class Note:
    """A clip's note."""

    clip: str
    device: DeviceId
    camera: str
    incident: str
    began: str  # wall time of its first picture, ISO 8601 in UTC
    before_seconds: float
    pinned: bool
    state: str = "open"  # then an `End`: "whole", "cut short" or "damaged"
    seconds: float = 0.0
    sha256: str = ""
    size_bytes: int = 0  # of the clip as it is exported

    @property
    def is_open(self) -> bool:
        """Tell whether it is being recorded, or was when the recording process ended.

        One that has a sum was closed before: that somebody sets it back opens nothing.
        """
        return self.state == "open" and not self.sha256


def read_note(path: Path) -> Note:
    """Read a note. Raises NoteRefused."""
    try:
        with path.open("rb") as file:
            whole: dict[str, Any] = orjson.loads(file.read(BYTES_MOST))
        if (whole.pop("is"), whole.pop("version")) != (_IS, _VERSION):
            raise NoteRefused(f"{path.name} is of another version of Nightlatch")
        note = Note(**whole)
    except FileNotFoundError:
        raise NoteRefused(f"{path.name} is not there") from None
    except OSError as error:
        raise NoteRefused(f"{path.name} cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise NoteRefused(f"{path.name} is damaged") from None
    if note.clip != path.stem or not _is_sound(note):
        raise NoteRefused(f"{path.name} is damaged, or another clip's")
    return note


def write_note(path: Path, note: Note) -> None:
    """Put a note in place, whole or not at all, and on disk. Raises OSError."""
    new = path.with_suffix(".new")
    body = orjson.dumps({"is": _IS, "version": _VERSION, **asdict(note)})
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            new.unlink()
        raise


def _is_sound(note: Note) -> bool:
    texts = (note.device, note.camera, note.incident, note.began, note.state, note.sha256)
    numbers = (note.before_seconds, note.seconds, note.size_bytes)
    return (
        all(isinstance(text, str) for text in texts)
        and all(isinstance(number, int | float) for number in numbers)
        and isinstance(note.pinned, bool)
    )
