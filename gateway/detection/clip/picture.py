"""Pictures as JPEG, with a frame around what was found in them."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from gateway.detection.detector.boxes import Box
from gateway.model.sight import Seen

QUALITY = 4
"""Of MJPEG: 2 is the best, 31 the worst."""
_COLOURS = {Seen.PERSON: (255, 48, 48), Seen.VEHICLE: (64, 160, 255), Seen.ANIMAL: (64, 220, 96)}
_LINES_IN_HEIGHT = 240  # a frame is one such part of the picture's height thick


def jpeg_of(rgb: NDArray[np.uint8], boxes: Sequence[Box] = ()) -> bytes:
    """Give a picture with its boxes drawn; what is masked was made black before."""
    drawn = rgb.copy()
    for box in boxes:
        _draw(drawn, box)
    # The chroma of JPEG is half as fine: sides are even.
    even = np.ascontiguousarray(drawn[: drawn.shape[0] & ~1, : drawn.shape[1] & ~1])
    frame = VideoFrame.from_ndarray(even, format="rgb24").reformat(
        format="yuvj420p", dst_colorspace="ITU601", dst_color_range="JPEG", threads=1
    )
    encoder = CodecContext.create("mjpeg", "w")
    assert isinstance(encoder, VideoCodecContext)  # noqa: S101 - for mypy: it is
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, "yuvj420p"
    encoder.time_base = Fraction(1)
    encoder.thread_count = 1
    encoder.qmin = encoder.qmax = QUALITY
    return b"".join(map(bytes, (*encoder.encode(frame), *encoder.encode(None))))


def _draw(rgb: NDArray[np.uint8], box: Box) -> None:
    height, width = rgb.shape[:2]
    thick = max(1, height // _LINES_IN_HEIGHT)
    left, right = (int(np.clip(x, 0, 1) * (width - 1)) for x in (box.left, box.right))
    top, bottom = (int(np.clip(y, 0, 1) * (height - 1)) for y in (box.top, box.bottom))
    colour = _COLOURS[box.seen]
    rgb[top : top + thick, left : right + 1] = colour
    rgb[max(0, bottom - thick + 1) : bottom + 1, left : right + 1] = colour
    rgb[top : bottom + 1, left : left + thick] = colour
    rgb[top : bottom + 1, max(0, right - thick + 1) : right + 1] = colour
