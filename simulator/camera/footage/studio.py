"""Makes files of moving pictures, and single pictures of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import av
import numpy as np
from numpy.typing import NDArray

from simulator.camera.codec import Codec
from simulator.camera.footage.reel import Reel, Unit

type Rgb = NDArray[np.uint8]
"""A picture: height, width, 3."""

_ENCODERS = {Codec.H264: "libx264", Codec.H265: "libx265"}
_DECODERS = {Codec.H264: "h264", Codec.H265: "hevc"}
_OPTIONS = {"preset": "ultrafast", "tune": "zerolatency", "crf": "26"}
_START = b"\x00\x00\x00\x01"


@dataclass(frozen=True, slots=True)
class Format:
    width: int
    height: int
    rate: int = 10  # pictures a second
    codec: Codec = Codec.H264


def film(path: Path, pictures: Iterable[Rgb], form: Format) -> Path:
    """Write pictures of any size to a file, a key picture every second."""
    with av.open(str(path), "w") as container:
        options = _OPTIONS | ({"x265-params": "log-level=none"} if form.codec is Codec.H265 else {})
        added = container.add_stream(_ENCODERS[form.codec], rate=form.rate, options=options)
        stream = cast(av.VideoStream, added)
        stream.width, stream.height, stream.pix_fmt = form.width, form.height, "yuv420p"
        stream.codec_context.gop_size = form.rate
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            container.mux(stream.encode(frame.reformat(form.width, form.height, "yuv420p")))
        container.mux(stream.encode(None))
    return path


def still(reel: Reel, into: float) -> Rgb:
    """Give the picture that a reel shows so many seconds from its start."""
    decoder = cast(av.VideoCodecContext, av.CodecContext.create(_DECODERS[reel.codec], "r"))
    shown: Rgb | None = None
    for unit in _since_key(reel, into):
        for frame in decoder.decode(av.Packet(_START + _START.join(unit.nals))):
            shown = _rgb(frame)
    for frame in decoder.decode(None):
        shown = _rgb(frame)
    if shown is None:
        raise ValueError(f"{reel.path.name} shows nothing at {into:g} s")
    return shown


def jpeg(picture: Rgb) -> bytes:
    """Give a picture as JPEG."""
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.height, encoder.width = picture.shape[:2]
    encoder.pix_fmt = "yuvj420p"
    encoder.time_base = 1
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuvj420p")
    packets = [*encoder.encode(frame), *encoder.encode(None)]
    return b"".join(bytes(packet) for packet in packets)


def _rgb(frame: av.VideoFrame) -> Rgb:
    return np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def _since_key(reel: Reel, into: float) -> list[Unit]:
    """Give the units to decode, from the key before a moment up to it."""
    until = [unit for unit in reel.units if unit.dts <= into] or [reel.units[0]]
    last_key = max(place for place, unit in enumerate(until) if unit.key)
    return until[last_key:]
