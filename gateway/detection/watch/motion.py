"""What moves: cells that leave their running mean by more than their own noise."""

from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import NDArray

from gateway.detection.watch.places import Rect
from gateway.detection.watch.shrink import Cells, Flags, window_sum

FLOOR = 8.0  # luma levels: less is no motion, however still the picture
NOISES = 5.0  # so many mean deviations of its own make a cell move
NOISE_MOST = 8.0  # of a cell: what sways all day may not hide a person before it
STILL_SECONDS, MOVING_SECONDS = 2.0, 10.0  # how fast a cell takes on what it shows
NOISE_SECONDS, NOISE_MOVING_SECONDS = 5.0, 20.0
WARM_SECONDS = 2.0  # from the first picture: noise is learnt fast
STEP_SECONDS_MOST = 1.0  # a gap in the pictures teaches no more than this
EVERYWHERE = 0.4  # of the picture at once is light or lens, and nothing that walks
CELLS_LEAST, NEAR_CELLS = 8, 4  # so many within so far to each side: rain is nowhere so dense
NEIGHBOURS = 5  # of the nine around a cell, itself among them
RECENT_SECONDS = 1.5
SAMPLED = 3  # of so many rows and columns one tells how light it is


@dataclass(frozen=True, slots=True)
class Stir:
    """What one picture shows of motion."""

    region: Rect | None  # around all that moves
    everywhere: bool  # the whole picture changed at once: lightning, infrared, exposure


class Motion:
    """Learns how the picture rests; `mean` is that, and holds no noise."""

    def __init__(self, hidden: Flags) -> None:
        self._seen = ~hidden
        self._sampled = self._seen[::SAMPLED, ::SAMPLED]
        self._count = max(1, int(self._seen.sum()))
        self.mean: Cells = np.zeros(hidden.shape, np.float32)
        self._noise: Cells = np.full(hidden.shape, 2.0, np.float32)
        self._stirred_at = np.full(hidden.shape, -np.inf, np.float64)
        self._begun: float | None = None
        self._at = 0.0

    def take(self, cells: Cells, at: float) -> Stir:
        """Look at one more picture. `at` is in seconds; a step back in time counts as none."""
        if self._begun is None:
            self._begun = self._at = at
            self.mean = np.where(self._seen, cells, np.float32(0))
            return Stir(None, everywhere=False)
        step = min(max(at - self._at, 0.0), STEP_SECONDS_MOST)
        self._at = at
        apart = np.where(self._seen, cells - self.mean, np.float32(0))
        size = np.abs(apart - _middle(apart[::SAMPLED, ::SAMPLED][self._sampled]))
        limit = np.maximum(NOISES * np.minimum(self._noise, NOISE_MOST), FLOOR)
        stir = (size > limit) & self._seen
        if stir.sum() > EVERYWHERE * self._count:
            self.mean += apart
            return Stir(None, everywhere=True)
        self._learn(apart, size, stir, step)
        stir = _dense(_thick(stir))
        self._stirred_at[stir] = at
        return Stir(_around(stir), everywhere=False)

    def share(self, rect: Rect, at: float) -> float:
        """Give how much of a place moved within the last moments before `at`."""
        rows, columns = self._stirred_at.shape
        top, bottom = _span(rect.top, rect.bottom, rows)
        left, right = _span(rect.left, rect.right, columns)
        part = self._stirred_at[top:bottom, left:right]
        return np.count_nonzero(part >= at - RECENT_SECONDS) / part.size

    def _learn(self, apart: Cells, size: Cells, stir: Flags, step: float) -> None:
        warm = self._begun is not None and self._at - self._begun < WARM_SECONDS
        still, moving = _rate(step, STILL_SECONDS), _rate(step, MOVING_SECONDS)
        self.mean += np.where(stir, moving, still) * apart
        calm = _rate(step, 0.5 if warm else NOISE_SECONDS)
        loud = _rate(step, 1.0 if warm else NOISE_MOVING_SECONDS)
        rate = np.where(stir, loud, calm)
        self._noise += rate * (np.minimum(size, 2 * NOISE_MOST) - self._noise)


def _rate(step: float, seconds: float) -> np.float32:
    return np.float32(1 - exp(-step / seconds))


def _middle(apart: Cells) -> np.float32:
    """Give by how much all became lighter, the exposure's doing: the median."""
    half = apart.size // 2
    return np.partition(apart, half)[half] if apart.size else np.float32(0)


def _thick(stir: Flags) -> Flags:
    """Leave out what moves alone: noise has no neighbours."""
    return stir & (_company(stir, 1) >= NEIGHBOURS)


def _dense(stir: Flags) -> Flags:
    """Leave out what moves with too little company: drops and flakes."""
    if not stir.any():
        return stir
    return stir & (_company(stir, NEAR_CELLS) >= CELLS_LEAST)


def _company(stir: Flags, reach: int) -> NDArray[np.uint8]:
    """Count the cells about each, itself among them: 81 at most."""
    return window_sum(stir.view(np.uint8), reach)


def _around(stir: Flags) -> Rect | None:
    if not stir.any():
        return None
    rows, columns = stir.shape
    down, across = np.flatnonzero(stir.any(axis=1)), np.flatnonzero(stir.any(axis=0))
    return Rect(
        float(across[0]) / columns,
        float(down[0]) / rows,
        (float(across[-1]) + 1) / columns,
        (float(down[-1]) + 1) / rows,
    )


def _span(first: float, last: float, count: int) -> tuple[int, int]:
    begin = min(max(int(first * count), 0), count - 1)
    return begin, max(begin + 1, min(int(np.ceil(last * count)), count))
