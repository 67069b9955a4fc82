"""The two odd nights, and what other panels got wrong in them, by name."""

from datetime import timedelta

import pytest

from rules.schedule import Place, compile_window, is_inside, next_after, next_edge, zone_named
from tests.rules.schedule.naming import NEW_YORK, PRAGUE, between, first, made, utc


def test_a_time_that_does_not_exist_fires_once_at_the_first_instant_that_does() -> None:
    nightly = made(cron="30 2 * * *")

    # 02:00 becomes 03:00 at 01:00Z: half past two is at three.
    assert between(nightly, "2026-03-28 12:00", "2026-03-30 12:00") == [
        "2026-03-29 01:00",
        "2026-03-30 00:30",
    ]


def test_a_time_that_comes_twice_fires_at_its_first_coming() -> None:
    nightly = made(cron="30 2 * * *")

    assert between(nightly, "2026-10-24 12:00", "2026-10-26 12:00") == [
        "2026-10-25 00:30",
        "2026-10-26 01:30",
    ]


def test_times_that_a_gap_pushes_together_fire_once() -> None:
    quarters = made(cron="*/15 2,3 * * *")

    assert between(quarters, "2026-03-29 00:00", "2026-03-29 01:20") == [
        "2026-03-29 01:00",
        "2026-03-29 01:15",
    ]


def test_an_interval_goes_on_through_the_repeated_hour() -> None:
    hourly = made(every="1h")

    found = between(hourly, "2026-10-24 21:59", "2026-10-25 23:00")

    assert len(found) == 26  # midnight to midnight, 25 hours
    assert found[:4] == [f"2026-10-2{at}" for at in ("4 22:00", "4 23:00", "5 00:00", "5 01:00")]


def test_a_day_that_was_left_out_fires_at_the_next_midnight() -> None:
    apia = Place(zone_named("Pacific/Apia"))

    # 30 December 2011 was not: after the 29th (UTC-10) came the 31st (UTC+14), at 10:00Z.
    assert between(made(apia, dates=["2011-12-30"], at="18:00"), "2011-12-01", "2012-02-01") == [
        "2011-12-30 10:00"
    ]


def test_a_half_hour_gap_ends_half_an_hour_later() -> None:
    lord_howe = Place(zone_named("Australia/Lord_Howe"))

    # 02:00 becomes 02:30 at 15:30Z.
    assert first(made(lord_howe, at="02:10"), "2026-10-03 12:00", 1) == ["2026-10-03 15:30"]


@pytest.mark.parametrize(
    "morning",
    [
        pytest.param("2022-03-27", id="68726"),
        pytest.param("2023-03-26", id="90293"),
        pytest.param("2024-03-31", id="114521"),
        pytest.param("2022-10-30", id="back"),
    ],
)
def test_home_assistant_68726_90293_114521_disarming_is_not_an_hour_late(morning: str) -> None:
    """Planned before the clock changed, `at: "07:00"` disarmed the panel at 08:00 (Prague)."""
    disarm = made(at="07:00")
    evening = utc(morning) - timedelta(hours=4)

    planned = [
        next_after(disarm, evening),
        next_after(disarm, utc(f"{morning} 00:59")),  # before the change, and after it
        next_after(disarm, utc(f"{morning} 01:01")),
    ]

    utc_hour = 5 if "-03-" in morning else 6
    assert planned == [utc(f"{morning} {utc_hour:02}:00")] * 3


def test_home_assistant_114612_140771_a_time_in_the_gap_is_not_lost() -> None:
    """`at: "02:00"` did not run in the night in which 02:00 became 03:00."""
    at = made(NEW_YORK, at="02:00")

    assert first(at, "2025-03-08 12:00", 2) == ["2025-03-09 07:00", "2025-03-10 06:00"]


def test_the_repeated_hour_of_new_york_fires_in_summer_time() -> None:
    at = made(NEW_YORK, at=["01:30", "02:00"])

    assert first(at, "2026-10-31 12:00", 3) == [
        *("2026-11-01 05:30", "2026-11-01 07:00", "2026-11-02 06:30"),
    ]


@pytest.mark.parametrize(("day", "begin"), [("2026-03-29", "01:00"), ("2026-10-25", "00:15")])
def test_home_assistant_103639_153175_a_window_keeps_its_ends_on_the_odd_nights(
    day: str, begin: str
) -> None:
    """A window from a time to a time was an hour off until the next restart."""
    window = compile_window({"from": "02:15", "to": "05:00"}, PRAGUE)
    opens = utc(f"{day} {begin}")
    closes = next_edge(window, opens)

    assert next_edge(window, utc(f"{day} 00:00")) == opens
    assert not is_inside(window, opens - timedelta(seconds=1))
    assert is_inside(window, opens)
    assert closes is not None
    assert f"{closes.astimezone(PRAGUE.zone):%H:%M}" == "05:00"


def test_a_window_inside_the_gap_is_none_that_night() -> None:
    window = compile_window({"from": "02:10", "to": "02:40"}, PRAGUE)

    assert not any(is_inside(window, utc(f"2026-03-29 {hour:02}:00")) for hour in range(24))
    assert next_edge(window, utc("2026-03-28 12:00")) == utc("2026-03-30 00:10")
