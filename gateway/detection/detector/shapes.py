"""Holds a model's declared shapes against what its decoder reads: what does not fit is refused."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gateway.detection.detector.tensors import Array, Floats, ModelRefused, Pixels, Tensor

COLOURS = 3
LONGEST = 4096  # pixels: a larger input is no detector's


@dataclass(frozen=True, slots=True)
class Canvas:
    """What a model is shown: its size, and the order of its axes."""

    width: int
    height: int
    planes_first: bool  # [1, 3, height, width], else [1, height, width, 3]
    kind: str

    def lay(self, pixels: Floats | Pixels) -> Array:
        """Give pixels [height, width, 3] the axes and type of the model's input."""
        ordered = pixels.transpose(2, 0, 1) if self.planes_first else pixels
        return np.ascontiguousarray(ordered[None], _TYPES[self.kind])


_TYPES = {"float": np.float32, "float16": np.float16, "uint8": np.uint8}


def canvas(
    inputs: Sequence[Tensor], *, kinds: Sequence[str] = ("float", "float16"), free: int = 0
) -> Canvas:
    """Read a model's one input, a picture; its side is `free` where the file leaves it open."""
    if len(inputs) != 1:
        raise ModelRefused(f"it takes {len(inputs)} inputs, not one picture: {listed(inputs)}")
    (taken,) = inputs
    if taken.kind not in kinds:
        raise ModelRefused(f"its input is {taken}, and the decoder gives {' or '.join(kinds)}")
    if len(taken.shape) != 4 or taken.shape[0] not in (1, None):
        raise ModelRefused(f"its input is {taken}, not one picture")
    planes_first = taken.shape[1] == COLOURS
    if not planes_first and taken.shape[3] != COLOURS:
        raise ModelRefused(f"its input is {taken}: no axis of {COLOURS} colours")
    tall, wide = taken.shape[2:] if planes_first else taken.shape[1:3]
    height, width = tall or free, wide or free
    if not (0 < width <= LONGEST and 0 < height <= LONGEST):
        raise ModelRefused(f"its input is {taken}, and the decoder needs a size")
    return Canvas(width, height, planes_first, taken.kind)


def matching(
    outputs: Sequence[Tensor], shape: tuple[int | None, ...], what: str, *, but: int = -1
) -> int:
    """Give the number of the output with a shape, `but` one; None stands for any length."""
    for number, output in enumerate(outputs):
        if number != but and fits(output, shape):
            return number
    wanted = "x".join("?" if size is None else str(size) for size in shape)
    raise ModelRefused(f"none of its outputs is {what}, [{wanted}]: {listed(outputs)}")


def fits(tensor: Tensor, shape: tuple[int | None, ...]) -> bool:
    """Tell whether a tensor may have a shape: a length that the file leaves open may be any."""
    return len(tensor.shape) == len(shape) and all(
        None in {has, wants} or has == wants for has, wants in zip(tensor.shape, shape, strict=True)
    )


def listed(tensors: Sequence[Tensor]) -> str:
    """Name tensors for a sentence."""
    return ", ".join(map(str, tensors)) or "none"
