"""A walk along the whole chain beside the writing, a few rows at a time: what rots is noticed."""

from contextlib import ExitStack
from pathlib import Path

from gateway.journal import rows
from gateway.journal.chain import UNREADABLE, digest_of, follows, is_sealed
from gateway.journal.folder import JOURNAL, opened
from gateway.journal.records import Head, Row

ROWS_AT_ONCE = 100
"""A millisecond or two: so long does the next commit wait for a slice at most."""


class Damaged(Exception):
    """The journal is not what was written; the message says where."""


class Walk:
    """One walk, by the thread that writes: so nothing changes between two looks of one slice."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / JOURNAL
        self._stack = ExitStack()
        self._head: Head | None = None

    def step(self, end: Head) -> bool:
        """Walk on towards `end`, the last that was written; tell whether it is reached.

        Raises Damaged.
        """
        try:
            return self._step(end)
        except UNREADABLE as error:
            at = self._head.number if self._head is not None else 0
            raise Damaged(f"after entry {at} it cannot be read ({error})") from None

    def close(self) -> None:
        """Let go of the file."""
        self._stack.close()

    def _step(self, end: Head) -> bool:
        if self._head is None:
            self._db = opened(self._file, self._stack)
        begin = rows.anchor(self._db)
        # Retention may have overtaken us.
        if self._head is None or begin.number > self._head.number:
            self._head = begin
            self._look_at_snapshots(-1, begin.number)
        page = rows.page_after(self._db, self._head.number, ROWS_AT_ONCE)
        if page:
            self._look_at_snapshots(self._head.number, page[-1].number)
        for row in page:
            self._check(self._head, row)
            self._head = row.head
        if page:
            return False
        if self._head != end:
            raise Damaged(f"it ends at entry {self._head.number}, and {end.number} was written")
        return True

    def _look_at_snapshots(self, after: int, upto: int) -> None:
        if not all(is_sealed(one) for one in rows.snapshots(self._db, after, upto)):
            raise Damaged("a snapshot is not what was written")

    def _check(self, head: Head, row: Row) -> None:
        if not follows(head, row):
            raise Damaged(f"entry {row.number} is not what was written")
        posted = rows.posted_of(self._db, row.number)
        if digest_of(posted) != row.orders and not rows.are_given_up(posted):
            raise Damaged(f"the orders of entry {row.number} are not what was written")
