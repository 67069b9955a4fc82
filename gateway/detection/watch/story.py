"""What is known of one thing that is followed: what it is, whether it moved, where it was told."""

from dataclasses import dataclass, field

from gateway.detection.detector.boxes import Box
from gateway.detection.watch.places import Rect, overlap
from gateway.detection.watch.votes import Votes
from gateway.model.sight import Seen

MOVED = 0.35  # overlap with where it was first found, below which it has moved
STIRRED = 0.08  # of its place: so much of it moves where something alive stands
REST = 0.6  # overlap with where it rests, below which it rests no more
REST_SECONDS = 20.0
SETTLED_SECONDS, SETTLED_LOOKS = 10.0, 4
"""Found so often and for so long without a move, it stood there before: a rock, a parked car."""
LEFT_SECONDS = 10.0  # out of a zone for longer has left it, and may come into it again
FADE = 0.8  # a look: how fast it is forgotten what a thing was taken for
DOUBT_SECONDS, DOUBT_SECONDS_MOST = 0.2, 8.0  # until a second opinion is asked again


@dataclass(slots=True)
class Stay:
    """Its stay in one zone, as one class."""

    votes: Votes
    since: float | None = None  # None: it was not told
    last_in: float = 0.0
    loitered: bool = False


@dataclass(slots=True)
class Crossing:
    """How it stands to one line."""

    side: int = 0  # the last that it was firmly on; 0: none yet
    feet: tuple[float, float] = (0.0, 0.0)  # there
    inward: bool | None = None  # it crossed so, and that was not told yet


@dataclass(slots=True, eq=False)
class Story:
    """One thing. It outlives its track where it rested: what stands there again is the same."""

    number: int
    anchor: Rect  # where it was first found
    born_at: float
    stirs: Votes
    rest: Rect
    rest_since: float
    finds: int = 0
    moved: bool = False
    sure_of: set[Seen] = field(default_factory=set[Seen])  # what a second opinion agreed on
    doubted: int = 0  # times that it said no, in a row
    doubted_until: float = float("-inf")
    weights: dict[Seen, float] = field(default_factory=dict[Seen, float])
    scores: dict[Seen, float] = field(default_factory=dict[Seen, float])
    kinds: dict[Seen, Votes] = field(default_factory=dict[Seen, Votes])
    stays: dict[tuple[str, Seen], Stay] = field(default_factory=dict[tuple[str, Seen], Stay])
    crossings: dict[str, Crossing] = field(default_factory=dict[str, Crossing])

    @property
    def seen(self) -> Seen:
        """Give what it is most likely."""
        return max(self.weights, key=lambda seen: self.weights[seen])

    @property
    def believed(self) -> bool:
        """Tell whether so many looks agree on what it is, and that it came here by itself."""
        return self.moved and self.kinds[self.seen].passed

    def settled(self, at: float) -> bool:
        """Tell whether it stood there before anybody looked."""
        long = at - self.born_at >= SETTLED_SECONDS
        return long and self.finds >= SETTLED_LOOKS and not self.moved

    def at_rest(self, at: float) -> bool:
        """Tell whether it stands where it stood for a while."""
        return self.settled(at) or at - self.rest_since >= REST_SECONDS

    def note(self, box: Box, rect: Rect, share: float, at: float) -> None:
        """Take in that it was found, in a place of which such a share moves."""
        if not self.moved:
            was_settled = self.settled(at)
            self.stirs.cast(yes=share >= STIRRED and not was_settled)
            self.moved = self.stirs.passed or overlap(self.anchor, rect) < MOVED
        self.finds += 1
        for seen in self.weights:
            self.weights[seen] *= FADE
        self.weights[box.seen] = self.weights.get(box.seen, 0.0) + box.score
        self.scores[box.seen] = max(self.scores.get(box.seen, 0.0), box.score)
        if overlap(self.rest, rect) < REST:
            self.rest, self.rest_since = rect, at

    def vote(self, box: Box | None, votes: tuple[int, int]) -> None:
        """Take the vote of one look on what it is; None where it was not found."""
        if box is not None and box.seen not in self.kinds:
            self.kinds[box.seen] = Votes(*votes)
        for seen, cast in self.kinds.items():
            cast.cast(yes=box is not None and box.seen is seen)

    def doubt(self, at: float) -> None:
        """Take in that a second opinion said no: it is asked again, but ever more seldom."""
        pause = min(DOUBT_SECONDS * 2 ** min(self.doubted, 10), DOUBT_SECONDS_MOST)
        self.doubted, self.doubted_until = self.doubted + 1, at + pause
