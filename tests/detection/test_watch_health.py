"""Whether a camera sees, on footage: what hands do to it is told, what the sky does is not."""

from dataclasses import replace

import pytest

from gateway.detection.watch.watcher import Watcher
from gateway.model.capability import Picture
from tests.detection.watching import VOTES, plan, play
from tests.footage.light import BLACK, DAYLIGHT, DUSKLIGHT, INFRARED, fading, steady, switched
from tests.footage.scene import Scene
from tests.footage.things import Tree, Walker
from tests.footage.walkers import Footage, footage
from tests.footage.weather import Covered, Flash, Headlights, Panned, Rain, Spider, Sprayed, Turned

HAPPENS_AT, ENDS_AT = 15.0, 38.0


@pytest.fixture(scope="module")
def film() -> Footage:
    return footage()


def scene(film: Footage, seconds: float = 50.0) -> Scene:
    """Give the empty place."""
    return Scene(film.empty, seconds, fps=4)


@pytest.mark.parametrize("light", [DAYLIGHT, INFRARED])
@pytest.mark.parametrize(
    ("hands", "picture"),
    [
        (Covered(HAPPENS_AT, ENDS_AT), Picture.COVERED),
        (Sprayed(HAPPENS_AT, ENDS_AT), Picture.BLIND),
        (Turned(HAPPENS_AT, ends_at=ENDS_AT), Picture.TURNED),
        (Turned(HAPPENS_AT, across=60, ends_at=ENDS_AT), Picture.TURNED),
    ],
)
def test_what_hands_do_to_a_camera_is_told_and_its_end(
    film: Footage, light: object, hands: Covered | Sprayed | Turned, picture: Picture
) -> None:
    lamp = DAYLIGHT if light is DAYLIGHT else INFRARED

    played = play(replace(scene(film), weather=(hands,), light=steady(lamp)))

    assert played.pictures == (Picture.UNKNOWN, Picture.SEEING, picture, Picture.SEEING)
    assert played.picture_at[2] - HAPPENS_AT <= 25.0
    assert played.picture_at[3] - ENDS_AT <= 10.0


def test_a_picture_that_stands_still_is_frozen(film: Footage) -> None:
    played = play(replace(scene(film), frozen_at=HAPPENS_AT))

    assert played.pictures == (Picture.UNKNOWN, Picture.SEEING, Picture.FROZEN)


def test_a_night_that_falls_is_dark_in_the_end_and_nothing_else(film: Footage) -> None:
    falls = fading(DAYLIGHT, BLACK, HAPPENS_AT, 60.0)

    played = play(replace(scene(film, 100.0), light=falls))

    assert played.pictures == (Picture.UNKNOWN, Picture.SEEING, Picture.DARK)


def test_a_light_that_is_put_out_is_dark(film: Footage) -> None:
    played = play(replace(scene(film), light=switched(DAYLIGHT, BLACK, HAPPENS_AT)))

    assert played.pictures == (Picture.UNKNOWN, Picture.SEEING, Picture.DARK)


@pytest.mark.parametrize(
    "change",
    [
        {"light": switched(DUSKLIGHT, INFRARED, HAPPENS_AT)},
        {"light": switched(INFRARED, DAYLIGHT, HAPPENS_AT)},
        {"light": fading(DAYLIGHT, DUSKLIGHT, HAPPENS_AT, 2.0)},
        {"weather": (Rain(),), "light": steady(INFRARED)},
        {"weather": (Spider(HAPPENS_AT),), "light": steady(INFRARED)},
        {"weather": tuple(Headlights(8.0 * n) for n in range(1, 6)), "light": steady(INFRARED)},
        {"weather": tuple(Flash(5.0 * n) for n in range(1, 9)), "light": steady(DUSKLIGHT)},
        {"weather": (Covered(HAPPENS_AT, HAPPENS_AT + 2),)},
        {"things": (Tree(), Tree(400, 20))},
    ],
)
def test_what_the_sky_does_is_no_fault_of_the_camera(
    film: Footage, change: dict[str, object]
) -> None:
    played = play(replace(scene(film, 45.0), **change))  # type: ignore[arg-type]

    assert played.pictures == (Picture.UNKNOWN, Picture.SEEING)


def test_a_person_before_it_is_no_fault_of_the_camera(film: Footage) -> None:
    near = Walker(film.walkers[0], 5.0)

    assert play(replace(scene(film, 20.0), things=(near,))).pictures[-1] is Picture.SEEING


def test_a_camera_that_is_aimed_on_purpose_learns_what_it_sees(film: Footage) -> None:
    watcher = Watcher(plan(), VOTES)
    aimed = replace(scene(film), weather=(Turned(HAPPENS_AT),))
    pictures = set[Picture]()

    for shot in aimed.shots():
        if shot.at == HAPPENS_AT:
            watcher.relearn()
        pictures.add(watcher.look(shot.luma, shot.at).picture)

    assert pictures == {Picture.UNKNOWN, Picture.SEEING}


@pytest.mark.parametrize("seconds", [2.0, 8.0, 15.0])
def test_a_camera_on_its_way_to_a_position_is_learnt_where_it_stops(
    film: Footage, seconds: float
) -> None:
    watcher = Watcher(plan(), VOTES)
    panned = replace(scene(film, 60.0), weather=(Panned(HAPPENS_AT + 1.0, seconds),))
    pictures = list[Picture]()

    for shot in panned.shots():
        if shot.at == HAPPENS_AT:  # the motor needs a moment
            watcher.relearn()
        pictures.append(watcher.look(shot.luma, shot.at).picture)

    assert Picture.TURNED not in pictures
    assert pictures[-1] is Picture.SEEING


def test_a_view_that_is_accepted_is_the_one_to_be_turned_from(film: Footage) -> None:
    watcher = Watcher(plan(), VOTES)
    back = replace(scene(film, 75.0), weather=(Turned(0.0, ends_at=HAPPENS_AT + 35.0),))
    pictures = list[Picture]()

    for shot in back.shots():
        if shot.at == HAPPENS_AT:
            watcher.relearn()
        pictures.append(watcher.look(shot.luma, shot.at).picture)

    assert pictures[-1] is Picture.TURNED


def test_a_hand_before_the_lens_is_not_accepted_for_a_view(film: Footage) -> None:
    watcher = Watcher(plan(), VOTES)
    covered = replace(scene(film, 40.0), weather=(Covered(HAPPENS_AT, 60.0),))
    pictures = list[Picture]()

    for shot in covered.shots():
        if shot.at == HAPPENS_AT + 10.0:
            watcher.relearn()
        pictures.append(watcher.look(shot.luma, shot.at).picture)

    assert pictures[-1] in (Picture.DARK, Picture.COVERED)


def test_after_a_loss_nothing_is_said_until_it_was_looked_at_again(film: Footage) -> None:
    watcher = Watcher(plan(), VOTES)
    turned = replace(scene(film), weather=(Turned(0.0, ends_at=50.0),))
    seen: list[Picture] = [watcher.look(shot.luma, shot.at).picture for shot in scene(film).shots()]
    watcher.lost()
    later = [watcher.look(shot.luma, 60.0 + shot.at).picture for shot in turned.shots()]

    assert seen[-1] is Picture.SEEING
    assert later[0] is Picture.UNKNOWN
    assert Picture.SEEING not in later  # somebody turned it meanwhile
    assert later[-1] is Picture.TURNED


@pytest.mark.parametrize("every", [2.0, 10.0])
@pytest.mark.parametrize("hands", [Covered(HAPPENS_AT, 90.0), Sprayed(HAPPENS_AT, 90.0)])
def test_a_lens_that_shows_nothing_is_told_however_often_the_camera_is_aimed(
    film: Footage, hands: Covered | Sprayed, every: float
) -> None:
    watcher = Watcher(plan(), VOTES)
    shots = replace(scene(film, 60.0), weather=(hands,)).shots()
    pictures = list[Picture]()

    for shot in shots:
        if shot.at >= HAPPENS_AT and shot.at % every == 0:
            watcher.relearn()
        if shot.at >= HAPPENS_AT + 10.0:
            pictures.append(watcher.look(shot.luma, shot.at).picture)
        else:
            watcher.look(shot.luma, shot.at)

    assert {Picture.SEEING, Picture.UNKNOWN}.isdisjoint(pictures)


def test_a_picture_that_stands_still_is_no_view_to_be_learnt(film: Footage) -> None:
    watcher = Watcher(plan(), VOTES)
    pictures = list[Picture]()

    for shot in replace(scene(film), frozen_at=HAPPENS_AT).shots():
        if shot.at == HAPPENS_AT + 25.0:
            watcher.relearn()
        if shot.at >= HAPPENS_AT + 25.0:
            pictures.append(watcher.look(shot.luma, shot.at).picture)
        else:
            watcher.look(shot.luma, shot.at)

    assert {*pictures} == {Picture.FROZEN}
