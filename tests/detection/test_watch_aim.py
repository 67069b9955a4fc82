"""The part of a picture that is looked at: a square about what moves, and now and then all."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.detection.watch.aim import WHOLE, aim, around, placed
from gateway.detection.watch.places import Rect, common
from gateway.detection.watch.watcher import WHOLE_SECONDS, Watcher
from tests.detection.watching import STEP, VOTES, box, plan, taken, timed, walk

fractions = st.floats(0.0, 1.0)
places = st.tuples(fractions, fractions, fractions, fractions).map(
    lambda e: Rect(min(e[0], e[2]), min(e[1], e[3]), max(e[0], e[2]), max(e[1], e[3]))
)


@settings(deadline=None)
@given(places, st.integers(48, 1080), st.integers(48, 1920))
def test_the_part_holds_the_place_and_is_a_square_within_the_picture(
    place: Rect, height: int, width: int
) -> None:
    part = aim(place, height, width)

    assert common(part, place) >= place.area - 1e-9
    assert min(part.left, part.top) >= -1e-9
    assert max(part.right, part.bottom) <= 1 + 1e-9
    if part != WHOLE:
        across, down = (part.right - part.left) * width, (part.bottom - part.top) * height
        assert abs(across - down) < 1e-6 * width


@settings(deadline=None)
@given(places, fractions, fractions)
def test_what_is_found_in_a_part_is_where_it_is_in_the_whole(
    place: Rect, x: float, y: float
) -> None:
    part = aim(place, 480, 640)

    (found,) = placed((box(x, y),), part)

    assert abs(found.left - (part.left + (x - 0.05) * (part.right - part.left))) < 1e-9
    assert abs(found.bottom - (part.top + y * (part.bottom - part.top))) < 1e-9


def test_nothing_is_around_nothing() -> None:
    assert around([]) is None
    assert around([Rect(0.1, 0.2, 0.3, 0.4), Rect(0.2, 0.1, 0.5, 0.3)]) == Rect(0.1, 0.1, 0.5, 0.4)


def test_who_stands_outside_the_part_is_not_missed() -> None:
    watcher = Watcher(plan(), VOTES)
    for at, boxes in timed(walk((0.1, 0.6), (0.3, 0.6), 20)):
        taken(watcher, boxes, at)

    for n in range(20, 200):
        taken(watcher, (), n * STEP, part=Rect(0.5, 0.5, 1.0, 1.0))

    assert watcher.box(1) is not None
    assert taken(watcher, (box(0.3, 0.6),), 41.0) == ()  # the same one


def test_while_something_moves_the_whole_is_looked_at_each_second() -> None:
    watcher, whole = Watcher(plan(), VOTES), list[float]()
    rng = np.random.default_rng(3)

    for n in range(200):
        at, luma = n / 10, rng.integers(80, 90, (240, 320)).astype(np.uint8)
        luma[100:140, 100 + n % 40 : 120 + n % 40] = 20
        look = watcher.look(luma, at)
        if look.open:
            taken(watcher, (), at, part=look.part)
            if look.part == WHOLE:
                whole.append(at)

    gaps = np.diff([at for at in whole if at > 2])
    assert gaps.max() <= WHOLE_SECONDS + 0.15
    assert len(whole) < 40  # of 200
