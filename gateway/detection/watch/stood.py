"""The things that stood where nobody is followed now: who is found there again is the same one."""

from gateway.detection.watch.places import Rect, overlap
from gateway.detection.watch.story import Story

STOOD_MOST = 64
STOOD_SECONDS = 600.0  # after it was last found there
SAME = 0.45  # overlap from which it is the same place


class Stood:
    """What rested, or never moved, and was lost from sight there."""

    def __init__(self) -> None:
        self._things: list[tuple[Rect, Story, float]] = []

    def remember(self, rect: Rect, story: Story, at: float) -> None:
        """Keep in mind what stood in a place; the oldest is forgotten when there are too many."""
        self._things = [*self._things, (rect, story, at)][-STOOD_MOST:]

    def again(self, rect: Rect, at: float) -> Story | None:
        """Give what stood in this place, which is then followed anew; None where nothing did."""
        self._things = [thing for thing in self._things if at - thing[2] <= STOOD_SECONDS]
        best = max(self._things, key=lambda thing: overlap(thing[0], rect), default=None)
        if best is None or overlap(best[0], rect) < SAME:
            return None
        self._things.remove(best)
        return best[1]

    def __len__(self) -> int:
        """Give how many there are."""
        return len(self._things)
