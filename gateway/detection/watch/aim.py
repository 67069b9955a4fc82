"""Which part of a picture the detector looks at: a small person is found in a piece, not in all.

Measured (docs/vision.md): at dusk and at night a model that is given the whole picture misses who
it finds, and surely, in a square about what moves. It costs the same.
"""

from dataclasses import replace
from math import ceil

from gateway.detection.detector.boxes import Box
from gateway.detection.watch.places import Rect

WHOLE = Rect(0.0, 0.0, 1.0, 1.0)
SIDES = 2.0  # of the longer side of what moves: the side of the square
LEAST = 0.45  # of the picture's shorter side
STEP = 0.05  # of it: sides are one of few, so that what scales them need not begin anew
MOST = 0.8  # of it: from here on the whole picture is looked at


def around(places: list[Rect]) -> Rect | None:
    """Give the smallest rectangle around all of them; None where there are none."""
    if not places:
        return None
    return Rect(
        min(place.left for place in places),
        min(place.top for place in places),
        max(place.right for place in places),
        max(place.bottom for place in places),
    )


def aim(place: Rect | None, height: int, width: int) -> Rect:
    """Give the square about a place, within the picture; all of it where there is no place."""
    shorter = min(height, width)
    if place is None:
        return WHOLE
    longer = max((place.right - place.left) * width, (place.bottom - place.top) * height)
    side = max(SIDES * longer, LEAST * shorter)
    side = ceil(side / (STEP * shorter) - 1e-9) * STEP * shorter
    if side > MOST * shorter:
        return WHOLE
    across, down = side / width, side / height
    left = min(max((place.left + place.right - across) / 2, 0.0), 1.0 - across)
    top = min(max((place.top + place.bottom - down) / 2, 0.0), 1.0 - down)
    return Rect(left, top, left + across, top + down)


def placed(boxes: tuple[Box, ...], part: Rect) -> tuple[Box, ...]:
    """Give what was found in a part of a picture in fractions of the whole."""
    across, down = part.right - part.left, part.bottom - part.top
    return tuple(
        replace(
            box,
            left=part.left + box.left * across,
            top=part.top + box.top * down,
            right=part.left + box.right * across,
            bottom=part.top + box.bottom * down,
        )
        for box in boxes
    )
