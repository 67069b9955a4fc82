"""How much of a shape in a camera's picture is left beside its masks."""

from collections.abc import Iterator, Sequence

type Corner = tuple[float, float]
type Corners = Sequence[Corner]

PARTS = 40
"""A shape is looked at in so many points a side."""
PICTURE: Corners = ((0, 0), (1, 0), (1, 1), (0, 1))


def is_covered(shape: Corners, masks: Sequence[Corners]) -> bool:
    """Tell whether nothing of a shape is outside of all masks."""
    return bool(masks) and all(
        any(_is_inside(point, mask) for mask in masks)
        for point in _points(shape)
        if _is_inside(point, shape)
    )


def _points(shape: Corners) -> Iterator[Corner]:
    """Give points spread evenly over the box around a shape."""
    left, right = min(x for x, _ in shape), max(x for x, _ in shape)
    top, bottom = min(y for _, y in shape), max(y for _, y in shape)
    for across in range(PARTS):
        for down in range(PARTS):
            part_x, part_y = (across + 0.5) / PARTS, (down + 0.5) / PARTS
            yield left + part_x * (right - left), top + part_y * (bottom - top)


def _is_inside(point: Corner, shape: Corners) -> bool:
    """Tell it by how often a line from the point to the right crosses the outline."""
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in zip(shape, [*shape[1:], shape[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            inside = not inside
    return inside
