"""Where boxes are and how fast they go: a Kalman filter for each side of each, all in one step.

Middle and size of a box are four numbers that move at a constant speed and owe each other nothing,
so that the 8 x 8 filter of the textbooks falls into four of 2 x 2, which arrays do at once.
"""

from math import exp

import numpy as np
from numpy.typing import NDArray

STEP_SECONDS_MOST = 1.0  # nothing goes on as it went for longer than this
TIRED_SECONDS = 2.0  # a speed fades with this, or a lost walker is sought in the next street
JITTER = 0.06  # of a box's height: how badly a detector knows an edge
START = 0.8  # heights a second: how fast something may go that was just found
SWAY = 0.6  # heights a second squared: how fast it changes its mind

type Fours = NDArray[np.float64]


class Kalman:
    """Any number of boxes. `places` are (middle x, middle y, width, height) in fractions."""

    def __init__(self) -> None:
        self.places: Fours = np.zeros((0, 4))
        self._speeds: Fours = np.zeros((0, 4))
        self._spread: Fours = np.zeros((3, 0, 4))  # of place, of both together, of speed

    def predict(self, seconds: float) -> None:
        """Let time pass."""
        step = min(max(seconds, 0.0), STEP_SECONDS_MOST)
        self.places += self._speeds * step
        self.places[:, 2:] = np.maximum(self.places[:, 2:], 1e-3)
        place, both, speed = self._spread
        sway = (SWAY * _scale(self.places)) ** 2
        place += step * (2 * both + step * speed) + sway * (step**4 / 4)
        both += step * speed + sway * (step**3 / 2)
        speed += sway * step**2
        self._speeds *= exp(-step / TIRED_SECONDS)

    def correct(self, rows: list[int], seen: Fours) -> None:
        """Take in what was seen of some of them."""
        place, both, speed = self._spread[:, rows]
        trust = place / (place + (JITTER * _scale(seen)) ** 2)
        follow = both / np.maximum(place, 1e-12) * trust
        news = seen - self.places[rows]
        self.places[rows] += trust * news
        self._speeds[rows] += follow * news
        self._spread[:, rows] = (1 - trust) * place, (1 - trust) * both, speed - follow * both

    def add(self, seen: Fours) -> None:
        """Take up more of them, at the end."""
        spread = np.zeros((3, *seen.shape))
        spread[0], spread[2] = (JITTER * _scale(seen)) ** 2, (START * _scale(seen)) ** 2
        self.places = np.concatenate((self.places, seen))
        self._speeds = np.concatenate((self._speeds, np.zeros_like(seen)))
        self._spread = np.concatenate((self._spread, spread), axis=1)

    def keep(self, rows: list[int]) -> None:
        """Forget all but these, in this order."""
        self.places = self.places[rows]
        self._speeds = self._speeds[rows]
        self._spread = self._spread[:, rows]


def _scale(places: Fours) -> Fours:
    """Give what a fault is measured by, [n, 1]: the height, or the width of what is wider."""
    size: Fours = np.maximum(np.maximum(places[:, 2:3], places[:, 3:]), 1e-3)
    return size
