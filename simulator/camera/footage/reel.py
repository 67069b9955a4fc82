"""A file of moving pictures, as the access units that go over the line."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.bitstream import BitStreamFilterContext

from simulator.camera.codec import Codec

_FILTERS = {"h264": "h264_mp4toannexb", "hevc": "hevc_mp4toannexb"}
_CODECS = {"h264": Codec.H264, "hevc": Codec.H265}
_SETS = {Codec.H264: (7, 8), Codec.H265: (32, 33, 34)}  # (VPS,) SPS, PPS
_DELIMITER = {Codec.H264: 9, Codec.H265: 35}
_USUAL_RATE = 10


type Video = av.Packet[av.VideoStream]


class ReelError(Exception):
    """The file cannot be played. The text is a sentence."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One picture."""

    pts: float  # seconds from the reel's start
    dts: float
    key: bool
    nals: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Reel:
    path: Path
    codec: Codec
    width: int
    height: int
    units: tuple[Unit, ...]  # in the order of decoding; the first is a key
    duration: float  # seconds, with the last picture's own
    rate: float  # pictures a second
    sets: tuple[bytes, ...]  # the decoder's parameter sets


def load(path: Path) -> Reel:
    """Read a file whole, or raise ReelError."""
    try:
        with av.open(str(path)) as container:
            return _reel(path, container)
    except (OSError, av.FFmpegError) as error:
        raise ReelError(f"{path.name} cannot be played: {error.strerror or error}") from None


def _reel(path: Path, container: av.container.InputContainer) -> Reel:
    if not container.streams.video:
        raise ReelError(f"{path.name} has no moving picture")
    stream = container.streams.video[0]
    name = stream.codec_context.name
    if name not in _CODECS:
        raise ReelError(f"{path.name} is {name}; H.264 and H.265 can be played")
    codec = _CODECS[name]
    packets = list(_packets(container, stream, _FILTERS[name]))
    units = tuple(_units(packets, codec))
    if not units:
        raise ReelError(f"{path.name} holds no key picture")
    rate = stream.average_rate or Fraction(_USUAL_RATE)
    duration = max(unit.pts for unit in units) + float(1 / rate)
    sets = tuple(nal for nal in units[0].nals if codec.kind(nal) in _SETS[codec])
    context = stream.codec_context
    size = context.width, context.height
    return Reel(path, codec, *size, units, duration, float(rate), sets)


def _packets(
    container: av.container.InputContainer, stream: av.VideoStream, name: str
) -> Iterator[Video]:
    """Give the packets with start codes, and the parameter sets before each key."""
    annex_b = BitStreamFilterContext(name, stream)
    for packet in container.demux(stream):
        yield from annex_b.filter(packet if packet.size else None)


def _units(packets: list[Video], codec: Codec) -> Iterator[Unit]:
    first: Fraction | None = None
    for packet in packets:
        stamp = packet.dts if packet.dts is not None else packet.pts
        if stamp is None or (first is None and not packet.is_keyframe):
            continue
        base = packet.time_base or Fraction(1, 1000)
        first = stamp * base if first is None else first
        shown = packet.pts if packet.pts is not None else stamp
        nals = tuple(n for n in _split(bytes(packet)) if codec.kind(n) != _DELIMITER[codec])
        yield Unit(
            float(shown * base - first), float(stamp * base - first), packet.is_keyframe, nals
        )


def _split(data: bytes) -> Iterator[bytes]:
    """Give the NAL units between start codes."""
    for piece in data.split(b"\x00\x00\x01")[1:]:
        nal = piece.rstrip(b"\x00")
        if nal:
            yield nal
