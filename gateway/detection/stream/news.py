"""What a stream tells of itself, and why one is not to be had.

StreamTrouble       the stream is lost, or never came; worth another try soon
└── StreamUseless   so it will stay until somebody changes the camera: tried seldom
"""

from collections.abc import Callable
from dataclasses import dataclass


class StreamTrouble(Exception):
    """A stream is not to be had. The message is a sentence's end, without address or password."""


class StreamUseless(StreamTrouble):
    """A wrong password, a codec nobody reads: another try changes nothing."""


@dataclass(frozen=True, slots=True)
class StreamBack:
    """A stream delivers: packets of the main one, decoded pictures of the sub one."""

    codec: str  # "h264"
    width: int
    height: int
    sparse: bool = False  # too large to be decoded whole: only its key frames are


@dataclass(frozen=True, slots=True)
class StreamLost:
    """A stream delivers nothing (any more). Told once for each reason in a row."""

    reason: str


type StreamNews = StreamBack | StreamLost
type Tell = Callable[[StreamNews], None]
"""Is told on the stream's own thread. Never waits."""
