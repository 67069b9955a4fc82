"""What the detector finds, and how one thing that was found twice becomes one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gateway.detection.detector.tensors import Floats
from gateway.model.sight import Seen

OVERLAP = 0.5  # intersection over union: two boxes that share more are one thing
INSIDE = 0.85  # a box that lies inside a better one by this share of itself is a part of it


@dataclass(frozen=True, slots=True)
class Box:
    """Something of a class that is looked for, and where: fractions of the picture."""

    seen: Seen
    label: str  # the model's own word
    score: float
    left: float
    top: float
    right: float
    bottom: float


def distinct(boxes: Floats, *, inside: float = INSIDE) -> NDArray[np.intp]:
    """Give the numbers of the boxes that stand for something of their own.

    `boxes` is [n, 4], the best first. A box goes where a better one overlaps it by more than
    OVERLAP, or holds more than `inside` of it.
    """
    sides = boxes[:, 2:] - boxes[:, :2]
    areas = sides[:, 0] * sides[:, 1]
    shared = _shared(boxes)
    union = areas[:, None] + areas - shared
    covers = (shared > OVERLAP * union) | (shared > inside * areas)
    kept: list[int] = []
    gone = np.zeros(len(boxes), np.bool_)
    for number, covered in enumerate(covers):
        if not gone[number]:
            kept.append(number)
            gone |= covered
    return np.array(kept, np.intp)


def _shared(boxes: Floats) -> Floats:
    """Give the area that each box shares with each."""
    starts = np.maximum(boxes[:, None, :2], boxes[:, :2])
    sides = np.maximum(np.minimum(boxes[:, None, 2:], boxes[:, 2:]) - starts, np.float32(0))
    shared: Floats = sides[..., 0] * sides[..., 1]
    return shared
