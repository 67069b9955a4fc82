"""What is left of a picture when somebody meddles with the camera."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import numpy as np

from simulator.camera.footage.studio import Rgb

PICTURES = 40  # of a lap: who watches takes a shorter one for a picture that stands still
STILL_PICTURES = 20  # which does, decoded, but for what each key picture changes in it
_SHIFT = 0.45  # of the width


def cover(seen: Rgb) -> Iterator[Rgb]:
    """A cap on the lens: dark, and the grain of the sensor."""
    yield from _grainy(np.full_like(seen, 9), 2)


def spray(seen: Rgb) -> Iterator[Rgb]:
    """Paint on the lens: light comes through, and nothing else."""
    yield from _grainy(np.full_like(seen, int(seen.mean() * 0.8)), 2)


def turn(seen: Rgb) -> Iterator[Rgb]:
    """Pushed aside: part of the scene, elsewhere, and something new beside it."""
    away = int(seen.shape[1] * _SHIFT)
    turned = np.concatenate([seen[::-1, :away], seen[:, :-away]], axis=1)
    yield from _grainy(np.ascontiguousarray(turned), 3)


def freeze(seen: Rgb) -> Iterator[Rgb]:
    """The same picture for ever."""
    for _ in range(STILL_PICTURES):
        yield seen


def _grainy(picture: Rgb, grain: int) -> Iterator[Rgb]:
    dice = np.random.default_rng(7)
    for _ in range(PICTURES):
        noise = dice.integers(-grain, grain + 1, (*picture.shape[:2], 1), np.int16)
        yield (picture + noise).clip(0, 255).astype(np.uint8)


SPOILT: Mapping[str, Callable[[Rgb], Iterator[Rgb]]] = MappingProxyType(
    {"cover": cover, "spray": spray, "turn": turn, "freeze": freeze}
)
