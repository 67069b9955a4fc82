"""The state folder: whose it is, what lies in it, and what is set aside when it breaks."""

import contextlib
import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway.journal.records import StateFolderBusy

JOURNAL = "journal.sqlite"
LOCK = "hub.lock"
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - a private folder is made in it
KEEP_DAMAGED = 5
_PARTS = ("", "-wal")


class FolderLock:
    """Keeps a second hub off the folder, for as long as this process lives."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, making it where need be. Raises StateFolderBusy or OSError."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise StateFolderBusy(f"another hub is already running on {folder}") from None
        except OSError:
            os.close(self._file)
            raise
        folder.chmod(0o700)

    def release(self) -> None:
        """Let go of the folder."""
        os.close(self._file)


def make_private(file: Path) -> None:
    """Make the file, if it is not there, and keep others from reading it."""
    os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    file.chmod(0o600)


def set_aside(folder: Path) -> Path:
    """Copy the damaged journal to `journal.damaged-N.sqlite`; the oldest beyond five goes.

    Where there is nothing to copy, there is no such file afterwards.
    """
    numbers = sorted(_damaged_numbers(folder))
    copy = folder / f"journal.damaged-{(numbers or [0])[-1] + 1}.sqlite"
    try:
        for part in _PARTS:
            if (whole := folder / f"{JOURNAL}{part}").exists():
                make_private(Path(f"{copy}{part}"))
                shutil.copyfile(whole, f"{copy}{part}")
    except OSError:
        _remove(copy)  # half a copy would push out a whole one
        raise
    for old in numbers[: max(0, len(numbers) - KEEP_DAMAGED + 1)]:
        _remove(folder / f"journal.damaged-{old}.sqlite")
    return copy


def _remove(copy: Path) -> None:
    for part in _PARTS:
        Path(f"{copy}{part}").unlink(missing_ok=True)


def remove_journal(folder: Path) -> None:
    """Remove the journal's files; what was in them was set aside before."""
    for part in (*_PARTS, "-shm"):
        (folder / f"{JOURNAL}{part}").unlink(missing_ok=True)


@contextlib.contextmanager
def reading(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a journal to read it, also beside a running hub or on a read-only disk."""
    with contextlib.ExitStack() as stack:
        try:
            db = opened(file, stack)
        except sqlite3.OperationalError:
            # A journal in WAL mode is not readable where no index file can be made: read a copy.
            copy = Path(
                stack.enter_context(TemporaryDirectory(prefix="nightlatch-", dir=_memory()))
            )
            for part in _PARTS:
                if (whole := Path(f"{file}{part}")).exists():
                    shutil.copyfile(whole, copy / f"{JOURNAL}{part}")
            db = opened(copy / JOURNAL, stack)
        yield db


def _memory() -> str | None:
    """Give a folder in memory, where there is one: a full disk is full for /tmp as well."""
    return SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else None


def opened(file: Path, stack: contextlib.ExitStack) -> sqlite3.Connection:
    """Open a journal to read it, until the stack is closed. Raises sqlite3.Error."""
    db = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)
    stack.callback(db.close)
    db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return db


def _damaged_numbers(folder: Path) -> Iterator[int]:
    for file in folder.glob("journal.damaged-*.sqlite"):
        with contextlib.suppress(ValueError):
            yield int(file.stem.removeprefix("journal.damaged-"))
