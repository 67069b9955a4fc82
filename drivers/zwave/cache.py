"""The folder of what the server knows of the devices: one server's at a time, and ours alone."""

import contextlib
import fcntl
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.model.driver import RadioLost

log = logging.getLogger(__name__)

SHARED_MEMORY = "/dev/shm"  # noqa: S108  # a private folder is made in it
_PROBE = bytes(4096)


@dataclass(frozen=True, slots=True)
class Cache:
    """Where one server may keep what it knows."""

    folder: Path
    locks: Path  # empty: what a killed server left there would hold up the next for ten seconds
    held: tuple[int, ...]  # files that stay open as long as the server lives


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Cache]:
    """Give the cache to one server; raise RadioLost while another has it."""
    with contextlib.ExitStack() as stack:
        place = stack.enter_context(writable(folder))
        held = stack.enter_context(_alone(place))
        shutil.rmtree(locks := place / "locks", ignore_errors=True)
        with contextlib.suppress(OSError):
            locks.mkdir(mode=0o700)
        yield Cache(place, locks, held)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[tuple[int, ...]]:
    """Hold off a second server: whoever inherits the open file holds it too."""
    try:
        number = os.open(folder / "server.lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError:  # a disk that takes no writing was told of
        yield ()
        return
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield (number,)
    except BlockingIOError:
        raise RadioLost(f"another Z-Wave server works in {folder}: end it") from None
    finally:
        os.close(number)


@contextlib.contextmanager
def writable(folder: Path) -> Iterator[Path]:
    """Give the folder, for our eyes only: it holds the devices' secrets.

    On a disk that takes no writing it is a copy in memory, private and gone with us: the devices
    are known from it, and the alarm goes on.
    """
    try:
        make_private(folder)
        _probe(folder)
    except OSError as error:
        log.warning("%s cannot be written (%s): what changes is lost", folder, error.strerror)
        memory = SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else None
        with tempfile.TemporaryDirectory(prefix="nightlatch-", dir=memory) as copy:
            if folder.exists():
                shutil.copytree(folder, copy, dirs_exist_ok=True)
            yield Path(copy).absolute()
    else:
        yield folder.absolute()


def make_private(folder: Path) -> None:
    """Make the folder, if it is not there, and shut others out. Raises OSError."""
    make_folders(folder)
    folder.chmod(0o700)  # it may be older than we are


def make_folders(folder: Path) -> None:
    """Make the folder, and those above that are not there, each for us alone. Raises OSError."""
    missing = [each for each in (folder, *folder.parents) if not each.is_dir()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)


def _probe(folder: Path) -> None:
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(_PROBE)
        file.flush()
        os.fsync(file.fileno())
