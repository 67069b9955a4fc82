"""The small stream of a camera, decoded: what the detection looks at."""

from collections.abc import Callable, Iterator
from typing import Any

import av.codec.context
import av.container
import av.error
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from gateway.detection.stream.line import Line, Now
from gateway.detection.stream.news import StreamBack, StreamTrouble, StreamUseless, Tell
from gateway.detection.stream.opening import PATIENCE, Opener, Patience, open_rtsp
from gateway.model.credential import Code

type Grey = NDArray[np.uint8]
type Colours = NDArray[np.uint8]
type OnFrame = Callable[[Grey, VideoFrame, float], None]
"""Is given a picture's luma [height, width], all of it, and when it came. Called on the stream's
thread. Both are what the decoder still needs: not to be written to.
"""
type OnPicture = Callable[[VideoFrame, float], None]
"""Is given the same picture before that."""

WHOLE_PIXELS_MOST = 2560 * 1440
"""Of a larger picture only the key frames are decoded: a 4K stream takes a core of its own."""
SPARSE_SILENCE_SECONDS = 30.0
"""Key frames may be that far apart."""
_LUMA_FIRST = frozenset(
    {"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "nv21", "gray"}
)


class SubStream:
    """Decodes a stream for as long as it lives."""

    def __init__(  # noqa: PLR0913 - each is another's to give
        self,
        url: Code,
        on_frame: OnFrame,
        tell: Tell,
        now: Now,
        *,
        on_picture: OnPicture | None = None,
        opener: Opener = open_rtsp,
        patience: Patience = PATIENCE,
        name: str = "sub",
    ) -> None:
        self._on_frame = on_frame
        self._on_picture = on_picture
        self._now = now
        self._patience = patience
        self._line = Line(name, url, self._use, tell, now=now, opener=opener, patience=patience)
        self.start, self.stop, self.join = self._line.start, self._line.stop, self._line.join

    def _use(self, opened: av.container.InputContainer) -> Iterator[StreamBack | None]:
        stream = _picture_of(opened)
        back = _prepare(stream)
        silence = SPARSE_SILENCE_SECONDS if back.sparse else self._patience.silence
        told = False
        last = self._now()
        for packet in opened.demux():  # sound too: a picture that stops is noticed by it
            at = self._now()
            for frame in _decoded(stream, packet):
                last = at
                if self._line.is_ending:
                    return
                self._show(frame, at)
                if not told:
                    told = True
                    yield back
            if at - last > silence:
                raise StreamTrouble(f"no picture could be decoded for {at - last:.0f} s")
            yield None

    def _show(self, frame: VideoFrame, at: float) -> None:
        if self._on_picture is not None:
            self._on_picture(frame, at)
        self._on_frame(luma_of(frame), frame, at)


def luma_of(frame: VideoFrame) -> Grey:
    """Give a picture's luma, without a copy where there is one."""
    if frame.format.name not in _LUMA_FIRST:
        frame = frame.reformat(format="gray")
    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    luma = rows[: frame.height, : frame.width]
    luma.flags.writeable = False
    return luma


def colours_of(frame: VideoFrame) -> Colours:
    """Give a picture's colours [height, width, 3], a copy."""
    shown = frame.reformat(format="rgb24", threads=1)  # by itself it would wake two more
    return np.asarray(shown.to_ndarray(), np.uint8)


def _picture_of(opened: av.container.InputContainer) -> VideoStream:
    if not opened.streams.video:
        raise StreamUseless("there is no picture in the stream")
    stream = opened.streams.video[0]
    if stream.codec_context is None:
        raise StreamUseless("its codec is unknown here: set the camera to H.264 or H.265")
    return stream


def _prepare(stream: VideoStream) -> StreamBack:
    codec = stream.codec_context
    codec.thread_count = 1  # more threads hold pictures back
    codec.flags |= av.codec.context.Flags.low_delay
    sparse = codec.width * codec.height > WHOLE_PIXELS_MOST
    if sparse:
        codec.skip_frame = "NONKEY"
    return StreamBack(codec.name, codec.width, codec.height, sparse)


def _decoded(stream: VideoStream, packet: "av.Packet[Any]") -> list[VideoFrame]:
    """Decode a packet; what is broken gives no picture, and none for long is a trouble."""
    if not packet.size or packet.stream.index != stream.index:
        return []
    try:
        return stream.codec_context.decode(packet)
    except (av.error.InvalidDataError, av.error.BugError, av.error.UnknownError):
        return []
