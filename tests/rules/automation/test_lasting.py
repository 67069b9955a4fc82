"""What waits survives a restart, a reload and every step of the clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from gateway.codec import decode, encode
from gateway.model.clock import HouseTime
from gateway.model.effect import Outcome
from gateway.model.event import ClockStepped, DriverLost, RuleCalled, Started, WallTold
from rules import engine
from rules.automation import AT_ONCE, next_wall, reload
from rules.rulebook import Called, Overlap, Scheduled, SetScene, Wait
from rules.schedule import CatchUp, Keep, Schedule, compile_schedule
from rules.site import Site
from rules.state import State
from tests.rules.automation.home import (
    DARK,
    GARAGE_CLOSED,
    GARAGE_OPEN,
    LIGHT,
    MINUTE,
    NOON,
    PRAGUE,
    SAY,
    Played,
    home,
    opens_for,
    play,
    rule,
)
from tests.rules.house import TICK, ZIGBEE, Moment, at_second

CALL = RuleCalled("rule", "anna")
AWAY = Started(100.0, trusted=True)
NONE = CatchUp(Keep.NONE)
LATEST = CatchUp(Keep.LATEST)


def restarted(state: State) -> State:
    """Give the state as a snapshot kept it."""
    return decode(encode(state, State), State)


def back(site: Site, state: State, seconds: float) -> State:
    """Give the state when the hub is back: nobody ticked while it was away."""
    return engine.step(site, restarted(state), AWAY, at_second(seconds))[0]


def reloaded(old: Site, new: Site, state: State) -> tuple[State, list[str]]:
    """Give the state under other rules, and what was said of it."""
    fitted, plan = reload(old.rules, new.rules, state)
    assert engine.fitted(new, old, state)[0].rules == fitted.rules
    return fitted, list(plan.lines())


# -- restarts --------------------------------------------------------------------------------------


def test_what_was_over_while_the_hub_was_away_is_done_once_it_is_back() -> None:
    site = home(rule(opens_for(10), SAY, id="stays"), rule(Called(), Wait(MINUTE), DARK))
    before = play(site, (0, GARAGE_OPEN), (0, CALL))

    after = play(
        site, (5001, TICK), (5002, GARAGE_OPEN), (5003, TICK), state=back(site, before.state, 5000)
    )

    assert after.said("hello") == [5002]  # on_unknown = false: not before it is heard
    assert after.state.rules_due == {}


def test_a_garage_closed_while_the_hub_was_away_is_not_told() -> None:
    site = home(rule(opens_for(10), SAY))
    before = play(site, (0, GARAGE_OPEN))

    state = back(site, before.state, 5000)
    after = play(site, (5001, GARAGE_CLOSED), (9999, TICK), state=state)

    assert after.said() == []
    assert after.state.rules["rule"].stays == {}


def test_the_whole_memory_of_rules_comes_back_from_a_snapshot() -> None:
    site = home(
        rule((opens_for(10), daily("07:00")), SAY, id="a"),
        rule(Called(), SetScene(()), Wait(MINUTE), DARK, overlap=Overlap.QUEUED, id="rule"),
    )

    state = play(site, (0, GARAGE_OPEN), (0, WallTold(NOON)), (1, CALL), (2, CALL)).state

    assert state.rules["rule"].queue
    assert state.rules["a"].stays
    assert state.rules["a"].looked
    assert restarted(state) == state


# -- clock steps -----------------------------------------------------------------------------------


def test_no_clock_step_moves_what_waits() -> None:
    site = home(rule(opens_for(10), SAY), rule(Called(), Wait(MINUTE), SAY, id="w"))
    steps: list[Moment] = []
    for at, years in ((10, 10), (20, -10), (30, 0)):
        wall = NOON.replace(year=NOON.year + years)
        steps += [(at, ClockStepped(years * 3e7)), (at, WallTold(wall))]

    played = play(site, (0, GARAGE_OPEN), *steps, (900, TICK))

    assert played.said("hello") == [600]


# -- schedules -------------------------------------------------------------------------------------


def schedule(**keys: object) -> Schedule:
    return compile_schedule(keys, PRAGUE)


def daily(at: str, policy: CatchUp = NONE) -> Scheduled:
    """Fire at a local time every day."""
    return Scheduled(schedule(at=at), policy)


def walk(site: Site, wall: datetime, days: float) -> Played:
    """Live for some days, telling the wall clock whenever it is asked for."""
    played = play(site, (0, WallTold(wall)))
    while (due := next_wall(site, played.state)) is not None and due < wall + days * 1440 * MINUTE:
        seconds = (due - wall).total_seconds()
        played.state, done = engine.step(site, played.state, WallTold(due), at_second(seconds))
        played.done += [(seconds, effect) for effect in done]
    return played


def test_a_schedule_wants_to_be_looked_at_once_before_all() -> None:
    site = home(rule(daily("07:00"), SAY))

    assert next_wall(site, engine.initial(site)) == AT_ONCE
    assert next_wall(home(), engine.initial(site)) is None


def test_an_hour_that_comes_twice_fires_once() -> None:
    site = home(rule(daily("02:30"), SAY))

    played = walk(site, datetime(2026, 10, 24, 12, tzinfo=UTC), 2)

    assert len(played.said("hello")) == 2  # the night of the 25th, and that of the 26th
    assert played.said("hello")[0] == (12.5 * 60) * 60  # 02:30 summer time is 00:30 UTC


def test_an_hour_that_does_not_come_fires_once() -> None:
    site = home(rule(daily("02:30"), SAY))

    played = walk(site, datetime(2026, 3, 28, 12, tzinfo=UTC), 1)

    assert played.said("hello") == [13 * 3600.0]  # 03:00 summer time is 01:00 UTC


def test_a_clock_that_is_stepped_back_fires_nothing_twice() -> None:
    site = home(rule(daily("13:00"), SAY))
    noon = NOON - timedelta(minutes=1)

    played = play(
        site, (0, WallTold(noon)), (60, WallTold(NOON)), (61, WallTold(noon)), (121, WallTold(NOON))
    )

    assert played.said("hello") == [60]
    assert next_wall(site, played.state) == NOON + timedelta(days=1)


def test_what_was_missed_is_made_up_for_as_the_rule_says_and_said() -> None:
    site = home(
        rule(daily("13:00", LATEST), SAY, id="latest"), rule(daily("13:00"), LIGHT, id="none")
    )
    later = NOON + timedelta(days=3, hours=1)

    played = play(site, (0, WallTold(NOON - MINUTE)), (9, WallTold(later)))

    assert played.said("hello") == [9]
    assert played.switched() == []
    assert played.ran(Outcome.DROPPED, "none") == [9]


# -- reloads ---------------------------------------------------------------------------------------


def test_a_changed_time_is_counted_from_where_it_began() -> None:
    old = home(rule(opens_for(10), SAY), rule(Called(), Wait(10 * MINUTE), DARK, id="w"))
    new = home(rule(opens_for(5), SAY), rule(Called(), Wait(20 * MINUTE), DARK, id="w"))
    state = play(old, (0, GARAGE_OPEN), (0, RuleCalled("w", "anna"))).state

    state, said = reloaded(old, new, state)
    played = play(new, (9999, TICK), state=state)

    assert said[0].endswith("10m before, 5m now")
    assert said[1].endswith("10m before, 20m now")
    assert played.said("hello") == [300]
    assert played.switched() == [(1200, False)]


def test_what_waits_for_a_rule_that_is_gone_is_cancelled_and_named() -> None:
    old = home(rule(opens_for(10), SAY, id="gone"), rule(Called(), Wait(MINUTE), DARK, id="other"))
    new = home(rule(Called(), LIGHT, Wait(MINUTE), id="other"))
    state = play(old, (0, GARAGE_OPEN), (0, RuleCalled("other", "anna"))).state

    state, said = reloaded(old, new, state)

    assert [line.split()[0] for line in said] == ["cancelled:", "cancelled:"]
    assert state.rules_due == {}
    assert engine.next_deadline(state) is None


def test_a_reload_keeps_the_cursors_of_schedules_that_are_still_there() -> None:
    old = home(rule((daily("13:00"), daily("14:00")), SAY))
    new = home(rule((daily("14:00"), daily("15:00")), SAY))
    state = play(old, (0, WallTold(NOON - MINUTE))).state

    state, _ = reloaded(old, new, state)

    assert len(state.rules["rule"].looked) == 1
    assert next_wall(new, state) == AT_ONCE
    told = replace(state, wall=None)
    again, _ = engine.step(new, told, WallTold(NOON), HouseTime(9))
    assert next_wall(new, again) == NOON + timedelta(hours=1)


def test_the_clock_of_house_time_is_all_that_counts_in_a_radio_gap() -> None:
    site = home(rule(opens_for(10), SAY))

    played = play(
        site, (0, GARAGE_OPEN), (10, DriverLost(ZIGBEE, "pulled")), (20, GARAGE_OPEN), (900, TICK)
    )

    assert played.said("hello") == [600]
