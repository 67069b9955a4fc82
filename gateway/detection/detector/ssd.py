"""SSD with raw outputs: offsets from fixed anchors and class logits (TF Object Detection API)."""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, log, sqrt

import numpy as np
from numpy.typing import NDArray

from gateway.detection.detector.fit import Scaler
from gateway.detection.detector.shapes import Canvas, canvas, matching
from gateway.detection.detector.tensors import (
    Array,
    Candidates,
    Floats,
    Image,
    Placed,
    Tensor,
)

LAYERS = 6
SMALLEST, LARGEST = 0.2, 0.95  # anchor scales of the first and last layer (ssd_anchor_generator)
LOWEST = ((0.1, 1.0), (SMALLEST, 2.0), (SMALLEST, 0.5))  # scale, aspect: reduce_boxes_in_lowest
ASPECTS = (1.0, 2.0, 1 / 2, 3.0, 1 / 3)
NEARLY = 0.01  # of a logit: what lies so near below a score is not left out by rounding
STRIDE = 16  # of the first layer; each further one halves it
CENTRE, SIZE = 10.0, 5.0  # box_coder: y_scale and x_scale, height_scale and width_scale


class Ssd:
    """Shown pixels of -1..1, stretched; answers [1, n, 4] offsets and [1, n, classes] logits."""

    def __init__(
        self,
        inputs: Sequence[Tensor],
        outputs: Sequence[Tensor],
        classes: int,
        columns: NDArray[np.intp],
    ) -> None:
        self._canvas: Canvas = canvas(inputs)
        self._anchors = anchors(self._canvas.width, self._canvas.height)
        count = len(self._anchors)
        self._boxes = matching(outputs, (1, count, 4), "the boxes")
        self._logits = matching(outputs, (1, count, classes), "the scores", but=self._boxes)
        self._columns = columns
        self._bar = np.full(classes, np.inf, np.float32)  # that no other class's logit takes
        self._bar[columns] = 0.0
        self._scaler = Scaler()

    def feed(self, image: Image) -> tuple[Array, Placed]:
        """Give the stretched picture, -1..1."""
        shown = self._scaler.stretch(image, self._canvas.width, self._canvas.height)
        light = shown * np.float32(1 / 127.5)
        light -= np.float32(1.0)
        return self._canvas.lay(light), Placed()

    def read(self, answer: Sequence[Array], floor: float) -> Candidates:
        """Put the anchors where the offsets say; a class's logit is its own sigmoid."""
        all_logits = answer[self._logits][0]
        hopeful = np.flatnonzero(all_logits >= self._bar + np.float32(logit(floor) - NEARLY))
        some = sorted({*(hopeful // len(self._bar)).tolist()})
        logits = all_logits[some][:, self._columns].astype(np.float32, copy=False)
        offsets = answer[self._boxes][0][some].astype(np.float32, copy=False)
        return Candidates(moved(self._anchors[some], offsets), sigmoid(logits))


def sigmoid(logits: Floats) -> Floats:
    """Give 1 / (1 + e^-x), without an overflow."""
    return np.float32(0.5) * (np.float32(1.0) + np.tanh(np.float32(0.5) * logits))


def logit(score: float) -> float:
    """Undo the sigmoid; what is no share has an end."""
    share = min(max(score, 1e-6), 1 - 1e-6)
    return log(share / (1 - share))


def moved(anchors: Floats, offsets: Floats) -> Floats:
    """Decode ty, tx, th, tw (faster_rcnn_box_coder) into left, top, right, bottom."""
    centres = offsets[:, :2] / CENTRE * anchors[:, 2:] + anchors[:, :2]
    sizes = np.exp(np.clip(offsets[:, 2:] / SIZE, -10.0, 10.0)) * anchors[:, 2:]
    corners = np.hstack([centres - sizes / 2, centres + sizes / 2])
    return corners[:, [1, 0, 3, 2]].astype(np.float32, copy=False)


def anchors(width: int, height: int) -> Floats:
    """Give [n, 4]: centre y, centre x, height, width of each anchor, as fractions."""
    scales = np.linspace(SMALLEST, LARGEST, LAYERS).tolist()
    layers = [_layer(width, height, n, shapes) for n, shapes in enumerate(_shapes(scales))]
    return np.concatenate(layers).astype(np.float32)


def _shapes(scales: list[float]) -> list[list[tuple[float, float]]]:
    """Give each layer's scales and aspects; one of aspect 1 lies between it and the next."""
    shapes = [
        [*((scale, aspect) for aspect in ASPECTS), (sqrt(scale * after), 1.0)]
        for scale, after in pairwise([*scales, 1.0])
    ]
    return [list(LOWEST), *shapes[1:]]


def _layer(width: int, height: int, number: int, shapes: list[tuple[float, float]]) -> Floats:
    stride = STRIDE * 2**number
    rows, columns = ceil(height / stride), ceil(width / stride)
    y = (np.arange(rows) + 0.5) / rows
    x = (np.arange(columns) + 0.5) / columns
    centres = np.stack(np.meshgrid(y, x, indexing="ij"), axis=-1).reshape(-1, 1, 2)
    sizes = np.array([(scale / sqrt(aspect), scale * sqrt(aspect)) for scale, aspect in shapes])
    both = np.broadcast_arrays(centres, sizes[None])
    return np.concatenate(both, axis=-1).reshape(-1, 4).astype(np.float32)
