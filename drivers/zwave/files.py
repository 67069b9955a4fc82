"""Files that people name to the hub, and the backups it keeps. All of it blocks: for a thread."""

import os
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from drivers.zwave.cache import make_private
from gateway.model.driver import CommandRefused

NVM_BYTES_MOST = 4 * 1024 * 1024
FIRMWARE_BYTES_MOST = 16 * 1024 * 1024
BACKUPS_MOST = 20
SUFFIX = ".nvm"


def read(file: Path, most: int) -> bytes:
    """Give what a regular file holds; raise CommandRefused with a sentence."""
    held = b""
    try:
        # Neither a pipe nor a device makes us wait for it: it is looked at before it is read.
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if regular := stat.S_ISREG(os.fstat(handle).st_mode):
                with os.fdopen(handle, "rb", closefd=False) as opened:
                    held = opened.read(most + 1)
        finally:
            os.close(handle)
    except OSError as error:
        raise CommandRefused(f"{file} cannot be read: {error.strerror}") from error
    if not regular:
        raise CommandRefused(f"{file} is no regular file")
    if not held:
        raise CommandRefused(f"{file} is empty")
    if len(held) > most:
        raise CommandRefused(f"{file} has more than {most // (1024 * 1024)} MiB")
    return held


def write(file: Path, what: bytes) -> None:
    """Write a new file that only we read; what is there already is never written over."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise CommandRefused(f"{file} is there already: name another") from None
    except OSError as error:
        raise CommandRefused(f"{file} cannot be written: {error.strerror}") from error
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(what)
            opened.flush()
            os.fsync(handle)
    except OSError as error:
        with suppress(OSError):
            file.unlink()  # half a backup is worse than none
        raise CommandRefused(f"{file} cannot be written: {error.strerror}") from error


def keep(folder: Path, home: int, what: bytes, stamp: Callable[[], str] | None = None) -> Path:
    """Keep a backup by its date and network, and no more than the newest few; give its file."""
    try:
        make_private(folder)
    except OSError as error:
        raise CommandRefused(f"{folder} cannot be made: {error.strerror}") from error
    name = f"{(stamp or _stamp)()}-{home:08x}"
    file = folder / f"{name}{SUFFIX}"
    number = 1
    while file.exists():
        number += 1
        file = folder / f"{name}-{number}{SUFFIX}"
    write(file, what)
    _thin(folder)
    return file


def _thin(folder: Path) -> None:
    backups = sorted(folder.glob(f"*{SUFFIX}"), key=lambda file: file.name.removesuffix(SUFFIX))
    for old in backups[:-BACKUPS_MOST]:
        with suppress(OSError):
            old.unlink()


def _stamp() -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())  # a name, which nothing is decided on
