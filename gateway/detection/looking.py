"""The one thread that the detector runs on: of each camera only the newest picture, in turn.

A detector that cannot keep up skips pictures, and never falls behind: what it says is of now.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from av.video.frame import VideoFrame

from gateway.detection.detector.boxes import Box
from gateway.detection.detector.tensors import Image
from gateway.detection.stream.cut import cut
from gateway.detection.stream.line import Now
from gateway.detection.stream.sub import Colours, colours_of
from gateway.detection.watch.aim import placed
from gateway.detection.watch.closer import closer
from gateway.detection.watch.places import Rect
from gateway.detection.watch.watcher import Sure
from gateway.model.sight import Seen

log = logging.getLogger("nightlatch.detection")

SURE_SCORE = 0.3
"""The second model sees a person from here on."""
NEAR_SCORE = 0.4
"""So does the first, when it looks from nearer."""
BUSY_SECONDS_MOST = 10.0
"""A detector that is at one picture for longer hangs."""
FAILURES_MOST = 30
"""So many pictures in a row are not the pictures' fault."""


class Finder(Protocol):
    """What looks at pictures (`Detector`)."""

    def find(self, image: Image) -> tuple[Box, ...]:
        """Give what is in a picture."""
        ...

    def sure(self, piece: Image) -> float | None:
        """Give the second opinion on a piece of a picture."""
        ...


class Still:
    """A picture of a camera. For one thread; its colours are made once, when they are wanted."""

    def __init__(self, frame: VideoFrame) -> None:
        self.frame = frame

    @cached_property
    def colours(self) -> Colours:
        """Give red, green and blue of all of it."""
        return colours_of(self.frame)


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture that was looked at."""

    picture: Still
    boxes: tuple[Box, ...]
    part: Rect
    at: float
    sure: Sure


@dataclass(frozen=True, slots=True)
class Job:
    """A picture to be looked at, and who is told."""

    frame: Callable[[], VideoFrame]
    part: Rect  # of the picture, where something is
    at: float
    done: Callable[[Shown], None]


class Looker:
    """Looks, from `start` to `stop`. `show` is for any thread."""

    def __init__(self, finder: Finder, now: Now) -> None:
        self._finder = finder
        self._now = now
        self._jobs: dict[str, Job] = {}  # in the order in which their cameras asked
        self._wanted = threading.Condition()
        self._ending = False
        self._busy_since: float | None = None
        self._failures = 0  # pictures in a row
        self._looked = self._skipped = 0
        self._thread = threading.Thread(target=self._live, name="looker", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, seconds: float | None = None) -> bool:
        """End after the picture of now; tell whether it has."""
        with self._wanted:
            self._ending = True
            self._wanted.notify()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def show(self, camera: str, job: Job) -> None:
        """Have a picture looked at, instead of an older one of its camera that still waits."""
        with self._wanted:
            if camera in self._jobs:
                self._skipped += 1
            self._jobs[camera] = job  # in its turn: the place in the row is kept
            self._wanted.notify()

    def trouble(self) -> str:
        """Say why nobody looks any more; "" where it looks, or has nothing to look at."""
        since = self._busy_since
        if since is not None and self._now() - since > BUSY_SECONDS_MOST:
            return f"the detector is at one picture for more than {BUSY_SECONDS_MOST:g} s"
        if self._failures >= FAILURES_MOST:
            return f"the detector failed at {self._failures} pictures in a row"
        return "" if self._thread.is_alive() or self._ending else "the detector's thread ended"

    def counted(self) -> tuple[int, int]:
        """Give the pictures looked at, and those skipped, since the last time."""
        with self._wanted:
            counts, self._looked, self._skipped = (self._looked, self._skipped), 0, 0
            return counts

    def _live(self) -> None:
        while (job := self._next()) is not None:
            self._busy_since = self._now()
            try:
                picture = Still(job.frame())
                boxes = seen_in(self._finder, picture.frame, job.part)
                sure = second(self._finder, picture)
                job.done(Shown(picture, boxes, job.part, job.at, sure))
                self._failures = 0
            except Exception:  # one picture that is none stops no other (law 6)
                self._failures += 1
                log.exception("a picture could not be looked at")
            self._busy_since = None

    def _next(self) -> Job | None:
        with self._wanted:
            while not self._jobs and not self._ending:
                self._wanted.wait()
            if self._ending:
                return None
            self._looked += 1
            return self._jobs.pop(next(iter(self._jobs)))


def second(finder: Finder, picture: Still) -> Sure:
    """Give how the second model is asked about a find in a picture; with none, it is believed.

    At night it sees little. The first one may then say so once more, from nearer and surely.
    """

    def sure(box: Box) -> bool:
        near = np.ascontiguousarray(closer(picture.colours, box))
        score = finder.sure(near)
        if score is None or score >= SURE_SCORE:
            return True
        return any(one.seen is Seen.PERSON and one.score >= NEAR_SCORE for one in finder.find(near))

    return sure


def seen_in(finder: Finder, frame: VideoFrame, part: Rect) -> tuple[Box, ...]:
    """Give what is found in a part of a picture, in fractions of the whole."""
    piece = cut(frame, part.left, part.top, part.right, part.bottom)
    return placed(finder.find(piece), part)
