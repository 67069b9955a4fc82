"""Somebody walks in, by day, at night, in the rain: told as a person, once, and in time.

The truth of the footage, badly seen, stands for the detector: what is tested is the watching.
"""

from dataclasses import replace
from pathlib import Path

import av
import pytest

from gateway.model.capability import Picture
from gateway.model.sight import PersonSeen
from tests.detection.watching import play
from tests.footage.scene import Scene
from tests.footage.stories import CONDITIONS, intrusions, quiet
from tests.footage.things import Cat, Walker
from tests.footage.walkers import Footage, footage

WITHIN_SECONDS = 1.0


@pytest.fixture(scope="module")
def film() -> Footage:
    return footage()


@pytest.fixture(scope="module")
def scenes(film: Footage) -> dict[str, Scene]:
    return dict(intrusions(film))


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("walker", ["walker 0", "walker 3 from the left"])
def test_who_walks_in_is_told_once_and_within_a_second(
    scenes: dict[str, Scene], condition: str, walker: str
) -> None:
    scene = scenes[f"{condition}, {walker}"]
    entered_at = scene.entered_at()
    assert entered_at is not None

    told = play(replace(scene, seconds=entered_at + 3)).told

    persons = [(at, event) for at, event in told if isinstance(event, PersonSeen)]
    assert len(persons) == 1
    assert persons[0][1].zones == ("yard",)
    assert -0.3 <= persons[0][0] - entered_at <= WITHIN_SECONDS


def test_nobody_is_told_where_nobody_is(film: Footage) -> None:
    for name, scene in quiet(film, 10.0):
        played = play(scene)

        assert played.told == (), name
        assert played.pictures == (Picture.UNKNOWN, Picture.SEEING), name


def test_who_comes_and_stands_is_told_once(film: Footage) -> None:
    comes = Walker(film.walkers[0], 4.0, stands_at=70)

    played = play(Scene(film.empty, 40.0, (comes,)))

    assert [type(event) for _, event in played.told] == [PersonSeen]


def test_a_place_where_nothing_moves_costs_few_looks(film: Footage) -> None:
    still = Scene(film.empty, 30.0)

    assert play(still).looked < 0.05


def test_the_same_scene_is_the_same_to_the_pixel(film: Footage) -> None:
    for condition in CONDITIONS.values():
        scene = condition(Scene(film.empty, 1.0, (Cat(0.0),), seed=5))
        for one, other in zip(scene.shots(), scene.shots(), strict=True):
            assert one.boxes == other.boxes
            assert (one.rgb == other.rgb).all()


def test_a_scene_is_written_as_a_camera_would_send_it(film: Footage, tmp_path: Path) -> None:
    file = tmp_path / "scene.mkv"
    scene = Scene(film.empty, 5.0, (Cat(0.0),))

    scene.write(file)

    with av.open(str(file)) as container:
        frames = list(container.decode(video=0))
    assert len(frames) == 50
    assert [n for n, frame in enumerate(frames) if frame.key_frame] == [0, 20, 40]
    assert {(frame.width, frame.height) for frame in frames} == {(640, 480)}
