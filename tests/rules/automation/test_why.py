"""Why a rule ran, and why it did not, in words."""

from dataclasses import replace

import pytest

from gateway.codec import decode_effect, encode
from gateway.model.effect import Effect, Level, Notify, Outcome, RuleRan
from gateway.model.event import DriverLost, RuleCalled, WallTold
from rules.automation import Cause, as_dict, why, why_not
from rules.rulebook import Called, OnUnknown, Wait
from tests.rules.automation.home import (
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
from tests.rules.automation.test_lasting import daily
from tests.rules.house import ZIGBEE, at_second

CALL = RuleCalled("rule", "anna")
AWAY = 'area.house.mode == "away" && device.bolt.lock == "locked"'


def test_a_run_tells_every_term_of_its_condition() -> None:
    site = home(rule(OPENS, SAY, LIGHT, if_='area.house.mode == "disarmed" || zone.front.tripped'))

    played = play(site, (0, GARAGE_OPEN))

    assert why(played.records()[0]) == [
        "rule rule, run 1, ran",
        "  by: garage contact becomes open",
        "  if:",
        '    area.house.mode == "disarmed" || zone.front.tripped is true',
        '      area.house.mode == "disarmed" is true',
        '        area.house.mode is "disarmed"',
        "      zone.front.tripped is unknown (nobody knows how front stands)",
    ]
    assert as_dict(played.records()[0])["outcome"] == "ran"


def test_the_record_comes_before_what_the_rule_did() -> None:
    played = play(home(rule(OPENS, SAY)), (0, GARAGE_OPEN))

    assert [type(effect) for _, effect in played.done] == [RuleRan, Notify]
    assert played.done[1][1] == Notify("hello", Level.INFO)


def test_a_record_is_written_down_as_any_effect() -> None:
    record = RuleRan("rule", 1, Outcome.RAN, "called", terms=("a is true",))

    assert decode_effect(encode(record, Effect)) == record


def test_why_not_knows_what_waits_and_what_holds_back() -> None:
    site = home(
        rule((opens_for(10), Called(), daily("14:00")), Wait(MINUTE), unless_within=5 * MINUTE)
    )
    state = play(site, (0, GARAGE_OPEN), (1, CALL), (2, WallTold(NOON))).state

    lines = "\n".join(why_not(site, state, "rule", at_second(30)).lines())

    assert "so for 30s now, 9m30s to go" in lines
    assert "next at 2026-11-21 14:00:00+01:00" in lines
    assert "it ran within 5m" in lines
    assert "it is running already" in lines


def test_why_not_knows_a_time_that_is_over_unheard() -> None:
    site = home(rule(opens_for(1), SAY))
    story = (0, GARAGE_OPEN), (9, DriverLost(ZIGBEE, "pulled")), (99, DriverLost(ZIGBEE, "still"))
    state = play(site, *story).state

    assert (
        "nobody knows whether it is still so"
        in why_not(site, state, "rule", at_second(99)).triggers[0]
    )


@pytest.mark.parametrize(("name", "cause"), [("none", Cause.NO_RULE), ("rule", Cause.DISABLED)])
def test_why_not_of_a_rule_that_cannot(name: str, cause: Cause) -> None:
    site = home(rule(OPENS, SAY, enabled=False))
    state = play(site).state

    assert cause in why_not(site, state, name, at_second(0)).causes


def test_an_unknown_condition_is_no_cause_where_it_counts_as_true() -> None:
    unknown = rule(OPENS, SAY, if_='device.bolt.lock == "locked"')
    site, lenient = home(unknown), home(replace(unknown, on_unknown=OnUnknown.TRUE))
    state = play(site).state

    assert Cause.UNKNOWN in why_not(site, state, "rule", at_second(0)).causes
    assert Cause.UNKNOWN not in why_not(lenient, state, "rule", at_second(0)).causes


def test_whom_nobody_answers_is_told_why_when_they_called() -> None:
    played = play(home(rule(Called(), SAY, if_=AWAY)), (0, CALL))

    assert played.records()[0].outcome is Outcome.DROPPED
    assert played.records()[0].terms
