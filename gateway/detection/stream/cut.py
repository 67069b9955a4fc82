"""A part of a decoder's picture, as it is: colours are made of no more than is looked at."""

import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from numpy.typing import NDArray

HALVED = frozenset({"yuv420p", "yuvj420p"})
"""The planes of colour are half as wide and high as that of light."""


def cut(picture: VideoFrame, left: float, top: float, right: float, bottom: float) -> VideoFrame:
    """Give a part, in fractions of the picture, to the nearest two pixels."""
    if picture.format.name not in HALVED:
        picture = picture.reformat(format="yuv420p", threads=1)
    columns, rows = _span(left, right, picture.width), _span(top, bottom, picture.height)
    size = columns.stop - columns.start, rows.stop - rows.start
    if size == (picture.width, picture.height):
        return picture
    piece = VideoFrame(*size, picture.format.name)
    piece.colorspace, piece.color_range = picture.colorspace, picture.color_range
    for number, (source, target) in enumerate(zip(picture.planes, piece.planes, strict=True)):
        share = 2 if number else 1
        width, height = (-(-side // share) for side in size)  # of an odd side, the last is alone
        y, x = rows.start // share, columns.start // share
        _lines(target)[:height, :width] = _lines(source)[y : y + height, x : x + width]
    return piece


def _lines(plane: VideoPlane) -> NDArray[np.uint8]:
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)


def _span(first: float, last: float, size: int) -> slice:
    """Give what lies between two fractions, an even number of pixels from an even one on."""
    if (first, last) == (0.0, 1.0):
        return slice(0, size)
    begin = min(round(first * size / 2), size // 2 - 1)
    return slice(2 * begin, 2 * max(begin + 1, min(round(last * size / 2), size // 2)))
