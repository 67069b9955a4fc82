"""One camera's pictures, watched: what the detector should look at, and what its finds mean.

Pure and told the time, in seconds that never matter but by their differences. For one thread.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gateway.detection.detector.boxes import Box
from gateway.detection.plan import CameraPlan
from gateway.detection.watch.aim import WHOLE, aim, around
from gateway.detection.watch.gate import EVERY_SECONDS, Gate
from gateway.detection.watch.health import Health
from gateway.detection.watch.mask import Masks, Rgb
from gateway.detection.watch.motion import Motion
from gateway.detection.watch.places import Rect, overlap, rect_of
from gateway.detection.watch.shrink import Luma, shrink
from gateway.detection.watch.stood import Stood
from gateway.detection.watch.story import Story
from gateway.detection.watch.telling import Telling, Told
from gateway.detection.watch.track import Track, Tracker
from gateway.detection.watch.votes import Votes
from gateway.model.capability import Picture
from gateway.model.sight import Seen

FOLLOW_SECONDS = 1.0  # who is followed is looked at so often, moving or not
UNDECIDED_LOOKS = 4  # what was just found is looked at at once, so often

WHOLE_SECONDS = 1.0  # the whole picture is looked at so often, whatever moves in a part of it

type Sure = Callable[[Box], bool]
"""A second opinion: is this a person?"""


@dataclass(frozen=True, slots=True)
class Look:
    """What one picture says by itself."""

    open: bool  # the detector is to look at it
    picture: Picture
    region: Rect | None  # around what moves; None: nothing does, or everything
    part: Rect  # what the detector is to look at: all, or a square about what moves


@dataclass(frozen=True, slots=True)
class Question:
    """Is this a person? Until somebody says so, nothing is told of it."""

    box: Box
    story: Story


class Watcher:
    """Watches one camera. `votes`: so many of the last so many looks must agree."""

    def __init__(self, plan: CameraPlan, votes: tuple[int, int]) -> None:
        self._votes = votes
        self._masks = Masks(plan.masks)
        self._telling = Telling(plan, votes)
        self._tracker = Tracker()
        self._stories: dict[int, Story] = {}  # by the track's number
        self._stood = Stood()
        self._gate = Gate()
        self._size = (0, 0)
        self._motion = Motion(self._masks.cells(1, 1))
        self._health = Health(self._masks.cells(1, 1))
        self._at = float("-inf")
        self._whole_at = float("-inf")  # when the whole picture was last looked at

    def look(self, luma: Luma, at: float) -> Look:
        """Look at one picture's light, of any size."""
        if luma.shape != self._size:
            self._begin(luma.shape[0], luma.shape[1])
        if at < self._at:
            self._gate.back(at)
        self._at = at
        cells = shrink(luma)
        stir = self._motion.take(cells, at)
        if stir.everywhere:
            self._gate.shaken(at)
        elif stir.region is not None:
            self._gate.stirred(at)
        picture = self._health.take(cells, self._motion.mean, at)
        return Look(self._gate.is_open(at), picture, stir.region, self._part(stir.region, at))

    def hide(self, rgb: Rgb) -> Rgb:
        """Give the picture as the detector, and whoever keeps it, may see it."""
        return self._masks.hide(rgb)

    def nudge(self, at: float) -> None:
        """Look for some seconds from now on, whether anything moves or not."""
        self._gate.nudge(at)

    def lost(self) -> None:
        """Take in that the stream was lost: what it shows when it is back is looked at anew."""
        self._health.lost()

    def relearn(self) -> None:
        """Take what the camera sees, once it stands still, for what it should see."""
        self._health.relearn()

    def take(
        self, boxes: tuple[Box, ...], at: float, part: Rect = WHOLE
    ) -> tuple[tuple[Told, ...], tuple[Question, ...]]:
        """Take in what the detector found in the picture of a time.

        Give what is to be told, and what a second opinion is wanted on before it is. `part` is
        what was looked at; the boxes are in fractions of the whole (`aim.placed`).
        """
        seen = tuple(box for box in boxes if not self._masks.covers(*rect_of(box).middle))
        told: list[Told] = []
        questions: list[Question] = []
        for track in self._tracker.take(seen, at, part):
            story = self._story(track, at)
            if track.looked:
                self._note(track, story, at)
            if self._telling.wants_opinion(story, at):
                questions += self._question(track, story)
            told += self._telling.tell(story, at)
        for track in self._tracker.ended:
            self._end(track, at)
        if part == WHOLE:
            self._whole_at = at
        self._gate.looked(at, self._rest(at))
        return tuple(told), tuple(questions)

    def heard(self, question: Question, yes: bool, at: float) -> tuple[Told, ...]:  # noqa: FBT001  # what was said
        """Take in a second opinion on the picture of a time; give what is to be told of it."""
        story = question.story
        if not yes:
            story.doubt(at)
            return ()
        story.sure_of.add(story.seen)
        return tuple(self._telling.tell(story, at))

    def present(self, since: float = float("-inf")) -> frozenset[Seen]:
        """Give the classes of what is believed to be there, told or not, and was found since."""
        stories = (
            self._stories[track.number]
            for track in self._tracker.tracks
            if track.missed < UNDECIDED_LOOKS and track.seen_at >= since
        )
        return frozenset(s.seen for s in stories if s.believed and s.seen in s.sure_of)

    def box(self, number: int) -> Box | None:
        """Give the last box of a track by the number that was told; None where it is gone."""
        for track in self._tracker.tracks:
            story = self._stories.get(track.number)
            if story is not None and story.number == number:
                return track.box
        return None

    def _begin(self, height: int, width: int) -> None:
        self._size = (height, width)
        hidden = self._masks.cells(height, width)
        self._motion, self._health = Motion(hidden), Health(hidden)

    def _part(self, region: Rect | None, at: float) -> Rect:
        """Give what is to be looked at: what moves and who is followed, now and then all."""
        if region is None or not 0 <= at - self._whole_at < WHOLE_SECONDS:
            return WHOLE
        near = [track.rect for track in self._tracker.tracks if track.missed < UNDECIDED_LOOKS]
        live = [rect for rect in near if overlap(rect, region) > 0]
        return aim(around([region, *live]), *self._size)

    def _story(self, track: Track, at: float) -> Story:
        story = self._stories.get(track.number)
        if story is None:
            story = self._stood.again(track.rect, at) or self._new(track, at)
            self._stories[track.number] = story
        return story

    def _question(self, track: Track, story: Story) -> Iterator[Question]:
        """Give the question about a thing: only persons are doubted, and only as they are found."""
        if story.seen is not Seen.PERSON:
            story.sure_of.add(story.seen)
        elif track.found and track.box.seen is Seen.PERSON:
            yield Question(track.box, story)

    def _new(self, track: Track, at: float) -> Story:
        return Story(track.number, track.rect, at, Votes(*self._votes), track.rect, at)

    def _note(self, track: Track, story: Story, at: float) -> None:
        box = track.box if track.found else None
        if box is not None:
            share = 0.0 if story.moved else self._motion.share(track.rect, at)  # no matter then
            story.note(box, track.rect, share, at)
        story.vote(box, self._votes)
        self._telling.place(story, track.rect, box, at)

    def _end(self, track: Track, at: float) -> None:
        story = self._stories.pop(track.number)
        if story.at_rest(at) or not story.moved:
            self._stood.remember(track.rect, story, at)

    def _rest(self, at: float) -> float:
        """Give for how long nobody need look, if nothing moves."""
        rest = EVERY_SECONDS
        for track in self._tracker.tracks:
            story = self._stories[track.number]
            if track.missed < UNDECIDED_LOOKS and story.finds < UNDECIDED_LOOKS:
                return 0.0
            if not story.at_rest(at):
                rest = FOLLOW_SECONDS
        return rest
