"""What tests reach, and which changes they notice."""

import pytest

from gateway.model.command import TurnSwitch
from rules.rulebook import (
    Act,
    AreaBecomes,
    Called,
    CallRule,
    Choose,
    OnUnknown,
    Overlap,
    Repeat,
    Rule,
    Scheduled,
    SetScene,
    Tell,
    Wait,
)
from rules.trial import CallAsked, RuleTest
from rules.trial.trials import Trials
from tests.rules.automation.home import (
    DARK,
    GARAGE_CLOSED,
    GARAGE_OPEN,
    LIGHT,
    MINUTE,
    OPENS,
    SAY,
    cond,
    home,
    opens_for,
    rule,
)
from tests.rules.automation.test_lasting import NONE, schedule
from tests.rules.house import ARM_HOME, LAMP
from tests.rules.trial.stage import a_test, at

OPENED = (0, GARAGE_OPEN)
LIT = cond('device.lamp.switch == "on"')
SAID = at(None, "notify")


def missed(tests: list[RuleTest], *rules: Rule) -> set[str]:
    """Say what tests do not reach."""
    trials = Trials(home(*rules), tests)
    results = [trials.run(test) for test in tests]
    found = trials.coverage(results, [one.id for one in rules])
    assert found.reached == found.points - sum(len(one.missed) for one in found.rules)
    return {point.what for one in found.rules for point in one.missed}


def survivors(tests: list[RuleTest], *rules: Rule) -> list[str]:
    """Say which changes of the first rule its tests do not notice."""
    found = Trials(home(*rules), tests).mutate(rules[0].id)
    assert found.noticed + len(found.survivors) == found.tried
    return [one.change for one in found.survivors]


def test_every_trigger_counts() -> None:
    evening, morning = (Scheduled(schedule(at=time), NONE) for time in ("18:00", "06:00"))
    many = rule((OPENS, opens_for(1), evening, morning, AreaBecomes("house", mode="home")), SAY)

    assert len(missed([], many)) == 4  # the schedules are said alike
    assert missed([a_test(OPENED, at_rest=True)], many) == {
        "it starts because garage contact becomes open and stays so for 1m",
        "it starts because its schedule fires",
        "it starts because area house becomes home",
    }
    evening_test = a_test(OPENED, (120, ARM_HOME), at_rest=True, time="2026-12-01T17:59")
    assert missed([evening_test], many) == {"it starts because its schedule fires"}
    morning_test = a_test((120, None), time="2026-12-01T05:59")
    assert missed([evening_test, morning_test], many) == set()


def test_both_outcomes_of_a_condition_count_also_where_the_index_spares_the_question() -> None:
    armed = rule(OPENS, SAY, if_='area.house.mode == "home"')
    at_home = {("area", "house", "mode"): "home"}

    assert missed([a_test(OPENED)], armed) >= {"if is true"}
    assert "if is false" not in missed([a_test(OPENED)], armed)
    assert missed([a_test(OPENED), a_test(OPENED, given=at_home)], armed) == set()


def test_every_branch_counts_and_none() -> None:
    known = cond("has(device.lamp.switch)")
    two = rule(OPENS, Choose(((LIT, (DARK,)), (known, (LIGHT,)))))
    on, off = ({("device", "lamp", "switch"): word} for word in ("on", "off"))
    otherwise = rule(OPENS, Choose(((LIT, (DARK,)), (None, (LIGHT,)))))

    assert missed([a_test(OPENED)], two) == {"branch 1 is taken", "branch 2 is taken"}
    assert missed([a_test(OPENED, given=on)], two) == {"branch 2 is taken", "no branch is taken"}
    assert (
        missed([a_test(OPENED, given=on), a_test(OPENED, given=off), a_test(OPENED)], two) == set()
    )
    assert missed([a_test(OPENED, given=off)], otherwise) == {"branch 1 is taken"}


def test_the_ends_of_waits_and_loops_count() -> None:
    waits = rule(OPENS, Wait(MINUTE), Wait(MINUTE * 2, LIT), SAY)
    loops = rule(OPENS, Repeat(3, (Wait(MINUTE), SAY), LIT))

    assert missed([a_test(OPENED)], waits) == {
        "it goes on after the wait of 1m",
        "it goes on after the wait of 2m",
        "the wait is cancelled",
    }
    assert missed([a_test(OPENED, (200, None))], waits) == {"the wait is cancelled"}
    lit = {("device", "lamp", "switch"): "on"}
    assert missed([a_test(OPENED, (200, None), given=lit)], waits) == {
        "it goes on after the wait of 2m"
    }
    assert missed([a_test(OPENED, (200, None))], loops) == {"until holds"}
    assert "until does not hold yet" in missed([a_test(OPENED, given=lit)], loops)


def test_whom_a_rule_calls_its_tests_reach_too_and_disabled_rules_do_not_count() -> None:
    calls = rule(OPENS, CallRule("called"))
    called = rule(Called(), SAY, id="called")
    off = rule(OPENS, SAY, id="off", enabled=False)
    other = rule(OPENS, SAY, id="other")

    assert missed([a_test(OPENED)], calls, called, off) == set()
    assert missed([a_test(OPENED)], calls, called, other) == {
        "it starts because garage contact becomes open"
    }


# -- mutation --------------------------------------------------------------------------------------


def test_a_test_that_looks_closely_notices_every_change() -> None:
    closely = rule(
        opens_for(10), LIGHT, Wait(MINUTE), DARK, Tell("done"), unless_within=MINUTE * 60
    )
    test = a_test(
        OPENED,
        (700, GARAGE_CLOSED),
        (800, GARAGE_OPEN),
        (1500, None),
        expect=(at(600, "on"), at(660, "off"), at(660, "notify", "done")),
        expect_not=(at(1400, "on"),),
    )

    assert survivors([test], closely) == []


def test_a_test_that_looks_away_notices_little() -> None:
    carelessly = rule(opens_for(10), LIGHT, Wait(MINUTE), SAY, unless_within=MINUTE)
    test = a_test(OPENED, (2000, None), expect=(SAID,))

    assert survivors([test], carelessly) == [
        "for 10m is halved",
        "for 10m is doubled",
        "left out: on lamp",
        "on lamp becomes off lamp",
        "left out: wait 1m",
        "wait 1m is halved",
        "wait 1m is doubled",
        "unless_within 1m is left out",
    ]


def test_conditions_that_mean_the_same_are_no_change() -> None:
    negated = rule(OPENS, SAY, if_='!(device.lamp.switch == "on")')
    off = {("device", "lamp", "switch"): "off"}
    on = {("device", "lamp", "switch"): "on"}
    both = [
        a_test(OPENED, expect=(SAID,), given=off),
        a_test(OPENED, expect_not=(SAID,), given=on),
    ]
    trials = Trials(home(negated), both)

    found = trials.mutate("rule")

    assert found.tried == 3  # no trigger, the condition the other way round, no word
    assert found.survivors == ()


def test_modes_and_unknowns_are_changed_only_where_they_matter() -> None:
    at_once = rule(OPENS, SAY, overlap=Overlap.RESTART, on_unknown=OnUnknown.TRUE)
    lasting = rule(OPENS, Wait(MINUTE), SAY, overlap=Overlap.RESTART)
    asks = rule(OPENS, SAY, if_='device.lamp.switch == "on"', on_unknown=OnUnknown.TRUE)
    said = [a_test(OPENED, expect=(SAID,), given={("device", "lamp", "switch"): "on"})]

    assert survivors(said, at_once) == []
    assert "mode restart becomes single" in survivors(
        [a_test(OPENED, expect=(at(60, "notify"),))], lasting
    )
    assert "on_unknown true becomes false" in survivors(said, asks)


def test_scenes_loops_and_parallel_paths_are_changed_too() -> None:
    scene = SetScene((TurnSwitch(LAMP, on=True),))
    many = rule(OPENS, Repeat(3, (scene,)), Choose(((None, (Act(TurnSwitch(LAMP, on=False)),)),)))
    blind = survivors([a_test(OPENED, expect=(at(None, "on"),))], many)

    assert "repeat 3 becomes 2" in blind
    assert "left out: choose, of 1 branches" in blind
    assert "off lamp becomes on lamp" in blind


def test_the_tests_of_callers_notice_for_whom_they_call() -> None:
    called = rule(Called(), SAY, id="called")
    calls = rule(OPENS, CallRule("called"))

    assert survivors([a_test(OPENED, expect=(SAID,))], called, calls) == []
    assert survivors([a_test((0, CallAsked("called")), rule="called")], called, calls) == [
        'left out: notify "hello"'
    ]


def test_tests_that_fail_anyhow_notice_nothing() -> None:
    found = Trials(home(rule(OPENS, SAY)), [a_test(expect=(SAID,))]).mutate("rule")

    assert (found.tried, found.survivors) == (0, ())


@pytest.mark.parametrize("word", ["on", "off"])
def test_every_change_that_is_noticed_is_one(word: str) -> None:
    asks = rule(OPENS, LIGHT, Wait(MINUTE, LIT), SAY, if_=f'device.lamp.switch != "{word}"')
    tests = [a_test(OPENED, expect=(SAID,))]

    first, again = (Trials(home(asks), tests).mutate("rule") for _ in range(2))

    assert first == again
    assert all(one.rule != asks for one in first.survivors)
