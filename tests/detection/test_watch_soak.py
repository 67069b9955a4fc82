"""The long way on footage: every walker in every light, and an hour in which nobody is there."""

from dataclasses import replace

import pytest

from gateway.detection.detector.detector import Detector
from gateway.detection.plan import DetectorPlan
from gateway.model.sight import PersonSeen
from tests.detection.test_watch_detector import WITHIN_SECONDS, watched
from tests.footage.stories import CONDITIONS, intrusions, quiet
from tests.footage.walkers import Footage, footage

LAP_SECONDS = 15.0
LAPS = round(3600.0 / LAP_SECONDS / len(CONDITIONS))


@pytest.fixture(scope="module")
def film() -> Footage:
    return footage()


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector.open(DetectorPlan())


@pytest.mark.soak
def test_every_intrusion_is_seen_as_a_person_within_a_second(
    film: Footage, detector: Detector
) -> None:
    late: dict[str, float | None] = {}
    for name, scene in intrusions(film):
        entered_at = scene.entered_at()
        if entered_at is None:
            continue
        seen = [at for at, event in watched(detector, scene) if isinstance(event, PersonSeen)]
        after = seen[0] - entered_at if seen else None
        if after is None or after > WITHIN_SECONDS:
            late[name] = after
    assert late == {}


@pytest.mark.soak
def test_nobody_is_seen_in_an_hour_of_nobody(film: Footage, detector: Detector) -> None:
    wrong: dict[str, list[float]] = {}
    for name, scene in quiet(film, LAP_SECONDS):
        laps = [replace(scene, seed=1000 + lap) for lap in range(LAPS)]
        seen = [at for at, event in watched(detector, *laps) if isinstance(event, PersonSeen)]
        if seen:
            wrong[name] = seen
    assert wrong == {}
