"""Room kept for a full disk: a file that is dropped so that the next entries still fit."""

import contextlib
import errno
import os
import sqlite3
from pathlib import Path

BALLAST = "ballast"
BALLAST_BYTES = 1024 * 1024
"""Room for a thousand entries: an arming, an alarm and all that is said meanwhile."""
_FULL = {errno.ENOSPC, errno.EDQUOT}


def free_bytes(folder: Path) -> int | None:
    """Tell how much may still be written there; None where nobody knows."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return None
    return disk.f_bavail * disk.f_frsize


class Ballast:
    """A file of nothing, really taking its room on the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / BALLAST

    def release(self, error: Exception, free: int | None) -> bool:
        """Make room if `error` says that the disk is full; tell whether there now is more."""
        if not _is_full(error, free):
            return False
        try:
            self._file.unlink()
        except OSError:
            return False
        return True

    def make(self, free: int | None) -> None:
        """Make it, where it is not there and as much room stays beside it."""
        with contextlib.suppress(OSError):
            if free is None or free < 2 * BALLAST_BYTES or self._is_there():
                return
            handle = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.posix_fallocate(handle, 0, BALLAST_BYTES)
            except OSError:
                self._file.unlink()
                raise
            finally:
                os.close(handle)

    def _is_there(self) -> bool:
        try:
            found = self._file.stat()
        except FileNotFoundError:
            return False
        return found.st_blocks * 512 >= BALLAST_BYTES


def _is_full(error: Exception, free: int | None) -> bool:
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_IOERR) & 0xFF
        # Where its index cannot grow, SQLite speaks of an I/O error.
        is_starved = free is not None and free < BALLAST_BYTES // 4
        return code == sqlite3.SQLITE_FULL or is_starved
    return isinstance(error, OSError) and error.errno in _FULL
