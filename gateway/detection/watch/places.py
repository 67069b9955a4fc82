"""Where things are: rectangles, polygons and lines, in fractions of the picture."""

from dataclasses import dataclass

from gateway.detection.detector.boxes import Box
from gateway.detection.plan import Point, Polygon

FIRM_ACROSS, FIRM_DOWN = 0.15, 0.08
"""How far feet must be past a line to be past it, in widths and heights of who stands on them."""


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        """Give its area; 0 where it is turned inside out."""
        return max(0.0, self.right - self.left) * max(0.0, self.bottom - self.top)

    @property
    def feet(self) -> Point:
        """Give where what is in it stands."""
        return (self.left + self.right) / 2, self.bottom

    @property
    def middle(self) -> Point:
        """Give its middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


def rect_of(box: Box) -> Rect:
    """Give the place of a find."""
    return Rect(box.left, box.top, box.right, box.bottom)


def common(one: Rect, other: Rect) -> float:
    """Give the area that two rectangles share."""
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(0.0, across) * max(0.0, down)


def overlap(one: Rect, other: Rect) -> float:
    """Give what two rectangles share of what both cover: 0 apart, 1 the same."""
    shared = common(one, other)
    both = one.area + other.area - shared
    return shared / both if both > 0 else 0.0


def within(point: Point, polygon: Polygon) -> bool:
    """Tell whether a point lies in a polygon (even-odd)."""
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            inside = not inside
    return inside


def side(point: Point, start: Point, end: Point) -> float:
    """Tell the side of a line: above 0 the right of who goes along it, below 0 the left."""
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])


def firm_side(rect: Rect, start: Point, end: Point) -> int:
    """Give the side that feet are firmly on: 1 right, -1 left, 0 too near to the line to say."""
    x, y = rect.feet
    across = FIRM_ACROSS * (rect.right - rect.left)
    down = FIRM_DOWN * (rect.bottom - rect.top)
    about = ((x - across, y), (x + across, y), (x, y - down), (x, y + down))
    sides = [side(point, start, end) for point in about]
    return 1 if min(sides) > 0 else -1 if max(sides) < 0 else 0


def meets(one: Point, other: Point, start: Point, end: Point) -> bool:
    """Tell whether the way from one point to another passes between the ends of a line."""
    return (
        side(one, start, end) * side(other, start, end) < 0
        and side(start, one, other) * side(end, one, other) <= 0
    )
