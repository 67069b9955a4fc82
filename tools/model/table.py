"""`python -m tools.model.table FOLDER`: what the models find and what they only think they do.

FOLDER is where `tools.model.convert_ssd` made them. Prints the table of docs/vision.md: for each
model and score the share of the people in 20 frames of vtest.avi that it finds (recall), how often
it finds one a second time, or where nobody stands, per frame, and in which of the pictures without
people it finds one.
"""

import hashlib
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from av.video.frame import VideoFrame

from gateway.detection.detector.boxes import Box
from gateway.detection.detector.detector import Detector
from gateway.detection.detector.model import Model
from gateway.detection.detector.shipped import FIRST, SECOND
from gateway.detection.looking import Still, second
from gateway.detection.plan import ModelPlan
from gateway.model.sight import Seen
from tools.model.footage import PEOPLE, Footage, Pixel, Pixels

SCORES = (0.25, 0.3, 0.35, 0.4, 0.5)
HIT = 0.3  # intersection over union: less, and a box is not this person's
NEAR = 0.1  # less with everybody, and it is nobody's
RUNS = 20


@dataclass(slots=True)
class Tally:
    """What came of one model at one score."""

    people: int = 0
    found: int = 0
    again: int = 0
    nobody: int = 0


@dataclass(frozen=True, slots=True)
class Scenes:
    """What all are measured on."""

    walkers: tuple[tuple[Pixels, tuple[Pixel, ...]], ...]
    people: tuple[Pixels, ...]  # stills, with somebody in each
    deserted: tuple[Pixels, ...]


@dataclass(frozen=True, slots=True)
class Eye:
    """A model, or two where the second must agree, as it is measured."""

    name: str
    first: Model
    second: Model | None = None

    def people(self, rgb: Pixels) -> list[Box]:
        """Give the persons that it finds."""
        boxes = [box for box in self.first.find(rgb) if box.seen is Seen.PERSON]
        if self.second is None:
            return boxes
        sure = second(Detector(self.first, self.second), Still(VideoFrame.from_ndarray(rgb)))
        return [box for box in boxes if sure(box)]


def main(arguments: Sequence[str]) -> None:
    """Print the table."""
    if len(arguments) != 1:
        sys.exit(__doc__)
    folder = Path(arguments[0])
    footage = Footage(folder)
    scenes = Scenes(
        tuple(footage.walkers()),
        tuple(footage.still(name) for name in PEOPLE),
        tuple(rgb for _, rgb in footage.without_people()),
    )
    tell("| model | ms | score | recall | again | nobody | stills | deserted |")
    tell("|---|---|---|---|---|---|---|---|")
    for eye in eyes(folder):
        for line in lines(eye, scenes):
            tell(line)


def tell(line: str) -> None:
    """Print a line, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def lines(eye: Eye, scenes: Scenes) -> Iterator[str]:
    """Measure one of them."""
    every = [(eye.people(rgb), rgb.shape[1::-1], truth) for rgb, truth in scenes.walkers]
    right, wrong = (
        [max((box.score for box in eye.people(rgb)), default=0.0) for rgb in pictures]
        for pictures in (scenes.people, scenes.deserted)
    )
    milliseconds = took(eye.first, scenes.walkers[0][0])
    frames = len(every)
    for score in SCORES:
        tally = Tally()
        for boxes, size, truth in every:
            count(tally, [box for box in boxes if box.score >= score], size, truth)
        recall = f"{score:.2f} | {tally.found / tally.people:.2f}"
        per_frame = f"{tally.again / frames:.2f} | {tally.nobody / frames:.2f}"
        seen = " | ".join(
            f"{sum(best >= score for best in bests)} of {len(bests)}" for bests in (right, wrong)
        )
        yield f"| {eye.name} | {milliseconds:.1f} | {recall} | {per_frame} | {seen} |"


def eyes(folder: Path) -> Iterator[Eye]:
    """Give all that is measured, one after the other."""
    again = Model.open(SECOND, "cpu", 1)
    for name, plan in (("ssd_oidv4", FIRST), ("ped_ssdlite", SECOND)):
        for width in ("fp32", "int8"):
            yield Eye(f"{name} {width}", opened(plan, folder / f"{name}_{width}.onnx"))
    yield Eye("both int8", opened(FIRST, FIRST.file), again)


def opened(plan: ModelPlan, file: Path) -> Model:
    """Open a model file in the place of one that comes with Nightlatch, at the lowest score."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return Model.open(replace(plan, file=file, sha256=digest, score=min(SCORES)), "cpu", 1)


def took(model: Model, rgb: Pixels) -> float:
    """Give the CPU milliseconds of one picture, scaling and decoding with it: the median."""
    spent = []
    for _ in range(RUNS):
        began = time.process_time()
        model.find(rgb)
        spent.append(time.process_time() - began)
    return 1000 * statistics.median(spent)


def count(tally: Tally, boxes: list[Box], size: tuple[int, int], truth: Sequence[Pixel]) -> None:
    """Match boxes to people, the best first; each person once."""
    tally.people += len(truth)
    left = list(truth)
    for box in boxes:
        best = max(left, key=lambda person: overlap(box, size, person), default=None)
        if best is not None and overlap(box, size, best) >= HIT:
            left.remove(best)
            tally.found += 1
        elif max(overlap(box, size, person) for person in truth) >= NEAR:
            tally.again += 1
        else:
            tally.nobody += 1


def overlap(box: Box, size: tuple[int, int], person: Pixel) -> float:
    """Give the intersection over the union of a box and a person in pixels."""
    width, height = size
    left, right = box.left * width, box.right * width
    top, bottom = box.top * height, box.bottom * height
    wide = min(right, person[2]) - max(left, person[0])
    tall = min(bottom, person[3]) - max(top, person[1])
    if min(wide, tall) <= 0:
        return 0.0
    areas = (right - left) * (bottom - top) + (person[2] - person[0]) * (person[3] - person[1])
    return wide * tall / (areas - wide * tall)


if __name__ == "__main__":
    main(sys.argv[1:])
