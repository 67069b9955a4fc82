"""What is in a scene: walkers, a cat, a tree in the wind. Each says where it is."""

from dataclasses import dataclass
from math import pi, sin
from typing import Protocol

import numpy as np

from gateway.detection.detector.boxes import Box
from gateway.model.sight import Seen
from tests.footage.light import Picture
from tests.footage.walkers import FPS, HEIGHT, WIDTH, Step

VISIBLE_LEAST = 0.5  # of a thing's width: less of it is nobody's to find


class Thing(Protocol):
    """Something that is drawn into a scene before the light falls on it."""

    def draw(self, picture: Picture, at: float) -> Box | None:
        """Draw it as it is at a time; give where, or None where it is not in the picture."""
        ...


@dataclass(frozen=True, slots=True)
class Walker:
    """Somebody out of the film, who walks in from the side that he comes from."""

    steps: tuple[Step, ...]
    begins_at: float
    mirrored: bool = False
    stands_at: int | None = None  # the step at which he stops, for good

    def draw(self, picture: Picture, at: float) -> Box | None:
        """Draw the step of this time."""
        number = round((at - self.begins_at) * FPS)
        if self.stands_at is not None:
            number = min(number, self.stands_at)
        if not 0 <= number < len(self.steps):
            return None
        step = self.steps[number]
        rgb, alpha = step.rgb.astype(np.float32), step.alpha
        left, inner = step.left + self._shift(), step.inner
        if self.mirrored:
            rgb, alpha = rgb[:, ::-1], alpha[:, ::-1]
            width = alpha.shape[1]
            left, inner = (
                WIDTH - left - width,
                (width - inner[2], inner[1], width - inner[0], inner[3]),
            )
        _paste(picture, rgb, alpha, left, step.top)
        edges = (left + inner[0], step.top + inner[1], left + inner[2], step.top + inner[3])
        return truth(Seen.PERSON, *edges)

    def _shift(self) -> int:
        """Give how far the walk is moved, so that it begins outside."""
        first, last = self.steps[0], self.steps[-1]
        return WIDTH - first.left if last.left < first.left else -first.left - first.alpha.shape[1]


@dataclass(frozen=True, slots=True)
class Cat:
    """A cat that crosses the picture."""

    begins_at: float
    ground: int = 380  # the row that it walks on
    speed: float = 90.0  # pixels a second
    size: float = 34.0  # pixels from its chest to its tail
    grey: tuple[float, float, float] = (70.0, 60.0, 52.0)

    def draw(self, picture: Picture, at: float) -> Box | None:
        """Draw it in its stride."""
        x = self.speed * (at - self.begins_at) - self.size
        if at < self.begins_at or x > WIDTH + self.size:
            return None
        s, y, stride = self.size, float(self.ground), 2 * pi * 2.2 * at
        body = y - 0.42 * s
        _disc(picture, x, body, 0.52 * s, 0.17 * s, self.grey)
        _disc(picture, x + 0.55 * s, body - 0.17 * s, 0.16 * s, 0.15 * s, self.grey)
        for ear in (0.47, 0.63):
            _disc(picture, x + ear * s, body - 0.33 * s, 0.04 * s, 0.08 * s, self.grey)
        for n in range(8):  # the tail
            wave = 0.06 * sin(stride / 3 + n / 2)
            _disc(picture, x - (0.5 + 0.06 * n) * s, body - (0.03 * n + wave) * s, 3, 3, self.grey)
        for n, hip in enumerate((-0.38, -0.3, 0.3, 0.38)):
            foot = x + (hip + 0.12 * sin(stride + n * pi / 2)) * s
            for part in range(5):
                reach = part / 4
                leg = x + hip * s + reach * (foot - x - hip * s)
                _disc(picture, leg, body + 0.1 * s + reach * 0.32 * s, 2.5, 3, self.grey)
        return truth(Seen.ANIMAL, x - 0.95 * s, y - 0.9 * s, x + 0.72 * s, y + 3)


@dataclass(frozen=True, slots=True)
class Tree:
    """A bush whose branches sway: motion, all the time, of nobody."""

    left: int = 20
    top: int = 30
    branches: int = 40
    reach: float = 7.0  # pixels to each side
    seed: int = 3

    def draw(self, picture: Picture, at: float) -> Box | None:
        """Draw every branch where the wind holds it. It is nothing that is looked for."""
        rng = np.random.default_rng(self.seed)
        for _ in range(self.branches):
            x, y = self.left + rng.normal(60, 35), self.top + rng.uniform(0, 130)
            beat, phase = rng.uniform(0.3, 0.9), rng.uniform(0, 2 * pi)
            shade = rng.uniform(0.5, 1.3)
            bent = self.reach * sin(2 * pi * beat * at + phase)
            colour = (40 * shade, 62 * shade, 30 * shade)
            _disc(picture, x + bent, y + bent / 3, rng.uniform(4, 16), rng.uniform(4, 12), colour)
        return None


def truth(seen: Seen, left: float, top: float, right: float, bottom: float) -> Box | None:
    """Give the box of the part of a thing that is in the picture; None where that is too little."""
    edges = (max(left, 0.0), max(top, 0.0), min(right, WIDTH), min(bottom, HEIGHT))
    if edges[2] - edges[0] < VISIBLE_LEAST * (right - left):
        return None
    x, y = 1 / WIDTH, 1 / HEIGHT
    return Box(seen, "truth", 1.0, edges[0] * x, edges[1] * y, edges[2] * x, edges[3] * y)


def _paste(picture: Picture, rgb: Picture, alpha: Picture, left: int, top: int) -> None:
    height, width = alpha.shape[:2]
    x0, x1 = max(left, 0), min(left + width, WIDTH)
    y0, y1 = max(top, 0), min(top + height, HEIGHT)
    if x0 >= x1 or y0 >= y1:
        return
    piece = slice(y0 - top, y1 - top), slice(x0 - left, x1 - left)
    share = alpha[piece][:, :, None]
    under = picture[y0:y1, x0:x1]
    under += share * (rgb[piece] - under)


def _disc(  # noqa: PLR0913, PLR0917 - an ellipse has as many
    picture: Picture, x: float, y: float, wide: float, tall: float, colour: tuple[float, ...]
) -> None:
    """Draw a filled ellipse with a soft edge."""
    x0, x1 = max(int(x - wide - 1), 0), min(int(x + wide + 2), WIDTH)
    y0, y1 = max(int(y - tall - 1), 0), min(int(y + tall + 2), HEIGHT)
    if x0 >= x1 or y0 >= y1:
        return
    down = (np.arange(y0, y1, dtype=np.float32)[:, None] - y) / tall
    across = (np.arange(x0, x1, dtype=np.float32)[None, :] - x) / wide
    share = np.clip((1.15 - down * down - across * across) * 4, 0, 1)[:, :, None]
    under = picture[y0:y1, x0:x1]
    under += share * (np.array(colour, np.float32) - under)
