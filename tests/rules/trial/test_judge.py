"""What an expectation means, and what is said where it is not met."""

from dataclasses import replace

from gateway.model.capability import Lock, Smoke
from gateway.model.command import SoundSiren
from gateway.model.event import LockOperated, Reported
from rules.rulebook import (
    Act,
    AreaBecomes,
    ArmArea,
    Called,
    CallRule,
    Choose,
    CodeUsed,
    DisarmArea,
    RestoreScene,
    SetScene,
    Tell,
    Wait,
)
from rules.state import Phase
from rules.trial import CallAsked
from rules.trial.trials import Trials
from tests.rules.automation.home import (
    BOLT,
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
from tests.rules.house import ARM, LAMP, SIREN, SMOKE
from tests.rules.trial.stage import a_test, at, tried, words

OPENED = (0, GARAGE_OPEN)
LIT, UNLIT, SAID = at(None, "on", LAMP), at(None, "off", LAMP), at(None, "notify", "hello")
ANYTHING = tuple(at(None, verb) for verb in ("on", "off", "notify", "siren", "arm", "call"))


def test_expectations_are_met_in_their_order_each_by_its_own_deed() -> None:
    blinks = rule(OPENS, LIGHT, DARK, LIGHT)

    assert tried(a_test(OPENED, expect=(LIT, UNLIT, LIT)), blinks).ok
    wrong = tried(a_test(OPENED, expect=(UNLIT, LIT, LIT)), blinks)
    assert "on" in wrong.failures[0].expected
    assert not tried(a_test(OPENED, expect=(LIT, LIT, LIT)), blinks).ok


def test_a_time_is_meant_to_the_second() -> None:
    waits = rule(opens_for(10), SAY)

    assert tried(a_test(OPENED, expect=(at(600, "notify"),)), waits).ok
    early = tried(a_test(OPENED, (700, None), expect=(at(599, "notify"),)), waits)
    assert "it came at 10m" in words(early)


def test_what_is_not_expected_is_told_with_why_the_rule_ran() -> None:
    says = rule(OPENS, SAY, if_='area.house.mode == "disarmed"')

    failed = tried(a_test(OPENED, expect_not=(SAID,)), says)

    assert failed.failures[0].expected == "no notify hello"
    assert failed.failures[0].seen == ("0s notify hello",)
    assert "garage contact becomes open" in words(failed)
    assert 'area.house.mode == "disarmed" is true' in words(failed)
    assert tried(a_test(OPENED, expect_not=(at(5, "notify"),)), says).ok


def test_nothing_is_expected_of_nothing() -> None:
    for test in (a_test(), a_test(OPENED), a_test(OPENED, expect_not=(UNLIT,))):
        assert tried(test, rule(OPENS, LIGHT)).ok


def test_a_condition_that_was_false_is_told_with_its_terms() -> None:
    armed = rule(OPENS, SAY, if_='area.house.mode == "away" && device.lamp.switch == "on"')

    failed = words(tried(a_test((5, GARAGE_OPEN), expect=(SAID,)), armed))

    assert "the rule rule did nothing" in failed
    assert "at 5s its condition was false" in failed
    assert 'area.house.mode is "disarmed"' in failed
    unknown = rule(OPENS, SAY, if_='device.lamp.switch == "on"')
    assert "its condition was unknown" in words(tried(a_test(OPENED, expect=(SAID,)), unknown))


def test_a_trigger_that_did_not_come_is_told() -> None:
    waits = rule(opens_for(10), SAY)

    shut = words(tried(a_test(OPENED, (540, GARAGE_CLOSED), (700, None), expect=(SAID,)), waits))
    early = words(tried(a_test(OPENED, (540, None), expect=(SAID,)), waits))

    assert "garage contact becomes open and stays so for 10m: it is closed" in shut
    assert "so for 9m now, 1m to go" in early


def test_limits_cancellations_and_refusals_are_told() -> None:
    rare = rule(OPENS, SAY, unless_within=MINUTE)
    again = OPENED, (1, GARAGE_CLOSED), (2, GARAGE_OPEN)
    cancelled = rule(OPENS, Wait(MINUTE, cond('device.garage.contact == "closed"')), SAY)
    arms = rule(OPENS, ArmArea("house", "away"))

    assert "at 2s it was dropped: it ran within 1m" in words(
        tried(a_test(*again, expect=(at(2, "notify"),)), rare)
    )
    assert "at 1s it was cancelled" in words(tried(a_test(*again, expect=(SAID,)), cancelled))
    assert "nobody knows how" in words(tried(a_test(OPENED, expect=(at(None, "arm"),)), arms))
    follows = rule(AreaBecomes("house", mode="away"), SAY)
    assert "house not armed" in words(tried(a_test((0, ARM), expect=(SAID,)), follows))


def test_a_rule_answers_for_itself_and_for_whom_it_calls_and_for_nobody_else() -> None:
    calls = rule(OPENS, CallRule("called"))
    called = rule(Called(), Wait(MINUTE), LIGHT, id="called")
    other = rule(OPENS, SAY, id="other")

    both = a_test(OPENED, expect=(at(0, "call", "called"), at(60, "on")), expect_not=(SAID,))
    assert tried(both, calls, called, other).ok
    of_another = a_test(
        OPENED, (1, CallAsked("called")), (70, None), expect_not=ANYTHING, rule="other"
    )
    assert not tried(of_another, calls, called, other).ok  # its own word
    quiet = rule(OPENS, Wait(MINUTE * 9), SAY, id="other")
    assert tried(of_another, calls, called, quiet).ok


def test_what_the_panel_does_is_not_the_rules_doing() -> None:
    alarmed = rule(AreaBecomes("house", Phase.ALARM), SAY)
    fire = a_test(
        (0, Reported(SMOKE, Smoke.SMOKE)),
        expect=(SAID,),
        expect_not=(at(None, "siren"), at(None, "on"), at(None, "notify", "ALARM")),
    )
    sounds = rule(AreaBecomes("house", Phase.ALARM), Act(SoundSiren(SIREN, 1)), SAY)

    assert tried(fire, alarmed).ok
    assert not tried(fire, sounds).ok


def test_a_siren_that_the_disarming_silences_is_not_the_rules_doing() -> None:
    pin = rule(CodeUsed(what="unlock"), DisarmArea("house"))
    by_anna = LockOperated(BOLT, Lock.UNLOCKED, "keypad", 1)
    site = home(pin)
    anna = replace(site.people["anna"], lock_slots={BOLT: 1})
    alarm = {("area", "house", "phase"): "alarm"}
    story = a_test(
        (5, by_anna), expect=(at(5, "disarm"),), expect_not=(at(None, "silence"),), given=alarm
    )

    result = Trials(replace(site, people={**site.people, "anna": anna}), [story]).run(story)

    assert result.failures == ()
    assert result.done == ("5s disarm house",)


def test_a_scene_and_its_restoring_count() -> None:
    sets = rule(OPENS, SetScene((LIGHT.command,)), Wait(MINUTE), RestoreScene())
    given_ = {("device", "lamp", "switch"): "off"}

    assert tried(a_test(OPENED, expect=(at(0, "on"), at(60, "off")), given=given_), sets).ok


def test_a_message_is_known_with_what_is_put_in() -> None:
    says = rule(OPENS, Tell("It is {device.garage.contact} (really)."))

    assert tried(a_test(OPENED, expect=(at(0, "notify", "It is open (really)."),)), says).ok


def test_a_choice_is_followed() -> None:
    lit = cond('device.lamp.switch == "on"')
    chooses = rule(OPENS, Choose(((lit, (DARK,)), (None, (LIGHT,)))))
    on = {("device", "lamp", "switch"): "on"}

    assert tried(a_test(OPENED, expect=(UNLIT,), expect_not=(LIT,), given=on), chooses).ok
    assert tried(a_test(OPENED, expect=(LIT,), expect_not=(UNLIT,)), chooses).ok
