"""Polygons and lines, against slower ways to say the same."""

from itertools import pairwise

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gateway.detection.plan import Point, Polygon
from gateway.detection.watch.places import Rect, firm_side, meets, overlap, side, within
from gateway.detection.watch.shrink import fill, shrink, shrink_flags

# Odd primes below: no drawn point lies on an edge, where even-odd may say either.
edges = st.tuples(st.integers(0, 97), st.integers(0, 97)).map(lambda p: (p[0] / 97, p[1] / 97))
points = st.tuples(st.integers(1, 88), st.integers(1, 88)).map(
    lambda p: (p[0] / 89 + 1e-7, p[1] / 89 + 3e-7)
)
polygons = st.lists(edges, min_size=3, max_size=9).map(tuple)


def in_triangle(point: Point, one: Point, two: Point, three: Point) -> bool:
    """Tell by the sides that a point is on."""
    sides = [side(point, one, two), side(point, two, three), side(point, three, one)]
    return all(s > 0 for s in sides) or all(s < 0 for s in sides)


def brute_within(point: Point, polygon: Polygon) -> bool:
    """Tell by the fan of its triangles: inside an odd number of them is inside."""
    fan = pairwise(polygon[1:])
    return sum(in_triangle(point, polygon[0], one, two) for one, two in fan) % 2 == 1


@settings(deadline=None)
@given(polygons, points)
def test_a_point_is_within_a_polygon_as_its_triangles_say(polygon: Polygon, point: Point) -> None:
    for corner in polygon[1:]:
        assume(abs(side(point, polygon[0], corner)) > 1e-9)

    assert within(point, polygon) == brute_within(point, polygon)


@settings(deadline=None)
@given(polygons)
def test_a_filled_polygon_holds_the_pixels_whose_middle_is_within(polygon: Polygon) -> None:
    filled = fill(polygon, 23, 31)

    for row in range(23):
        for column in range(31):
            middle = ((column + 0.5) / 31, (row + 0.5) / 23)
            assert filled[row, column] == within(middle, polygon)


@settings(deadline=None)
@given(edges, edges, points, points)
def test_a_way_meets_a_line_where_both_reach_the_crossing(
    start: Point, end: Point, one: Point, other: Point
) -> None:
    way = np.array(((other[0] - one[0], start[0] - end[0]), (other[1] - one[1], start[1] - end[1])))
    assume(abs(np.linalg.det(way)) > 1e-6)

    along, across = np.linalg.solve(way, (start[0] - one[0], start[1] - one[1]))

    assume(min(abs(along), abs(along - 1), abs(across), abs(across - 1)) > 1e-6)
    assert meets(one, other, start, end) == (0 < along < 1 and 0 < across < 1)


def test_the_left_of_a_line_is_where_the_left_hand_is() -> None:
    """Upwards in the picture is a smaller y: who goes right has the upper half at the left."""
    assert side((0.5, 0.2), (0.0, 0.5), (1.0, 0.5)) < 0
    assert firm_side(Rect(0.4, 0.0, 0.6, 0.2), (0.0, 0.5), (1.0, 0.5)) == -1
    assert firm_side(Rect(0.4, 0.2, 0.6, 0.51), (0.0, 0.5), (1.0, 0.5)) == 0
    assert firm_side(Rect(0.4, 0.6, 0.6, 0.9), (0.0, 0.5), (1.0, 0.5)) == 1


rects = st.tuples(*[st.integers(0, 12)] * 4).map(
    lambda e: Rect(min(e[0], e[2]), min(e[1], e[3]), max(e[0], e[2]) + 1, max(e[1], e[3]) + 1)
)


@settings(deadline=None)
@given(rects, rects)
def test_overlap_is_what_counted_squares_say(one: Rect, other: Rect) -> None:
    def squares(rect: Rect) -> set[tuple[int, int]]:
        across, down = (int(rect.left), int(rect.right)), (int(rect.top), int(rect.bottom))
        return {(x, y) for x in range(*across) for y in range(*down)}

    shared, both = squares(one) & squares(other), squares(one) | squares(other)

    assert overlap(one, other) == len(shared) / len(both)
    assert overlap(one, other) == overlap(other, one)


@settings(deadline=None)
@given(st.integers(1, 300), st.integers(1, 400), st.integers(0, 2**32 - 1))
def test_a_shrunk_picture_has_the_picture_s_light(height: int, width: int, seed: int) -> None:
    luma = np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)
    down, across = max(1, height // 120), max(1, width // 160)
    rows, columns = height // down, width // across

    cells = shrink(luma)

    cut = luma[: rows * down, : columns * across].astype(np.float64)
    assert cells.shape == (rows, columns)
    assert np.allclose(cells, cut.reshape(rows, down, columns, across).mean(axis=(1, 3)), atol=1e-3)


def test_a_large_picture_is_shrunk_by_some_of_its_pixels() -> None:
    row = np.linspace(0, 255, 2160).astype(np.uint8)
    luma = row[:, None].repeat(3840, axis=1)

    cells = shrink(luma)

    assert cells.shape == (120, 160)
    assert np.abs(cells[:, 0] - np.linspace(1, 254, 120)).max() < 2


@settings(deadline=None)
@given(polygons)
def test_a_cell_is_flagged_where_any_of_its_pixels_is(polygon: Polygon) -> None:
    flags = fill(polygon, 240, 320)

    cells = shrink_flags(flags)

    assert cells.shape == (120, 160)
    assert (cells.repeat(2, axis=0).repeat(2, axis=1) >= flags).all()
    assert int(cells.sum()) <= int(flags.sum())
