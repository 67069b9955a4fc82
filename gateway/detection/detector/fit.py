"""Brings a picture to the size that a model wants: stretched, or whole with a border."""

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from gateway.detection.detector.tensors import Image, Pixels, Placed

BORDER = 114  # the grey that the YOLO family was trained with
SCALERS_MOST = 32
_CODED = frozenset({"yuv420p", "yuvj420p"})
"""A decoder's picture is scaled as it is, and coloured small: a third of the time."""


class Scaler:
    """Scales pictures by area, so that what is small does not fall between two pixels.

    For one thread at a time.
    """

    def __init__(self) -> None:
        self._scaling: dict[tuple[int, int], VideoReformatter] = {}  # by the size of the picture
        self._colouring = VideoReformatter()

    def stretch(self, image: Image, width: int, height: int) -> Pixels:
        """Give the picture with another width and height."""
        frame = _framed(image)
        scaled = self._scaler(frame.width, frame.height).reformat(
            frame,
            width=width,
            height=height,
            format=frame.format.name if frame.format.name in _CODED else "rgb24",
            interpolation=Interpolation.AREA,
            threads=1,
        )
        shown = self._colouring.reformat(scaled, format="rgb24", threads=1)
        return shown.to_ndarray().astype(np.uint8, copy=False)

    def _scaler(self, width: int, height: int) -> VideoReformatter:
        """Give what has scaled such a picture before: to begin takes as long as to scale."""
        known = self._scaling.pop((width, height), None) or VideoReformatter()
        self._scaling[width, height] = known
        if len(self._scaling) > SCALERS_MOST:
            del self._scaling[next(iter(self._scaling))]
        return known

    def letterbox(self, image: Image, width: int, height: int) -> tuple[Pixels, Placed]:
        """Give the whole picture in its own proportions, in the middle of a grey one."""
        frame = _framed(image)
        scale = min(width / frame.width, height / frame.height)
        inner_width = max(1, round(frame.width * scale))
        inner_height = max(1, round(frame.height * scale))
        left, top = (width - inner_width) // 2, (height - inner_height) // 2
        shown = np.full((height, width, 3), BORDER, np.uint8)
        inner = self.stretch(frame, inner_width, inner_height)
        shown[top : top + inner_height, left : left + inner_width] = inner
        place = Placed(left / width, top / height, inner_width / width, inner_height / height)
        return shown, place


def _framed(image: Image) -> VideoFrame:
    if isinstance(image, VideoFrame):
        return image
    return VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
