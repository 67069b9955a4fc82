"""Laws of following: one walker is one track, and there are never too many."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.detection.watch.track import TRACKS_MOST, Tracker
from gateway.model.sight import Seen
from tests.detection.watching import STEP, Looks, badly_seen, box, timed, walk

ends = st.tuples(st.floats(0.05, 0.95), st.floats(0.35, 0.98))


def numbers(looks: Looks) -> set[int]:
    """Give the numbers of all tracks that were ever found."""
    tracker, found = Tracker(), set[int]()
    for at, boxes in looks:
        found |= {track.number for track in tracker.take(boxes, at) if track.found}
    return found


@settings(deadline=None)
@given(ends, ends, st.integers(0, 2**32 - 1))
def test_who_walks_a_straight_line_is_one_track(
    start: tuple[float, float], end: tuple[float, float], seed: int
) -> None:
    """With a quarter of the looks missed, edges that jump, and scores down to weak ones."""
    rng = np.random.default_rng(seed)

    looks = badly_seen(timed(walk(start, end, 40)), rng)

    strong = any(found.score >= 0.35 for _, boxes in looks for found in boxes)
    assert len(numbers(looks)) == int(strong)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_two_who_pass_each_other_at_some_distance_are_two(seed: int) -> None:
    rng = np.random.default_rng(seed)
    right = badly_seen(timed(walk((0.05, 0.4), (0.95, 0.4), 40)), rng)
    left = badly_seen(timed(walk((0.95, 0.9), (0.05, 0.9), 40)), rng)

    both = [(at, one + other) for (at, one), (_, other) in zip(right, left, strict=True)]

    assert len(numbers(both)) == 2


def test_who_is_hidden_for_two_seconds_is_the_same_one() -> None:
    looks = timed(walk((0.1, 0.5), (0.9, 0.5), 40))
    hidden = [(at, () if 3.0 < at < 5.0 else boxes) for at, boxes in looks]

    assert len(numbers(hidden)) == 1


def test_who_is_gone_for_long_ends_and_a_weak_find_begins_nobody() -> None:
    tracker = Tracker()
    tracker.take((box(0.2, 0.5),), 0.0)

    for n in range(1, 30):
        tracker.take((box(0.8, 0.9, score=0.3),), n * STEP)

    assert tracker.tracks == []


def test_what_is_looked_at_seldom_is_not_lost_by_time_alone() -> None:
    tracker = Tracker()
    for n in range(6):
        tracker.take((box(0.2, 0.5),) if n % 2 == 0 else (), n * 7.0)

    assert [track.number for track in tracker.tracks] == [1]


def test_a_name_that_slips_for_one_look_makes_no_second_thing() -> None:
    looks = timed(walk((0.1, 0.5), (0.5, 0.5), 20))
    slipped = [
        (at, tuple(replace(b, seen=Seen.ANIMAL) for b in boxes) if n % 5 == 2 else boxes)
        for n, (at, boxes) in enumerate(looks)
    ]

    assert len(numbers(slipped)) == 1


def test_a_person_before_a_car_is_a_thing_of_its_own() -> None:
    car = replace(box(0.5, 0.9, Seen.VEHICLE), left=0.3, right=0.7, top=0.5)

    looks: Looks = [(n * STEP, (car, box(0.3 + 0.01 * n, 0.9))) for n in range(40)]

    assert len(numbers(looks)) == 2


def test_a_car_that_hides_a_person_is_not_that_person() -> None:
    car = replace(box(0.5, 0.9, Seen.VEHICLE), left=0.3, right=0.7, top=0.5)
    stands: Looks = [(n * STEP, (box(0.5, 0.9),)) for n in range(20)]
    hidden: Looks = [(4.0 + n * STEP, (car,)) for n in range(20)]

    assert len(numbers([*stands, *hidden])) == 2


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 150), min_size=1, max_size=30), st.integers(0, 2**32 - 1))
def test_there_are_never_more_tracks_than_there_may_be(counts: list[int], seed: int) -> None:
    rng, tracker = np.random.default_rng(seed), Tracker()

    for n, count in enumerate(counts):
        found = [box(x, y) for x, y in rng.uniform((0, 0.3), (1, 1), (count, 2))]
        tracker.take(tuple(found), n * STEP)

        assert len(tracker.tracks) <= TRACKS_MOST


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_whatever_the_clock_does_places_stay_numbers(times: list[float]) -> None:
    tracker = Tracker()

    for at in times:
        tracks = tracker.take((box(0.5, 0.5),), at)

        assert all(np.isfinite(track.rect.feet).all() for track in tracks)
