"""What holds for every schedule at every instant, however the wall clock jumps."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rules.schedule import (
    Cursor,
    Schedule,
    Window,
    catch_up,
    compile_window,
    due,
    firings,
    is_inside,
    missed,
    next_after,
    next_edge,
)
from rules.schedule.cursor import LONGEST, ON_TIME, PATIENCE, REPORTED
from rules.schedule.firing import MAX_CAUGHT_UP, CatchUp
from tests.rules.schedule.naming import PRAGUE, TROMSO, made, utc

SCHEDULES = [
    made(cron="30 2 * * *"),
    made(cron="*/15 * * * *"),
    made(cron="* * * * *"),
    made(at=["01:59", "02:30", "22:00"], days=["sat-mon"]),
    made(every="50m", from_="00:20"),
    made(every="3d", start="2026-01-01", at="02:15"),
    made(dates=["03-29", "2026-10-25"], at=["02:30", "03:00"]),
    made(sun="sunset-30m"),
    made(TROMSO, sun="sunrise", if_never="noon"),
    made(TROMSO, sun="sunset+2h"),
]
WINDOWS = [
    compile_window({"from": "22:00", "to": "06:00", "days": ["fri", "sun"]}, PRAGUE),
    compile_window({"from": "02:10", "to": "02:50"}, PRAGUE),
    compile_window({"from": "sunset", "to": "sunrise"}, TROMSO),
    compile_window({"from": "sunset-30m", "to": "23:00"}, PRAGUE),
    compile_window({"days": ["sat", "sun"]}, PRAGUE),
]
ODD = [utc("2026-03-29 00:00"), utc("2026-10-25 00:00"), utc("2026-06-01 10:00")]
instants = st.one_of(
    st.builds(
        lambda odd, n: odd + timedelta(seconds=n), st.sampled_from(ODD), st.integers(0, 20000)
    ),
    st.integers(0, 60 * 366 * 24 * 60).map(
        lambda n: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=n)
    ),
)
schedules = st.sampled_from(SCHEDULES)
policies = st.sampled_from([catch_up(p) for p in ("none", "latest", "all", "if_within:2h")])
few = settings(max_examples=60, deadline=None)


@few
@given(schedules, instants)
def test_firings_come_later_and_in_strict_order(schedule: Schedule, at: datetime) -> None:
    found = list(islice(firings(schedule, at), 5))

    assert found
    assert all(before < after for before, after in pairwise([at, *found]))
    assert all(moment.tzinfo is UTC for moment in found)
    assert found[0] == next_after(schedule, at)


@few
@given(schedules, instants, st.integers(1, 100_000))
def test_asking_in_between_changes_nothing(schedule: Schedule, at: datetime, n: int) -> None:
    later = at + timedelta(seconds=n)
    found = next_after(schedule, at)

    assert found is not None
    assert next_after(schedule, later) == found or later >= found


@few
@given(schedules, instants, st.integers(1, 200_000))
def test_catching_up_picks_among_what_was_missed(schedule: Schedule, at: datetime, n: int) -> None:
    until = at + timedelta(seconds=n)
    every = [moment for moment in islice(firings(schedule, at), 4000) if moment <= until]
    near = [moment for moment in every if until - moment <= timedelta(hours=2)]

    assert missed(schedule, at, until, catch_up("none")) == ()
    assert list(missed(schedule, at, until, catch_up("latest"))) == every[-1:]
    assert list(missed(schedule, at, until, catch_up("all"))) == every[-MAX_CAUGHT_UP:]
    assert list(missed(schedule, at, until, catch_up("if_within:2h"))) == near[-1:]


@few
@given(schedules, instants, policies, st.integers(0, 10**6))
def test_asking_again_at_the_same_time_gives_nothing(
    schedule: Schedule, at: datetime, policy: CatchUp, n: int
) -> None:
    now = at + timedelta(seconds=n)
    once = due(schedule, Cursor(at), now, policy)

    again = due(schedule, once.cursor, now, policy)

    assert again.firings == ()
    assert again.cursor == once.cursor


@few
@given(
    schedules,
    instants,
    policies,
    st.lists(st.integers(0, int(PATIENCE.total_seconds())), min_size=2, max_size=40),
)
def test_a_clock_that_steps_back_fires_nothing_twice(
    schedule: Schedule, at: datetime, policy: CatchUp, steps: list[int]
) -> None:
    cursor, given_before = Cursor(at), set[datetime]()

    for seconds in steps:  # anywhere within PATIENCE of the furthest, in any order
        found = due(schedule, cursor, at + timedelta(seconds=seconds), policy)
        assert not given_before & set(found.firings)
        assert all(moment <= at + timedelta(seconds=seconds) for moment in found.firings)
        given_before |= set(found.firings)
        cursor = found.cursor


@few
@given(schedules, instants, policies, st.lists(st.integers(1, 50), min_size=1, max_size=60))
def test_a_clock_that_just_runs_gives_every_firing_once(
    schedule: Schedule, at: datetime, policy: CatchUp, steps: list[int]
) -> None:
    cursor, now, told = Cursor(at), at, list[datetime]()

    for seconds in steps:  # never longer than ON_TIME: nothing is missed
        now += timedelta(seconds=seconds)
        found = due(schedule, cursor, now, policy)
        told += found.firings
        cursor = found.cursor
        assert found.dropped == ()

    assert told == [m for m in islice(firings(schedule, at), 100) if m <= now]


@pytest.mark.parametrize(
    ("policy", "hours"),
    [("none", []), ("latest", [12]), ("all", [8, 9, 10, 11, 12]), ("if_within:20m", [])],
)
def test_a_step_forward_follows_the_policy(policy: str, hours: list[int]) -> None:
    hourly = made(cron="0 * * * *")  # 08:00Z to 12:00Z were missed, 40 minutes ago the last

    found = due(hourly, Cursor(utc("2026-06-01 07:30")), utc("2026-06-01 12:40"), catch_up(policy))

    assert [at.hour for at in found.firings] == hours
    assert len(found.dropped) == 5 - len(hours)


def test_a_firing_that_is_a_minute_late_is_on_time_and_older_ones_are_missed() -> None:
    daily, before = made(at="08:00"), Cursor(utc("2026-06-01 05:00"))
    due_at = utc("2026-06-01 06:00")

    assert due(daily, before, due_at + ON_TIME, catch_up("none")).firings == (due_at,)
    late = due(daily, before, due_at + ON_TIME + timedelta(seconds=1), catch_up("none"))
    assert (late.firings, late.dropped) == ((), (due_at,))


def test_what_a_wrong_clock_skipped_still_fires_when_its_time_comes() -> None:
    daily, policy = made(at="22:00"), catch_up("none")
    # The clock was ten years ahead for a minute.
    ahead = due(daily, Cursor(utc("2026-06-01 10:00")), utc("2036-06-01 10:00"), policy)
    mended = due(daily, ahead.cursor, utc("2026-06-01 10:01"), policy)

    evening = due(daily, mended.cursor, utc("2026-06-01 20:00"), policy)

    assert mended.firings == ()
    assert evening.firings == (utc("2026-06-01 20:00"),)


def test_what_came_due_while_the_clock_was_wrong_fires_when_it_is_mended_in_time() -> None:
    daily, policy = made(at="22:00"), catch_up("none")
    ahead = due(daily, Cursor(utc("2026-06-01 19:59")), utc("2036-06-01 10:00"), policy)

    mended = due(daily, ahead.cursor, utc("2026-06-01 20:00:30"), policy)

    assert mended.firings == (utc("2026-06-01 20:00"),)
    assert due(daily, mended.cursor, utc("2026-06-01 20:00:20"), policy).firings == ()


def test_what_a_wrong_clock_fired_does_not_hold_up_years_of_firings() -> None:
    minutely, policy = made(cron="* * * * *"), catch_up("all")
    ahead = due(minutely, Cursor(utc("2026-06-01 10:00")), utc("2036-06-01 10:00"), policy)
    mended = due(minutely, ahead.cursor, utc("2026-06-01 10:01"), policy)

    found = due(minutely, mended.cursor, utc("2026-06-01 10:02"), policy)

    assert found.firings == (utc("2026-06-01 10:02"),)


def test_a_mended_clock_still_fires_nothing_twice_at_small_steps() -> None:
    minutely, policy, told = made(cron="* * * * *"), catch_up("all"), list[datetime]()
    real = utc("2026-06-01 10:00")
    cursor = due(minutely, Cursor(real), utc("2036-06-01 10:00"), policy).cursor

    for minute in [*range(1, 60), *range(20, 90)]:  # 39 minutes back: more than is remembered
        found = due(minutely, cursor, real + timedelta(minutes=minute), policy)
        told += found.firings
        cursor = found.cursor

    assert told == [real + timedelta(minutes=minute) for minute in range(1, 90)]


def test_if_within_counts_from_now() -> None:
    daily, before = made(at="08:00"), Cursor(utc("2026-06-01 05:00"))
    policy, at = catch_up("if_within:2h"), utc("2026-06-01 06:00")

    assert due(daily, before, at + timedelta(hours=2), policy).firings == (at,)
    assert due(daily, before, at + timedelta(hours=2, seconds=30), policy).firings == ()


def test_the_latest_is_one_also_when_it_is_on_time() -> None:
    hourly = made(cron="0 * * * *")

    found = due(
        hourly, Cursor(utc("2026-06-01 07:30")), utc("2026-06-01 12:00:10"), catch_up("latest")
    )

    assert found.firings == (utc("2026-06-01 12:00"),)
    assert len(found.dropped) == 4


@few
@given(st.sampled_from(WINDOWS), instants)
def test_a_window_changes_at_its_next_edge_and_not_before(window: Window, at: datetime) -> None:
    inside = is_inside(window, at)
    edge = next_edge(window, at)

    assert edge is not None
    assert at < edge
    assert is_inside(window, edge) is not inside
    for part in range(10):
        moment = at + (edge - at) * part / 10
        assert is_inside(window, moment) is inside


@few
@given(schedules, instants, policies, st.integers(0, 200), st.integers(0, 23))
def test_a_stretch_in_1970_was_never_lived(
    schedule: Schedule, at: datetime, policy: CatchUp, hours: int, wrong: int
) -> None:
    now, boot = at + timedelta(hours=hours), datetime(1970, 1, 1, wrong, tzinfo=UTC)
    lost = due(schedule, Cursor(at), boot, policy)

    mended = due(schedule, lost.cursor, now, policy)

    unbroken = due(schedule, Cursor(at), now, policy)
    assert (mended.firings, mended.dropped) == (unbroken.firings, unbroken.dropped)
    assert mended.cursor.furthest is None


@few
@given(schedules, instants, policies, st.integers(2, 40))
def test_a_jump_of_years_makes_up_for_nothing(
    schedule: Schedule, at: datetime, policy: CatchUp, years: int
) -> None:
    now = at + timedelta(days=366 * years)
    first = next_after(schedule, at)
    assume(first is None or now - first > LONGEST)  # else it begins in our days

    found = due(schedule, Cursor(at), now, policy)

    assert all(now - moment <= ON_TIME for moment in found.firings)
    assert len(found.dropped) <= REPORTED


def test_a_jump_of_years_is_told() -> None:
    found = due(
        made(at="08:00"), Cursor(utc("1970-01-01 00:00")), utc("2026-06-01 12:00"), catch_up("all")
    )

    assert found.firings == ()
    assert found.dropped[-1] == utc("2026-06-01 06:00")
    assert len(found.dropped) == REPORTED


def test_a_schedule_of_leap_days_is_made_up_for_after_four_years() -> None:
    leap, before = made(dates=["02-29"], at="08:00"), Cursor(utc("2024-03-01 00:00"))

    found = due(leap, before, utc("2028-02-29 12:00"), catch_up("latest"))

    assert found.firings == (utc("2028-02-29 07:00"),)
