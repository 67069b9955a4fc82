"""The evidence store: clips and pictures, sealed, by day; one JSON note a clip.

A note a clip, and no database: each stands for itself, a damaged one costs one clip's note, another
process may list, export and delete beside this one, and nothing is ever out of step with the files.
"""

import errno
import logging
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from gateway.detection.clip.key import KeyRefused, read_or_make_key
from gateway.detection.clip.name import CLIP, NOTE, PICTURE, new_name, place_of
from gateway.detection.clip.note import Note, write_note
from gateway.detection.clip.seal import End, Seal, SealRefused, Sum, mend
from gateway.detection.clip.shelf import (
    Disk,
    Kept,
    Order,
    days_of,
    disk_of,
    found_in,
    is_full,
    too_much,
)
from gateway.detection.clip.unsealed import seconds_of
from gateway.detection.plan import EVIDENCE, EvidencePlan
from gateway.model.device import DeviceId
from gateway.model.event import PartFailed, PartWorks
from gateway.model.sight import ClipFailed, ClipKept, ClipRemoved

log = logging.getLogger("nightlatch.detection")

REMOVED_MOST = 16
"""In one step: a full disk is made room on without holding up what is recorded."""
PICTURES_MOST = 20_000
"""That are kept at all; then the oldest go."""
type Told = ClipKept | ClipFailed | ClipRemoved | PartFailed | PartWorks
type Tell = Callable[[Told], None]
"""Is told on the thread that did it. Never waits."""
type Wall = Callable[[], datetime]
"""Gives wall time in UTC."""


@dataclass(slots=True)
class Draft:
    """A clip that is being recorded."""

    note: Note
    seal: Seal


class Store:
    """Keeps evidence. For any thread."""

    def __init__(
        self,
        plan: EvidencePlan,
        wall: Wall,
        tell: Tell,
        disk: Callable[[Path], Disk] = disk_of,
    ) -> None:
        self._plan = plan
        self._wall = wall
        self._tell = tell
        self._disk = disk
        self._kept: dict[str, Kept] = {}
        self._drafts: dict[str, Draft] = {}
        self._broken_off: list[str] = []
        self._unmended: set[str] = set()  # of these, those that the disk gave trouble with
        self._days_to_look: list[str] = []
        self._key: bytes | None = None
        self._refused = False  # it could not be opened, and that was told
        self._lock = threading.RLock()

    def open(self) -> None:
        """Look what is there; what a crash left open is closed by `mend`.

        Raises KeyRefused or OSError, and then keeps nothing until it is opened well.
        """
        folder = self._plan.folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock:
            found = [kept for day in days_of(folder) for kept in found_in(day)]
            self._key = read_or_make_key(self._plan.key_file, needed=bool(found))
            self._kept = {kept.name: kept for kept in found}
            self._broken_off = [kept.name for kept in found if kept.is_open]

    def all(self) -> tuple[Kept, ...]:
        """Give what there is, the oldest first."""
        with self._lock:
            return tuple(sorted(self._kept.values(), key=lambda kept: kept.began))

    def begin(self, note: Note) -> Draft:
        """Begin a clip. Raises OSError or KeyRefused."""
        path = self._path(note.clip, CLIP)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        # The content first: a note without content would say that something was deleted.
        draft = Draft(note, Seal(path, note.clip, self._key_or_refuse()))
        try:
            write_note(path.with_suffix(NOTE), note)
        except OSError:
            draft.seal.close()
            path.unlink()
            raise
        with self._lock:
            self._drafts[note.clip] = draft
            self._remember(note, draft.seal.size_on_disk)
        return draft

    def must_have_room(self) -> None:
        """Raise OSError where the disk is so full that what is left is the journal's."""
        if is_full(self._disk(self._plan.folder)):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def pin(self, incident: str) -> bool:
        """Keep an incident's clips for as long as an alarm; tell whether all that there are are."""
        with self._lock:
            ours = [
                (kept, replace(kept.note, pinned=True))
                for kept in self._kept.values()
                if kept.note is not None and kept.note.incident == incident
            ]
            done = [self._pinned(kept, note) for kept, note in ours]
            return self._key is not None and all(done)

    def _pinned(self, kept: Kept, note: Note) -> bool:
        if kept.note == note:
            return True
        if draft := self._drafts.get(note.clip):
            draft.note = note  # its end writes the note anew
        try:
            write_note(self._path(note.clip, NOTE), note)
        except OSError:
            return False
        self._remember(note, kept.size_bytes)
        return True

    def finish(self, draft: Draft, seconds: float) -> bool:
        """End a clip, and tell of it. False: it could not be ended now, and `mend` will."""
        clip = draft.note.clip
        seal = draft.seal
        closed = seal.close()
        with self._lock:
            del self._drafts[clip]
            if closed and self._end(draft.note, seal.sum, End.WHOLE, seconds, seal.size_on_disk):
                return True
            self._remember(draft.note, seal.size_on_disk)
            self._broken_off.append(clip)
            return False

    def name_picture(self, camera: str) -> str:
        """Give the name that a picture will have; "" where none is kept. Never waits."""
        return "" if self._key is None else new_name(camera, self._wall())

    def keep_picture(self, name: str, jpeg: bytes) -> bool:
        """Keep a picture by the name that it was given; tell whether it is."""
        path = self._path(name, PICTURE)
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            seal = Seal(path, name, self._key_or_refuse())
            try:
                seal.write(jpeg)
            finally:
                whole = seal.close()
            if not whole:
                raise OSError  # noqa: TRY301 - the one that ended the seal is gone
        except (OSError, KeyRefused):
            path.unlink(missing_ok=True)
            return False
        with self._lock:
            size = seal.size_on_disk
            self._kept[name] = Kept(name, PICTURE, self._wall(), size)
        return True

    def step(self) -> None:
        """Do a bounded piece of what is due: open, notice, remove. Every few seconds."""
        with self._lock:
            if self._key is None and not self._reopened():
                return
            self._notice()
            self._retain()

    def mend(self) -> bool:
        """Close one clip that was left open; tell whether to go on with another at once.

        It reads the clip through, and others may record meanwhile.
        """
        with self._lock:
            kept = self._kept.get(self._broken_off.pop(0)) if self._broken_off else None
        if kept is not None and not self._mend(kept):
            with self._lock:
                self._broken_off.append(kept.name)
            return False
        return bool(self._broken_off)

    def _reopened(self) -> bool:
        """Open it, which may do only now; tell whether it is open, and the house if that is new."""
        try:
            self.open()
        except (KeyRefused, OSError) as error:
            why = str(error) if isinstance(error, KeyRefused) else f"its folder: {error.strerror}"
            if not self._refused:
                self._tell(PartFailed(EVIDENCE, why))
            self._refused = True
            return False
        self._tell(PartWorks(EVIDENCE))  # a life before this may have told that it was refused
        return True

    def make_room(self, wanted_bytes: int) -> None:
        """Remove what is not pinned, oldest first, until so much became free or enough went."""
        with self._lock:
            freed = 0
            order = Order(self._plan, self._closed(), self._wall())
            for one, _ in zip(order.for_room(pinned=False), range(REMOVED_MOST), strict=False):
                if freed >= wanted_bytes:
                    break
                freed += one.size_bytes if self._take_away(one, "the disk is full") else 0

    def _mend(self, kept: Kept) -> bool:
        """Close a clip; False: the disk does not let it be done now."""
        clip, path = kept.name, self._path(kept.name, CLIP)
        if kept.note is None:
            return True  # whose it is, nobody knows: it stays for its days, and can be exported
        try:
            summed, end = mend(path, clip, self._key_or_refuse())
            seconds = seconds_of(path, clip, self._key_or_refuse())
            size = path.stat().st_size
        except FileNotFoundError:
            return True  # it went meanwhile
        except SealRefused as refused:
            # It stays as it is, for whoever can make more of it.
            log.warning("a clip that was left open cannot be closed: %s", refused)
            return True
        except OSError as error:
            if clip not in self._unmended:
                log.warning("%s cannot be closed now: %s", clip, error.strerror)
            self._unmended.add(clip)
            return False
        with self._lock:
            now = self._kept.get(clip)  # it may have gone, or been pinned, meanwhile
            if now is None or now.note is None:
                return True
            if not summed.size and end is not End.DAMAGED:
                self._remove(now)
                self._tell(ClipFailed(now.note.device, now.note.incident, "nothing was recorded"))
                return True
            return self._end(now.note, summed, end, seconds, size)

    def _end(self, note: Note, summed: Sum, end: End, seconds: float, size: int) -> bool:
        note = replace(
            note, state=end, seconds=seconds, sha256=summed.sha256, size_bytes=summed.size
        )
        try:
            write_note(self._path(note.clip, NOTE), note)
        except OSError:
            return False
        self._remember(note, size)
        for told in _told_of(note):
            self._tell(told)
        return True

    def _notice(self) -> None:
        """Look into one day's folder: what somebody deleted is told, with its folder too."""
        if not self._days_to_look:
            self._days_to_look = sorted({*map(_day, self._kept.values())})
        if not self._days_to_look:
            return
        day = self._days_to_look.pop()
        for one in [one for one in self._kept.values() if _day(one) == day]:
            if not self._path(one.name, one.kind).exists() and one.name not in self._drafts:
                self._take_away(one, "by hand")

    def _retain(self) -> None:
        now = self._wall()
        order = Order(self._plan, self._closed(), now)
        removed = 0
        for one, why in order.too_old():
            if removed >= REMOVED_MOST:
                return
            removed += self._take_away(one, why)
        used = sum(kept.size_bytes for kept in self._kept.values())
        used += sum(draft.seal.size_on_disk for draft in self._drafts.values())
        beyond = too_much(self._plan, used, self._disk(self._plan.folder))
        pictures = sum(kept.kind == PICTURE for kept in self._kept.values())
        for one in order.for_room():
            if removed >= REMOVED_MOST or (beyond <= 0 and pictures <= PICTURES_MOST):
                return
            if one.name not in self._kept or (beyond <= 0 and one.kind != PICTURE):
                continue
            if self._take_away(one, "to make room"):
                removed += 1
                beyond -= one.size_bytes
                pictures -= one.kind == PICTURE

    def _closed(self) -> list[Kept]:
        return [kept for kept in self._kept.values() if kept.name not in self._drafts]

    def _take_away(self, one: Kept, why: str) -> bool:
        """Remove a thing, and tell of it if it is a clip; tell whether it is gone."""
        if not self._remove(one):
            return False
        if one.kind == CLIP:
            self._tell(ClipRemoved(one.name, why))
        return True

    def _remove(self, one: Kept) -> bool:
        try:
            for path in one.files(self._plan.folder):
                path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("%s cannot be removed: %s", one.name, error.strerror)
            return False
        self._kept.pop(one.name, None)
        _remove_if_empty(self._path(one.name, one.kind).parent)
        return True

    def _remember(self, note: Note, size: int) -> None:
        began = datetime.fromisoformat(note.began)
        self._kept[note.clip] = Kept(note.clip, CLIP, began, size, note)

    def _path(self, name: str, kind: str) -> Path:
        return place_of(self._plan.folder, name, kind)

    def _key_or_refuse(self) -> bytes:
        if self._key is None:
            raise KeyRefused(f"{self._plan.key_file} was not read: nothing is kept")
        return self._key


def _told_of(note: Note) -> Iterator[ClipKept | ClipFailed]:
    """Tell of a clip at its end; of a damaged one, too, what it is that can be given out."""
    damaged = note.state == End.DAMAGED
    if damaged:
        why = f"{note.clip} is damaged: what comes before can be given out"
        yield ClipFailed(note.device, note.incident, why)
    if note.size_bytes or not damaged:
        yield ClipKept(
            note.device,
            note.clip,
            note.sha256,
            note.before_seconds,
            note.seconds,
            note.incident,
            note.size_bytes,
            cut=note.state != End.WHOLE,
        )


def _day(one: Kept) -> str:
    return f"{one.name[:4]}-{one.name[4:6]}-{one.name[6:8]}"


def _remove_if_empty(day: Path) -> None:
    try:
        day.rmdir()
    except OSError:
        return  # something is in it, or it is gone


def new_note(  # noqa: PLR0913 - each is a field of the note
    device: DeviceId,
    camera: str,
    incident: str,
    began: datetime,
    before_seconds: float,
    *,
    pinned: bool,
) -> Note:
    """Give the note of a clip that begins."""
    name = new_name(camera, began)
    return Note(name, device, camera, incident, began.isoformat(), before_seconds, pinned)
