"""A part of a decoder's picture: the right pixels, and shown to the model as they were before."""

import numpy as np
import pytest
from av.video.frame import VideoFrame
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.detection.detector.fit import SCALERS_MOST, Scaler
from gateway.detection.stream.cut import cut
from gateway.detection.stream.sub import colours_of, luma_of

KINDS = ("yuv420p", "yuvj420p", "nv12", "yuv444p", "gray", "rgb24")
SIDE = 96
GREY = 201
fractions = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted)


def hill(width: int, height: int, kind: str = "yuv420p") -> VideoFrame:
    """Give a picture whose colours differ from place to place, and nowhere suddenly."""
    y, x = np.mgrid[0:height, 0:width]
    rgb = np.stack((255 * x // width, 255 * y // height, 255 - 255 * x // width), axis=2)
    return VideoFrame.from_ndarray(rgb.astype(np.uint8), format="rgb24").reformat(format=kind)


def one_grey(width: int, height: int) -> VideoFrame:
    """Give a picture whose planes hold the same everywhere."""
    picture = VideoFrame(width, height, "yuv420p")
    for plane in picture.planes:
        plane.update(bytes([GREY]) * plane.buffer_size)
    return picture


@settings(deadline=None)
@given(st.integers(2, 90), st.integers(2, 90), fractions, fractions)
def test_a_part_is_where_it_was_asked_for_to_the_pixel_beside(
    width: int, height: int, across: list[float], down: list[float]
) -> None:
    picture = hill(width, height)

    piece = cut(picture, across[0], down[0], across[1], down[1])

    left, top = (
        min(2 * round(f * s / 2), s // 2 * 2 - 2)
        for f, s in zip((across[0], down[0]), (width, height), strict=True)
    )
    shown, whole = luma_of(piece), luma_of(picture)
    if shown.shape != whole.shape:
        assert piece.width >= 2
        assert abs(piece.width - (across[1] - across[0]) * width) <= 2
        assert abs(piece.height - (down[1] - down[0]) * height) <= 2 or piece.height == height
        assert left in range(width)
        assert np.array_equal(shown, whole[top : top + piece.height, left : left + piece.width])


@settings(deadline=None)
@given(st.integers(2, 45), st.integers(2, 45), fractions, fractions)
def test_no_pixel_of_a_part_is_left_as_the_memory_was(
    width: int, height: int, across: list[float], down: list[float]
) -> None:
    picture = one_grey(width, height)

    piece = cut(picture, across[0], down[0], across[1], down[1])

    for plane in piece.planes:
        lines = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        assert (lines[: plane.height, : plane.width] == GREY).all()


@pytest.mark.parametrize("kind", KINDS)
def test_the_model_is_shown_what_the_colours_of_the_part_show(kind: str) -> None:
    picture = hill(640, 480, kind)
    colours = colours_of(picture)[120:360, 160:400]

    shown = Scaler().stretch(cut(picture, 0.25, 0.25, 0.625, 0.75), SIDE, SIDE)

    before = Scaler().stretch(colours, SIDE, SIDE)
    apart = shown.astype(int) - before
    assert abs(apart.mean(axis=(0, 1))).max() < 3
    assert np.abs(apart).mean() < 4


def test_the_whole_picture_is_no_copy() -> None:
    picture = hill(64, 48)

    assert cut(picture, 0.0, 0.0, 1.0, 1.0) is picture


def test_pictures_of_ever_other_sizes_leave_little_behind() -> None:
    scaler = Scaler()

    for side in range(32, 32 + 4 * SCALERS_MOST, 2):
        assert scaler.stretch(hill(side, side), SIDE, SIDE).shape == (SIDE, SIDE, 3)

    assert len(scaler._scaling) == SCALERS_MOST
