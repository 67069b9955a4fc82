"""People who walk, and the place they walk in, cut from OpenCV's example film `vtest.avi`.

The place is the median of the film. A walker is a blob that leaves it and is followed from picture
to picture while nothing else is near. Both are worked out once and kept beside the film's cache.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from tests.system import CACHE, needed

WIDTH, HEIGHT = 640, 480
FPS = 10
CELL = 4
APART = 24.0  # luma-like levels: what leaves the empty place by more is somebody
MARGIN = 2  # cells about a walker that come along, softened
STEPS_LEAST = 25
WALKERS_MOST = 12
NEAR = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
KEPT = "footage-3.npz"  # a new number for a new way to cut

type Rgb = NDArray[np.uint8]
type Area = tuple[int, int, int, int]  # left, top, right, bottom, in cells


@dataclass(frozen=True, slots=True)
class Step:
    """A walker in one picture: where, how it looks, and how much of each pixel is it."""

    left: int
    top: int
    rgb: Rgb
    alpha: NDArray[np.float32]  # 0..1
    inner: Area  # the walker alone, in pixels of the piece


@dataclass(frozen=True, slots=True)
class Footage:
    """What scenes are made of."""

    empty: Rgb
    walkers: tuple[tuple[Step, ...], ...]


def footage() -> Footage:
    """Give the footage, worked out where that was not done before. Ends the test without it."""
    film = needed("opencv-doc") / "vtest.avi"
    kept = CACHE / KEPT
    if not kept.exists():
        _keep(kept, film)
    with np.load(kept) as arrays:
        return _load(dict(arrays))


def film(file: Path) -> Iterator[Rgb]:
    """Give the pictures of a film, at the size of all footage."""
    with av.open(str(file)) as container:
        for frame in container.decode(video=0):
            picture = frame.to_ndarray(width=WIDTH, height=HEIGHT, format="rgb24")
            yield picture.astype(np.uint8, copy=False)


def _keep(kept: Path, film_file: Path) -> None:
    empty = _empty(film_file)
    arrays: dict[str, NDArray[Any]] = {"empty": empty}
    for n, walker in enumerate(_walkers(film_file, empty)):
        for m, step in enumerate(walker):
            name = f"walker{n:02}.{m:03}"
            arrays[f"{name}.rgb"] = step.rgb
            arrays[f"{name}.alpha"] = (step.alpha * 255).astype(np.uint8)
            arrays[f"{name}.place"] = np.array((step.left, step.top, *step.inner))
    part = kept.with_suffix(".part.npz")
    np.savez_compressed(part, allow_pickle=False, **arrays)
    part.replace(kept)


def _load(arrays: dict[str, NDArray[Any]]) -> Footage:
    walkers: dict[str, list[Step]] = {}
    for name in sorted(key.removesuffix(".place") for key in arrays if key.endswith(".place")):
        left, top, *inner = (int(value) for value in arrays[f"{name}.place"])
        alpha = arrays[f"{name}.alpha"].astype(np.float32) / np.float32(255)
        rgb = arrays[f"{name}.rgb"].astype(np.uint8)
        area = (inner[0], inner[1], inner[2], inner[3])
        walkers.setdefault(name.partition(".")[0], []).append(Step(left, top, rgb, alpha, area))
    return Footage(arrays["empty"].astype(np.uint8), tuple(tuple(w) for w in walkers.values()))


def _empty(film_file: Path) -> Rgb:
    some = [picture for n, picture in enumerate(film(film_file)) if n % 16 == 0]
    empty: Rgb = np.median(np.stack(some), axis=0).astype(np.uint8)
    return empty


def _walkers(film_file: Path, empty: Rgb) -> list[list[Step]]:
    """Give the longest walks of single people."""
    running: list[tuple[Area, list[Step]]] = []
    done: list[list[Step]] = []
    for picture in film(film_file):
        flags = _flags(picture, empty)
        blobs = list(_blobs(flags))
        following: list[tuple[Area, list[Step]]] = []
        for area in blobs:
            if not _alone(area, blobs) or not _person(area):
                continue
            before = next((steps for last, steps in running if _near(last, area)), [])
            running = [(last, steps) for last, steps in running if steps is not before]
            following.append((area, [*before, _cut(picture, flags, area)]))
        done += [steps for _, steps in running]
        running = following
    done += [steps for _, steps in running]
    long = [steps for steps in done if len(steps) >= STEPS_LEAST and _goes(steps)]
    return sorted(long, key=len, reverse=True)[:WALKERS_MOST]


def _flags(picture: Rgb, empty: Rgb) -> NDArray[np.bool_]:
    apart = np.abs(picture.astype(np.int16) - empty).max(axis=2)
    cells = apart.reshape(HEIGHT // CELL, CELL, WIDTH // CELL, CELL).mean(axis=(1, 3))
    return cells > APART


def _blobs(flags: NDArray[np.bool_]) -> Iterator[Area]:
    """Give what hangs together, gaps of one cell and all."""
    left = {(int(y), int(x)) for y, x in np.argwhere(flags)}
    while left:
        heap, blob = [left.pop()], []
        while heap:
            y, x = heap.pop()
            blob.append((y, x))
            about = {(y + dy, x + dx) for dy in range(-2, 3) for dx in range(-2, 3)} & left
            left -= about
            heap += about
        if len(blob) >= 12:
            rows, columns = [y for y, _ in blob], [x for _, x in blob]
            yield min(columns), min(rows), max(columns) + 1, max(rows) + 1


def _person(area: Area) -> bool:
    left, top, right, bottom = area
    tall, wide = bottom - top, right - left
    whole = left > 1 and right < WIDTH // CELL - 1 and bottom < HEIGHT // CELL - 1
    return whole and tall >= 15 and 1.5 * wide <= tall <= 4 * wide


def _alone(area: Area, blobs: list[Area]) -> bool:
    left, top, right, bottom = area
    return all(
        other == area
        or other[0] > right + 4
        or other[2] < left - 4
        or other[1] > bottom + 4
        or other[3] < top - 4
        for other in blobs
    )


def _near(one: Area, other: Area) -> bool:
    return all(abs(a - b) <= 5 for a, b in zip(one, other, strict=True))


def _goes(steps: list[Step]) -> bool:
    return abs(steps[-1].left - steps[0].left) + abs(steps[-1].top - steps[0].top) > 60


def _cut(picture: Rgb, flags: NDArray[np.bool_], area: Area) -> Step:
    left, top = max(0, area[0] - MARGIN), max(0, area[1] - MARGIN)
    right = min(flags.shape[1], area[2] + MARGIN)
    bottom = min(flags.shape[0], area[3] + MARGIN)
    rows, columns = slice(top * CELL, bottom * CELL), slice(left * CELL, right * CELL)
    solid = np.pad(flags[top:bottom, left:right].astype(np.float32), 1)
    grown = np.maximum.reduce(
        [np.roll(solid, (y, x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    )
    soft = sum(np.roll(grown, (y, x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)) / 9
    alpha = np.asarray(soft, np.float32)[1:-1, 1:-1].repeat(CELL, axis=0).repeat(CELL, axis=1)
    inner = (
        (area[0] - left) * CELL,
        (area[1] - top) * CELL,
        (area[2] - left) * CELL,
        (area[3] - top) * CELL,
    )
    return Step(left * CELL, top * CELL, picture[rows, columns].copy(), alpha, inner)
