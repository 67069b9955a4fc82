"""Records a camera: from some seconds before it is asked for, for as long as it is asked for."""

import errno
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import av.error

from gateway.detection.clip.film import Film
from gateway.detection.clip.key import KeyRefused
from gateway.detection.clip.store import Draft, Store, Tell, Wall, new_note
from gateway.detection.plan import CameraPlan
from gateway.detection.stream.line import Now
from gateway.detection.stream.ring import Ring
from gateway.detection.stream.sample import Sample
from gateway.model.sight import ClipFailed

BEFORE_SECONDS_LEAST = 5.0
"""A clip begins at the key frame nearest to `before_seconds`, but no later than this, if it can."""
CLIP_SECONDS_MOST = 600.0
"""A longer recording goes on in another clip: what is whole can be looked at and removed."""
RECORDINGS_MOST = 8
"""Of one camera at once; more are refused."""
SYNC_SECONDS = 1.0
"""The power may go at any time: so often a clip is had on the disk."""
ROOM_BYTES = 1024 * 1024
"""So much is made room for on a full disk, beside what is to be written."""
_FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(slots=True)
class _Recording:
    """One incident's recording."""

    incident: str
    asked: float
    until: float
    pinned: bool
    cursor: int
    gathered: bool = False  # what was kept of the incident before is pinned with it
    film: Film | None = None
    draft: Draft | None = None
    clips: int = 0
    began: float = 0.0  # of the clip of now
    synced: float = 0.0


class Recorder:
    """Writes what a ring holds. `keep` is for any thread, `step` and `close` for one."""

    def __init__(  # noqa: PLR0913 - each is another's to give
        self,
        plan: CameraPlan,
        ring: Ring,
        store: Store,
        tell: Tell,
        *,
        now: Now,
        wall: Wall,
        why_nothing: Callable[[], str] = lambda: "no picture came",
    ) -> None:
        self._plan = plan
        self._ring = ring
        self._store = store
        self._tell = tell
        self._now = now
        self._wall = wall
        self._why_nothing = why_nothing
        self._recordings: dict[str, _Recording] = {}
        self._lock = threading.Lock()

    @property
    def is_recording(self) -> bool:
        """Tell whether there is anything to write."""
        return bool(self._recordings)

    def keep(
        self, incident: str, seconds: float, *, pinned: bool, begin: float | None = None
    ) -> float | None:
        """Record for so long from now; an incident that is being recorded goes on for so long.

        `begin` is when the recording of another camera begins: this one does about then. Give when
        it does, for others; None where no recording began, or too late to be anybody's measure:
        this camera came just now.
        """
        now = self._now()
        with self._lock:
            known = self._recordings.get(incident)
            if known is not None:
                known.until = max(known.until, now + seconds)
                known.pinned |= pinned
                return None
            if len(self._recordings) < RECORDINGS_MOST:
                wanted = now - self._plan.before_seconds if begin is None else begin
                cursor = self._ring.start(wanted, now - self._least())
                self._recordings[incident] = _Recording(
                    incident, now, now + seconds, pinned, cursor
                )
                came = self._ring.came(cursor)
                return came if came is not None and came <= now - self._least() else None
        reason = f"{RECORDINGS_MOST} recordings of this camera are under way"
        self._tell(ClipFailed(self._plan.device, incident, reason))
        return None

    def step(self) -> None:
        """Write what came. A few times a second while there is anything to write."""
        for recording in self._all():
            self._go_on(recording)

    def close(self) -> None:
        """End every recording well: the process ends."""
        for recording in self._all():
            recording.until = min(recording.until, self._now())
            self._go_on(recording)

    def _all(self) -> list[_Recording]:
        with self._lock:
            return list(self._recordings.values())

    def _go_on(self, recording: _Recording) -> None:
        over = self._now() >= recording.until
        if recording.pinned and not recording.gathered:
            recording.gathered = self._store.pin(recording.incident)
        try:
            self._write_what_came(recording)
            if over:
                self._end_clip(recording)
                if not recording.clips:
                    self._fail(recording, self._why_nothing())
        except (OSError, KeyRefused, av.error.FFmpegError, ValueError) as error:
            self._break_off(recording, error)
            over = True
        if over:
            self._forget(recording)

    def _forget(self, recording: _Recording) -> None:
        with self._lock:
            # Asked for again meanwhile: it goes on, in another clip.
            if self._now() >= recording.until:
                self._recordings.pop(recording.incident, None)

    def _write_what_came(self, recording: _Recording) -> None:
        stretch = self._ring.since(recording.cursor)
        recording.cursor = stretch.then
        for sample in stretch.samples:
            if sample.at <= recording.until:
                self._take(recording, sample)
        film, draft = recording.film, recording.draft
        if film is not None and draft is not None:
            self._write(draft, film.ready())
            self._care(recording, draft)

    def _take(self, recording: _Recording, sample: Sample) -> None:
        film = recording.film
        if film is not None and sample.starts and _is_over(recording, film, sample):
            self._end_clip(recording)
        if recording.film is None:
            if not sample.starts:
                return
            self._begin_clip(recording, sample)
        if recording.film is not None and recording.film.form.fits(sample.form):
            recording.film.take(sample)

    def _begin_clip(self, recording: _Recording, first: Sample) -> None:
        began = self._wall() - timedelta(seconds=self._now() - first.at)
        before = round(max(0.0, recording.asked - first.at), 3)
        plan = self._plan
        incident, pinned = recording.incident, recording.pinned
        note = new_note(plan.device, plan.name, incident, began, before, pinned=pinned)
        film = Film(first.form)
        self._must_have_room()
        recording.draft = self._store.begin(note)
        recording.film = film
        recording.clips += 1
        recording.began = first.at
        recording.synced = self._now()

    def _end_clip(self, recording: _Recording) -> None:
        film, draft = recording.film, recording.draft
        if film is None or draft is None:
            return
        rest = film.close()
        recording.film = None
        self._write(draft, rest)
        recording.draft = None
        self._store.finish(draft, film.seconds)

    def _write(self, draft: Draft, content: bytes) -> None:
        try:
            draft.seal.write(content)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            self._store.make_room(ROOM_BYTES + len(content))
            draft.seal.retry()

    def _must_have_room(self) -> None:
        """Raise OSError where the disk is full, whatever is removed."""
        try:
            self._store.must_have_room()
        except OSError:
            self._store.make_room(ROOM_BYTES)
            self._store.must_have_room()

    def _care(self, recording: _Recording, draft: Draft) -> None:
        if self._now() - recording.synced >= SYNC_SECONDS:
            self._must_have_room()
            draft.seal.sync()
            recording.synced = self._now()

    def _break_off(self, recording: _Recording, error: Exception) -> None:
        """Leave a recording that cannot go on; what is on the disk of it is mended later."""
        film, draft = recording.film, recording.draft
        recording.until = self._now()
        seconds = film.seconds if film is not None else 0.0
        recording.film = recording.draft = None
        if draft is not None:
            self._store.finish(draft, seconds)
        self._fail(recording, _sentence(error))

    def _fail(self, recording: _Recording, reason: str) -> None:
        self._tell(ClipFailed(self._plan.device, recording.incident, reason))

    def _least(self) -> float:
        return min(BEFORE_SECONDS_LEAST, self._plan.before_seconds)


def _is_over(recording: _Recording, film: Film, sample: Sample) -> bool:
    return not film.form.fits(sample.form) or sample.at - recording.began >= CLIP_SECONDS_MOST


def _sentence(error: Exception) -> str:
    match error:
        case KeyRefused():
            return str(error)
        case av.error.FFmpegError() | ValueError():
            return f"the stream does not go into a film ({type(error).__name__})"
        case OSError(errno=number) if number in _FULL:
            return "the disk is full"
        case OSError():
            return f"the disk: {error.strerror}"
        case _:
            return type(error).__name__
