"""A place on Earth where the sun is as a test says: `sun.is_up` reads no other thing of a place."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from astral import Observer
from astral.sun import elevation

from rules.automation.view import RIM
from rules.schedule import Place

MIDSUMMER = datetime(2026, 6, 21, 12, tzinfo=UTC)
"""The time of a test that gives the sun and no time."""

_LOOKS = 48


def place_where(sun: bool | None, place: Place, begin: datetime, time: timedelta) -> Place:  # noqa: FBT001 - three answers
    """Give a place where the sun is up (down; None: nobody knows) for a time, or nearly so.

    At a pole it stays so for months; near an equinox another place is looked for. Only a test of
    more than half a day then may see it change.
    """
    if sun is None:
        return replace(place, latitude=None, longitude=None)
    looks = [begin + time * look / _LOOKS for look in range(_LOOKS + 1)] if time else [begin]

    def held(candidate: Place) -> int:
        wrong = (n for n, look in enumerate(looks) if is_up(candidate, look) is not sun)
        return next(wrong, len(looks))

    best = place
    for candidate in _candidates(place):
        if held(candidate) == len(looks):
            return candidate
        best = max(best, candidate, key=held)
    return best


def is_up(place: Place, at: datetime) -> bool:
    """Tell whether the sun is up, as the rules see it."""
    if place.latitude is None or place.longitude is None:
        return False
    return elevation(Observer(place.latitude, place.longitude), at) > RIM


def _candidates(place: Place) -> Iterator[Place]:
    for latitude in (90.0, -90.0):
        yield replace(place, latitude=latitude, longitude=0.0)
    for longitude in range(-180, 180, 15):
        yield replace(place, latitude=0.0, longitude=float(longitude))
