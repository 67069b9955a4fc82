"""Which scene is on at which moment."""

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.camera.codec import Codec
from simulator.camera.footage.programme import Programme, Scene, Which
from simulator.camera.footage.reel import Reel, Unit
from simulator.camera.rtsp.broadcast import Broadcast
from tests.waiting import until


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def scene(name: str, seconds: float = 4.0) -> Scene:
    units = tuple(
        Unit(at / 10, at / 10, at % 10 == 0, (name.encode() + b"%d" % at,))
        for at in range(round(seconds * 10))
    )
    reel = Reel(Path(name), Codec.H264, 64, 36, units, seconds, 10.0, (b"g", b"h"))
    return Scene(name, reel, reel)


def test_a_scene_that_is_shown_once_makes_way_when_it_is_over() -> None:
    clock = Clock()
    programme = Programme(scene("rest"), clock)

    programme.show(scene("person", 2.0), again=False)
    clock.now = 101.9
    during = programme.showing.scene.name
    clock.now = 105.5
    after = programme.showing

    assert (during, after.scene.name, after.begun) == ("person", "rest", 102.0)
    assert programme.place(after) == (0, 3.5)


def test_a_scene_that_is_shown_again_and_again_stays() -> None:
    clock = Clock()
    programme = Programme(scene("rest"), clock)

    programme.show(scene("fog", 2.0), again=True)
    clock.now = 1000.0

    assert programme.showing.scene.name == "fog"


class Ear:
    def __init__(self) -> None:
        self.heard: list[tuple[float, bytes]] = []

    def hear(self, pieces: list[bytes], at: float, *, key: bool) -> None:
        assert key == pieces[0].endswith((b"t0", b"0"))
        self.heard.append((at, pieces[0]))


async def test_laps_follow_each_other_without_a_seam_and_a_cut_begins_at_once() -> None:
    loop = asyncio.get_running_loop()
    programme = Programme(scene("rest", 0.5), loop.time)
    broadcast, ear = Broadcast(programme, Which.MAIN), Ear()
    playing = asyncio.create_task(broadcast.run())
    broadcast.join(ear)
    await until(lambda: len(ear.heard) >= 12)
    programme.show(scene("person", 1.0), again=False)
    await until(lambda: len(ear.heard) >= 30)
    broadcast.leave(ear)
    playing.cancel()

    before = [at for at, piece in ear.heard if piece.startswith(b"rest")][:10]
    steps = {round(after - at, 3) for at, after in pairwise(before)}
    assert steps == {0.1}
    person = [piece for _, piece in ear.heard if piece.startswith(b"person")]
    assert person == [b"person%d" % number for number in range(10)]
    assert ear.heard[-1][1].startswith(b"rest")


@given(st.floats(0, 1e6))
def test_a_moment_is_always_within_a_lap(later: float) -> None:
    clock = Clock()
    programme = Programme(scene("rest"), clock)
    showing = programme.showing
    clock.now += later
    lap, into = programme.place(showing)

    assert 0 <= into < 4.0
    assert lap * 4.0 + into == pytest.approx(later, abs=1e-6)
