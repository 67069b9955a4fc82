"""The detector that comes with Nightlatch, on pictures with people, and with nobody."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.detection.detector.boxes import Box, distinct
from gateway.detection.detector.detector import Detector
from gateway.detection.detector.model import TRIAL, picture
from gateway.detection.detector.tensors import Floats, Pixels
from gateway.detection.looking import Still, second
from gateway.detection.plan import DetectorPlan
from gateway.model.sight import Seen
from tests.system import needed
from tools.model.footage import EVERY, MEASURED, NOBODY, walkers_truth

PORTRAITS = ("messi5.jpg", "basketball1.png", "basketball2.png")
HIT = 0.3


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector.open(DetectorPlan())


@pytest.fixture(scope="module")
def examples() -> Path:
    return needed("opencv-doc")


def persons(detector: Detector, rgb: Pixels) -> list[Box]:
    return [box for box in detector.find(rgb) if box.seen is Seen.PERSON]


def believed(detector: Detector, rgb: Pixels) -> list[Box]:
    """Give the persons that a second look finds too."""
    sure = second(detector, Still(VideoFrame.from_ndarray(rgb, format="rgb24")))
    return [box for box in persons(detector, rgb) if sure(box)]


def walkers(examples: Path) -> Iterator[tuple[Pixels, list[tuple[float, ...]]]]:
    """Give frames, and who walks in them: left, top, right, bottom as fractions."""
    truth = walkers_truth()
    with av.open(next(examples.glob("vtest.avi*"))) as film:
        for number, frame in enumerate(film.decode(video=0)):
            if number % EVERY == MEASURED:
                size = [frame.width, frame.height] * 2
                people = [tuple(np.divide(person, size).tolist()) for person in truth[number]]
                yield frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False), people


def overlap(box: Box, person: tuple[float, ...]) -> float:
    """Give intersection over union."""
    wide = min(box.right, person[2]) - max(box.left, person[0])
    tall = min(box.bottom, person[3]) - max(box.top, person[1])
    shared = max(wide, 0.0) * max(tall, 0.0)
    own = (box.right - box.left) * (box.bottom - box.top)
    return shared / (own + (person[2] - person[0]) * (person[3] - person[1]) - shared)


def test_the_person_of_the_trial_fills_the_portrait(detector: Detector) -> None:
    rgb = picture(TRIAL)

    (box,) = persons(detector, rgb)

    assert box.score > 0.5
    assert (box.right - box.left) * (box.bottom - box.top) > 0.4
    assert (detector.sure(rgb) or 0) > 0.8


@pytest.mark.parametrize("name", PORTRAITS)
def test_people_are_found_and_believed(detector: Detector, examples: Path, name: str) -> None:
    assert believed(detector, picture(examples / name))


def test_nobody_is_believed_where_nobody_is(detector: Detector, examples: Path) -> None:
    found = {
        name: box
        for name in NOBODY.split()
        if (examples / name).exists()
        for box in believed(detector, picture(examples / name))
    }
    assert set(found) <= {"graf1.png"}  # a man is painted there; nobody paints him moving


def test_who_walks_is_found_where_he_walks(detector: Detector, examples: Path) -> None:
    people = found = nowhere = 0
    for rgb, truth in walkers(examples):
        boxes = believed(detector, rgb)
        people += len(truth)
        found += sum(any(overlap(box, person) >= HIT for box in boxes) for person in truth)
        nowhere += sum(all(overlap(box, person) < 0.1 for person in truth) for box in boxes)

    assert people == 123
    assert found >= 0.8 * people
    assert nowhere <= 2


def test_a_dog_is_an_animal_and_a_car_a_vehicle(detector: Detector, examples: Path) -> None:
    dog = detector.find(picture(examples / "chicky_512.png"))
    car = detector.find(picture(examples / "licenseplate_motion.jpg"))

    assert Seen.ANIMAL in {box.seen for box in dog}
    assert Seen.VEHICLE in {box.seen for box in car}


@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (2, 3), (900, 20), (2160, 3840)])
def test_a_picture_of_any_size_may_be_looked_at(detector: Detector, shape: tuple[int, int]) -> None:
    rgb = np.full((*shape, 3), 90, np.uint8)

    assert persons(detector, rgb) == []
    assert detector.sure(rgb) == 0


def test_a_piece_of_a_picture_need_not_lie_in_one_piece(detector: Detector) -> None:
    rgb = picture(TRIAL)
    framed = np.zeros((400, 400, 3), np.uint8)
    framed[20:340, 50:370] = rgb

    assert detector.find(framed[20:340, 50:370]) == detector.find(rgb)


@settings(deadline=None, max_examples=100)
@given(
    st.lists(
        st.tuples(*[st.integers(0, 8)] * 2, *[st.integers(1, 8)] * 2).map(
            lambda box: (box[0], box[1], box[0] + box[2], box[1] + box[3])
        ),
        max_size=12,
    )
)
def test_what_is_kept_is_distinct_and_stands_for_all(
    drawn: list[tuple[int, int, int, int]],
) -> None:
    boxes = np.array(drawn, np.float32).reshape(-1, 4) / np.float32(16)

    kept = distinct(boxes).tolist()

    assert kept == sorted(kept)
    assert (0 in kept) == bool(drawn)
    for number, box in enumerate(boxes):
        better = [one for one in kept if one < number]
        covered = any(hides(boxes[one], box) for one in better)
        assert (number in kept) != covered


def hides(one: Floats, other: Floats) -> bool:
    """Tell whether one box leaves nothing of its own to another."""
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    shared = float(np.prod(np.clip(sides, 0, None)))
    area, own = (float(np.prod(box[2:] - box[:2])) for box in (one, other))
    return shared > 0.5 * (area + own - shared) or shared > 0.85 * own
