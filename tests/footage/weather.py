"""What comes between a scene and its sensor: headlights, rain, a spider, somebody's hands."""

from dataclasses import dataclass
from math import cos, sin
from typing import Protocol

import numpy as np

from tests.footage.light import Picture
from tests.footage.walkers import HEIGHT, WIDTH


class Weather(Protocol):
    """Something that is seen through or shines, after the light fell."""

    def cover(self, picture: Picture, at: float) -> Picture:
        """Give the picture with it."""
        ...


@dataclass(frozen=True, slots=True)
class Headlights:
    """A car that nobody sees, behind its lamps: two discs and what they light."""

    begins_at: float
    speed: float = 160.0  # pixels a second
    row: int = 190

    def cover(self, picture: Picture, at: float) -> Picture:
        """Shine from where the car is."""
        x = WIDTH + 80 - self.speed * (at - self.begins_at)
        if at < self.begins_at or x < -400:
            return picture
        glow = _glow(x - 22, self.row, 26) + _glow(x + 22, self.row, 26)
        ahead = 0.5 * _glow(x - 120, self.row + 60, 120)
        lit = picture * (1 + ahead)[:, :, None] + 18 * ahead[:, :, None]
        return np.asarray(lit + (320 * glow)[:, :, None], np.float32)


@dataclass(frozen=True, slots=True)
class Rain:
    """Streaks, all over, no two pictures alike."""

    streaks: int = 260
    seed: int = 5

    def cover(self, picture: Picture, at: float) -> Picture:
        """Let it fall."""
        rng = np.random.default_rng((self.seed, int(at * 1000)))
        wet = picture.copy()
        for _ in range(self.streaks):
            x, y, length = rng.integers((0, 0, 8), (WIDTH, HEIGHT, 26))
            wet[y : y + length, x] += np.float32(rng.uniform(15, 60))
        return wet


@dataclass(frozen=True, slots=True)
class Spider:
    """A spider on the lens: large, dark and out of focus."""

    begins_at: float
    size: float = 48.0

    def cover(self, picture: Picture, at: float) -> Picture:
        """Let it crawl."""
        if at < self.begins_at:
            return picture
        gone = at - self.begins_at
        x = WIDTH / 2 + 220 * sin(gone * 0.35) + 12 * sin(gone * 3)
        y = HEIGHT / 2 + 130 * sin(gone * 0.23 + 3.5)
        shade = _glow(x, y, self.size)
        for leg in range(8):
            turn = 0.785 * leg + 0.2 * sin(gone * 6 + leg)
            for reach in (1.3, 1.9):
                out = self.size * reach
                shade += 0.6 * _glow(x + out * cos(turn), y + out * sin(turn), 12)
        through = 1 - np.float32(0.85) * np.minimum(shade, np.float32(1))
        return picture * np.asarray(through, np.float32)[:, :, None]


@dataclass(frozen=True, slots=True)
class Covered:
    """A bag over the camera."""

    begins_at: float
    ends_at: float = float("inf")

    def cover(self, picture: Picture, at: float) -> Picture:
        """Let hardly any light through."""
        there = self.begins_at <= at < self.ends_at
        return np.full_like(picture, 9.0) if there else picture


@dataclass(frozen=True, slots=True)
class Sprayed:
    """Paint on the glass: light comes through, and nothing else."""

    begins_at: float
    ends_at: float = float("inf")

    def cover(self, picture: Picture, at: float) -> Picture:
        """Give the mean of all, and a trace of what is behind it, very soft."""
        if not self.begins_at <= at < self.ends_at:
            return picture
        soft = picture.reshape(4, HEIGHT // 4, 4, WIDTH // 4, 3).mean(axis=(1, 3))
        level = 0.8 * picture.mean() + 0.05 * (soft.mean(axis=(0, 1)) - picture.mean())
        return np.asarray(np.broadcast_to(level, picture.shape), np.float32)


@dataclass(frozen=True, slots=True)
class Turned:
    """Somebody pushed the camera: it sees another part of the world."""

    begins_at: float
    across: int = 260  # pixels
    ends_at: float = float("inf")

    def cover(self, picture: Picture, at: float) -> Picture:
        """Show what lies beside; what lay beyond the edge is the other side, seen in a mirror."""
        if not self.begins_at <= at < self.ends_at:
            return picture
        return np.concatenate(
            (picture[:, self.across :], picture[:, : self.across][:, ::-1]), axis=1
        )


@dataclass(frozen=True, slots=True)
class Panned:
    """A motor turns the camera, evenly, to another part of the world."""

    begins_at: float
    seconds: float
    across: int = 260  # pixels, in the end

    def cover(self, picture: Picture, at: float) -> Picture:
        """Show what lies so far beside."""
        share = min(max((at - self.begins_at) / self.seconds, 0.0), 1.0)
        return Turned(0.0, across=int(share * self.across)).cover(picture, at)


@dataclass(frozen=True, slots=True)
class Flash:
    """Lightning."""

    begins_at: float
    seconds: float = 0.2

    def cover(self, picture: Picture, at: float) -> Picture:
        """Light all up."""
        there = self.begins_at <= at < self.begins_at + self.seconds
        return picture * np.float32(2.2) + np.float32(40) if there else picture


def _glow(x: float, y: float, size: float) -> Picture:
    down = np.exp(-(((np.arange(HEIGHT, dtype=np.float32) - y) / size) ** 2))
    across = np.exp(-(((np.arange(WIDTH, dtype=np.float32) - x) / size) ** 2))
    return np.asarray(down[:, None] * across[None, :], np.float32)
