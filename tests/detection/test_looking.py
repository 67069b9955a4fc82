"""The looker: of each camera the newest picture, in turn, and a word when it looks no more."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from av.video.frame import VideoFrame

from gateway.detection.detector.boxes import Box
from gateway.detection.detector.tensors import Image
from gateway.detection.looking import (
    BUSY_SECONDS_MOST,
    FAILURES_MOST,
    Job,
    Looker,
    Shown,
    Still,
    second,
)
from gateway.detection.watch.aim import WHOLE
from gateway.model.sight import Seen
from tests.detection.films import Clock
from tests.waiting import until

BLANK = VideoFrame(60, 40, "yuv420p")


class Finder:
    """Finds what it is told to; waits where it is told to."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.score: float | None = None
        self.near: tuple[Box, ...] = ()

    def find(self, image: Image) -> tuple[Box, ...]:
        del image
        self.gate.wait()
        return self.near

    def sure(self, piece: Image) -> float | None:
        assert isinstance(piece, np.ndarray)
        assert piece.flags.c_contiguous
        return self.score


@contextmanager
def looking(finder: Finder, clock: Clock) -> Iterator[Looker]:
    looker = Looker(finder, clock.now)
    looker.start()
    try:
        yield looker
    finally:
        finder.gate.set()
        assert looker.stop(10.0)


def job(at: float, done: Callable[[Shown], None]) -> Job:
    return Job(lambda: BLANK, WHOLE, at, done)


async def test_of_each_camera_the_newest_is_looked_at_and_none_goes_short() -> None:
    finder, shown = Finder(), []
    with looking(finder, Clock()) as looker:
        finder.gate.clear()
        looker.show("yard", job(0.0, lambda one: shown.append(("yard", one.at))))
        await until(lambda: looker._busy_since is not None)
        for at in (1.0, 2.0, 3.0):
            looker.show("yard", job(at, lambda one: shown.append(("yard", one.at))))
            looker.show("hall", job(at, lambda one: shown.append(("hall", one.at))))
        finder.gate.set()
        await until(lambda: len(shown) == 3)
        assert shown == [("yard", 0.0), ("yard", 3.0), ("hall", 3.0)]
        assert looker.counted() == (3, 4)
        assert looker.counted() == (0, 0)


async def test_one_that_hangs_says_so() -> None:
    finder, clock = Finder(), Clock()
    with looking(finder, clock) as looker:
        finder.gate.clear()
        looker.show("yard", job(0.0, lambda _: None))
        await until(lambda: looker._busy_since is not None)
        assert looker.trouble() == ""
        clock.seconds += BUSY_SECONDS_MOST + 0.1
        assert "at one picture" in looker.trouble()


@pytest.mark.filterwarnings("ignore")
async def test_a_picture_that_cannot_be_looked_at_is_nothing_and_many_are_a_trouble() -> None:
    seen: list[Shown] = []

    def fails(_: Shown) -> None:
        raise ValueError("no picture")

    with looking(Finder(), Clock()) as looker:
        for count in range(1, FAILURES_MOST + 1):
            assert looker.trouble() == ""
            looker.show("yard", job(0.0, fails))
            await until(lambda count=count: looker._failures == count)  # type: ignore[misc]
        assert "in a row" in looker.trouble()
        looker.show("yard", job(0.0, seen.append))
        await until(lambda: seen and not looker.trouble())


@pytest.mark.parametrize(
    ("score", "near", "believed"),
    [(None, 0.0, True), (0.3, 0.0, True), (0.29, 0.39, False), (0.0, 0.4, True)],
)
def test_a_second_look_believes_either_model(
    score: float | None, near: float, *, believed: bool
) -> None:
    finder = Finder()
    finder.score = score
    finder.near = (Box(Seen.PERSON, "person", near, 0, 0, 1, 1),) if near else ()
    sure = second(finder, Still(BLANK))
    assert sure(Box(Seen.PERSON, "person", 0.5, 0.2, 0.2, 0.4, 0.9)) is believed
