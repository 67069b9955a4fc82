"""ICS files: repetitions across the odd nights, holidays, and files that are refused."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from rules.schedule import (
    BadSchedule,
    IcsCalendar,
    compile_window,
    covers,
    date_list,
    ics_calendar,
    is_inside,
    next_after,
    next_edge,
)
from rules.schedule.ics import MAX_BYTES, MAX_EVENTS
from tests.rules.schedule.naming import NEW_YORK, PRAGUE, between, first, made, utc


def ics(*events: str, zone: ZoneInfo = PRAGUE.zone) -> IcsCalendar:
    blocks = [f"BEGIN:VEVENT\nUID:{n}\n{event}\nEND:VEVENT" for n, event in enumerate(events)]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", *blocks, "END:VCALENDAR"]
    return ics_calendar("c", "\n".join(lines).replace("\n", "\r\n"), zone)


BINS = "DTSTART;TZID=Europe/Prague:20260303T060000\nDURATION:PT2H\nRRULE:FREQ=WEEKLY;BYDAY=TU"
NIGHTLY = "DTSTART;TZID=Europe/Prague:20260101T023000\nDURATION:PT10M\nRRULE:FREQ=DAILY"
CHRISTMAS = "DTSTART;VALUE=DATE:20201224\nDTEND;VALUE=DATE:20201227\nRRULE:FREQ=YEARLY"


def test_a_weekly_event_keeps_its_local_time_across_the_change() -> None:
    begins = made(calendars={"c": ics(BINS)}, calendar="c")

    assert between(begins, "2026-03-20", "2026-04-01") == ["2026-03-24 05:00", "2026-03-31 04:00"]


def test_a_nightly_event_obeys_the_odd_nights() -> None:
    begins = made(calendars={"c": ics(NIGHTLY)}, calendar="c")

    assert between(begins, "2026-03-28 12:00", "2026-03-29 12:00") == ["2026-03-29 01:00"]
    assert between(begins, "2026-10-24 12:00", "2026-10-25 12:00") == ["2026-10-25 00:30"]


def test_an_event_of_another_zone_keeps_that_zones_time() -> None:
    begins = made(NEW_YORK, {"c": ics(BINS, zone=NEW_YORK.zone)}, calendar="c", offset="-12h")

    assert first(begins, "2026-06-01", 1) == ["2026-06-01 16:00"]


def test_ends_that_fall_into_the_next_year_are_not_lost() -> None:
    party = ics("DTSTART:20261231T200000\nDTEND:20270101T030000")

    ends = made(calendars={"c": party}, calendar="c", edge="end")

    assert first(ends, "2026-12-31 12:00", 2) == ["2027-01-01 02:00"]


def test_exceptions_and_moved_occurrences_are_honoured() -> None:
    moved = ics(
        f"{BINS}\nEXDATE;TZID=Europe/Prague:20260310T060000",
        "DTSTART:20260101",
    ).text.replace(
        "UID:1\r\nDTSTART:20260101",
        "UID:0\r\nRECURRENCE-ID;TZID=Europe/Prague:"
        "20260317T060000\r\nDTSTART;TZID=Europe/Prague:20260318T090000",
    )
    begins = made(calendars={"c": ics_calendar("c", moved, PRAGUE.zone)}, calendar="c")

    assert between(begins, "2026-03-04", "2026-03-25") == ["2026-03-18 08:00", "2026-03-24 05:00"]


def test_holidays_of_a_file_leave_out_their_days_each_year() -> None:
    daily = made(calendars={"free": ics(CHRISTMAS)}, at="07:30", except_="free")

    assert between(daily, "2033-12-23", "2033-12-28") == ["2033-12-23 06:30", "2033-12-27 06:30"]


def test_only_holidays() -> None:
    listed = date_list("h", frozenset({date(2026, 5, 1), date(2026, 7, 6)}))

    assert first(made(calendars={"h": listed}, at="10:00", only=["h"]), "2026-01-01", 3) == [
        "2026-05-01 08:00",
        "2026-07-06 08:00",
    ]


def test_a_day_is_covered_by_any_part_of_an_event() -> None:
    night = ics("DTSTART:20260601T230000\nDTEND:20260602T060000", "DTSTART;VALUE=DATE:20260605")

    assert [covers(night, date(2026, 6, day)) for day in range(1, 7)] == [
        *(True, True, False, False, True, False)
    ]


def test_events_are_windows() -> None:
    window = compile_window({"calendar": "c"}, PRAGUE, {"c": ics(BINS)})

    assert is_inside(window, utc("2026-03-31 04:00"))
    assert not is_inside(window, utc("2026-03-31 06:00"))
    assert next_edge(window, utc("2026-03-31 05:00")) == utc("2026-03-31 06:00")


def test_a_calendar_that_is_over_gives_nothing_more() -> None:
    once = made(
        calendars={"c": ics("DTSTART:20260601T060000Z\nDTEND:20260601T070000Z")}, calendar="c"
    )

    assert next_after(once, utc("2026-06-01 06:00")) is None


@pytest.mark.parametrize(
    ("event", "what"),
    [
        ("DTSTART:zzz", "DTSTART is broken"),
        ("SUMMARY:x", "no DTSTART"),
        ("DTSTART;TZID=Mars/Base:20260101T000000", "Mars/Base"),
        ("DTSTART:20260101T000000Z\nRRULE:FREQ=OFTEN", "RRULE is broken"),
        ("DTSTART:20260101T000000Z\nRRULE:FREQ=SECONDLY", "FREQ=SECONDLY"),
        ("DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "a day that comes"),
        ("DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY;BYYEARDAY=200;BYMONTH=1", "a day that comes"),
        ("DTSTART:20260102T000000Z\nRRULE:FREQ=DAILY;INTERVAL=7;BYDAY=MO", "a day that comes"),
        (
            "DTSTART:20000101T000000Z\nRRULE:FREQ=DAILY;BYHOUR="
            + ",".join(map(str, range(24)))
            + ";BYMINUTE="
            + ",".join(map(str, range(60))),
            "repetitions by 2050",
        ),
        ("DTSTART:02000101T000000Z", "begins in 200"),
        ("DTSTART:20260102T000000Z\nDTEND:20260101T000000Z", "lasts"),
        ("DTSTART:20200101T000000Z\nDTEND:20260101T000000Z", "lasts"),
        ("DTSTART;VALUE=DATE:20200101\nDTEND:20200102T000000Z", "another kind"),
    ],
)
def test_a_calendar_that_cannot_be_worked_out_is_refused(event: str, what: str) -> None:
    with pytest.raises(BadSchedule, match=what):
        ics(event)


@pytest.mark.parametrize(
    "text",
    ["", "hello", "BEGIN:VEVENT\nEND:VEVENT", "BEGIN:VCALENDAR\nBEGIN:VEVENT", "\x00\x01", "{}"],
)
def test_what_is_no_calendar_is_refused(text: str) -> None:
    with pytest.raises(BadSchedule, match="expected"):
        ics_calendar("c", text, PRAGUE.zone)


def test_files_have_a_bound() -> None:
    with pytest.raises(BadSchedule, match=f"at most {MAX_BYTES}"):
        ics_calendar("c", "x" * (MAX_BYTES + 1), PRAGUE.zone)
    with pytest.raises(BadSchedule, match=f"at most {MAX_EVENTS}"):
        ics(*["DTSTART:20260101T000000Z"] * (MAX_EVENTS + 1))
    with pytest.raises(BadSchedule, match="1 to"):
        date_list("none", frozenset())


def test_a_schedule_whose_days_are_all_left_out_gives_up() -> None:
    always = ics("DTSTART;VALUE=DATE:20000101\nRRULE:FREQ=DAILY")

    never = made(calendars={"a": always}, at="07:00", except_="a")

    assert next_after(never, utc("2026-01-01") + timedelta(0)) is None
