"""The one thread that waits for the disk, and what it holds while the disk is away."""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from gateway.journal.care import Care, Tell, Troubles
from gateway.journal.folder import FolderLock
from gateway.journal.mend import Opening, is_of_the_disk, start_anew
from gateway.journal.records import Head, Item, Row, Snapshot
from gateway.journal.store import KEEP_ENTRIES, Store

HELD_ITEMS = 20_000
"""So much waits in memory for a disk that is slow or away; what comes after is counted as lost."""
AT_ONCE = 1_000
RETRY_SECONDS = 0.25
LONGEST_RETRY_SECONDS = 5.0
WRITING = "writing"


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one turn of the thread has to do."""

    items: list[Item]
    snapshot: Snapshot | None
    copy: Snapshot | None  # the second copy of what is armed


class Writer:
    """Writes what it is given, in order, in groups; tries again for as long as it lives."""

    def __init__(
        self,
        folder: Path,
        opening: Opening,
        tell: Tell,
        keep: int = KEEP_ENTRIES,
        *,
        now: Callable[[], float],
    ) -> None:
        self._folder = folder
        self._lock = opening.lock
        self._store = opening.store
        self._head = opening.found.head
        self._tell = tell
        self._keep = keep
        self._failing = opening.store is None
        self._troubles = Troubles(tell, {WRITING} if self._failing else set())
        self._care = Care(folder, self._troubles, now)
        self._retry = RETRY_SECONDS
        self._least_rest = 0.0
        self._held: deque[Item] = deque()
        self._snapshot: Snapshot | None = None
        self._copy: Snapshot | None = None
        self._closing = False
        self._tried_last = False
        self._changed = threading.Condition()
        # A daemon: a disk that never answers must not keep the process alive.
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    @property
    def held(self) -> int:
        """Count what waits to be written."""
        return len(self._held)

    def put(
        self,
        items: Sequence[Item],
        snapshot: Snapshot | None = None,
        copy: Snapshot | None = None,
    ) -> None:
        """Hand over what is to be written next. Never waits for the disk."""
        with self._changed:
            self._held += items
            self._snapshot = snapshot or self._snapshot
            self._copy = copy or self._copy
            self._changed.notify()

    def close(self, seconds: float) -> bool:
        """Write what is held and end; tell whether all of it is on disk."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(seconds)
        return not self._thread.is_alive() and not self._held and self._snapshot is None

    def _run(self) -> None:
        while (batch := self._take()) is not None:
            self._care.keep(batch.copy)
            if batch.items or batch.snapshot or self._failing:
                self._write_or_lose(batch)
            self._take_care()
        self._drop_store()
        if self._lock is not None:
            self._lock.release()

    def _write_or_lose(self, batch: _Batch) -> None:
        try:
            self._write(batch.items, batch.snapshot)
        except Exception as error:  # noqa: BLE001 - a thread dead of a bug loses all that follows
            self._lose_the_disk(error)
        else:
            self._done(batch.items, batch.snapshot)

    def _take_care(self) -> None:
        try:
            self._care.turn(self._head, is_writable=not self._failing)
        except Exception as error:  # noqa: BLE001 - same
            self._least_rest = LONGEST_RETRY_SECONDS
            self._troubles.there("care", f"the journal is not looked after: {error!r}")
        else:
            self._least_rest = 0.0

    def _take(self) -> _Batch | None:
        """Wait for work, for the next try or for what is due beside it; None to end."""
        with self._changed:
            if self._failing and not self._closing:
                self._changed.wait_for(lambda: self._closing, self._retry)
            rest = max(self._care.rest(), self._least_rest)
            self._changed.wait_for(self._has_work, rest)
            if self._is_over():
                return None
            items = list(islice(self._held, AT_ONCE))
            snapshot, copy = self._due(self._snapshot, items), self._due(self._copy, items)
            if copy is not None:
                self._copy = None
            return _Batch(items, snapshot, copy)

    def _has_work(self) -> bool:
        # A disk that is away is tried even with nothing to write: people want to know it is back.
        waiting = self._held or self._snapshot or self._copy
        return bool(waiting or self._closing or self._failing)

    def _is_over(self) -> bool:
        if not self._closing:
            return False
        if self._failing:
            # One more try at the end: more would keep a hub that is told to stop from stopping.
            tried, self._tried_last = self._tried_last, True
            return tried
        return not (self._held or self._snapshot or self._copy)

    def _due(self, one: Snapshot | None, items: list[Item]) -> Snapshot | None:
        """Give it, once every entry before it is on disk or in this group."""
        if one is None or len(items) == len(self._held):
            return one
        last = max((item.number for item in items if isinstance(item, Row)), default=0)
        return one if one.number <= max(last, self._head.number) else None

    def _write(self, items: list[Item], snapshot: Snapshot | None) -> None:
        if self._store is None:
            self._store = self._reopen()
            del items[: self._forget_what_is_on_disk(self._store.head())]
        try:
            self._store.write(items, snapshot)
        except sqlite3.Error as error:
            if is_of_the_disk(error):
                raise
            # The file broke under us: keep it aside, and go on in a new one.
            self._drop_store()
            self._store = self._start_anew(str(error))
            self._store.write(items, snapshot)

    def _reopen(self) -> Store:
        if self._lock is None:
            self._lock = FolderLock(self._folder)
        try:
            store = Store.open(self._folder, keep=self._keep)
            head = store.head()
        except sqlite3.Error as error:
            if is_of_the_disk(error):
                raise
            return self._start_anew(str(error))
        if head == self._head or self._is_held(head):
            return store
        if head == Head():  # the file was taken away, and this is a new one
            store.begin_at(self._head)
            return store
        store.close()
        return self._start_anew(f"it ends at entry {head.number}, not at {self._head.number}")

    def _start_anew(self, why: str) -> Store:
        store, kept = start_anew(self._folder, self._head, self._keep)
        if kept:
            self._troubles.there("anew", f"the journal broke and was set aside as {kept} ({why})")
        return store

    def _is_held(self, head: Head) -> bool:
        with self._changed:
            return any(isinstance(item, Row) and item.head == head for item in self._held)

    def _forget_what_is_on_disk(self, head: Head) -> int:
        """Drop what a write that seemed to fail did write; give how many items that were."""
        with self._changed:
            known = [isinstance(item, Row) and item.head == head for item in self._held]
            count = known.index(True) + 1 if True in known else 0
            for _ in range(count):
                self._held.popleft()
        if count:
            self._head = head
            self._tell.committed(head.number)
        return count

    def _done(self, items: list[Item], snapshot: Snapshot | None) -> None:
        with self._changed:
            for _ in items:
                self._held.popleft()
            if self._snapshot is snapshot:
                self._snapshot = None
        written = [item for item in items if isinstance(item, Row)]
        # Whoever is told that it is armed is told so after both copies.
        self._care.write_copy(is_writable=True)
        if written:
            self._head = written[-1].head
            self._tell.committed(self._head.number)
        self._retry = RETRY_SECONDS
        self._failing = False
        for kind in WRITING, "anew":
            self._troubles.over(kind)

    def _lose_the_disk(self, error: Exception) -> None:
        has_room = self._care.make_room(error)
        self._drop_store()
        if has_room:
            self._retry = 0.0  # at once: it may be an alarm that waits
        elif self._failing:
            self._retry = min(max(self._retry * 2, RETRY_SECONDS), LONGEST_RETRY_SECONDS)
        self._failing = True
        self._troubles.there(WRITING, f"the journal cannot be written: {error}")

    def _drop_store(self) -> None:
        self._care.stop_walk()
        if self._store is not None:
            self._store.close()
            self._store = None
