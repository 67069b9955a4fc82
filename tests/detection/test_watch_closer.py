"""The piece of a picture that a second opinion is given, and what is kept in mind."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.detection.detector.boxes import Box
from gateway.detection.watch.closer import closer
from gateway.detection.watch.places import Rect
from gateway.detection.watch.stood import STOOD_MOST, STOOD_SECONDS, Stood
from gateway.detection.watch.story import Story
from gateway.detection.watch.votes import Votes
from gateway.model.sight import Seen

edges = st.floats(-0.5, 1.5)


@settings(deadline=None)
@given(edges, edges, edges, edges)
def test_there_is_a_piece_for_any_box_even_one_outside(
    left: float, top: float, right: float, bottom: float
) -> None:
    piece = closer(
        np.zeros((48, 64, 3), np.uint8), Box(Seen.PERSON, "", 1, left, top, right, bottom)
    )

    assert piece.dtype == np.uint8
    assert 1 <= piece.shape[0] <= 48
    assert 1 <= piece.shape[1] <= 64


def test_the_piece_is_three_times_the_find_and_has_less_noise() -> None:
    noise = np.random.default_rng(1).normal(100, 20, (480, 640, 3)).astype(np.uint8)

    piece = closer(noise, Box(Seen.PERSON, "", 1, 0.45, 0.4, 0.55, 0.6))

    assert abs(piece.shape[0] - 288) <= 1
    assert abs(piece.shape[1] - 288) <= 1
    assert abs(float(piece.mean()) - 100) < 2
    assert piece.std() < 8


def story(rect: Rect, number: int) -> Story:
    return Story(number, rect, 0.0, Votes(2, 3), rect, 0.0)


def test_what_stood_there_is_found_again_once_and_only_there() -> None:
    rect, stood = Rect(0.1, 0.1, 0.2, 0.4), Stood()
    stood.remember(rect, thing := story(rect, 7), 0.0)

    assert stood.again(Rect(0.5, 0.1, 0.6, 0.4), 1.0) is None
    assert stood.again(Rect(0.11, 0.1, 0.21, 0.42), 1.0) is thing
    assert stood.again(rect, 1.0) is None


def test_what_stood_there_is_forgotten_in_time_and_when_there_is_too_much() -> None:
    rect, stood = Rect(0.1, 0.1, 0.2, 0.4), Stood()
    stood.remember(rect, story(rect, 0), 0.0)
    assert stood.again(rect, STOOD_SECONDS + 1) is None

    for n in range(3 * STOOD_MOST):
        stood.remember(rect, story(rect, n), float(n))

    assert len(stood) == STOOD_MOST
