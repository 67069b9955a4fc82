"""The pictures that models are calibrated and measured on: fetched by their packages, not vendored.

`truth.json` holds every person in 20 frames of `vtest.avi`, [left, top, right, bottom] in pixels:
the boxes of both models at full size and in overlapping quarters, looked at one by one; who was
missed, or shared a box, was drawn by hand. Who is cut to a sliver by the picture's edge, or sits in
a car, is left out.
"""

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

type Pixels = NDArray[np.uint8]
type Pixel = tuple[int, int, int, int]

DEBIAN = "opencv-doc"
PYPI = "scikit-image==0.26.0"
EXAMPLES = Path("usr/share/doc/opencv-doc/examples")
PEOPLE = ("astronaut.png", "camera.png", "messi5.jpg", "basketball1.png", "basketball2.png")
NOBODY = """
    aero1.jpg aero3.jpg aloeL.jpg apple.jpg baboon.jpg Blender_Suzanne1.jpg blox.jpg board.jpg
    box.png box_in_scene.png building.jpg butterfly.jpg cards.png chicky_512.png fruits.jpg
    graf1.png HappyFish.jpg home.jpg left.jpg leuvenA.jpg leuvenB.jpg licenseplate_motion.jpg
    orange.jpg rubberwhale1.png smarties.png squirrel_cls.jpg starry_night.jpg stuff.jpg sudoku.png
    brick.png chelsea.png coffee.png coins.png grass.png gravel.png horse.png hubble_deep_field.jpg
    moon.png motorcycle_left.png page.png retina.jpg rocket.jpg text.png
    """  # file names
EVERY = 40  # frames
MEASURED, CALIBRATED = 20, 0  # of each EVERY: never the same frame


class Footage:
    """The pictures, in a folder where they are unpacked."""

    def __init__(self, folder: Path) -> None:
        self._opencv = folder / EXAMPLES / "data"
        self._skimage = folder / "skimage" / "data"
        if not self._opencv.exists():
            _debian(folder)
        if not self._skimage.exists():
            _pypi(folder)

    def still(self, name: str) -> Pixels:
        """Give a still by its file's name."""
        folders = (self._opencv, self._skimage)
        with av.open(next(each / name for each in folders if (each / name).exists())) as opened:
            return _rgb(next(opened.decode(video=0)))

    def film(self, name: str, start: int, every: int) -> Iterator[tuple[int, Pixels]]:
        """Give some frames of a film, with their numbers."""
        with av.open(self._opencv / name) as opened:
            for number, frame in enumerate(opened.decode(video=0)):
                if number % every == start:
                    yield number, _rgb(frame)

    def walkers(self) -> Iterator[tuple[Pixels, tuple[Pixel, ...]]]:
        """Give the frames of the truth, and where each person is."""
        truth = walkers_truth()
        for number, rgb in self.film("vtest.avi", MEASURED, EVERY):
            yield rgb, truth[number]

    def deserted(self) -> Pixels:
        """Give the scene of vtest.avi without its people: each pixel's median."""
        frames = [rgb for _, rgb in self.film("vtest.avi", 0, 16)]
        return np.asarray(np.median(np.stack(frames), axis=0), np.uint8)

    def without_people(self) -> Iterator[tuple[str, Pixels]]:
        """Give what has no person in it: stills, a tree in the wind, the deserted scene."""
        for name in NOBODY.split():
            yield name, self.still(name)
        for number, rgb in self.film("tree.avi", 0, 50):
            yield f"tree.avi {number}", rgb
        yield "vtest.avi deserted", self.deserted()


def walkers_truth() -> Mapping[int, tuple[Pixel, ...]]:
    """Give where each person is, by the number of the frame."""
    table = json.loads(Path(__file__).with_name("truth.json").read_text("utf-8"))
    return {int(number): tuple(map(tuple, boxes)) for number, boxes in table.items()}


def _rgb(frame: av.VideoFrame) -> Pixels:
    return frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)


def _debian(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    _run(["apt-get", "download", DEBIAN], folder)
    (package,) = folder.glob(f"{DEBIAN}_*.deb")
    _run(["dpkg", "-x", package.name, "."], folder)
    package.unlink()


def _pypi(folder: Path) -> None:
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:"]
    _run([*pip, PYPI], folder)
    (wheel,) = folder.glob("scikit_image-*.whl")
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(folder, [name for name in opened.namelist() if "/data/" in name])
    wheel.unlink()


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True)  # noqa: S603 - its words stand above
