"""What the tests of the watching share: boxes, walks, and a watcher that plays a scene."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from gateway.detection.detector.boxes import Box
from gateway.detection.plan import CameraPlan, LinePlan, Polygon, ZonePlan
from gateway.detection.watch.aim import WHOLE
from gateway.detection.watch.places import Rect
from gateway.detection.watch.telling import Told
from gateway.detection.watch.watcher import Sure, Watcher
from gateway.model.capability import Picture
from gateway.model.device import DeviceId
from gateway.model.sight import Seen
from tests.footage.scene import YARD, Scene

CAMERA = DeviceId("onvif:yard/0")
VOTES = (2, 3)
STEP = 0.2  # seconds between the looks of a walk

type Looks = list[tuple[float, tuple[Box, ...]]]


def plan(
    *zones: ZonePlan, lines: tuple[LinePlan, ...] = (), masks: tuple[Polygon, ...] = ()
) -> CameraPlan:
    """Give a camera that looks for everything."""
    return CameraPlan(CAMERA, "yard", zones, lines, masks)


def box(x: float, feet: float, seen: Seen = Seen.PERSON, score: float = 0.6) -> Box:
    """Give somebody of a tenth of the picture's width and three tenths of its height."""
    return Box(seen, str(seen), score, x - 0.05, feet - 0.3, x + 0.05, feet)


def walk(
    start: tuple[float, float], end: tuple[float, float], looks: int, seen: Seen = Seen.PERSON
) -> Iterator[Box]:
    """Give who walks a straight line, evenly."""
    for n in range(looks):
        share = n / max(1, looks - 1)
        x = start[0] + share * (end[0] - start[0])
        yield box(x, start[1] + share * (end[1] - start[1]), seen)


def timed(boxes: Iterable[Box | None], begins_at: float = 0.0, step: float = STEP) -> Looks:
    """Give the looks in which these are found, one at a time; None: nothing is."""
    return [
        (begins_at + n * step, () if found is None else (found,)) for n, found in enumerate(boxes)
    ]


def taken(
    watcher: Watcher,
    boxes: tuple[Box, ...],
    at: float,
    sure: Sure = lambda _: True,
    part: Rect = WHOLE,
) -> tuple[Told, ...]:
    """Let a watcher see what was found, and answer its questions at once; give what it told."""
    told, questions = watcher.take(boxes, at, part)
    for question in questions:
        told += watcher.heard(question, sure(question.box), at)
    return told


def saw(watcher: Watcher, looks: Looks) -> list[tuple[float, Told]]:
    """Let a watcher see looks; give what it told, and when."""
    return [(at, told) for at, boxes in looks for told in taken(watcher, boxes, at)]


def unsteady(boxes: tuple[Box, ...], rng: np.random.Generator) -> tuple[Box, ...]:
    """Give what a poor detector makes of the truth: a quarter missed, the rest shaken."""
    return tuple(_shaken(found, rng) for found in boxes if rng.random() > 0.25)


def badly_seen(looks: Looks, rng: np.random.Generator, missed_most: int = 3) -> Looks:
    """Give looks as a poor detector has them, which misses only so many in a row."""
    seen: Looks = []
    missed = 0
    for at, boxes in looks:
        found = unsteady(boxes, rng)
        while len(found) < len(boxes) and missed >= missed_most:
            found = unsteady(boxes, rng)
        missed = 0 if len(found) == len(boxes) else missed + 1
        seen.append((at, found))
    return seen


@dataclass(frozen=True, slots=True)
class Played:
    """What a watcher made of a scene."""

    told: tuple[tuple[float, Told], ...]
    pictures: tuple[Picture, ...]  # each that it came to, in order
    picture_at: tuple[float, ...]
    looked: float  # the share of the pictures that the detector had to look at


def play(scene: Scene, seed: int = 7, zone: Polygon = YARD) -> Played:
    """Let a watcher see a scene, with the truth, badly seen, for a detector."""
    watcher = Watcher(plan(ZonePlan("yard", zone)), VOTES)
    rng = np.random.default_rng(seed)
    told: list[tuple[float, Told]] = []
    pictures: list[Picture] = []
    picture_at: list[float] = []
    looked = count = 0
    for shot in scene.shots():
        look = watcher.look(shot.luma, shot.at)
        count += 1
        if not pictures or pictures[-1] is not look.picture:
            pictures.append(look.picture)
            picture_at.append(shot.at)
        if look.open:
            looked += 1
            found = unsteady(shot.boxes, rng)
            told += [(shot.at, told) for told in taken(watcher, found, shot.at)]
    return Played(tuple(told), tuple(pictures), tuple(picture_at), looked / count)


def _shaken(found: Box, rng: np.random.Generator) -> Box:
    across, down = found.right - found.left, found.bottom - found.top
    left, top, right, bottom = rng.normal(0, 0.04, 4) * (across, down, across, down)
    return replace(
        found,
        score=float(rng.uniform(0.3, 0.7)),
        left=found.left + left,
        top=found.top + top,
        right=found.right + right,
        bottom=found.bottom + bottom,
    )
