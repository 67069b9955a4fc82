"""Much at once: an event does so much and no more; what is left goes on with the next tick."""

from collections import Counter
from itertools import groupby
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.codec import decode, encode
from gateway.model.capability import Capability, Switch
from gateway.model.command import TurnSwitch
from gateway.model.effect import Effect, Notify, Outcome, Perform, RuleRan
from gateway.model.event import Event, Reported, RuleCalled, WallTold
from rules import engine
from rules.automation import next_wall, reload
from rules.automation.bursts import STARTS
from rules.automation.work import (
    ASKED,
    CALLED_MAX,
    DEPTH_MAX,
    EFFORT_MAX,
    INSTRUCTIONS_MAX,
    LEFT_MAX,
    RAN,
)
from rules.rulebook import (
    Act,
    Becomes,
    Called,
    CallRule,
    CodeUsed,
    DisarmArea,
    Overlap,
    Repeat,
    Rule,
    Scheduled,
    SetScene,
)
from rules.schedule import CatchUp, Keep
from rules.site import Site
from rules.state import State
from tests.rules.automation.home import (
    GARAGE_CLOSED,
    GARAGE_OPEN,
    LIGHT,
    MINUTE,
    NOON,
    OPENS,
    SAY,
    home,
    opens_for,
    play,
    rule,
)
from tests.rules.automation.test_lasting import schedule
from tests.rules.house import ARM_HOME, LAMP, TICK, Moment, at_second, calm

CALL = RuleCalled("rule", "anna")
RUNS_MAX = -(-EFFORT_MAX // (ASKED + RAN))
"""Runs that one event may start, of rules without a condition."""


def steps(site: Site, state: State, event: Event, seconds: float) -> list[tuple[Effect, ...]]:
    """Give what an event does, and each tick that it leaves something to; the last state too."""
    at, found = at_second(seconds), list[tuple[Effect, ...]]()
    what: Event = event
    while True:
        state, effects = engine.step(site, decode(encode(state, State), State), what, at)
        found.append(effects)
        due = engine.next_deadline(state)
        if due is None or due > at:
            return found
        what = TICK


def ran(effects: tuple[Effect, ...]) -> list[str]:
    """Name the rules that ran, in order."""
    return [e.rule for e in effects if isinstance(e, RuleRan) and e.outcome is Outcome.RAN]


def many(count: int, **more: Any) -> list[Rule]:
    """Give rules that wait for one thing."""
    return [rule(OPENS, SAY, id=f"r{n}", **more) for n in range(count)]


def test_a_thousand_rules_for_one_door_all_run_in_their_order_and_not_at_once() -> None:
    site = home(*many(2_000))

    done = steps(site, play(site, *calm()).state, GARAGE_OPEN, 9)

    assert [name for one in done for name in ran(one)] == [f"r{n}" for n in range(2_000)]
    assert max(len(ran(one)) for one in done) <= RUNS_MAX
    assert len(done) == -(-2_000 // RUNS_MAX)


def test_long_conditions_count_for_more() -> None:
    long = " && ".join(['area.house.mode == "disarmed"'] * 12)
    site = home(*many(200, if_=long))

    done = steps(site, play(site, *calm()).state, GARAGE_OPEN, 9)

    assert sum(len(ran(one)) for one in done) == 200
    assert max(len(ran(one)) for one in done) < RUNS_MAX / 4


def test_what_is_left_comes_before_what_happens_next() -> None:
    site = home(*many(1_000), rule(Called(), LIGHT, id="rule"))
    state, _ = engine.step(site, play(site, *calm()).state, GARAGE_OPEN, at_second(9))

    _, effects = engine.step(site, state, CALL, at_second(9))

    assert ran(effects)[0] == f"r{RUNS_MAX}"
    assert ran(effects)[-1] == "rule"


def test_waits_that_are_over_all_at_once_go_on_one_after_the_other() -> None:
    site = home(*(rule(opens_for(1), SAY, id=f"r{n}") for n in range(1_500)))
    state = play(site, *calm(), (1, GARAGE_OPEN)).state

    done = steps(site, state, TICK, 61)

    assert len(done) > 1
    assert Counter(name for one in done for name in ran(one)) == {f"r{n}": 1 for n in range(1_500)}


def test_a_late_code_opens_nothing_after_a_crash_in_the_storm() -> None:
    floods = (rule(CodeUsed(what="arm"), SAY, id=f"r{n}") for n in range(1_000))
    site = home(*floods, rule(CodeUsed(what="arm"), DisarmArea("house"), id="z"))
    state, _ = engine.step(site, play(site, *calm()).state, ARM_HOME, at_second(1))
    assert state.rules_left is not None

    soon, _ = engine.step(site, state, TICK, at_second(2))
    late, _ = engine.step(site, state, TICK, at_second(99))

    assert soon.areas["house"].mode is None
    assert late.areas["house"].mode == "home"


def test_a_reload_in_the_storm_keeps_what_is_left_of_the_rules_that_stay() -> None:
    site = home(*many(1_000))
    state, _ = engine.step(site, play(site, *calm()).state, GARAGE_OPEN, at_second(9))
    fewer = home(*many(900))

    state, plan = reload(site.rules, fewer.rules, state)

    assert len(plan.cancelled) == 100
    assert len(ran(steps(fewer, state, TICK, 9)[0])) == 900 - RUNS_MAX
    assert reload(fewer.rules, home().rules, state)[0].rules_left is None


def test_months_of_missed_firings_come_in_portions() -> None:
    every = Scheduled(schedule(every="1h"), CatchUp(Keep.ALL))
    site = home(*(rule(every, SAY, id=f"r{n}") for n in range(3)))
    state = play(site, (0, WallTold(NOON))).state
    wall = NOON + 60 * 1440 * MINUTE

    found: list[tuple[Effect, ...]] = []
    while (due := next_wall(site, state)) is not None and due <= wall:
        state, effects = engine.step(site, state, WallTold(wall), at_second(9))
        found.append(effects)
    while state.rules_left is not None:
        state, effects = engine.step(site, state, TICK, at_second(9))
        found.append(effects)

    assert max(len(ran(one)) for one in found) <= RUNS_MAX
    assert Counter(n for one in found for n in ran(one)) == {f"r{n}": 1_001 for n in range(3)}


# -- what must be stopped --------------------------------------------------------------------------


def test_rules_that_call_each_other_are_stopped() -> None:
    one = rule(Called(), CallRule("two"), id="one", overlap=Overlap.PARALLEL)
    two = rule(Called(), CallRule("one"), id="two", overlap=Overlap.PARALLEL)

    played = play(home(one, two), (0, RuleCalled("one", "anna")))

    assert len(played.ran()) == DEPTH_MAX + 1
    assert len(played.ran(Outcome.STOPPED)) == 1
    assert len(played.said("was stopped")) == 1


def test_rules_that_become_ever_more_are_stopped_and_that_is_told() -> None:
    site = home(rule(Called(), CallRule("rule"), CallRule("rule")))

    done = steps(site, engine.initial(site), CALL, 1)

    assert max(len(ran(one)) for one in done) <= RUNS_MAX
    assert sum(len(ran(one)) for one in done) <= DEPTH_MAX * (CALLED_MAX + RUNS_MAX)
    told = [e.text for one in done for e in one if isinstance(e, Notify)]
    assert any("than there is room for" in text for text in told)
    assert any(f"more than {DEPTH_MAX} rules" in text for text in told)


def test_a_burst_leaves_a_bounded_number_of_starts_and_is_told_of_once() -> None:
    site = home(*many(2_000))
    state, told, stopped = play(site, *calm()).state, 0, 0
    for n in range(40):
        state, effects = engine.step(site, state, (GARAGE_OPEN, GARAGE_CLOSED)[n % 2], at_second(9))
        told += sum(isinstance(e, Notify) and "than there is room for" in e.text for e in effects)
        stopped += sum(isinstance(e, RuleRan) and e.outcome is Outcome.STOPPED for e in effects)
        assert state.rules_left is None or len(state.rules_left.starts) <= LEFT_MAX

    assert told == 1
    assert 1 <= stopped <= 20


def test_a_run_that_never_ends_is_stopped() -> None:
    loop = Repeat(1000, (Repeat(1000, (LIGHT,)),))

    played = play(home(rule(Called(), loop)), (0, CALL))

    assert played.ran(Outcome.STOPPED) == [0]
    assert len(played.switched()) < INSTRUCTIONS_MAX


def test_a_scene_counts_for_what_it_holds() -> None:
    scene = SetScene((TurnSwitch(LAMP, on=True),) * 100)

    played = play(home(rule(Called(), Repeat(1000, (scene,)))), (0, CALL))

    assert played.ran(Outcome.STOPPED) == [0]
    assert len(played.switched()) < INSTRUCTIONS_MAX / 2


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([GARAGE_OPEN, GARAGE_CLOSED, CALL]), max_size=6), st.booleans())
def test_no_start_is_lost_or_doubled_however_events_crowd(
    events: list[Event],
    ticked: bool,  # noqa: FBT001 - whether a tick comes between
) -> None:
    site = home(*many(700, overlap=Overlap.PARALLEL), rule(Called(), LIGHT))
    story: list[Moment] = [(0, GARAGE_CLOSED), *((1, event) for event in events)]
    state, found = engine.initial(site), list[Effect]()
    for seconds, event in [*story, *[(1.0, TICK)] * 12]:
        for what in (event, TICK) if ticked else (event,):
            state, effects = engine.step(site, state, what, at_second(seconds))
            found += effects

    doors = [event for event, _ in groupby(event for event in events if event is not CALL)]
    opened = doors.count(GARAGE_OPEN)
    counted = Counter(ran(tuple(found)))
    assert state.rules_left is None
    assert counted == Counter({f"r{n}": opened for n in range(700) if opened}) + Counter(
        {"rule": events.count(CALL)}
    )
    assert sum(isinstance(e, Perform) for e in found) == events.count(CALL)


def test_two_rules_that_switch_each_other_through_a_lamp_are_slowed_down_and_told_of_once() -> None:
    lamp = Capability.SWITCH
    site = home(
        rule(Becomes(LAMP, lamp, Switch.ON), Act(TurnSwitch(LAMP, on=False)), id="ping"),
        rule(Becomes(LAMP, lamp, Switch.OFF), Act(TurnSwitch(LAMP, on=True)), id="pong"),
    )
    story = [(0.02 * n, Reported(LAMP, (Switch.ON, Switch.OFF)[n % 2])) for n in range(2_000)]

    played = play(site, *story)  # 40 s of a lamp that answers within 20 ms

    switched = [at for at, e in played.done if isinstance(e, Perform)]
    told = [e.text for _, e in played.done if isinstance(e, Notify)]
    assert len(switched) <= 2 * STARTS * 5
    assert len([text for text in told if "ping" in text]) == 1
    assert len(told) == 2
    dropped = [e for _, e in played.done if isinstance(e, RuleRan) and "60 times" in e.why]
    assert 2 <= len(dropped) <= 2 * 5


def test_after_a_calm_while_a_rule_runs_as_before() -> None:
    site = home(rule(Becomes(LAMP, Capability.SWITCH, Switch.ON), SAY, id="ping"))
    storm = [(0.02 * n, Reported(LAMP, (Switch.ON, Switch.OFF)[n % 2])) for n in range(400)]
    played = play(site, *storm, (60, Reported(LAMP, Switch.OFF)), (61, Reported(LAMP, Switch.ON)))

    assert played.ran(name="ping")[-1] == 61
    assert len(played.ran(name="ping")) == STARTS + 1
