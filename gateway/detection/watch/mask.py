"""Privacy: what a mask covers is black before anything looks at it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gateway.detection.plan import Polygon
from gateway.detection.watch.shrink import Flags, fill, shrink_flags

type Rgb = NDArray[np.uint8]


class Masks:
    """The masks of one camera, for pictures of any size."""

    def __init__(self, polygons: Sequence[Polygon]) -> None:
        self._polygons = tuple(polygons)
        self._pixels: Flags = np.zeros((0, 0), np.bool_)

    def pixels(self, height: int, width: int) -> Flags:
        """Flag the pixels of a picture that are masked: each that a mask touches."""
        known = self._pixels  # of the size before, perhaps: another thread may ask for that
        if known.shape != (height, width):
            pixels = np.zeros((height, width), np.bool_)
            for polygon in self._polygons:
                pixels |= fill(polygon, height, width)
            known = self._pixels = _grow(pixels)
        return known

    def cells(self, height: int, width: int) -> Flags:
        """Flag the cells of a picture in which any pixel is masked."""
        return shrink_flags(self.pixels(height, width))

    def hide(self, rgb: Rgb) -> Rgb:
        """Give the picture with the masked pixels black; itself where there are no masks."""
        if not self._polygons:
            return rgb
        hidden = rgb.copy()
        hidden[self.pixels(rgb.shape[0], rgb.shape[1])] = 0
        return hidden

    def covers(self, x: float, y: float) -> bool:
        """Tell whether a point, in fractions, is masked in the pictures that were seen."""
        height, width = self._pixels.shape
        if not height or not 0 <= x < 1 or not 0 <= y < 1:
            return False
        return bool(self._pixels[int(y * height), int(x * width)])


def _grow(pixels: Flags) -> Flags:
    grown = pixels.copy()
    grown[1:] |= pixels[:-1]
    grown[:-1] |= pixels[1:]
    sides = grown.copy()
    grown[:, 1:] |= sides[:, :-1]
    grown[:, :-1] |= sides[:, 1:]
    return grown
