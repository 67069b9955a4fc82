"""A piece of a picture for a second opinion: the find with its surroundings, and less noise.

Measured (docs/vision.md): a model that knows whole scenes finds hardly anybody in a tight piece,
and the noise of a night picture, enlarged with it, hides who is there.
"""

import numpy as np

from gateway.detection.detector.boxes import Box
from gateway.detection.watch.mask import Rgb

SIDES = 3.0  # of the longer side of the find: the side of the piece, which is a square
LEAST_PIXELS = 32


def closer(rgb: Rgb, box: Box) -> Rgb:
    """Give the square about a find, cut at the picture's borders, each pixel the mean of nine."""
    height, width = rgb.shape[:2]
    across, down = (box.right - box.left) * width, (box.bottom - box.top) * height
    reach = max(SIDES * max(across, down), LEAST_PIXELS) / 2
    left, right = _span((box.left + box.right) / 2 * width, reach, width)
    top, bottom = _span((box.top + box.bottom) / 2 * height, reach, height)
    return _softer(rgb[top:bottom, left:right])


def _span(middle: float, reach: float, size: int) -> tuple[int, int]:
    first = min(max(int(middle - reach), 0), size - 1)
    return first, max(first + 1, min(int(middle + reach), size))


def _softer(piece: Rgb) -> Rgb:
    framed = np.pad(piece.astype(np.uint16), ((1, 1), (1, 1), (0, 0)), mode="edge")
    tall = framed[:-2] + framed[1:-1] + framed[2:]
    softer: Rgb = ((tall[:, :-2] + tall[:, 1:-1] + tall[:, 2:]) // 9).astype(np.uint8)
    return softer
