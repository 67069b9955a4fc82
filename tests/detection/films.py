"""Small films made by PyAV's encoders, and streams that play them by the test's own clock."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from gateway.detection.stream.main import Reader
from gateway.detection.stream.sample import Sample, form_of
from gateway.detection.stream.sub import luma_of
from gateway.detection.stream.timeline import Timeline

RATE = 10
GOP = 10  # a key frame each second
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass
class Clock:
    """Seconds that pass when the test says so."""

    seconds: float = 100.0

    def now(self) -> float:
        """Give the seconds."""
        return self.seconds

    def wall(self) -> datetime:
        """Give wall time: noon, and what passed."""
        return NOON + timedelta(seconds=self.seconds - 100.0)


@dataclass(frozen=True)
class Film:
    """What a film is to be."""

    seconds: float = 12.0
    codec: str = "libx264"
    width: int = 320
    height: int = 240
    gop: int = GOP
    sound: str = ""  # a codec
    patterned: bool = False  # something to see, in the place of one grey
    options: dict[str, str] = field(default_factory=dict[str, str])


def make(path: Path, film: Film = Film()) -> Path:
    """Write a film: each picture is as bright as its number modulo 256."""
    with av.open(str(path), "w") as target:
        picture = target.add_stream(film.codec, rate=RATE, options=_options(film))
        assert isinstance(picture, VideoStream)
        picture.width, picture.height, picture.pix_fmt = film.width, film.height, "yuv420p"
        if film.codec == "mjpeg":
            picture.pix_fmt = "yuvj420p"
        picture.gop_size = film.gop
        sound: Any = target.add_stream(film.sound, rate=8000) if film.sound else None
        for number in range(int(film.seconds * RATE)):
            for packet in picture.encode(_frame(film, number)):
                target.mux(packet)
            if sound is not None:
                for packet in sound.encode(_noise(sound, number)):
                    target.mux(packet)
        for stream in (picture, sound) if sound is not None else (picture,):
            for packet in stream.encode(None):
                target.mux(packet)
    return path


def _options(film: Film) -> dict[str, str]:
    match film.codec:
        case "libx264":
            return {"preset": "ultrafast", "tune": "zerolatency"} | film.options
        case "libx265":
            return {"preset": "ultrafast", "x265-params": "log-level=none"} | film.options
        case _:
            return film.options


def _frame(film: Film, number: int) -> av.VideoFrame:
    grey = np.full((film.height * 3 // 2, film.width), 128, np.uint8)
    grey[: film.height] = _pattern(film, number) if film.patterned else 16 + number % 220
    frame = av.VideoFrame.from_ndarray(grey, format="yuv420p")
    if film.codec == "mjpeg":
        frame = frame.reformat(format="yuvj420p")
    frame.pts, frame.time_base = number, Fraction(1, RATE)
    return frame


def _pattern(film: Film, number: int) -> NDArray[np.uint8]:
    """Give a board of fixed squares, of which one blinks."""
    board = np.random.default_rng(7).integers(60, 200, (12, 16), np.uint8)
    board[5, 5] = 60 + 100 * (number // 5 % 2)
    return board.repeat(film.height // 12, axis=0).repeat(film.width // 16, axis=1)


def _noise(sound: Any, number: int) -> av.AudioFrame:
    samples = 8000 // RATE
    wave = (8000 * np.sin(np.arange(samples) / 5)).astype(np.int16).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(wave, format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = 8000, number * samples, Fraction(1, 8000)
    resampler = av.AudioResampler(format=sound.format, layout="mono", rate=8000)
    return resampler.resample(frame)[0]


def samples_of(
    path: Path, start: float = 100.0, timeline: Timeline | None = None, most: int = 10_000
) -> list[Sample]:
    """Give the samples of a film whose packets come by their times, from `start` on."""
    with av.open(str(path)) as film:
        picture = film.streams.video[0]
        sound = film.streams.audio[0] if film.streams.audio else None
        reader = Reader(form_of(picture, sound), picture, timeline or Timeline())
        streams = [picture] if sound is None else [picture, sound]
        found: list[Sample] = []
        for packet in film.demux(streams):
            if packet.dts is not None and len(found) < most:
                at = start + float(packet.dts * packet.time_base)
                if (sample := reader.read(packet, at)) is not None:
                    found.append(sample)
        return found


def play(
    samples: list[Sample], clock: Clock, put: Callable[[Sample], None], step: Callable[[], None]
) -> None:
    """Have samples come at their times, and something done after each."""
    for sample in samples:
        clock.seconds = max(clock.seconds, sample.at)
        put(sample)
        step()


class Paced:
    """A stream in the place of a camera's: gives a film's packets when they are let out."""

    def __init__(self, path: Path, *, end: BaseException | None = None) -> None:
        self._film: InputContainer = av.open(str(path))
        self._end = end
        self._let_out = threading.Semaphore(0)
        self.streams = self._film.streams

    def let_out(self, packets: int = 1) -> None:
        """Let so many packets come."""
        self._let_out.release(packets)

    def demux(self, *streams: Any) -> Iterator[Any]:
        """Give the packets; at the end of the film, what the test wants to happen."""
        for packet in self._film.demux(*streams):
            if not packet.size:
                break
            self._let_out.acquire()
            yield packet
        if self._end is not None:
            raise self._end

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._film.close()


def frames_of(data: Path | Any) -> list[av.VideoFrame]:
    """Decode a film."""
    with av.open(data, "r") as film:
        return list(film.decode(video=0))


def brightness(frame: av.VideoFrame) -> int:
    """Give a picture's number, as `make` wrote it in."""
    return round(float(luma_of(frame).mean())) - 16
