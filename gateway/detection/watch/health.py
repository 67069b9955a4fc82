"""Whether a camera sees: blind, covered, turned, dark and frozen, and not the fall of night.

It looks at the resting picture once a second: its light, its detail (what is left of edges), and
how its edges lie against those of a reference that is learnt slowly. Night, rain and infrared
change the light of a place, hardly where its edges are.
"""

from collections import deque
from dataclasses import dataclass
from math import exp

import numpy as np

from gateway.detection.watch.shrink import Cells, Flags, window_sum
from gateway.model.capability import Picture

EVERY_SECONDS = 1.0
DETAIL_LEAST = 1.2  # luma levels from cell to cell, on average: less shows nothing
CONTRAST_SHARE = 0.25  # of the reference's detail for its light: less is blind, however light
SOFTEN = 0.5  # how far a second's picture replaces those before: noise is no detail
DARK_LEVEL = 40.0  # the lightest hundredth of the picture is darker: too dark, or covered
AT_ONCE_LOOKS, AT_ONCE_TIMES = 12, 3.0  # no night takes so much detail in so few seconds
LIKE = 0.45  # from here on the edges are those of the reference, and teach it
UNLIKE = 0.2  # below this they are not
LEARN_SECONDS = 600.0
STILL = 0.7  # a camera that was aimed stands still while its edges lie so far as they lay
AIM_SECONDS = 30.0  # no motor takes longer to where it was aimed
FIRST_SECONDS = 3.0  # of the first picture, before anything is said
CALM_SECONDS = 4.0  # of good pictures, before it sees again
SAME_SECONDS = 20.0  # without a picture that is new: no sensor is so still
REPEAT_SECONDS = 2.5  # what it showed so long ago is not new: an encoder goes round with its keys
HOLD_SECONDS = {
    Picture.BLIND: 6.0,
    Picture.COVERED: 5.0,
    Picture.TURNED: 15.0,
    Picture.DARK: 20.0,
    Picture.FROZEN: 0.0,
    Picture.SEEING: CALM_SECONDS,
}
"""For how long the pictures must say so: a lorry that passes, or its lamps, are no trouble."""
SHOWS_NOTHING = frozenset({Picture.BLIND, Picture.COVERED, Picture.DARK, Picture.FROZEN})
"""Wherever the camera is aimed."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one picture is like."""

    light: float  # its lightest hundredth
    detail: float  # the mean step from cell to cell
    edges: Cells  # where it has any, of whatever light

    @property
    def contrast(self) -> float:
        """Give its detail for its light."""
        return self.detail / (self.light + 10.0)


class Health:
    """The picture of one camera."""

    def __init__(self, hidden: Flags) -> None:
        self._seen = ~hidden
        self._inner = self._seen[1:, 1:] & self._seen[:-1, 1:] & self._seen[1:, :-1]
        self._reference: Look | None = None
        self._rest: Cells | None = None
        self._sudden = False  # its detail went at once, and has not come back
        self._details: deque[float] = deque((0.0,), maxlen=AT_ONCE_LOOKS)
        self._shown: Look | None = None  # at `_first`
        self._aimed_until = float("-inf")  # until then it may be on its way elsewhere
        self._next = float("-inf")
        self._first: float | None = None
        self._at = float("-inf")
        self._recent: deque[tuple[int, float]] = deque()  # what was shown, and when
        self._new_at = float("-inf")  # when it last showed what it had not shown just before
        self._claim: tuple[Picture, float] = (Picture.UNKNOWN, 0.0)
        self.picture = Picture.UNKNOWN

    def take(self, cells: Cells, rest: Cells, at: float) -> Picture:
        """Look at a picture and at what rests in it; say how well the camera sees."""
        if at < self._at:  # time went back
            self._next = at
            self._recent.clear()
        self._at = at
        self._notice_new(cells, at)
        if at >= self._next:
            self._next = at + EVERY_SECONDS
            old = rest if self._rest is None else self._rest
            softened = (old + np.float32(SOFTEN) * (rest - old)).astype(np.float32, copy=False)
            self._rest = softened
            self._judge(softened, at)
        return self.picture

    def lost(self) -> None:
        """Say nothing until the next pictures were looked at for some seconds.

        The reference stays: somebody may have turned the camera meanwhile.
        """
        self._first, self._rest = None, None
        self._recent.clear()
        self._claim, self.picture = (Picture.UNKNOWN, 0.0), Picture.UNKNOWN

    def relearn(self) -> None:
        """Forget what it should see: what it sees once it stands still is that from now on.

        A picture that shows nothing shows nothing anywhere, and one that is aimed again on its way
        is looked at on: however often it is aimed, a lens that is covered is told.
        """
        self._reference = None
        if self._at >= self._aimed_until and self.picture not in SHOWS_NOTHING:
            self._first, self._rest = None, None
            self._claim, self.picture = (Picture.UNKNOWN, 0.0), Picture.UNKNOWN
        self._aimed_until = self._at + AIM_SECONDS

    def _notice_new(self, cells: Cells, at: float) -> None:
        """Tell a picture from those just before it, key frames and what hangs on them."""
        while self._recent and at - self._recent[0][1] > REPEAT_SECONDS:
            self._recent.popleft()
        shown = hash(cells[::2, ::2].tobytes())
        if all(shown != before for before, _ in self._recent):
            self._new_at = at
        self._recent.append((shown, at))

    def _judge(self, rest: Cells, at: float) -> None:
        look = self._look(rest)
        if self._first is None:
            self._first, self._shown = at, look
        elif self._turns(look, at):
            self._first, self._shown, self._reference = at, look, None
        if at - self._first < FIRST_SECONDS:
            return
        claim = self._claim_of(look, at)
        if claim is not self._claim[0]:
            self._claim = (claim, at)
        held = at - self._claim[1] >= HOLD_SECONDS[claim]
        if held or self.picture is Picture.UNKNOWN:
            self.picture = claim
        if claim is Picture.SEEING:
            self._learn(look)
        self._details.append(look.detail)

    def _turns(self, look: Look, at: float) -> bool:
        """Tell whether it is still on its way to where it was aimed."""
        if self._shown is None or at >= self._aimed_until or look.detail < DETAIL_LEAST:
            return False
        return self._like(look, self._shown) < STILL

    def _claim_of(self, look: Look, at: float) -> Picture:
        if at - self._new_at >= SAME_SECONDS:
            return Picture.FROZEN
        if look.detail < DETAIL_LEAST or look.contrast < CONTRAST_SHARE * self._contrast():
            return self._flat(look)
        self._sudden = False
        if self._reference is None:
            return Picture.SEEING
        like = self._like(look, self._reference)
        limit = LIKE if self.picture is Picture.TURNED else UNLIKE
        return Picture.SEEING if like >= limit else Picture.TURNED

    def _flat(self, look: Look) -> Picture:
        """Tell why nothing can be told apart."""
        if look.light >= DARK_LEVEL:
            return Picture.BLIND
        self._sudden = self._sudden or max(self._details) >= AT_ONCE_TIMES * look.detail
        if self._reference is None or self._like(look, self._reference) >= UNLIKE:
            return Picture.DARK  # what is left is what was there: the light went out
        return Picture.COVERED if self._sudden else Picture.DARK

    def _contrast(self) -> float:
        return 0.0 if self._reference is None else self._reference.contrast

    def _look(self, rest: Cells) -> Look:
        across = np.abs(rest[1:, 1:] - rest[1:, :-1])
        down = np.abs(rest[1:, 1:] - rest[:-1, 1:])
        step = np.where(self._inner, across + down, np.float32(0))
        count = max(1, int(self._inner.sum()))
        light = np.percentile(rest[self._seen], 99) if self._seen.any() else 0.0
        return Look(float(light), float(step.sum()) / count, self._edges(step))

    def _edges(self, step: Cells) -> Cells:
        """Give where the picture has edges, against what is usual about there: light drops out."""
        about = _soft(step, 8)
        return _soft(np.minimum(step / (about + 1.0), 3.0), 1)

    def _like(self, look: Look, other: Look) -> float:
        one, two = look.edges[self._inner], other.edges[self._inner]
        one, two = one - one.mean(), two - two.mean()
        power = float(np.sqrt((one @ one) * (two @ two)))
        return float(one @ two) / power if power > 0 else 0.0

    def _learn(self, look: Look) -> None:
        old = self._reference
        if old is None:
            self._reference = look
            return
        if self._like(look, old) < LIKE:
            return
        rate = np.float32(1 - exp(-EVERY_SECONDS / LEARN_SECONDS))
        self._reference = Look(
            old.light + float(rate) * (look.light - old.light),
            old.detail + float(rate) * (look.detail - old.detail),
            (old.edges + rate * (look.edges - old.edges)).astype(np.float32, copy=False),
        )


def _soft(cells: Cells, reach: int) -> Cells:
    """Give the mean about each cell, `reach` cells to each side."""
    return window_sum(cells, reach) / window_sum(np.ones_like(cells), reach)
