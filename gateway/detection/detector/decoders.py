"""The kinds of model that can be read, by the name that the configuration gives them."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gateway.detection.detector.nanodet import Nanodet
from gateway.detection.detector.ssd import Ssd
from gateway.detection.detector.tensors import Decoder, ModelRefused, Tensor
from gateway.detection.detector.tf import Tf
from gateway.detection.detector.yolo import Yolo

type Make = Callable[[Sequence[Tensor], Sequence[Tensor], int, NDArray[np.intp]], Decoder]

DECODERS: Mapping[str, Make] = {"ssd": Ssd, "yolo": Yolo, "nanodet": Nanodet, "tf": Tf}


def decoder(
    kind: str,
    inputs: Sequence[Tensor],
    outputs: Sequence[Tensor],
    classes: int,
    columns: NDArray[np.intp],
) -> Decoder:
    """Give what reads a model of a kind; raise ModelRefused where its shapes are another's.

    `classes` is how many labels there are, `columns` the numbers of those that are asked for.
    """
    if (make := DECODERS.get(kind)) is None:
        raise ModelRefused(f"there is no decoder {kind!r}; there are {', '.join(DECODERS)}")
    return make(inputs, outputs, classes, columns)
