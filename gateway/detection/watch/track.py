"""Which box is the same one as before: tracks, in the manner of ByteTrack.

Boxes that score well are matched first, weak ones only where a track is left over; a last round
looks further afield for who walks fast or is looked at seldom. Weak boxes begin no track.
"""

from dataclasses import dataclass
from itertools import count

import numpy as np

from gateway.detection.detector.boxes import Box
from gateway.detection.watch.aim import WHOLE
from gateway.detection.watch.kalman import Fours, Kalman
from gateway.detection.watch.places import Rect, common, rect_of

STRONG = 0.35  # the score that begins a track
TRACKS_MOST = 64
LOST_SECONDS, LOST_LOOKS = 3.0, 3  # a track ends once it was missed for both
INSIDE = 0.8  # of a track in the part that is looked at: less is not missed where it is not found
TWIN = 0.55  # of the smaller box: so much inside another, it is the same thing found twice
OTHER_CLASS = 0.5  # overlap from which a box of another class is the same thing, misnamed


@dataclass(slots=True, eq=False)
class Track:
    """One thing, for as long as it is followed."""

    number: int
    box: Box  # as it was last found
    seen_at: float
    rect: Rect  # where it is, smoothed
    missed: int = 0  # looks in a row that looked where it was
    looked: bool = True  # the last look did
    found: bool = True  # and found it


class Tracker:
    """Follows what is found, look by look."""

    def __init__(self, strong: float = STRONG) -> None:
        self._strong = strong
        self._kalman = Kalman()
        self._numbers = count(1)
        self._at: float | None = None
        self.tracks: list[Track] = []
        self.ended: list[Track] = []  # by the last look

    def take(self, boxes: tuple[Box, ...], at: float, part: Rect = WHOLE) -> list[Track]:
        """Take in what was found in a part of the picture at a time; give all tracks that live."""
        self._kalman.predict(0.0 if self._at is None else at - self._at)
        self._at = at
        for track in self.tracks:
            track.found = False
            track.looked = common(track.rect, part) >= INSIDE * track.rect.area
            track.missed += track.looked
        free = self._match(boxes, at)
        self._end(at)
        self._begin([box for box in free if box.score >= self._strong], at)
        for track, place in zip(self.tracks, self._kalman.places.tolist(), strict=True):
            track.rect = _rect(*place)
        return self.tracks

    def _match(self, boxes: tuple[Box, ...], at: float) -> list[Box]:
        """Give each track its box; give the boxes that are left."""
        free = list(range(len(boxes)))
        strong = [n for n in free if boxes[n].score >= self._strong]
        weak = [n for n in free if boxes[n].score < self._strong]
        places = _places(boxes)
        pairs: list[tuple[int, int]] = []
        for these, grow, least in ((strong, 0.1, 0.25), (weak, 0.1, 0.35), (free, 0.5, 0.1)):
            matched = {row for row, _ in pairs}, {column for _, column in pairs}
            rows = [n for n in range(len(self.tracks)) if n not in matched[0]]
            left = [n for n in these if n not in matched[1]]
            if not rows or not left:
                continue
            likeness = self._likeness(rows, left, boxes, places, grow)
            pairs += [(rows[row], left[column]) for row, column in _best(likeness, least)]
        for row, column in pairs:
            track = self.tracks[row]
            track.box, track.seen_at, track.missed = boxes[column], at, 0
            track.looked = track.found = True
        if pairs:
            rows, columns = [row for row, _ in pairs], [column for _, column in pairs]
            self._kalman.correct(rows, places[columns])
        return [boxes[n] for n in free if all(n != column for _, column in pairs)]

    def _likeness(
        self,
        rows: list[int],
        columns: list[int],
        boxes: tuple[Box, ...],
        places: Fours,
        grow: float,
    ) -> Fours:
        """Give the overlap of tracks and boxes, all grown a little so that near ones touch."""
        ours, theirs = self._kalman.places[rows], places[columns]
        likeness = _overlaps(ours, theirs, grow)
        kinds = [self.tracks[row].box.seen for row in rows], [boxes[n].seen for n in columns]
        if len({*kinds[0], *kinds[1]}) > 1:
            same = np.array([[one is other for other in kinds[1]] for one in kinds[0]], np.bool_)
            likeness *= same | (_overlaps(ours, theirs, 0.0) >= OTHER_CLASS)
            likeness *= np.where(same, 1.0, 0.9)
        return likeness

    def _end(self, at: float) -> None:
        """Let go of what was missed for long."""
        self.ended = [
            track
            for track in self.tracks
            if track.missed >= LOST_LOOKS and at - track.seen_at > LOST_SECONDS
        ]
        self._keep([n for n, track in enumerate(self.tracks) if track not in self.ended])

    def _begin(self, boxes: list[Box], at: float) -> None:
        """Take up what is new, the surest first, and no more than there is room for."""
        born: list[Box] = []
        for box in sorted(boxes, key=lambda box: -box.score):
            known = [track.box for track in self.tracks if track.found] + born
            if not any(_twins(box, other) for other in known):
                born.append(box)
        if not born:
            return
        self._make_room(len(born))
        born = born[: TRACKS_MOST - len(self.tracks)]
        self._kalman.add(_places(tuple(born)))
        self.tracks += [Track(next(self._numbers), box, at, rect_of(box)) for box in born]

    def _make_room(self, wanted: int) -> None:
        """Let go of those that were missed for longest, of those that were missed at all."""
        over = len(self.tracks) + wanted - TRACKS_MOST
        if over <= 0:
            return
        order = sorted(range(len(self.tracks)), key=lambda n: -self.tracks[n].missed)
        gone = {n for n in order[:over] if not self.tracks[n].found}
        self.ended += [self.tracks[n] for n in sorted(gone)]
        self._keep([n for n in range(len(self.tracks)) if n not in gone])

    def _keep(self, rows: list[int]) -> None:
        if len(rows) < len(self.tracks):
            self.tracks = [self.tracks[n] for n in rows]
            self._kalman.keep(rows)


def _best(likeness: Fours, least: float) -> list[tuple[int, int]]:
    """Pair rows and columns, the likest first, down to a likeness."""
    rows, columns = np.nonzero(likeness >= least)
    order = np.argsort(-likeness[rows, columns], kind="stable")
    taken_rows: set[int] = set()
    taken_columns: set[int] = set()
    pairs: list[tuple[int, int]] = []
    for row, column in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        if row not in taken_rows and column not in taken_columns:
            taken_rows.add(row)
            taken_columns.add(column)
            pairs.append((row, column))
    return pairs


def _overlaps(ours: Fours, theirs: Fours, grow: float) -> Fours:
    """Give what each of ours shares with each of theirs of what both cover."""
    size_a, size_b = ours[:, None, 2:] * (1 + grow), theirs[None, :, 2:] * (1 + grow)
    apart = np.abs(ours[:, None, :2] - theirs[None, :, :2])
    shared = np.minimum((size_a + size_b) / 2 - apart, np.minimum(size_a, size_b))
    sides = np.maximum(shared, 0.0)
    area = sides[..., 0] * sides[..., 1]
    both = size_a[..., 0] * size_a[..., 1] + size_b[..., 0] * size_b[..., 1] - area
    likeness: Fours = area / np.maximum(both, 1e-12)
    return likeness


def _places(boxes: tuple[Box, ...]) -> Fours:
    edges = np.array([(b.left, b.top, b.right, b.bottom) for b in boxes]).reshape(-1, 4)
    size = np.maximum(edges[:, 2:] - edges[:, :2], 1e-3)
    return np.concatenate(((edges[:, :2] + edges[:, 2:]) / 2, size), axis=1)


def _rect(x: float, y: float, width: float, height: float) -> Rect:
    return Rect(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _twins(one: Box, other: Box) -> bool:
    first, second = rect_of(one), rect_of(other)
    smaller = min(first.area, second.area)
    return one.seen is other.seen and common(first, second) >= TWIN * smaller
