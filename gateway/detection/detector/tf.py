"""Frozen graphs of the TF Object Detection API: boxes, scores, classes, how many; NMS is inside."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gateway.detection.detector.fit import Scaler
from gateway.detection.detector.shapes import canvas, fits, listed
from gateway.detection.detector.tensors import (
    Array,
    Candidates,
    Floats,
    Image,
    ModelRefused,
    Placed,
    Tensor,
)

USUAL = 300  # pixels, where the file leaves the size open
SHAPES: dict[str, tuple[int | None, ...]] = {
    "boxes": (1, None, 4),
    "scores": (1, None),
    "classes": (1, None),
    "num": (1,),
}


class Tf:
    """Shown bytes as they are, stretched. Outputs are known by their names."""

    def __init__(
        self,
        inputs: Sequence[Tensor],
        outputs: Sequence[Tensor],
        _classes: int,
        columns: NDArray[np.intp],
    ) -> None:
        self._canvas = canvas(inputs, kinds=("uint8",), free=USUAL)
        self._columns = columns
        self._scaler = Scaler()
        self._number = {word: _named(outputs, word, shape) for word, shape in SHAPES.items()}

    def feed(self, image: Image) -> tuple[Array, Placed]:
        """Give the stretched picture."""
        shown = self._scaler.stretch(image, self._canvas.width, self._canvas.height)
        return self._canvas.lay(shown), Placed()

    def read(self, answer: Sequence[Array], _floor: float) -> Candidates:
        """Give what the graph kept: boxes are top, left, bottom, right; classes count from 1."""
        count = int(answer[self._number["num"]][0])
        boxes, scores, classes = (
            answer[self._number[word]][0][: max(count, 0)]
            for word in ("boxes", "scores", "classes")
        )
        corners = boxes.astype(np.float32)[:, [1, 0, 3, 2]]
        return Candidates(corners, self._spread(scores, classes))

    def _spread(self, scores: Array, classes: Array) -> Floats:
        """Give [n, columns]: a score where the class is the column's, else 0."""
        same = classes.astype(np.intp)[:, None] == self._columns[None]
        return np.where(same, scores.astype(np.float32)[:, None], np.float32(0.0))


def _named(outputs: Sequence[Tensor], word: str, shape: tuple[int | None, ...]) -> int:
    for number, output in enumerate(outputs):
        if word in output.name.lower() and fits(output, shape):
            return number
    raise ModelRefused(f"none of its outputs is called {word}: {listed(outputs)}")
