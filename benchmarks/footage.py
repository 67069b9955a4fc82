"""What the simulated cameras of the benchmarks show: the walking people of OpenCV's examples."""

from fractions import Fraction
from pathlib import Path

import av
from av.video.stream import VideoStream

from tests.system import PARTS

SECONDS = 24
RATE = 10
SIZES = {"main": (1280, 720, "3M"), "sub": (640, 480, "512k")}
"""As cameras send it: a large stream to be recorded, a small one to be looked at."""


def films(folder: Path) -> dict[str, Path]:
    """Write the two streams as a camera encodes them; give their files."""
    examples = PARTS["opencv-doc"].found()
    if examples is None:
        raise FileNotFoundError("vtest.avi of Debian's opencv-doc: `make test` fetches it")
    return {name: _encoded(examples / "vtest.avi", folder / f"{name}.mkv", name) for name in SIZES}


def _encoded(source: Path, file: Path, name: str) -> Path:
    width, height, bits = SIZES[name]
    options = {"preset": "veryfast", "tune": "zerolatency", "b": bits, "g": str(RATE), "bf": "0"}
    with av.open(str(source)) as seen, av.open(str(file), "w") as film:
        stream = film.add_stream("libx264", rate=RATE, options=options)
        assert isinstance(stream, VideoStream)  # for mypy: it is
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number, frame in enumerate(seen.decode(video=0)):
            if number == SECONDS * RATE:
                break
            shown = frame.reformat(width=width, height=height, format="yuv420p")
            shown.pts, shown.time_base = number, Fraction(1, RATE)
            film.mux(stream.encode(shown))
        film.mux(stream.encode(None))
    return file
