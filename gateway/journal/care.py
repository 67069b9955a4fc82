"""What the writer's thread does beside writing: room on the disk, the second copy, the daily walk.

Nothing here raises, and nothing takes longer than a slice of the walk or two syncs.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gateway.journal.armed import write_armed
from gateway.journal.ballast import Ballast, free_bytes
from gateway.journal.records import Head, Snapshot
from gateway.journal.walk import Damaged, Walk

NEARLY_FULL_BYTES = 64 * 1024 * 1024
ROOMY_BYTES = NEARLY_FULL_BYTES * 5 // 4
"""So much must be free before a nearly full disk is one no more."""
LOOK_SECONDS = 10.0
WALK_EVERY_SECONDS = 86_400.0
SLICE_PAUSE_SECONDS = 0.02
COPY_AGAIN_SECONDS = 1.0
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Tell:
    """Whom the thread tells. Each is called on the thread."""

    committed: Callable[[int], None]
    failed: Callable[[str], None]
    recovered: Callable[[], None]


class Troubles:
    """What is wrong with the storage, by kind: it is well again when the last of them is over."""

    def __init__(self, tell: Tell, known: set[str]) -> None:
        """`known` kinds were told before."""
        self._tell = tell
        self._kinds = known

    def there(self, kind: str, sentence: str) -> None:
        """Say that something is wrong, once."""
        if kind not in self._kinds:
            self._kinds.add(kind)
            self._tell.failed(sentence)

    def over(self, kind: str) -> None:
        """Say that it is over."""
        if kind in self._kinds:
            self._kinds.remove(kind)
            if not self._kinds:
                self._tell.recovered()


class Care:
    """Keeps room, the second copy and an eye on the journal. For the writer's thread alone."""

    def __init__(self, folder: Path, troubles: Troubles, now: Callable[[], float]) -> None:
        self._folder = folder
        self._troubles = troubles
        self._now = now
        self._ballast = Ballast(folder)
        self._copy: Snapshot | None = None
        self._walk: Walk | None = None
        self._look_at = self._walk_at = self._copy_at = -math.inf

    def rest(self) -> float:
        """Give for how long there is nothing to do."""
        if self._walk is not None:
            return SLICE_PAUSE_SECONDS
        due = min(self._look_at, self._walk_at)
        if self._copy is not None:
            due = min(due, self._copy_at)
        return max(0.0, min(due - self._now(), LOOK_SECONDS))

    def keep(self, copy: Snapshot | None) -> None:
        """Have a second copy written with the next turn, and until it is."""
        if copy is not None:
            self._copy, self._copy_at = copy, -math.inf

    def write_copy(self, *, is_writable: bool) -> None:
        """Write the second copy, where one waits to be written."""
        if self._copy is None or self._now() < self._copy_at:
            return
        try:
            write_armed(self._folder, self._copy)
        except Exception as error:  # noqa: BLE001 - the journal goes on without it
            self._copy_at = self._now() + COPY_AGAIN_SECONDS
            # Where the journal cannot be written either, that was said.
            if is_writable:
                text = f"the second copy of what is armed cannot be written: {error}"
                self._troubles.there("copy", text)
        else:
            self._copy = None
            self._troubles.over("copy")

    def turn(self, head: Head, *, is_writable: bool) -> None:
        """Do a little of all that is due. `head` is the end of what is on disk."""
        self.write_copy(is_writable=is_writable)
        if self._now() >= self._look_at:
            free = self._look_for_room()
            if is_writable:
                self._ballast.make(free)
        if is_writable and (self._walk is not None or self._now() >= self._walk_at):
            self._walk_on(head)

    def make_room(self, error: Exception) -> bool:
        """Drop the ballast, where a write failed for want of room; tell whether there was one."""
        released = self._ballast.release(error, free_bytes(self._folder))
        if released:
            self._look_for_room()
        return released

    def stop_walk(self) -> None:
        """Let go of the file: another one may come in its place."""
        if self._walk is not None:
            self._walk.close()
            self._walk = None

    def _look_for_room(self) -> int | None:
        self._look_at = self._now() + LOOK_SECONDS
        free = free_bytes(self._folder)
        if free is not None and free < NEARLY_FULL_BYTES:
            text = f"the disk is nearly full: {free / _MEGABYTE:.1f} MB are free"
            self._troubles.there("room", text)
        elif free is None or free >= ROOMY_BYTES:
            self._troubles.over("room")
        return free

    def _walk_on(self, head: Head) -> None:
        if self._walk is None:
            self._walk = Walk(self._folder)
        try:
            is_done = self._walk.step(head)
        except Damaged as found:
            self._troubles.there("damage", f"the journal is damaged: {found}")
        else:
            if not is_done:
                return
            self._troubles.over("damage")
        self._walk_at = self._now() + WALK_EVERY_SECONDS
        self.stop_walk()
