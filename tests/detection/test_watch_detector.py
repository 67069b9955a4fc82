"""The whole way on footage: the detector that comes with Nightlatch, and the watching."""

from dataclasses import replace

import pytest
from av.video.frame import VideoFrame

from gateway.detection.detector.detector import Detector
from gateway.detection.looking import Still, second, seen_in
from gateway.detection.plan import DetectorPlan, ZonePlan
from gateway.detection.watch.mask import Rgb
from gateway.detection.watch.telling import Told
from gateway.detection.watch.watcher import Watcher
from gateway.model.sight import PersonSeen
from tests.detection.watching import VOTES, plan, taken
from tests.footage.scene import YARD, Scene
from tests.footage.stories import CONDITIONS, intrusions, quiet
from tests.footage.walkers import Footage, footage

WITHIN_SECONDS = 1.0


@pytest.fixture(scope="module")
def film() -> Footage:
    return footage()


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector.open(DetectorPlan())


def sent(rgb: Rgb) -> VideoFrame:
    """Give a picture as a decoder does."""
    return VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format="yuv420p")


def watched(detector: Detector, *scenes: Scene) -> list[tuple[float, Told]]:
    """Give what is told of scenes that follow each other."""
    watcher = Watcher(plan(ZonePlan("yard", YARD)), VOTES)
    told: list[tuple[float, Told]] = []
    begins_at = 0.0
    for scene in scenes:
        for shot in scene.shots():
            at = begins_at + shot.at
            look = watcher.look(shot.luma, at)
            if look.open:
                picture = Still(sent(shot.rgb))
                found = seen_in(detector, picture.frame, look.part)
                sure = second(detector, picture)
                told += [(at, one) for one in taken(watcher, found, at, sure, look.part)]
        begins_at += scene.seconds
    return told


@pytest.mark.parametrize("condition", CONDITIONS)
def test_who_walks_in_is_seen_as_a_person_within_a_second(
    film: Footage, detector: Detector, condition: str
) -> None:
    scene = dict(intrusions(film))[f"{condition}, walker 0"]
    entered_at = scene.entered_at()
    assert entered_at is not None

    told = watched(detector, replace(scene, seconds=entered_at + 1.5))

    seen_at = [at for at, event in told if isinstance(event, PersonSeen)]
    assert seen_at
    assert seen_at[0] - entered_at <= WITHIN_SECONDS


def test_nobody_is_seen_where_nobody_is(film: Footage, detector: Detector) -> None:
    for name, scene in quiet(film, 10.0):
        told = watched(detector, scene)

        assert [event for _, event in told if isinstance(event, PersonSeen)] == [], name
