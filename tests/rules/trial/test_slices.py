"""A test plays among the rules that have a say in it: among all of them it comes out the same."""

from dataclasses import replace
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model.event import Event
from rules.automation.names import Names
from rules.rulebook import (
    Act,
    Action,
    AreaBecomes,
    ArmArea,
    CallRule,
    Repeat,
    RestoreScene,
    Rule,
    SetScene,
    Trigger,
    TroubleComes,
    Wait,
)
from rules.state import Phase
from rules.trial.deeds import Deed, deeds_of
from rules.trial.kinds import Moment, RuleTest
from rules.trial.mutants import mutants_of
from rules.trial.opening import empty_house, opened
from rules.trial.play import play
from rules.trial.slices import Slices
from rules.trial.trials import Trials
from tests.rules.automation.home import DARK, LIGHT, MINUTE, OPENS, SAY, bare, cond, home, rule
from tests.rules.automation.test_laws import acts, conditions, triggers
from tests.rules.house import LAMP
from tests.rules.test_laws import events
from tests.rules.trial.stage import a_test

NAMES = ("r0", "r1", "r2", "r3")
LAMP_IS_ON = cond('device.lamp.switch == "on"')
more_acts: st.SearchStrategy[Action] = st.one_of(
    acts,
    st.sampled_from(
        [
            ArmArea("house", "home", force=True),
            SetScene((LIGHT.command,)),
            RestoreScene(),
            Wait(MINUTE / 4, LAMP_IS_ON),
            Repeat(2, (DARK, Wait(MINUTE / 6), LIGHT)),
        ]
    ),
)


@st.composite
def books(draw: st.DrawFn) -> list[Rule]:
    """Give four rules, of which the later may call and restore the earlier."""
    found: list[Rule] = []
    for name in NAMES:
        earlier: list[Action] = [
            one for other in found for one in (CallRule(other.id), RestoreScene(other.id))
        ]
        act = st.one_of(more_acts, st.sampled_from(earlier)) if earlier else more_acts
        do = draw(st.lists(act, min_size=1, max_size=3))
        when = draw(st.lists(triggers, min_size=1, max_size=2))
        one = rule(tuple(when), *do, id=name)
        found.append(replace(one, if_=draw(st.none() | conditions | st.just(LAMP_IS_ON))))
    return found


stories = st.lists(st.tuples(st.integers(1, 90), events), min_size=1, max_size=8)


def told(story: list[tuple[int, Event]], name: str) -> RuleTest:
    """Give a test of a rule that expects nothing, with a story of steps in time."""
    found: list[tuple[float, Event]] = []
    now = 0
    for seconds, event in story:
        now += seconds
        found.append((now, event))
    test = a_test(*found, (now + 300, None), at_rest=True, time="2026-11-21T12:00", rule=name)
    return replace(test, events=tuple(cast("list[Moment]", test.events)))


def deeds(site_of: list[Rule], among: set[str], test: RuleTest) -> list[Deed]:
    """Play a test among some of the rules."""
    site = home(*(one for one in site_of if one.id in among))
    played = play(opened(site, site.rules, empty_house(site), test), test)
    return [replace(deed, ran=None) for deed in deeds_of(site, test.rule, played)]


@settings(max_examples=150, deadline=None)
@given(book=books(), story=stories, name=st.sampled_from(NAMES))
def test_the_others_have_no_say(
    book: list[Rule], story: list[tuple[int, Event]], name: str
) -> None:
    test = told(story, name)
    some = set(Slices(home(*book)).of(name).rules)

    assert deeds(book, some, test) == deeds(book, set(NAMES), test)


@settings(max_examples=80, deadline=None)
@given(book=books(), story=stories, name=st.sampled_from(NAMES))
def test_a_test_runs_the_same_each_time_watched_or_not(
    book: list[Rule], story: list[tuple[int, Event]], name: str
) -> None:
    test = told(story, name)
    site = home(*book)

    first, again = (Trials(site, [test]).run(test) for _ in range(2))

    assert first == again
    assert first.ok
    assert len(first.done) == len(deeds(book, set(NAMES), test))  # the index's guards hide nothing


@settings(max_examples=80, deadline=None)
@given(book=books())
def test_a_mutant_is_another_rule_and_its_place_is_in_it(book: list[Rule]) -> None:
    site = bare()
    for one in book:
        found = [*mutants_of(site, one, Names(site))]
        assert all(mutant.rule != one and mutant.rule.id == one.id for mutant in found)
        assert all(mutant.place[0] in {"when", "if", "do", "mode"} for mutant in found)


def test_rules_that_share_nothing_are_alone() -> None:
    lamp = rule(OPENS, LIGHT, id="lamp")
    follows: Trigger = AreaBecomes("house", Phase.ARMED)
    armed = rule(follows, SAY, id="armed")
    arms = rule(OPENS, ArmArea("house", "home"), id="arms")
    reads = rule(OPENS, SAY, id="reads", if_='device.lamp.switch == "on"')
    silent = rule(TroubleComes(), SAY, id="silent")
    slices = Slices(home(lamp, armed, arms, reads, silent))

    assert set(slices.of("lamp").rules) == {"lamp"}
    assert set(slices.of("armed").rules) == {"armed", "arms"}
    assert set(slices.of("reads").rules) >= {"reads", "lamp"}
    assert {"silent", "lamp"} <= set(slices.of("silent").rules)
    assert Act(LIGHT.command) == LIGHT
    assert LAMP in bare().names
