"""YOLO: one output of boxes and class scores, in pixels of the input.

Version 8 and later: [1, 4 + classes, n], a score for each class. Version 5 and 7: [1, n, 5 +
classes], a score for each class times one for the box. Centre, width and height in both.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gateway.detection.detector.fit import Scaler
from gateway.detection.detector.shapes import canvas, fits, listed
from gateway.detection.detector.tensors import (
    Array,
    Candidates,
    Image,
    ModelRefused,
    Placed,
    Tensor,
)

USUAL = 640  # pixels, where the file leaves the size open
BOX, BOX_AND_WORTH = 4, 5


class Yolo:
    """Shown pixels of 0..1, letterboxed."""

    def __init__(
        self,
        inputs: Sequence[Tensor],
        outputs: Sequence[Tensor],
        classes: int,
        columns: NDArray[np.intp],
    ) -> None:
        self._canvas = canvas(inputs, free=USUAL)
        self._columns = columns
        self._scaler = Scaler()
        upright = any(fits(output, (1, BOX + classes, None)) for output in outputs)
        lying = any(fits(output, (1, None, BOX_AND_WORTH + classes)) for output in outputs)
        if len(outputs) != 1 or upright == lying:
            raise ModelRefused(
                f"its outputs are {listed(outputs)}; for {classes} labels the yolo decoder "
                f"reads one: [1x{BOX + classes}x?] (v8) or [1x?x{BOX_AND_WORTH + classes}] (v5)"
            )
        self._first_score = BOX if upright else BOX_AND_WORTH
        self._upright = upright

    def feed(self, image: Image) -> tuple[Array, Placed]:
        """Give the letterboxed picture, 0..1."""
        size = self._canvas
        shown, placed = self._scaler.letterbox(image, size.width, size.height)
        return size.lay(shown * np.float32(1 / 255)), placed

    def read(self, answer: Sequence[Array], _floor: float) -> Candidates:
        """Turn centres and sizes in pixels into corners in fractions."""
        rows = answer[0][0].astype(np.float32, copy=False)
        if self._upright:
            rows = rows.T
        scores = rows[:, self._first_score + self._columns]
        if not self._upright:
            scores = scores * rows[:, BOX:BOX_AND_WORTH]
        half = rows[:, 2:4] / 2
        corners = np.hstack([rows[:, :2] - half, rows[:, :2] + half])
        pixels = np.array([self._canvas.width, self._canvas.height] * 2, np.float32)
        return Candidates((corners / pixels).astype(np.float32), scores)
