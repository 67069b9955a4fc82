"""Opens an RTSP stream over TCP, with a bound on every wait."""

from collections.abc import Callable
from dataclasses import dataclass

import av
import av.container
import av.logging

from gateway.detection.stream.words import must_be_rtsp
from gateway.model.credential import Code


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a stream is waited for, in seconds."""

    open: float = 10.0  # to connect, and to learn what is in it
    silence: float = 5.0  # without a packet (main) or a picture (sub): lost
    first_pause: float = 1.0  # before the first new try; doubled for each one after
    longest_pause: float = 30.0
    useless_pause: float = 60.0  # where another try changes nothing: wrong passwords lock cameras
    held: float = 10.0  # a stream that was there for so long starts with the first pause again


PATIENCE = Patience()
PROBE_MICROSECONDS = 2_000_000
PROBE_BYTES = 2_000_000
type Opener = Callable[[Code, Patience], av.container.InputContainer]
"""Opens a stream, or raises FFmpeg's errors or StreamTrouble."""


def open_rtsp(url: Code, patience: Patience) -> av.container.InputContainer:
    """Connect, and learn what is in the stream."""
    must_be_rtsp(url)
    # FFmpeg's own lines hold the address: none of them is wanted, whoever turned them on.
    av.logging.set_level(None)
    return av.open(
        url.text,
        options={
            "rtsp_transport": "tcp",
            "timeout": str(int(1e6 * patience.silence)),  # of the socket
            "flags": "low_delay",
            "analyzeduration": str(PROBE_MICROSECONDS),
            "probesize": str(PROBE_BYTES),
            "fpsprobesize": "0",  # a second's wait less: nobody asks for the rate
            "max_delay": "0",
            "reorder_queue_size": "0",
        },
        timeout=(patience.open, patience.silence),
    )
