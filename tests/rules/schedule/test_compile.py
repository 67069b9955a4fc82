"""Keys of a schedule: what they give, and how wrong ones are told."""

from collections.abc import Mapping

import pytest

from rules.schedule import (
    BadSchedule,
    Place,
    catch_up,
    compile_schedule,
    compile_window,
    is_inside,
    next_after,
    next_edge,
    zone_named,
)
from tests.rules.schedule.naming import PRAGUE, first, made, utc


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({"cron": "30 7 * * mon-fri"}, ["2026-06-05 05:30", "2026-06-08 05:30"]),
        ({"cron": "30 7 * * 1-5"}, ["2026-06-05 05:30", "2026-06-08 05:30"]),
        ({"cron": "0 12 * * 0"}, ["2026-06-07 10:00", "2026-06-14 10:00"]),
        ({"cron": "0 12 * * 7"}, ["2026-06-07 10:00", "2026-06-14 10:00"]),
        ({"cron": "0 12 * * sat-sun"}, ["2026-06-06 10:00", "2026-06-07 10:00"]),
        ({"cron": "0 12 * * 6-1"}, ["2026-06-06 10:00", "2026-06-07 10:00"]),
        ({"cron": "0 12 13 * *", "days": ["fri"]}, ["2026-11-13 11:00", "2027-08-13 10:00"]),
        ({"cron": "0 0 29 2 *"}, ["2028-02-28 23:00", "2032-02-28 23:00"]),
        ({"at": "07:30"}, ["2026-06-05 05:30", "2026-06-06 05:30"]),
        ({"at": ["22:00", "07:30"]}, ["2026-06-05 05:30", "2026-06-05 20:00"]),
        ({"at": "07:30:15", "days": "sun"}, ["2026-06-07 05:30", "2026-06-14 05:30"]),
        ({"dates": ["2026-12-24"], "at": "18:00"}, ["2026-12-24 17:00"]),
        ({"dates": ["02-29"], "at": "18:00"}, ["2028-02-29 17:00", "2032-02-29 17:00"]),
        ({"every": "90m", "from": "06:00"}, ["2026-06-05 01:00", "2026-06-05 02:30"]),
        (
            {"every": "2w", "start": "2026-01-05", "at": "06:00"},
            ["2026-06-08 04:00", "2026-06-22 04:00"],
        ),
        (
            {"every": "2d", "start": "2030-01-01", "at": "06:00"},
            ["2030-01-01 05:00", "2030-01-03 05:00"],
        ),
        ({"every": "12h", "days": "fri"}, ["2026-06-05 10:00", "2026-06-11 22:00"]),
        ({"sun": "dusk+15m"}, ["2026-06-05 20:05", "2026-06-06 20:06"]),
    ],
)
def test_keys_give_their_times(keys: Mapping[str, object], found: list[str]) -> None:
    assert first(compile_schedule(keys, PRAGUE), "2026-06-05 00:00", 2) == found


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "one of at, calendar, cron, dates, every, sun"),
        ({"at": "25:00"}, r"at '25:00': expected a time"),
        ({"at": "7:30"}, r"at '7:30': expected a time"),
        ({"at": []}, "a list of 1 to"),
        ({"at": 730}, "at = 730"),
        ({"at": ["07:30", 8]}, "texts in quotes"),
        ({"at": "07:30", "day": ["mon"]}, "did you mean 'days'"),
        ({"at": "07:30", "days": ["monday"]}, "did you mean 'mon'"),
        ({"at": "07:30", "cron": "0 0 * * *"}, "key 'at' with cron"),
        ({"at": "07:30", "except": "holidays"}, "none is configured"),
        ({"cron": "30 7 * *"}, "4 fields"),
        ({"cron": "61 7 * * *"}, "higher than the maximum"),
        ({"cron": "0 0 * * mon-"}, "day ''"),
        ({"cron": "0 0 * * */2"}, "weekday"),
        ({"cron": "0 0 13 * fri"}, "one of them"),
        ({"cron": "0 0 30 2 *"}, "never comes"),
        ({"cron": "0 0 31 4,6,9,11 *"}, "never comes"),
        ({"cron": "x x * * *"}, "expected 'minute hour"),
        ({"sun": "sunrize"}, "did you mean 'sunrise'"),
        ({"sun": "sunset-13h"}, "at most 12h"),
        ({"sun": "sunset-"}, "expected"),
        ({"sun": "sunset", "if_never": "maybe"}, "skip or noon or error"),
        ({"dates": ["2026-02-30"], "at": "07:00"}, "2026-02-30"),
        ({"dates": ["2026-02-03"]}, "at is missing"),
        ({"every": "30s"}, "1m up to"),
        ({"every": "soon"}, "a duration"),
        ({"every": "36h", "start": "2026-01-01", "at": "07:00"}, "whole days"),
        ({"every": "0d", "start": "2026-01-01", "at": "07:00"}, "whole days"),
        ({"calendar": "bins"}, "none is configured"),
    ],
)
def test_wrong_keys_are_told_with_what_was_expected(
    keys: Mapping[str, object], message: str
) -> None:
    with pytest.raises(BadSchedule, match=message) as refused:
        compile_schedule(keys, PRAGUE)

    assert refused.value.expected


def test_the_sun_needs_a_place() -> None:
    with pytest.raises(BadSchedule, match="latitude and longitude"):
        made(Place(PRAGUE.zone), sun="sunset")


@pytest.mark.parametrize("name", ["Europe/Pragu", "", "Europe", "../etc/passwd", "Mars/Base"])
def test_an_unknown_zone_is_told(name: str) -> None:
    with pytest.raises(BadSchedule, match="IANA"):
        zone_named(name)


def test_a_zone_near_by_is_offered() -> None:
    with pytest.raises(BadSchedule, match="did you mean 'Europe/Prague'"):
        zone_named("Europe/Pragu")


@pytest.mark.parametrize(
    "text", ["", "sometimes", "if_within", "if_within:", "if_within:x", "all:2h"]
)
def test_a_wrong_catch_up_is_told(text: str) -> None:
    with pytest.raises(BadSchedule, match="expected"):
        catch_up(text)


@pytest.mark.parametrize(
    ("keys", "at", "inside", "edge"),
    [
        ({"from": "22:00", "to": "06:00"}, "2026-06-05 03:59", True, "2026-06-05 04:00"),
        ({"from": "22:00", "to": "06:00"}, "2026-06-05 04:00", False, "2026-06-05 20:00"),
        # `days` are those on which it begins: Friday night lasts until Saturday morning.
        (
            {"from": "22:00", "to": "06:00", "days": "fri"},
            "2026-06-06 03:00",
            True,
            "2026-06-06 04:00",
        ),
        (
            {"from": "22:00", "to": "06:00", "days": "fri"},
            "2026-06-05 03:00",
            False,
            "2026-06-05 20:00",
        ),
        ({"days": ["sat", "sun"]}, "2026-06-06 12:00", True, "2026-06-07 22:00"),
        ({"from": "12:00"}, "2026-06-06 12:00", True, "2026-06-06 22:00"),
        ({"from": "sunset", "to": "23:30"}, "2026-06-06 21:00", True, "2026-06-06 21:30"),
        ({"from": "23:00", "to": "sunrise"}, "2026-06-06 00:00", True, "2026-06-06 02:55"),
    ],
)
def test_windows(keys: Mapping[str, object], at: str, *, inside: bool, edge: str) -> None:
    window = compile_window(keys, PRAGUE)
    found = next_edge(window, utc(at))

    assert is_inside(window, utc(at)) is inside
    assert found is not None
    assert f"{found:%Y-%m-%d %H:%M}" == edge


def test_a_window_that_always_holds_has_no_edge() -> None:
    always = compile_window({"from": "00:00", "to": "24:00"}, PRAGUE)

    assert is_inside(always, utc("2026-03-29 01:00"))
    assert next_edge(always, utc("2026-03-29 01:00")) is None


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"from": "22:00", "to": "22:00"}, "two times"),
        ({"from": "24:00", "to": "06:00"}, "a time from"),
        ({"from": "sunset", "until": "06:00"}, "key 'until'"),
        ({"from": "sundown", "to": "06:00"}, "dawn, sunrise"),
    ],
)
def test_wrong_windows_are_told(keys: Mapping[str, object], message: str) -> None:
    with pytest.raises(BadSchedule, match=message):
        compile_window(keys, PRAGUE)


def test_an_instant_without_a_zone_is_refused() -> None:
    naive = utc("2026-06-05 00:00").replace(tzinfo=None)

    with pytest.raises(ValueError, match="without a time zone"):
        next_after(made(at="07:00"), naive)
    with pytest.raises(ValueError, match="without a time zone"):
        is_inside(compile_window({"from": "22:00", "to": "06:00"}, PRAGUE), naive)
