"""The sun: when it rises and sets, by astral, for each solar day of a place.

A solar day lasts from half a day before noon to half a day after. Each has at most one dawn,
sunrise, sunset and dusk, which are therefore in order, also where the summer sun sets after
midnight. Its date is the local one at noon. astral is imported by need: most hubs never ask it.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum

from rules.schedule.civil import DAY

_HALF = timedelta(hours=12)
_HALF_A_SECOND = timedelta(milliseconds=500)
_RIM = 90 + 32 / 120  # degrees from the zenith: the upper rim, half of the sun's 32', is gone
_TWILIGHT = 90 + 6  # civil


class SunEvent(StrEnum):
    """What the sun does."""

    DAWN = "dawn"  # 6° below the horizon, in the morning: civil twilight begins
    SUNRISE = "sunrise"
    NOON = "noon"
    SUNSET = "sunset"
    DUSK = "dusk"  # 6° below the horizon, in the evening


class IfNever(StrEnum):
    """What to do on a day without the event, near the poles."""

    SKIP = "skip"
    NOON = "noon"  # take solar noon in its place
    ERROR = "error"  # refuse the schedule when it is compiled


def solar_noon(latitude: float, longitude: float, day: date) -> datetime:
    """Give the noon (UTC) of a solar day, within 12 h of noon UTC of that date."""
    from astral import Observer  # noqa: PLC0415 - see above
    from astral.sun import noon  # noqa: PLC0415 - see above

    return noon(Observer(latitude, longitude), day)


def sun_time(event: SunEvent, latitude: float, longitude: float, day: date) -> datetime | None:
    """Give the event of a solar day (UTC), or None where the sun does not do it that day."""
    from astral import Observer, SunDirection  # noqa: PLC0415 - see above
    from astral.sun import time_of_transit  # noqa: PLC0415 - see above

    middle = solar_noon(latitude, longitude, day)
    if event is SunEvent.NOON:
        return middle
    rising = event in {SunEvent.DAWN, SunEvent.SUNRISE}
    begin = middle - _HALF if rising else middle
    direction = SunDirection.RISING if rising else SunDirection.SETTING
    zenith = _RIM if event in {SunEvent.SUNRISE, SunEvent.SUNSET} else _TWILIGHT
    # astral moves some results by a day, by longitude: the one of our solar day is near by.
    for near in (day, day - DAY, day + DAY):
        try:
            found = time_of_transit(Observer(latitude, longitude), near, zenith, direction)
        except ValueError:  # the sun does not reach that height
            continue
        if begin <= found <= begin + _HALF:
            # Whole seconds: another machine's last digits of a sine do not count.
            return (found + _HALF_A_SECOND).replace(microsecond=0)
    return None
