"""A scene: a place, what goes on in it, and what is truly there at each moment.

The same scene with the same seed is the same, pixel for pixel.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from gateway.detection.detector.boxes import Box
from gateway.detection.plan import Polygon
from gateway.detection.watch.places import rect_of, within
from gateway.model.sight import Seen
from tests.footage.light import DAYLIGHT, Light, lit, seen, steady
from tests.footage.things import Thing
from tests.footage.walkers import FPS, HEIGHT, WIDTH, Rgb
from tests.footage.weather import Weather

DAY = steady(DAYLIGHT)
YARD: Polygon = ((0.08, 0.3), (0.92, 0.3), (0.92, 1.0), (0.08, 1.0))


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture, and what is truly in it."""

    at: float  # seconds from the scene's beginning
    rgb: Rgb
    boxes: tuple[Box, ...]

    @property
    def luma(self) -> NDArray[np.uint8]:
        """Give its light alone (BT.601)."""
        red, green, blue = (self.rgb[:, :, n].astype(np.uint16) for n in range(3))
        return ((77 * red + 150 * green + 29 * blue) >> 8).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Scene:
    """What is filmed."""

    empty: Rgb
    seconds: float
    things: tuple[Thing, ...] = ()
    light: Light = DAY
    weather: tuple[Weather, ...] = ()
    frozen_at: float = float("inf")  # from then on, the same picture
    seed: int = 0
    fps: int = FPS

    def shots(self) -> Iterator[Shot]:
        """Give the pictures, in order."""
        last: Shot | None = None
        for number in range(int(self.seconds * self.fps)):
            at = number / self.fps
            if last is not None and at >= self.frozen_at:
                last = Shot(at, last.rgb, last.boxes)
            else:
                last = self._shot(number, at)
            yield last

    def entered_at(self, zone: Polygon = YARD) -> float | None:
        """Give when a person first stands in a zone; None where none ever does."""
        blank = np.zeros((HEIGHT, WIDTH, 3), np.float32)
        for number in range(int(self.seconds * self.fps)):
            for thing in self.things:
                box = thing.draw(blank, number / self.fps)
                if box is not None and box.seen is Seen.PERSON and stands_in(box, zone):
                    return number / self.fps
        return None

    def write(self, file: Path, bit_rate: int = 800_000) -> None:
        """Write it as H.264, as cameras send it: a key frame every two seconds, no B frames."""
        with av.open(str(file), "w") as container:
            stream = container.add_stream("libx264", rate=self.fps)
            stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
            stream.bit_rate, stream.gop_size, stream.max_b_frames = bit_rate, 2 * self.fps, 0
            stream.options = {"preset": "veryfast", "tune": "zerolatency"}
            for number, shot in enumerate(self.shots()):
                frame = av.VideoFrame.from_ndarray(shot.rgb, format="rgb24")
                frame.pts, frame.time_base = number, Fraction(1, self.fps)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))

    def _shot(self, number: int, at: float) -> Shot:
        picture = self.empty.astype(np.float32)
        boxes = [thing.draw(picture, at) for thing in self.things]
        lamp = self.light(at)
        picture = lit(picture, lamp)
        for weather in self.weather:
            picture = weather.cover(picture, at)
        rng = np.random.default_rng((self.seed, number))
        return Shot(at, seen(picture, lamp, rng), tuple(box for box in boxes if box is not None))


def stands_in(box: Box, zone: Polygon) -> bool:
    """Tell whether what is in a box has its feet in a zone."""
    return within(rect_of(box).feet, zone)
