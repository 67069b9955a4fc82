"""The light of a scene: day, dusk, infrared at night, and how one becomes the other."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tests.footage.walkers import HEIGHT, WIDTH, Rgb

type Picture = NDArray[np.float32]  # [height, width, 3], 0..255 and beyond


@dataclass(frozen=True, slots=True)
class Lamp:
    """How a place is lit, and how badly the sensor sees it."""

    gain: float = 1.0
    infrared: float = 0.0  # 1: grey, lit from the camera, its corners dark
    noise: float = 2.0  # luma levels, one standard deviation


type Light = Callable[[float], Lamp]
"""How it is lit at a time of the scene, in seconds."""

DAYLIGHT = Lamp()
DUSKLIGHT = Lamp(gain=0.35, noise=5.0)
INFRARED = Lamp(gain=0.75, infrared=1.0, noise=10.0)
BLACK = Lamp(gain=0.01, noise=2.0)


def steady(lamp: Lamp) -> Light:
    """Light that stays."""
    return lambda _: lamp


def switched(before: Lamp, after: Lamp, switched_at: float) -> Light:
    """Light that is another from one picture to the next."""
    return lambda at: before if at < switched_at else after


def fading(before: Lamp, after: Lamp, begins_at: float, seconds: float) -> Light:
    """Light that becomes another, evenly to the eye: by the same factor in the same time."""

    def light(at: float) -> Lamp:
        share = min(max((at - begins_at) / seconds, 0.0), 1.0)
        gain = before.gain * (after.gain / before.gain) ** share
        return replace(before, gain=gain, noise=before.noise + share * (after.noise - before.noise))

    return light


def lit(picture: Picture, lamp: Lamp) -> Picture:
    """Give a picture as it is in this light, without its noise."""
    if not lamp.infrared:
        return picture * np.float32(lamp.gain)
    # What is green by day is light in the infrared, and the sky is dark.
    grey = picture @ np.array((0.5, 0.8, -0.3), np.float32)
    return np.repeat((grey * _CORNERS * np.float32(lamp.gain))[:, :, None], 3, axis=2)


def seen(picture: Picture, lamp: Lamp, rng: np.random.Generator) -> Rgb:
    """Give the picture as the sensor gives it out: with its noise, and within 0..255."""
    if lamp.noise:
        noise = np.roll(_NOISE, rng.integers(0, _NOISE.size), axis=None)
        picture = picture + np.float32(lamp.noise) * noise[:, :, None]
    return np.clip(picture, 0, 255).astype(np.uint8)


def _corners() -> NDArray[np.float32]:
    y, x = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    return np.asarray(1.0 - 0.4 * (x * x + y * y), np.float32)


_CORNERS = _corners()
_NOISE = np.random.default_rng(1).standard_normal((HEIGHT, WIDTH), np.float32)
