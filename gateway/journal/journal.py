"""The journal as the house sees it: it takes entries in order and never waits for the disk.

`Journal.open(folder)`, `recover()`, fold what it gives, `start(...)`, then `append` for each entry.
"""

from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from gateway.clock import Era
from gateway.journal import rows
from gateway.journal.care import Tell
from gateway.journal.chain import forge, order_of, sealed
from gateway.journal.folder import JOURNAL, reading
from gateway.journal.mend import Opening, open_journal
from gateway.journal.records import Committed, Head, Item, Recovered, Report, Settled, Snapshot
from gateway.journal.release import Releases
from gateway.journal.scan import entry_of, sound_rows
from gateway.journal.store import KEEP_ENTRIES
from gateway.journal.writer import HELD_ITEMS, Writer
from gateway.model.effect import Order, OrderId
from gateway.model.event import Entry, StorageFailed, StorageRecovered

CLOSE_SECONDS = 10.0


@dataclass(slots=True)
class _Running:
    """What there is once the hub runs."""

    loop: AbstractEventLoop
    era: str
    releases: Releases
    report: Report
    writer: Writer


class Journal:
    """An append-only, hash-chained record of all that happened, and of what was ordered."""

    def __init__(self, folder: Path, opening: Opening, version: str, keep: int) -> None:
        self._folder = folder
        self._opening = opening
        self._version = version
        self._keep = keep
        self._head: Head = opening.found.head
        last = opening.found.last
        self._stamp: tuple[int, str] | None = None
        if last is not None:
            self._stamp = last.at, last.wall.isoformat()
        self._number = opening.number
        self._running: _Running | None = None
        self._buffer: list[Item] = []
        self._snapshot: Snapshot | None = None
        self._copy: Snapshot | None = None
        self._flush_is_due = False
        self._lost = 0
        self._told_lost = False
        self._in_trouble = opening.store is None

    @classmethod
    def open(cls, folder: Path, rules_version: str = "1", keep: int = KEEP_ENTRIES) -> "Journal":
        """Open the journal in its state folder, mending it where need be; this may take a moment.

        Raises StateFolderBusy or JournalTooNew. Any other trouble is a note of `recover`.
        """
        return cls(folder, open_journal(folder, rules_version, keep), rules_version, keep)

    @property
    def lost(self) -> int:
        """Count the entries that no disk and no memory could take."""
        return self._lost

    def recover(self) -> Recovered:
        """Give what to go on from. Fold `entries` before `start`; they are read as they go."""
        found = self._opening.found
        snapshot = None
        if found.snapshot is not None:
            snapshot = found.snapshot.number, found.snapshot.body
        entries = self._entries_to_fold() if found.head != found.start else iter(())
        return Recovered(
            snapshot,
            entries,
            self._opening.orders,
            found.last,
            self._opening.number,
            self._opening.areas,
            self._opening.has_gap,
            self._opening.notes,
        )

    def start(
        self, loop: AbstractEventLoop, era: Era, on_commit: Committed, report: Report
    ) -> None:
        """Begin to write. `on_commit` and `report` are called on the loop's thread."""
        tell = Tell(
            committed=partial(self._on_loop, loop, self._committed),
            failed=partial(self._on_loop, loop, self._failed),
            recovered=partial(self._on_loop, loop, self._recovered),
        )
        writer = Writer(self._folder, self._opening, tell, self._keep, now=loop.time)
        releases = Releases(loop, self._opening.number, on_commit)
        self._running = _Running(loop, str(era), releases, report, writer)

    def append(self, entry: Entry, orders: Sequence[Order] = ()) -> None:
        """Take an entry and what it ordered; one commit for all of this turn of the loop.

        Raises CodecError, and takes nothing, where the event cannot be written down at all.
        """
        running = self._need()
        # Also for what cannot be written down somebody waits: in vain, but not for ever.
        self._number = entry.number
        self._schedule(running)
        row = forge(self._head, entry, orders, running.era)
        if not self._has_room(running):
            self._lost += 1
        else:
            self._head, self._stamp = row.head, (row.at_us, row.wall)
            self._buffer.append(row)

    def settle(self, order: OrderId, outcome: str) -> None:
        """Write down what became of an order: a restart will not repeat it."""
        running = self._need()
        if self._has_room(running):
            self._buffer.append(Settled(order, outcome))
        self._schedule(running)

    def snapshot(self, number: int, body: bytes) -> None:
        """Keep the state after the entry that was appended last. A restart folds from there."""
        self._snapshot = self._seal(number, body) or self._snapshot
        self._schedule(self._need())

    def keep_areas(self, number: int, body: bytes) -> None:
        """Keep a second copy, in a file of its own, of how the areas stand after that entry."""
        self._copy = self._seal(number, body) or self._copy
        self._schedule(self._need())

    def entries(
        self, since: int = 0, limit: int | None = None, kinds: Sequence[str] = ()
    ) -> Iterator[Entry]:
        """Give the entries on disk after `since`."""
        return entries(self._folder, since, limit, kinds)

    def close(self) -> bool:
        """Write what is left and end the thread; tell whether all is on disk.

        This waits for the disk, so it may be called off the loop's thread, once nobody appends.
        """
        if self._running is None:
            self._close_unstarted()
            return True
        self._hand_over(self._running)
        return self._running.writer.close(CLOSE_SECONDS) and not self._lost

    def _close_unstarted(self) -> None:
        if self._opening.store is not None:
            self._opening.store.close()
        if self._opening.lock is not None:
            self._opening.lock.release()

    def _seal(self, number: int, body: bytes) -> Snapshot | None:
        running = self._need()
        if number < self._number or self._stamp is None:
            return None  # the past is folded already; and of nothing there is no state to keep
        at_us, wall = self._stamp
        chain = self._head.hash
        return sealed(Snapshot(number, at_us, wall, running.era, self._version, chain, body))

    def _entries_to_fold(self) -> Iterator[Entry]:
        found = self._opening.found
        with reading(self._folder / JOURNAL) as db:
            for row in sound_rows(db, found.start, found.head):
                yield entry_of(row)

    def _need(self) -> _Running:
        if self._running is None:
            raise RuntimeError("start the journal before writing to it")
        return self._running

    def _has_room(self, running: _Running) -> bool:
        if running.writer.held + len(self._buffer) < HELD_ITEMS:
            return True
        if not self._told_lost:
            self._told_lost = True
            text = "the disk is too slow or away for too long: entries are being lost"
            running.loop.call_soon(self._failed, text)
        return False

    def _schedule(self, running: _Running) -> None:
        if not self._flush_is_due:
            self._flush_is_due = True
            running.loop.call_soon(self._flush)

    def _flush(self) -> None:
        running = self._need()
        self._flush_is_due = False
        running.releases.expect(self._number)
        self._hand_over(running)

    def _hand_over(self, running: _Running) -> None:
        items, self._buffer = self._buffer, []
        snapshot, self._snapshot = self._snapshot, None
        copy, self._copy = self._copy, None
        running.writer.put(items, snapshot, copy)

    def _committed(self, number: int) -> None:
        self._need().releases.release(number, durable=True)
        if self._told_lost and self._need().writer.held < HELD_ITEMS // 2:
            self._recovered()

    def _failed(self, sentence: str) -> None:
        self._in_trouble = True
        self._need().report(StorageFailed(sentence))

    def _recovered(self) -> None:
        if self._told_lost:
            self._told_lost = False
            self._failed(f"{self._lost} entries were lost while the disk was away")
        if self._in_trouble:
            self._in_trouble = False
            self._need().report(StorageRecovered())

    def _on_loop(
        self, loop: AbstractEventLoop, call: Callable[..., None], *told: int | str
    ) -> None:
        with suppress(RuntimeError):  # the loop has ended: nobody is left to be told
            loop.call_soon_threadsafe(call, *told)


def entries(
    folder: Path, since: int = 0, limit: int | None = None, kinds: Sequence[str] = ()
) -> Iterator[Entry]:
    """Give the entries on disk after `since`, also beside a running hub."""
    with reading(folder / JOURNAL) as db:
        for count, row in enumerate(rows.rows_after(db, since, kinds=kinds)):
            if limit is not None and count >= limit:
                return
            yield entry_of(row)


def entries_with_orders(
    folder: Path, since: int = 0, limit: int | None = None, kinds: Sequence[str] = ()
) -> Iterator[tuple[Entry, tuple[Order, ...]]]:
    """Give the entries on disk after `since`, each with what was ordered then."""
    with reading(folder / JOURNAL) as db:
        for row in islice(rows.rows_after(db, since, kinds=kinds), limit):
            posted = rows.posted_of(db, row.number) if row.orders else ()
            orders = () if rows.are_given_up(posted) else posted
            yield entry_of(row), tuple(order_of(one) for one in orders)
