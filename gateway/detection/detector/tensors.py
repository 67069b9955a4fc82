"""What goes into a model and comes out of it, and why a model is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

type Pixels = NDArray[np.uint8]
"""A picture: [height, width, 3], red, green, blue."""
type Image = Pixels | VideoFrame
"""A picture, or one as a decoder gives it."""
type Floats = NDArray[np.float32]
type Array = NDArray[np.generic]

MOST_CANDIDATES = 1000  # of one picture, the best: what is beyond is noise


class ModelRefused(Exception):
    """A model cannot be used. The message is a sentence for whoever configured it."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """An input or output as the model's file declares it."""

    name: str
    shape: tuple[int | None, ...]  # None: any length
    kind: str  # "float", "uint8", …

    def __str__(self) -> str:
        sizes = "x".join("?" if size is None else str(size) for size in self.shape)
        return f"{self.name} {self.kind}[{sizes}]"


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a picture lies in what a model is shown: fractions of that."""

    left: float = 0.0
    top: float = 0.0
    width: float = 1.0
    height: float = 1.0

    def undo(self, boxes: Floats) -> Floats:
        """Turn boxes from fractions of what the model was shown into fractions of the picture."""
        origin = np.array([self.left, self.top] * 2, np.float32)
        size = np.array([self.width, self.height] * 2, np.float32)
        placed: Floats = np.minimum(np.maximum((boxes - origin) / size, 0.0), 1.0)
        return placed


@dataclass(frozen=True, slots=True)
class Candidates:
    """All that a model offers for one picture, the worthless included."""

    boxes: Floats  # [n, 4]: left, top, right, bottom as fractions of what the model was shown
    scores: Floats  # [n, len(columns)], 0..1


@dataclass(frozen=True, slots=True)
class Found:
    """What is worth telling: each one a box, a score and a class number."""

    boxes: Floats  # [n, 4]: left, top, right, bottom as fractions of the picture
    scores: Floats  # [n]
    classes: NDArray[np.intp]  # [n]


class Decoder(Protocol):
    """Makes a picture what one kind of model wants to be shown, and reads its answer.

    It is made for certain columns: the numbers of the classes whose scores are asked for.
    """

    def feed(self, image: Image) -> tuple[Array, Placed]:
        """Give the model's input, and where in it the picture lies."""
        ...

    def read(self, answer: Sequence[Array], floor: float) -> Candidates:
        """Read the model's outputs, in the order in which its file declares them.

        What scores below the floor may be left out.
        """
        ...


def above(
    reader: Decoder,
    answer: Sequence[Array],
    columns: NDArray[np.intp],
    floor: float,
    placed: Placed,
) -> Found:
    """Keep what scores at least the floor, the best first; one box may stand for two classes.

    What is no number, or has no area, is left out.
    """
    with np.errstate(all="ignore"):
        candidates = reader.read(answer, floor)
        rows, places = np.nonzero(candidates.scores >= floor)
        scores = candidates.scores[rows, places]
        best = np.argsort(-scores, kind="stable")[:MOST_CANDIDATES]
        boxes = placed.undo(candidates.boxes[rows[best]])
    whole = np.all(np.isfinite(boxes), axis=1) & np.all(boxes[:, 2:] > boxes[:, :2], axis=1)
    return Found(boxes[whole], scores[best][whole], columns[places[best]][whole])
