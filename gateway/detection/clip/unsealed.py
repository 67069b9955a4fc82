"""A sealed clip as a file to read from its beginning, for FFmpeg and for export."""

from collections.abc import Iterator
from pathlib import Path

import av
import av.error

from gateway.detection.clip.seal import Reading


class Unsealed:
    """Gives the content of a sealed file, front to back."""

    def __init__(self, reading: Reading) -> None:
        self._parts: Iterator[bytes] = iter(reading)
        self._left = b""

    def read(self, size: int) -> bytes:
        """Give up to so many bytes; none at the end."""
        while len(self._left) < size:
            part = next(self._parts, b"")
            if not part:
                break
            self._left += part
        given, self._left = self._left[:size], self._left[size:]
        return given


def seconds_of(path: Path, name: str, key: bytes) -> float:
    """Give how long the film in a sealed file is, as far as it can be read."""
    reading = Reading(path, name, key)
    latest = 0.0
    try:
        with av.open(Unsealed(reading), "r", format="mp4") as film:
            for packet in film.demux(video=0):
                if packet.pts is not None:
                    end = (packet.pts + (packet.duration or 0)) * packet.time_base
                    latest = max(latest, float(end))
    except (av.error.FFmpegError, IndexError, ValueError):
        pass  # a film that breaks off is as long as what was read of it
    finally:
        reading.close()
    return round(latest, 3)
