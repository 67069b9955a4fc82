"""A yard that was never there, with somebody, or a cat, who comes along behind its hedge.

Both are cut from photographs: data/PROVENANCE.md.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from simulator.camera.footage.studio import Rgb

WIDTH, HEIGHT = 1280, 720
RATE = 10
REST_SECONDS = 4
WALK_SECONDS = 7
ENTERS_AT = 0.2  # seconds into the walk: the first of the walker is in the picture
CROSSES_IN = 6.0  # seconds
WALKER, CAT = (Path(__file__).parent / "data" / f"{name}.png" for name in ("walker", "cat"))

type Grey = NDArray[np.int16]

_SEED = 5
_GRAIN = 3  # of the sensor, in steps of brightness
_WALL_ENDS, _HEDGE_BEGINS = 0.46, 0.78  # of the height
_STEP_PIXELS, _STEPS_A_SECOND = 5, 1.8


def rest() -> Iterator[Rgb]:
    """Give the yard with nobody in it."""
    return _filmed([yard()] * (REST_SECONDS * RATE))


def person() -> Iterator[Rgb]:
    """Give the yard with somebody who comes in from the left and leaves on the right."""
    return _crossed(WALKER)


def cat() -> Iterator[Rgb]:
    """Give the yard with a cat that does the same."""
    return _crossed(CAT)


def yard() -> Rgb:
    """Draw a house wall with a door and a window, a lawn with a path, and a hedge before it."""
    dice = np.random.default_rng(_SEED)
    wall, hedge = int(HEIGHT * _WALL_ENDS), int(HEIGHT * _HEDGE_BEGINS)
    picture = np.empty((HEIGHT, WIDTH, 3), np.float32)
    picture[:wall] = (172, 164, 152)
    picture[wall:] = (92, 116, 76)
    picture[wall:, WIDTH // 3 : WIDTH // 3 + 240] = (152, 148, 140)
    picture[70:wall, 180:310] = (96, 66, 48)
    picture[90:230, 800:1030] = (66, 80, 96)
    picture[hedge:] = (44, 70, 38)
    picture += _rough(dice, 4, 5) + _rough(dice, 16, 4)
    picture[hedge:] += _rough(dice, 8, 12)[hedge:]
    picture *= np.linspace(0.85, 1.1, WIDTH, dtype=np.float32)[None, :, None]
    return picture.clip(0, 255).astype(np.uint8)


def _rough(dice: np.random.Generator, size: int, deep: float) -> NDArray[np.float64]:
    """Give patches of brightness, `size` pixels wide."""
    patches = dice.normal(0, deep, (HEIGHT // size, WIDTH // size, 1))
    return patches.repeat(size, 0).repeat(size, 1)


def _crossed(file: Path) -> Iterator[Rgb]:
    empty, walker = yard(), _walker(file)
    moments = (number / RATE for number in range(WALK_SECONDS * RATE))
    return _filmed(_with(empty, walker, moment) for moment in moments)


def _walker(file: Path) -> Rgb:
    """Read who walks: red, green, blue and how much of it hides what is behind."""
    with av.open(str(file)) as container:
        (frame,) = container.decode(video=0)
        return np.asarray(frame.to_ndarray(format="rgba"), np.uint8)


def _with(empty: Rgb, walker: Rgb, moment: float) -> Rgb:
    """Put the walker where it is at a moment; its legs are behind the hedge."""
    height, width = walker.shape[:2]
    way = (moment - ENTERS_AT) / CROSSES_IN
    left = round(-width + way * (WIDTH + width))
    bob = round(_STEP_PIXELS * abs(np.sin(np.pi * _STEPS_A_SECOND * moment)))
    top = int(HEIGHT * _HEDGE_BEGINS) - height + 3 * _STEP_PIXELS - bob
    begin, end = max(0, left), min(WIDTH, left + width)
    if begin >= end:
        return empty
    picture = empty.copy()
    bottom = int(HEIGHT * _HEDGE_BEGINS)
    seen = walker[: bottom - top, begin - left : end - left].astype(np.float32)
    opaque = seen[..., 3:] / 255
    behind = picture[top:bottom, begin:end]
    picture[top:bottom, begin:end] = seen[..., :3] * opaque + behind * (1 - opaque)
    return picture


def _filmed(pictures: Iterable[Rgb]) -> Iterator[Rgb]:
    """Add the grain of a sensor, another in each picture."""
    dice = np.random.default_rng(_SEED + 1)
    grain: Grey = dice.integers(-_GRAIN, _GRAIN + 1, (HEIGHT, WIDTH, 1), np.int16)
    for picture in pictures:
        down, along = (int(dice.integers(0, most)) for most in (HEIGHT, WIDTH))
        yield (picture + np.roll(grain, (down, along), (0, 1))).clip(0, 255).astype(np.uint8)
