"""What is done to a simulated camera is told for what it is, lap after lap of its film."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import av
import pytest

from gateway.detection.stream.sub import Grey, luma_of
from gateway.detection.watch.watcher import Watcher
from gateway.model.capability import Picture
from simulator.camera.footage.scenery import rest
from simulator.camera.footage.spoil import SPOILT
from simulator.camera.footage.studio import Format, film
from tests.detection.watching import VOTES, plan

SMALL = Format(320, 180)
SECONDS = 40  # as long as anything is held, and once more


def laps(path: Path) -> Iterator[Grey]:
    """Give a film's pictures, over and over."""
    while True:
        with av.open(str(path)) as opened:
            yield from (luma_of(frame) for frame in opened.decode(video=0))


@pytest.mark.parametrize(
    ("act", "picture"),
    [
        ("cover", Picture.COVERED),
        ("spray", Picture.BLIND),
        ("turn", Picture.TURNED),
        ("freeze", Picture.FROZEN),
    ],
)
def test_an_act_of_the_simulator_is_told_and_nothing_else(
    tmp_path: Path, act: str, picture: Picture
) -> None:
    seen = next(rest())
    before = film(tmp_path / "rest.mp4", rest(), SMALL)
    after = film(tmp_path / f"{act}.mp4", SPOILT[act](seen), SMALL)
    watcher, at, pictures = Watcher(plan(), VOTES), 0.0, list[Picture]()

    for path, seconds in ((before, 10), (after, SECONDS)):
        for luma in islice(laps(path), seconds * SMALL.rate):
            at += 1 / SMALL.rate
            told = watcher.look(luma, at).picture
            pictures += [] if pictures[-1:] == [told] else [told]

    assert pictures == [Picture.UNKNOWN, Picture.SEEING, picture]
