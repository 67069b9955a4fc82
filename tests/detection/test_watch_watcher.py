"""What is told of what is found: each once, after the votes, and nothing of what stood there."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gateway.detection.detector.boxes import Box
from gateway.detection.plan import CameraPlan, LinePlan, ZonePlan
from gateway.detection.watch.telling import Told
from gateway.detection.watch.watcher import Question, Watcher
from gateway.model.sight import AnimalSeen, LineCrossed, Loitered, PersonSeen, Seen, VehicleSeen
from tests.detection.watching import (
    CAMERA,
    STEP,
    VOTES,
    Looks,
    badly_seen,
    box,
    plan,
    saw,
    taken,
    timed,
    unsteady,
    walk,
)

RIGHT_HALF = ZonePlan("right", ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)))
MIDDLE = LinePlan("middle", (0.5, 0.0), (0.5, 1.0))  # downwards: its left is the picture's right


def told(camera: CameraPlan, *looks: Box | None) -> list[Told]:
    """Give what a watcher tells of looks, one find in each."""
    return [event for _, event in saw(Watcher(camera, VOTES), timed(looks))]


def test_a_person_who_walks_through_is_told_once() -> None:
    events = told(plan(), *walk((0.1, 0.6), (0.9, 0.6), 40))

    assert events == [PersonSeen(CAMERA, 1, 0.6)]


@pytest.mark.parametrize(
    ("seen", "event"), [(Seen.VEHICLE, VehicleSeen), (Seen.ANIMAL, AnimalSeen)]
)
def test_each_class_has_its_own_event(seen: Seen, event: type) -> None:
    events = told(plan(), *walk((0.1, 0.6), (0.9, 0.6), 40, seen))

    assert [type(e) for e in events] == [event]


def test_with_zones_only_who_stands_in_one_is_told_and_for_each_zone() -> None:
    left = ZonePlan("left", ((0.0, 0.0), (0.4, 0.0), (0.4, 1.0), (0.0, 1.0)))

    events = told(plan(left, RIGHT_HALF), *walk((0.1, 0.6), (0.9, 0.6), 40))
    outside = told(plan(left), *walk((0.6, 0.6), (0.95, 0.6), 40))

    assert [e.zones for e in events if isinstance(e, PersonSeen)] == [("left",), ("right",)]
    assert outside == []


def test_a_zone_minds_only_its_classes() -> None:
    cars = replace(RIGHT_HALF, classes=frozenset({Seen.VEHICLE}))

    assert told(plan(cars), *walk((0.1, 0.6), (0.9, 0.6), 40)) == []
    assert len(told(plan(cars), *walk((0.1, 0.6), (0.9, 0.6), 40, Seen.VEHICLE))) == 1


def test_who_leaves_a_zone_for_long_and_comes_back_is_told_again() -> None:
    there, back = walk((0.3, 0.6), (0.7, 0.6), 20), walk((0.7, 0.6), (0.3, 0.6), 20)
    stay = [box(0.3 + 0.002 * (n % 3), 0.6) for n in range(80)]  # 16 seconds outside

    events = told(plan(RIGHT_HALF), *there, *back, *stay, *walk((0.3, 0.6), (0.7, 0.6), 20))

    assert events == [PersonSeen(CAMERA, 1, 0.6, ("right",))] * 2


def test_who_walks_along_the_border_of_a_zone_is_told_once() -> None:
    rng = np.random.default_rng(3)
    along = badly_seen(timed(walk((0.5, 0.35), (0.5, 0.95), 60)), rng)

    events = saw(Watcher(plan(RIGHT_HALF), VOTES), along)

    assert len(events) == 1


def test_what_stood_there_before_is_nobody_however_long_it_stands() -> None:
    rng = np.random.default_rng(5)
    rock = [(n * STEP, unsteady((box(0.4, 0.7),), rng)) for n in range(600)]

    assert saw(Watcher(plan(), VOTES), rock) == []


@pytest.mark.parametrize(("lit_from", "count"), [(0.6, 1), (20.0, 0)])
def test_who_stirs_where_he_is_first_seen_is_told_and_a_rock_in_headlights_is_not(
    lit_from: float, count: int
) -> None:
    """Who stands and waves was not there before; what stood for long may be lit by anything."""
    watcher, events = Watcher(plan(), VOTES), list[Told]()
    rng = np.random.default_rng(8)

    for n in range(200):
        at, luma = n * STEP, np.full((120, 160), 90, np.uint8)
        if lit_from <= at < lit_from + 3.0:
            luma[36:84, 56:72] = rng.integers(0, 2) * 150
        watcher.look(luma, at)
        events += taken(watcher, (box(0.4, 0.7),), at)

    assert len(events) == count


def test_what_is_taken_for_a_person_now_and_then_is_nobody() -> None:
    rng = np.random.default_rng(6)
    looks = timed(box(0.4, 0.7) if rng.random() < 0.1 else None for _ in range(3000))

    assert saw(Watcher(plan(), VOTES), looks) == []


def test_who_stops_and_stands_for_minutes_is_told_once() -> None:
    comes = timed(walk((0.1, 0.6), (0.5, 0.6), 20))
    stands = timed((box(0.5, 0.6) for _ in range(300)), begins_at=4.0, step=1.0)

    events = saw(Watcher(plan(), VOTES), [*comes, *stands])

    assert len(events) == 1


def test_who_stands_and_is_lost_from_sight_there_is_the_same_one() -> None:
    watcher = Watcher(plan(), VOTES)
    comes = timed(walk((0.1, 0.6), (0.5, 0.6), 20))
    stands = timed((box(0.5, 0.6) for _ in range(60)), begins_at=4.0, step=1.0)
    gone = timed((None for _ in range(10)), begins_at=64.0, step=7.0)
    again = timed(walk((0.5, 0.6), (0.9, 0.6), 20), begins_at=134.0)

    events = saw(watcher, [*comes, *stands, *gone, *again])

    assert [event for _, event in events] == [PersonSeen(CAMERA, 1, 0.6)]


def test_who_comes_past_a_rock_is_told_though_the_rock_is_not() -> None:
    rock = box(0.5, 0.6, score=0.4)
    looks: Looks = [(n * STEP, (rock,)) for n in range(100)]
    passing = walk((0.05, 0.75), (0.95, 0.75), 40)
    looks += [(20.0 + n * STEP, (rock, comes)) for n, comes in enumerate(passing)]

    events = saw(Watcher(plan(), VOTES), looks)

    assert len(events) == 1
    assert events[0][0] > 20.0


def test_what_is_mostly_a_cat_is_no_person() -> None:
    names = [Seen.ANIMAL, Seen.ANIMAL, Seen.PERSON, Seen.PERSON, Seen.ANIMAL]
    scores = {Seen.ANIMAL: 0.7, Seen.PERSON: 0.36}
    crossing = walk((0.1, 0.8), (0.9, 0.8), 40)

    events = told(
        plan(RIGHT_HALF),
        *(
            replace(found, seen=names[n % 5], score=scores[names[n % 5]])
            for n, found in enumerate(crossing)
        ),
    )

    assert events == []


@pytest.mark.parametrize(("start", "end", "inward"), [(0.9, 0.1, True), (0.1, 0.9, False)])
def test_who_crosses_a_line_is_told_with_the_direction(
    start: float, end: float, *, inward: bool
) -> None:
    events = told(plan(lines=(MIDDLE,)), *walk((start, 0.6), (end, 0.6), 40))

    assert LineCrossed(CAMERA, "middle", Seen.PERSON, inward, 1) in events
    assert len(events) == 2


def test_who_passes_beyond_the_end_of_a_line_does_not_cross_it() -> None:
    short = LinePlan("short", (0.5, 0.0), (0.5, 0.4))

    events = told(plan(lines=(short,)), *walk((0.1, 0.8), (0.9, 0.8), 40))

    assert [type(event) for event in events] == [PersonSeen]


def test_who_stands_on_a_line_crosses_nothing() -> None:
    rng = np.random.default_rng(4)
    comes = timed(walk((0.1, 0.6), (0.5, 0.6), 20))
    sways = [(4.0 + n * STEP, unsteady((box(0.5, 0.6),), rng)) for n in range(200)]

    events = saw(Watcher(plan(lines=(MIDDLE,)), VOTES), [*comes, *sways])

    assert [type(event) for _, event in events] == [PersonSeen]


@settings(deadline=None)
@given(
    st.tuples(st.floats(0.05, 0.95), st.floats(0.35, 0.95)),
    st.tuples(st.floats(0.05, 0.95), st.floats(0.35, 0.95)),
    st.integers(0, 2**32 - 1),
)
def test_a_straight_walk_crosses_once_and_only_the_way_it_goes(
    start: tuple[float, float], end: tuple[float, float], seed: int
) -> None:
    assume(abs(start[0] - 0.5) > 0.12 and abs(end[0] - 0.5) > 0.12)
    assume(abs(start[0] - end[0]) > 0.2 or (start[0] > 0.5) == (end[0] > 0.5))
    looks = badly_seen(timed(walk(start, end, 40)), np.random.default_rng(seed))

    events = [event for _, event in saw(Watcher(plan(lines=(MIDDLE,)), VOTES), looks)]

    ways = [event.inward for event in events if isinstance(event, LineCrossed)]
    crosses = (start[0] > 0.5) != (end[0] > 0.5)
    assert ways == ([start[0] > 0.5] if crosses else [])


def test_who_stays_too_long_loiters_once() -> None:
    zone = replace(RIGHT_HALF, loiter_seconds=30.0)
    comes = timed(walk((0.1, 0.6), (0.7, 0.6), 20))
    stands = timed((box(0.7, 0.6) for _ in range(100)), begins_at=4.0, step=1.0)

    events = saw(Watcher(plan(zone), VOTES), [*comes, *stands])

    assert [type(event) for _, event in events] == [PersonSeen, Loitered]
    seen_at, loitered_at = (at for at, _ in events)
    assert 30.0 <= loitered_at - seen_at <= 31.0
    assert events[1][1] == Loitered(CAMERA, "right", Seen.PERSON, 30, 1)


@settings(deadline=None)
@given(
    st.integers(1, 4).flatmap(lambda need: st.tuples(st.just(need), st.integers(need, 6))),
    st.lists(st.booleans(), min_size=1, max_size=40),
)
def test_nothing_is_told_before_the_votes(votes: tuple[int, int], found: list[bool]) -> None:
    watcher, looks = Watcher(plan(lines=(MIDDLE,)), votes), list[bool]()
    path = list(walk((0.1, 0.6), (0.9, 0.6), len(found)))

    for n, (there, person) in enumerate(zip(found, path, strict=True)):
        looks.append(there)
        if taken(watcher, (person,) if there else (), n * STEP):
            assert sum(looks[-votes[1] :]) >= votes[0]


def test_a_second_opinion_is_asked_once_and_not_of_animals() -> None:
    asked: list[Box] = []

    def sure(found: Box) -> bool:
        asked.append(found)
        return True

    watcher = Watcher(plan(), VOTES)
    for at, boxes in timed(walk((0.1, 0.6), (0.9, 0.6), 40)):
        taken(watcher, boxes, at, sure)
    for at, boxes in timed(walk((0.1, 0.95), (0.9, 0.95), 40, Seen.ANIMAL), begins_at=20.0):
        taken(watcher, boxes, at, sure)

    assert len(asked) == 1


def test_who_is_doubted_is_not_told_and_is_asked_about_ever_more_seldom() -> None:
    asked: list[float] = []
    watcher, events = Watcher(plan(), VOTES), list[Told]()
    looks = timed(box(0.2 + 0.3 * abs((n % 100) - 50) / 50, 0.6) for n in range(600))

    for at, boxes in looks:

        def sure(_: Box, at: float = at) -> bool:
            asked.append(at)
            return False

        events += taken(watcher, boxes, at, sure)

    assert events == []
    assert 5 <= len(asked) <= 25  # in two minutes
    assert asked[-1] - asked[-2] > 4 * (asked[1] - asked[0])


def test_the_box_of_what_was_told_can_be_asked_for() -> None:
    watcher, person = Watcher(plan(), VOTES), box(0.5, 0.6)
    for at, boxes in timed([*walk((0.1, 0.6), (0.5, 0.6), 20), person]):
        taken(watcher, boxes, at)

    assert watcher.box(1) == person
    assert watcher.box(2) is None


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-1e5, 1e5), st.floats(0.1, 0.9)), max_size=30))
def test_whatever_the_clock_does_nothing_breaks(looks: list[tuple[float, float]]) -> None:
    watcher = Watcher(plan(RIGHT_HALF, lines=(MIDDLE,)), VOTES)
    dark = np.zeros((120, 160), np.uint8)

    for at, x in looks:
        watcher.look(dark, at)
        taken(watcher, (box(x, 0.6),), at)


def test_a_second_opinion_is_asked_apart_and_nothing_is_told_before() -> None:
    watcher = Watcher(plan(), VOTES)
    looks = timed(walk((0.1, 0.6), (0.9, 0.6), 12))
    asked: list[Question] = []
    news: list[Told] = []
    for at, boxes in looks:
        told_at_once, questions = watcher.take(boxes, at)
        assert not told_at_once
        asked += questions
        for question in questions:
            news += watcher.heard(question, at > 1.0, at)
        if news:
            break
        assert not watcher.present()
    assert len(asked) > 1  # asked again after a no
    assert [type(one) for one in news] == [PersonSeen]
    assert watcher.present() == {Seen.PERSON}
    assert watcher.present(since=looks[-1][0] + 1.0) == frozenset()


def test_only_a_person_as_it_is_found_is_doubted() -> None:
    watcher = Watcher(plan(), VOTES)
    for at, boxes in timed(walk((0.1, 0.6), (0.9, 0.6), 12, Seen.VEHICLE)):
        news, questions = watcher.take(boxes, at)
        assert not questions
        if news:
            return
    raise AssertionError("a vehicle is told without a second opinion")
