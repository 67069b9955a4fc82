"""What lies in the evidence folder, and in which order it goes when it must.

Clips and pictures older than their days go first. Where there is too much for the disk, what is not
pinned goes, oldest first, and only then what is, but nothing that is pinned in its first day. What
is being recorded stays.
"""

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from gateway.detection.clip.name import CLIP, NOTE, PICTURE, camera_of, moment_of, place_of
from gateway.detection.clip.note import Note, NoteRefused, read_note
from gateway.detection.plan import EvidencePlan

FREE_BYTES_LEAST = 512 * 1024 * 1024
"""Of the disk that the evidence lies on: the journal needs it too."""
SMALL_DISK_SHARE = 0.05
"""Where that is more than this share of the disk, it is this share."""
FRESH = timedelta(days=1)
"""An alarm's clips are not removed for space so soon: somebody has yet to look at them."""
AROUND_CLIP = timedelta(seconds=30)
"""A picture that was taken so close to a pinned clip of its camera is pinned like it."""


@dataclass(frozen=True, slots=True)
class Disk:
    """What the file system says."""

    size_bytes: int
    free_bytes: int


@dataclass(frozen=True, slots=True)
class Kept:
    """One clip or picture."""

    name: str
    kind: str  # CLIP or PICTURE
    began: datetime
    size_bytes: int
    note: Note | None = None  # of a clip; None: it is missing or damaged

    @property
    def is_open(self) -> bool:
        """Tell whether it is a clip that has not got its end."""
        return self.kind == CLIP and (self.note is None or self.note.is_open)

    def files(self, folder: Path) -> tuple[Path, ...]:
        """Give its files; the content first: without it the note says that it is gone."""
        kinds = (self.kind, NOTE) if self.kind == CLIP else (self.kind,)
        return tuple(place_of(folder, self.name, kind) for kind in kinds)


def disk_of(folder: Path) -> Disk:
    """Ask the file system. Raises OSError."""
    about = os.statvfs(folder)
    return Disk(about.f_blocks * about.f_frsize, about.f_bavail * about.f_frsize)


def days_of(folder: Path) -> list[Path]:
    """Give the folders of the days, the oldest first."""
    return sorted(day for day in folder.glob("[0-9]*-[0-9]*-[0-9]*") if day.is_dir())


def found_in(day: Path) -> Iterator[Kept]:
    """Give what lies in a day's folder; what has another name is not ours, and stays."""
    for path in sorted(day.iterdir()):
        began = moment_of(path.stem)
        if began is None or path.suffix not in {CLIP, PICTURE}:
            continue
        try:
            size = path.stat().st_size
        except OSError:
            continue  # it went meanwhile
        yield Kept(path.stem, path.suffix, began, size, _note(path))


def _note(path: Path) -> Note | None:
    if path.suffix != CLIP:
        return None
    try:
        return read_note(path.with_suffix(NOTE))
    except NoteRefused:
        return None


class Order:
    """Says what must go, one after the other."""

    def __init__(self, plan: EvidencePlan, kept: Collection[Kept], now: datetime) -> None:
        self._plan = plan
        self._now = now
        self._pinned_at = [
            (camera_of(one.name), *_span(one.note, one.began))
            for one in kept
            if one.note is not None and one.note.pinned
        ]
        self._all = sorted(kept, key=lambda one: one.began)

    def too_old(self) -> Iterator[tuple[Kept, str]]:
        """Give what is older than its days."""
        soonest = timedelta(days=min(self._plan.days, self._plan.alarm_days))
        for one in self._all:
            if self._now - one.began <= soonest:
                return
            days = self._plan.alarm_days if self.is_pinned(one) else self._plan.days
            if self._now - one.began > timedelta(days=days):
                yield one, f"older than {days:g} days"

    def for_room(self, *, pinned: bool = True) -> Iterator[Kept]:
        """Give all in the order in which it makes room."""
        yield from (one for one in self._all if not self.is_pinned(one))
        if pinned:
            old = (one for one in self._all if self._now - one.began > FRESH)
            yield from (one for one in old if self.is_pinned(one))

    def is_pinned(self, one: Kept) -> bool:
        """Tell whether it belongs to an alarm."""
        if one.kind == CLIP:
            return one.note is not None and one.note.pinned
        camera = camera_of(one.name)
        return any(
            camera == name and begin <= one.began <= end for name, begin, end in self._pinned_at
        )


def too_much(plan: EvidencePlan, used_bytes: int, disk: Disk) -> int:
    """Give the bytes that must go, so that it is within its share and the disk has room."""
    beyond = used_bytes - int(plan.disk_share * disk.size_bytes)
    return max(0, beyond, _least(disk) - disk.free_bytes)


def is_full(disk: Disk) -> bool:
    """Tell whether nothing more may be recorded: what is left is the journal's."""
    return disk.free_bytes < _least(disk) // 2


def _least(disk: Disk) -> int:
    return min(FREE_BYTES_LEAST, int(SMALL_DISK_SHARE * disk.size_bytes))


def _span(note: Note, began: datetime) -> tuple[datetime, datetime]:
    return began - AROUND_CLIP, began + timedelta(seconds=note.seconds) + AROUND_CLIP
