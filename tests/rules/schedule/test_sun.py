"""The sun, against published times, and where it does not rise."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest

from rules.schedule import (
    BadSchedule,
    Place,
    compile_window,
    firings,
    ics_calendar,
    is_inside,
    next_after,
    next_edge,
    zone_named,
)
from rules.schedule.sun import SunEvent, solar_noon, sun_time
from tests.rules.schedule.naming import PRAGUE, TROMSO, between, first, made, utc

WINTER, SUMMER = "2015-12-22", "2011-06-21"
# Winter: Wikipedia, Template:December solstice (Finnish Meteorological Institute, 2015-12-22).
# Summer: about.com's table of 2011-06-21.
PUBLISHED = [
    ("Europe/London", 51.5074, -0.1278, WINTER, "08:04", "15:53"),
    ("Europe/Berlin", 52.52, 13.405, WINTER, "08:15", "15:54"),
    ("Europe/Warsaw", 52.2297, 21.0122, WINTER, "07:43", "15:25"),
    ("Europe/Paris", 48.8566, 2.3522, WINTER, "08:41", "16:56"),
    ("Europe/Vienna", 48.2082, 16.3738, WINTER, "07:42", "16:03"),
    ("Europe/Madrid", 40.4168, -3.7038, WINTER, "08:34", "17:51"),
    ("Europe/Athens", 37.9838, 23.7275, WINTER, "07:37", "17:09"),
    ("Africa/Cairo", 30.0444, 31.2357, WINTER, "06:47", "16:59"),
    ("America/New_York", 40.7128, -74.006, SUMMER, "05:24", "20:30"),
    ("Europe/London", 51.5074, -0.1278, SUMMER, "04:42", "21:20"),
    ("Asia/Tokyo", 35.6762, 139.6503, SUMMER, "04:25", "18:59"),
    ("Pacific/Honolulu", 21.3069, -157.8583, SUMMER, "05:50", "19:16"),
]


@pytest.mark.parametrize(("zone", "latitude", "longitude", "day", "rise", "sets"), PUBLISHED)
def test_the_sun_keeps_published_times_within_two_minutes(  # noqa: PLR0913, PLR0917 # a row of the table
    zone: str, latitude: float, longitude: float, day: str, rise: str, sets: str
) -> None:
    place = Place(zone_named(zone), latitude, longitude)
    midnight = datetime.fromisoformat(day).replace(tzinfo=place.zone)

    for event, published in (("sunrise", rise), ("sunset", sets)):
        told = datetime.fromisoformat(f"{day}T{published}").replace(tzinfo=place.zone)
        found = next_after(made(place, sun=event), midnight)
        assert found is not None
        assert abs(found - told.astimezone(UTC)) <= timedelta(minutes=2), event


def test_an_offset_moves_the_sun() -> None:
    sunset, before = made(sun="sunset"), made(sun="sunset-30m")
    at = utc("2026-06-01 00:00")

    assert first(sunset, "2026-06-01 00:00", 1) == ["2026-06-01 19:02"]
    assert next_after(before, at) == (next_after(sunset, at) or at) - timedelta(minutes=30)


def test_an_offset_into_the_next_day_is_not_lost() -> None:
    schedule = made(sun="sunset+11h")

    assert first(schedule, "2026-06-02 00:00", 1) == ["2026-06-02 06:02"]


@pytest.mark.parametrize("longitude", range(-180, 181, 15))
def test_round_the_earth_the_sun_rises_before_its_noon_and_sets_after(longitude: int) -> None:
    for day in (utc("2026-03-20").date(), utc("2026-06-21").date(), utc("2026-12-21").date()):
        noon = solar_noon(45.0, longitude, day)
        rise = sun_time(SunEvent.SUNRISE, 45.0, longitude, day)
        sets = sun_time(SunEvent.SUNSET, 45.0, longitude, day)

        assert rise is not None
        assert sets is not None
        assert noon - timedelta(hours=9) < rise < noon < sets < noon + timedelta(hours=9)
        assert abs(noon - utc(f"{day} 12:00")) < timedelta(hours=12, minutes=20)


def test_the_events_of_a_day_come_in_order() -> None:
    at = [sun_time(e, 50.0755, 14.4378, utc("2026-03-29").date()) for e in SunEvent]

    assert None not in at
    assert at == sorted(at, key=str)


def test_in_tromso_winter_the_sun_is_skipped() -> None:
    found = between(made(TROMSO, sun="sunrise", if_never="skip"), "2025-11-20", "2026-01-20")

    months = {text[:7] for text in found}
    assert months == {"2025-11", "2026-01"}
    assert found[-1] < "2026-01-20"
    assert not [text for text in found if "2025-12-01" <= text < "2026-01-10"]


def test_in_tromso_winter_noon_stands_in_for_the_sun() -> None:
    schedule = made(TROMSO, sun="sunrise+10m", if_never="noon")
    noon = solar_noon(TROMSO.latitude or 0, TROMSO.longitude or 0, utc("2025-12-21").date())

    found = list(islice(firings(schedule, utc("2025-12-20 23:00")), 10))

    assert found[0] == noon + timedelta(minutes=10)
    assert all(timedelta(hours=23) < b - a < timedelta(hours=25) for a, b in pairwise(found))


def test_if_never_is_an_error_where_the_sun_stays_away() -> None:
    with pytest.raises(BadSchedule, match=r"no sunrise at latitude 69.6492 on \d+ days"):
        made(TROMSO, sun="sunrise", if_never="error")

    made(PRAGUE, sun="sunrise", if_never="error")  # and no error where it always rises


def test_the_polar_night_is_one_window_from_its_sunset_to_its_sunrise() -> None:
    dark = compile_window({"from": "sunset", "to": "sunrise"}, TROMSO)

    edge = next_edge(dark, utc("2025-12-10 12:00"))

    assert is_inside(dark, utc("2025-12-21 11:00"))
    assert not is_inside(dark, utc("2026-06-21 23:00"))
    assert edge is not None
    assert utc("2026-01-10") < edge < utc("2026-01-20")


def test_a_summer_sunset_after_midnight_belongs_to_the_day_before() -> None:
    place = Place(zone_named("Atlantic/Reykjavik"), 64.1466, -21.9426)

    friday = made(place, sun="sunset", days=["thu"])  # 20 June 2024 was a Thursday

    assert first(friday, "2024-06-20 12:00", 1) == ["2024-06-21 00:02"]


def test_a_sun_that_never_comes_on_the_days_asked_for_gives_up() -> None:
    rule = "DTSTART;VALUE=DATE:20201221\r\nRRULE:FREQ=YEARLY"
    lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:1", rule, "END:VEVENT", "END:VCALENDAR"]
    solstice = ics_calendar("solstice", "\r\n".join(lines), TROMSO.zone)

    schedule = made(TROMSO, {"solstice": solstice}, sun="sunrise", only="solstice")

    assert next_after(schedule, utc("2026-01-01")) is None


@pytest.mark.parametrize("zone", ["Pacific/Apia", "Pacific/Kiritimati", "Pacific/Auckland"])
def test_beyond_the_date_line_each_day_has_its_own_sun(zone: str) -> None:
    place = Place(zone_named(zone), -13.83, -171.76)

    found = [
        at.astimezone(place.zone)
        for at in islice(firings(made(place, sun="noon"), utc("2026-06-01")), 60)
    ]

    assert len({at.date() for at in found}) == 60
    for at in found[:7]:  # and its weekday is that on the wall
        day = made(place, sun="noon", days=[f"{at:%a}".lower()])
        assert next_after(day, at - timedelta(hours=1)) == at


def test_the_sun_of_the_left_out_day_of_apia_does_not_come() -> None:
    place = Place(zone_named("Pacific/Apia"), -13.83, -171.76)

    found = [
        at.astimezone(place.zone).date().isoformat()
        for at in islice(firings(made(place, sun="noon"), utc("2011-12-28 12:00")), 4)
    ]

    assert found == ["2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01"]
