"""A wall clock that a file sets: for the virtual house, where nights of the year are played.

The file holds one JSON object, `{"wall": "2026-10-25T00:59:50Z", "at": 1234.5}`: what the clock
showed, and the CLOCK_BOOTTIME at which it showed that, in seconds. A new file is a clock step.
"""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson


class BadWall(ValueError):
    """The file does not tell a time. The message is a sentence."""


class VirtualWall:
    """Gives the wall time that the file tells, going on from there."""

    def __init__(self, file: Path) -> None:
        """Read the file. Raises BadWall."""
        self._file = file
        self._stamp = 0
        self._from = datetime(1970, 1, 1, tzinfo=UTC)
        self._at = 0.0
        if not self._read():
            raise BadWall(f"{file} does not tell a wall time")

    def __call__(self) -> datetime:
        """Give the time in UTC. While the file cannot be read, the last that it told goes on."""
        self._read()
        passed = time.clock_gettime(time.CLOCK_BOOTTIME) - self._at
        return self._from + timedelta(seconds=passed)

    def _read(self) -> bool:
        try:
            stamp = self._file.stat().st_mtime_ns
            if stamp != self._stamp:
                told = orjson.loads(self._file.read_bytes())
                wall = datetime.fromisoformat(told["wall"]).astimezone(UTC)
                self._stamp, self._from, self._at = stamp, wall, float(told["at"])
        except (OSError, ValueError, KeyError, TypeError, OverflowError):
            return False
        return True
