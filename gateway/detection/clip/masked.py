"""Recordings of a camera with masks: its small stream again, with the masks black.

A packet cannot be masked without its picture: where there are masks the large stream is not
recorded at all, and the small one is encoded anew, all the time, for the seconds before.
"""

import io
from collections.abc import Sequence
from fractions import Fraction

import av
import av.codec
import av.container
import av.video.stream
from av.video.frame import PictureType, VideoFrame

from gateway.detection.plan import Polygon
from gateway.detection.stream.news import StreamUseless
from gateway.detection.stream.ring import Ring
from gateway.detection.stream.sample import Form, Sample, form_of
from gateway.detection.watch.mask import Masks

KEY_SECONDS = 1.0
"""A key frame so often: a recording begins with one."""
GOP_MOST = 250
_MICROSECOND = Fraction(1, 1_000_000)
_ENCODERS = {
    "libx264": {"preset": "ultrafast", "tune": "zerolatency", "crf": "25"},
    "mpeg4": {"qmin": "4", "qmax": "8"},
}
"""In the order in which they are tried: not every build of FFmpeg has the first."""
_BLACK = 128  # of chroma


class MaskedStream:
    """Puts masked pictures into a ring. For the thread of the small stream."""

    def __init__(self, masks: Sequence[Polygon], ring: Ring) -> None:
        self._masks = Masks(masks)
        self._ring = ring
        self._encoder: _Encoder | None = None

    def take(self, picture: VideoFrame, at: float) -> None:
        """Mask a picture, encode it, and put it into the ring."""
        masked = self._hidden(picture)
        size = (masked.width, masked.height)
        if self._encoder is None or self._encoder.size != size:
            self._encoder = _Encoder(*size)
        here = int(1e6 * at)  # one count for all connections: a recording goes on over them
        for sample in self._encoder.encode(masked, here, at):
            self._ring.put(sample)

    def _hidden(self, picture: VideoFrame) -> VideoFrame:
        """Give a copy of the picture with the masks black."""
        width, height = picture.width & ~1, picture.height & ~1
        planes = picture.to_ndarray(format="yuv420p", width=width, height=height)
        hidden = self._masks.pixels(height, width)
        planes[:height][hidden] = 0
        half = hidden.reshape(height // 2, 2, width // 2, 2).any(axis=(1, 3))
        chroma = planes[height:].reshape(2, height // 2, width // 2)
        chroma[:, half] = _BLACK
        return VideoFrame.from_ndarray(planes, format="yuv420p")


class _Encoder:
    """Encodes pictures of one size."""

    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height)
        self._holder, self._stream = _opened(width, height)
        self._form: Form = form_of(self._stream, None)
        self._last_us = -1
        self._keyed: float | None = None

    def encode(self, picture: VideoFrame, here_us: int, at: float) -> list[Sample]:
        """Give the samples of a picture."""
        here_us = self._last_us = max(here_us, self._last_us + 1)
        picture.pts, picture.time_base = here_us, _MICROSECOND
        if self._keyed is None or at - self._keyed >= KEY_SECONDS:
            picture.pict_type = PictureType.I
            self._keyed = at
        return [
            Sample(
                bytes(packet),
                self._form,
                is_sound=False,
                is_key=packet.is_keyframe,
                at=at,
                decode_us=here_us,
                show_us=here_us,
            )
            for packet in self._stream.encode(picture)
        ]


def _opened(
    width: int, height: int
) -> tuple[av.container.OutputContainer, av.video.stream.VideoStream]:
    """Open an encoder. Its film is never written: it only has the encoder say its parameters."""
    for name, options in _ENCODERS.items():
        if name not in av.codec.codecs_available:
            continue
        film = av.open(io.BytesIO(), "w", format="mp4")
        stream = film.add_stream(name, rate=25, options=options)
        assert isinstance(stream, av.video.stream.VideoStream)  # noqa: S101 - for mypy: it is
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = _MICROSECOND
        stream.codec_context.thread_count = 1
        stream.codec_context.gop_size = GOP_MOST
        stream.codec_context.max_b_frames = 0
        film.start_encoding()
        return film, stream
    raise StreamUseless("this machine has no encoder for recordings with masks")
