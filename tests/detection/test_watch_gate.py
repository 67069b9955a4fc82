"""When the detector looks, and when it need not."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gateway.detection.watch.gate import EVERY_SECONDS, HOLD_SECONDS, NUDGE_SECONDS
from gateway.detection.watch.shrink import window_sum
from gateway.detection.watch.watcher import Look, Watcher
from tests.detection.watching import VOTES, box, plan, taken

FPS = 8
RNG = np.random.default_rng(11)
PLACE = RNG.integers(60, 190, (30, 40)).repeat(16, axis=0).repeat(16, axis=1)

type Luma = NDArray[np.uint8]


def quiet(noise: float = 4.0) -> Luma:
    """Give the place as a sensor sees it."""
    return np.clip(PLACE + RNG.normal(0, noise, PLACE.shape), 0, 255).astype(np.uint8)


def with_block(left: int, top: int = 200, wide: int = 40, tall: int = 110) -> Luma:
    """Give the place with somebody dark in it."""
    luma = quiet()
    luma[top : top + tall, max(left, 0) : left + wide] = 20
    return luma


class Camera:
    """A watcher whose detector finds nothing, and the time."""

    def __init__(self) -> None:
        self.watcher = Watcher(plan(), VOTES)
        self.at = 0.0
        self.looked: list[float] = []

    def see(self, luma: Luma) -> Look:
        """Show one picture; the detector looks where it should."""
        self.at += 1 / FPS
        look = self.watcher.look(luma, self.at)
        if look.open:
            self.looked.append(self.at)
            taken(self.watcher, (), self.at)
        return look

    def rest(self, seconds: float) -> list[Look]:
        """Show the quiet place for so long."""
        return [self.see(quiet()) for _ in range(int(seconds * FPS))]


def test_a_quiet_place_is_looked_at_now_and_then() -> None:
    camera = Camera()

    camera.rest(60)

    gaps = np.diff(camera.looked)
    assert 8 <= len(camera.looked) <= 11
    assert gaps.max() <= EVERY_SECONDS + 1 / FPS


def test_noise_is_no_motion_but_a_person_in_it_is() -> None:
    camera = Camera()
    looks = [camera.see(quiet(noise=20.0)) for _ in range(20 * FPS)]

    assert all(look.region is None for look in looks[FPS:])
    walker = with_block(300)
    assert camera.see(walker).region is not None


def test_who_walks_opens_the_gate_at_once_and_for_some_seconds_after() -> None:
    camera = Camera()
    camera.rest(5)

    first = camera.see(with_block(100))
    seen = [camera.see(with_block(100 + 8 * n)) for n in range(16)]
    ended_at = camera.at
    camera.rest(4 * HOLD_SECONDS)

    assert first.open
    assert all(look.open for look in seen)
    after = [at - ended_at for at in camera.looked if ended_at < at <= ended_at + 2 * HOLD_SECONDS]
    assert HOLD_SECONDS - 0.5 <= max(after) <= HOLD_SECONDS + 2.5  # the place is learnt anew


def test_the_region_is_around_what_moves() -> None:
    camera = Camera()
    camera.rest(5)

    region = camera.see(with_block(320, top=240, wide=64, tall=120)).region

    assert region is not None
    assert abs(region.left - 0.5) < 0.02
    assert abs(region.top - 0.5) < 0.02
    assert abs(region.right - 0.6) < 0.02
    assert abs(region.bottom - 0.75) < 0.02


def test_the_light_of_all_changes_nothing_but_is_worth_one_look() -> None:
    camera = Camera()
    camera.rest(5)
    before = len(camera.looked)

    light = [
        camera.see(np.clip(quiet().astype(int) * 2, 0, 255).astype(np.uint8)) for _ in range(8)
    ]

    assert [look.region for look in light] == [None] * 8
    assert len(camera.looked) - before == 1


def test_an_exposure_that_creeps_is_no_motion() -> None:
    camera = Camera()
    camera.rest(5)

    creeping = [
        camera.see((quiet().astype(int) + n).clip(0, 255).astype(np.uint8)) for n in range(40)
    ]

    assert [look.region for look in creeping] == [None] * 40


def test_flashes_cost_a_look_a_second_and_who_fills_the_picture_is_looked_at() -> None:
    camera = Camera()
    camera.rest(5)
    before = len(camera.looked)

    for n in range(10 * FPS):
        near = quiet()
        near[:, : 320 + 40 * (n % 3)] = 20 + 60 * (n % 2)  # half of the picture, each time another
        camera.see(near)

    assert 9 <= len(camera.looked) - before <= 40


def test_a_nudge_opens_the_gate() -> None:
    camera = Camera()
    camera.rest(5)
    nudged_at = camera.at

    camera.watcher.nudge(nudged_at)
    camera.rest(10)

    after = [at - nudged_at for at in camera.looked if at > nudged_at]
    assert after[0] <= 1 / FPS
    assert sum(gap <= NUDGE_SECONDS for gap in after) >= NUDGE_SECONDS * FPS - 1
    assert sum(gap > NUDGE_SECONDS for gap in after) <= 1


def test_who_stands_still_is_looked_at_each_second_until_it_is_known_to_stand() -> None:
    watcher, looked = Watcher(plan(), VOTES), list[float]()

    for n in range(60 * FPS):
        at = n / FPS
        if watcher.look(quiet(), at).open:
            looked.append(at)
            taken(watcher, (box(0.5, 0.6),), at)

    early, late = (sum(a <= at < b for at in looked) for a, b in ((1, 10), (30, 60)))
    assert 8 <= early <= 14
    assert late <= 6


def test_who_was_found_once_is_looked_at_again_at_once() -> None:
    """Two of three looks can agree before it is gone, though nothing moved enough to see."""
    watcher, looked = Watcher(plan(), VOTES), list[float]()

    for n in range(10 * FPS):
        at = n / FPS
        if watcher.look(quiet(), at).open:
            looked.append(at)
            taken(watcher, (box(0.5, 0.6),) if at > 5 else (), at)

    first = next(at for at in looked if at > 5)
    assert sum(first <= at < first + 4 / FPS for at in looked) == 4


def test_time_that_goes_back_shuts_nothing_for_long() -> None:
    camera = Camera()
    camera.at = 1e6
    camera.rest(5)
    camera.looked.clear()

    camera.at = 0.0
    camera.rest(30)

    assert len(camera.looked) >= 3


def test_a_picture_of_another_size_is_a_new_beginning() -> None:
    camera = Camera()
    camera.rest(5)

    assert camera.see(quiet()[::2, ::2]).region is None
    assert camera.see(quiet()[::2, ::2]).region is None


@settings(deadline=None)
@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 9), st.integers(0, 2**32 - 1))
def test_a_sum_about_a_cell_is_that_of_its_neighbours(
    rows: int, columns: int, reach: int, seed: int
) -> None:
    values = np.random.default_rng(seed).integers(0, 100, (rows, columns)).astype(np.float32)

    sums = window_sum(values, reach)

    for row, column in np.ndindex(rows, columns):
        about = values[max(0, row - reach) : row + reach + 1]
        about = about[:, max(0, column - reach) : column + reach + 1]
        assert sums[row, column] == about.sum()
