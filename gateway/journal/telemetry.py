"""Measurements that nobody decides on: their own file, in batches, never on the alarm's path.

Not worth an alarm: what cannot be written is counted and dropped, and nothing is ever raised.
"""

import math
import sqlite3
import threading
from collections import deque
from datetime import datetime
from pathlib import Path

from gateway.journal.folder import make_private
from gateway.journal.records import JournalError
from gateway.journal.store import migrate
from gateway.model.clock import HouseTime
from gateway.model.event import Telemetry

FILE = "telemetry.sqlite"
BATCH_ROWS = 1_000
BATCH_SECONDS = 10.0
HELD_ROWS = 10_000
KEEP_ROWS = 2_000_000
CLOSE_SECONDS = 5.0
_SCRIPTS = Path(__file__).parent / "migrations" / "telemetry"

type _Row = tuple[int, str, str, str, float]


class TelemetryLog:
    """Writes measurements on a thread of its own."""

    def __init__(self, folder: Path, keep: int = KEEP_ROWS) -> None:
        self._file = folder / FILE
        self._keep = keep
        self._held: deque[_Row] = deque()
        self._dropped = 0
        self._closing = False
        self._changed = threading.Condition()
        # A daemon: measurements never keep the process alive.
        self._thread = threading.Thread(target=self._run, name="telemetry", daemon=True)
        self._thread.start()

    @property
    def dropped(self) -> int:
        """Count the measurements that could not be kept."""
        return self._dropped

    def add(self, at: HouseTime, wall: datetime, told: Telemetry) -> None:
        """Take a measurement. Never waits, never raises."""
        with self._changed:
            if len(self._held) >= HELD_ROWS or not math.isfinite(told.value):
                self._dropped += 1
                return
            self._held.append((at, wall.isoformat(), told.device, told.quantity, told.value))
            if len(self._held) >= BATCH_ROWS:
                self._changed.notify()

    def close(self) -> None:
        """Write what is held, and end the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        closing = False
        while not closing:
            with self._changed:
                self._changed.wait_for(self._is_due, BATCH_SECONDS)
                closing = self._closing
                rows = list(self._held)
                self._held.clear()
            if rows:
                self._keep_or_drop(rows)

    def _is_due(self) -> bool:
        return self._closing or len(self._held) >= BATCH_ROWS

    def _keep_or_drop(self, rows: list[_Row]) -> None:
        try:
            self._write(rows)
        except (OSError, sqlite3.Error, JournalError):
            self._dropped += len(rows)

    def _write(self, rows: list[_Row]) -> None:
        make_private(self._file)
        db = sqlite3.connect(self._file, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            migrate(db, _SCRIPTS)
            with db:
                db.execute("BEGIN")
                insert = (
                    "INSERT INTO telemetry (at_us, wall, device, quantity, value)"
                    " VALUES (?, ?, ?, ?, ?)"
                )
                db.executemany(insert, rows)
                newest = "SELECT max(number) FROM telemetry"
                db.execute(f"DELETE FROM telemetry WHERE number <= ({newest}) - ?", (self._keep,))  # noqa: S608 - our own words
        finally:
            db.close()
