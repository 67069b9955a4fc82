"""NanoDet: scores, and for each side of a box how far it is away, as a distribution over bins.

The file gives [1, n, classes] and [1, n, 4 * bins] for each stride, or all of it in one output
[1, n, classes + 4 * bins]. Scores are 0..1: exported with their sigmoid, as upstream does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from gateway.detection.detector.fit import Scaler
from gateway.detection.detector.shapes import canvas, listed, matching
from gateway.detection.detector.tensors import (
    Array,
    Candidates,
    Floats,
    Image,
    ModelRefused,
    Placed,
    Tensor,
)

MEAN = np.array([103.53, 116.28, 123.675], np.float32)  # blue, green, red
DEVIATION = np.array([57.375, 57.12, 58.395], np.float32)
BINS = 8  # reg_max 7, in every published configuration


@dataclass(frozen=True, slots=True)
class Family:
    """A generation of NanoDet: its strides, and where in its cell a point lies."""

    strides: tuple[int, ...]
    offset: float


FAMILIES = (Family((8, 16, 32), 0.5), Family((8, 16, 32, 64), 0.0))  # NanoDet, NanoDet-Plus


class Nanodet:
    """Shown normalised blue, green, red, letterboxed."""

    def __init__(
        self,
        inputs: Sequence[Tensor],
        outputs: Sequence[Tensor],
        classes: int,
        columns: NDArray[np.intp],
    ) -> None:
        self._canvas = canvas(inputs)
        self._columns = columns
        self._classes = classes
        self._scaler = Scaler()
        for family in FAMILIES:
            counts = [self._points(stride) for stride in family.strides]
            if (parts := _parts(outputs, counts, classes)) is not None:
                self._parts = parts
                self._cells = [
                    _cells(self._canvas.width, self._canvas.height, stride, family.offset)
                    for stride in family.strides
                ]
                return
        raise ModelRefused(
            f"its outputs are {listed(outputs)}; for {classes} labels and an input of "
            f"{self._canvas.width}x{self._canvas.height} the nanodet decoder reads "
            f"[1x{sum(map(self._points, FAMILIES[0].strides))}x{classes + 4 * BINS}], "
            "NanoDet-Plus's, or scores and distances for each stride"
        )

    def feed(self, image: Image) -> tuple[Array, Placed]:
        """Give the letterboxed picture, blue first, each colour by its mean and deviation."""
        size = self._canvas
        shown, placed = self._scaler.letterbox(image, size.width, size.height)
        return size.lay((shown[:, :, ::-1] - MEAN) / DEVIATION), placed

    def read(self, answer: Sequence[Array], _floor: float) -> Candidates:
        """Put each side where its distribution expects it."""
        scores, distances = self._split(answer)
        points = np.concatenate([cells[:, :2] for cells in self._cells])
        strides = np.concatenate([cells[:, 2:] for cells in self._cells])
        away = expected(distances) * strides
        corners = np.hstack([points - away[:, :2], points + away[:, 2:]])
        pixels = np.array([self._canvas.width, self._canvas.height] * 2, np.float32)
        return Candidates((corners / pixels).astype(np.float32), scores[:, self._columns])

    def _split(self, answer: Sequence[Array]) -> tuple[Floats, Floats]:
        tables = [
            np.hstack([answer[number][0].astype(np.float32, copy=False) for number in numbers])
            for numbers in self._parts
        ]
        table = np.concatenate(tables)
        return table[:, : self._classes], table[:, self._classes :]

    def _points(self, stride: int) -> int:
        return ceil(self._canvas.width / stride) * ceil(self._canvas.height / stride)


def expected(distances: Floats) -> Floats:
    """Give [n, 4] from [n, 4 * BINS] logits: the mean bin of each side's softmax."""
    bins = distances.reshape(-1, 4, BINS)
    weights = np.exp(bins - bins.max(axis=2, keepdims=True))
    mean: Floats = (weights @ np.arange(BINS, dtype=np.float32) / weights.sum(axis=2)).astype(
        np.float32, copy=False
    )
    return mean


def _parts(
    outputs: Sequence[Tensor], counts: Sequence[int], classes: int
) -> list[tuple[int, ...]] | None:
    """Give the numbers of the outputs that each table is made of, in the order of the strides."""
    try:
        if len(outputs) == 1:
            return [(matching(outputs, (1, sum(counts), classes + 4 * BINS), "all"),)]
        return [
            (
                matching(outputs, (1, count, classes), "the scores"),
                matching(outputs, (1, count, 4 * BINS), "the distances"),
            )
            for count in counts
        ]
    except ModelRefused:
        return None


def _cells(width: int, height: int, stride: int, offset: float) -> Floats:
    """Give [n, 3]: x, y in pixels, and the stride."""
    y, x = np.mgrid[0 : ceil(height / stride), 0 : ceil(width / stride)]
    points = (np.stack([x.ravel(), y.ravel()], axis=1) + offset) * stride
    return np.hstack([points, np.full((len(points), 1), stride)]).astype(np.float32)
