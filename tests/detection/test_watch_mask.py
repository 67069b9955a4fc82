"""Privacy: nothing that happens behind a mask changes anything."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.detection.plan import Polygon, ZonePlan
from gateway.detection.watch.mask import Masks
from gateway.detection.watch.places import within
from gateway.detection.watch.watcher import Watcher
from tests.detection.watching import VOTES, badly_seen, box, plan, taken, timed, walk

HEIGHT, WIDTH = 120, 160
corners = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda p: (p[0] / 20, p[1] / 20))
masks = st.lists(st.lists(corners, min_size=3, max_size=6).map(tuple), min_size=1, max_size=3)


@settings(max_examples=30, deadline=None)
@given(masks, st.integers(0, 2**32 - 1))
def test_nothing_inside_a_mask_changes_what_is_seen(shapes: list[Polygon], seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, other = (Watcher(plan(masks=tuple(shapes)), VOTES) for _ in range(2))
    hidden = Masks(shapes).pixels(HEIGHT, WIDTH)
    place = rng.integers(0, 256, (HEIGHT, WIDTH)).astype(np.uint8)

    for n in range(40):
        luma = np.clip(place + rng.integers(-3, 4, place.shape), 0, 255).astype(np.uint8)
        luma[40:80, 4 * n % 120 : 4 * n % 120 + 20] //= 3  # somebody walks through it all
        noise = rng.integers(0, 256, luma.shape).astype(np.uint8)

        with_noise = np.where(hidden, noise, luma)
        assert one.look(luma, n * 0.5) == other.look(with_noise, n * 0.5)


@settings(deadline=None)
@given(masks, st.integers(0, 2**32 - 1))
def test_what_is_hidden_is_black_and_the_rest_is_as_it_was(
    shapes: list[Polygon], seed: int
) -> None:
    rgb = np.random.default_rng(seed).integers(1, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    before = rgb.copy()
    masks = Masks(shapes)

    shown = masks.hide(rgb)

    hidden = masks.pixels(HEIGHT, WIDTH)
    assert (shown[hidden] == 0).all()
    assert (shown[~hidden] == before[~hidden]).all()
    assert (rgb == before).all()  # the stream's own picture is not written to


@settings(max_examples=10, deadline=None)
@given(masks)
def test_a_mask_hides_more_than_its_shape_and_not_much_more(shapes: list[Polygon]) -> None:
    """The pixels that its border runs through are hidden too."""
    exact = np.zeros((HEIGHT, WIDTH), np.bool_)
    for row, column in np.ndindex(HEIGHT, WIDTH):
        middle = ((column + 0.5) / WIDTH, (row + 0.5) / HEIGHT)
        exact[row, column] = any(within(middle, shape) for shape in shapes)

    hidden = Masks(shapes).pixels(HEIGHT, WIDTH)

    assert (hidden | ~exact).all()
    near = np.lib.stride_tricks.sliding_window_view(np.pad(exact, 1), (3, 3)).any(axis=(2, 3))
    assert (near | ~hidden).all()


def test_a_pixel_that_a_mask_only_touches_is_hidden() -> None:
    left, right, top, bottom = 10.6 / WIDTH, 20.4 / WIDTH, 30.6 / HEIGHT, 40.4 / HEIGHT

    hidden = Masks((((left, top), (right, top), (right, bottom), (left, bottom)),))

    assert hidden.pixels(HEIGHT, WIDTH)[30:41, 10:21].all()


def test_a_box_whose_middle_is_masked_is_no_find() -> None:
    rng = np.random.default_rng(2)
    everywhere: Polygon = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    watcher = Watcher(plan(ZonePlan("yard", everywhere), masks=(everywhere,)), VOTES)
    watcher.look(np.zeros((HEIGHT, WIDTH), np.uint8), 0.0)

    looks = badly_seen(timed(walk((0.1, 0.6), (0.9, 0.6), 40)), rng)

    assert [told for at, boxes in looks for told in taken(watcher, boxes, at)] == []
    assert taken(watcher, (box(0.5, 0.6),), 20.0) == ()


def test_without_masks_a_picture_is_not_copied() -> None:
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)

    assert Masks(()).hide(rgb) is rgb
