"""Sirens that rules and people have sound, beside those that sound for an alarm."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.codec import decode, encode
from gateway.model.clock import HouseTime
from gateway.model.command import SilenceSiren, SoundSiren
from gateway.model.effect import Effect, Perform
from gateway.model.event import CommandRequested, Event, Started
from rules import engine, outputs
from rules.rulebook import Act, AreaBecomes, CodeUsed
from rules.site import Site
from rules.state import Phase, State
from tests.rules.automation.home import GARAGE_OPEN, OPENS, Played, home, play, rule
from tests.rules.automation.test_laws import live
from tests.rules.house import (
    ARM_HOME,
    ARM_SHED,
    DISARM,
    DISARM_SHED,
    SHED_OPENED,
    SIREN,
    SIREN_IS_HERE,
    TICK,
    WINDOW_OPENED,
    Moment,
    at_second,
    calm,
    calm_shed,
    two_areas,
)
from tests.rules.test_laws import events

SECOND = 1_000_000
CHIRP = Act(SoundSiren(SIREN, 2))
LONG = Act(SoundSiren(SIREN, 600))
QUIET = Act(SilenceSiren(SIREN))
PANIC_ARMED: tuple[Moment, ...] = (*calm(), (1, replace(ARM_HOME, mode="night")))
ALARM: tuple[Moment, ...] = (*PANIC_ARMED, (10, WINDOW_OPENED))  # till 190


def told(played: Played) -> list[tuple[float, int]]:
    """Give what the siren was told, with when: the seconds to sound, 0 for silence."""
    return [
        (at, effect.command.seconds if isinstance(effect.command, SoundSiren) else 0)
        for at, effect in played.done
        if isinstance(effect, Perform) and isinstance(effect.command, SoundSiren | SilenceSiren)
    ][1:]  # silence, when it joined


def test_a_rules_siren_stops_by_itself() -> None:
    played = play(home(rule(OPENS, CHIRP)), *calm(), (5, GARAGE_OPEN), (99, TICK))

    assert told(played) == [(5, 2), (7, 0)]
    assert played.state.sounds == {}
    assert engine.next_deadline(played.state) is None


def test_a_short_siren_does_not_shorten_an_alarm() -> None:
    played = play(home(rule(OPENS, CHIRP)), *ALARM, (20, GARAGE_OPEN), (500, TICK))

    assert told(played) == [(10, 180), (20, 170), (190, 0)]


def test_a_longer_siren_outlasts_an_alarm() -> None:
    played = play(home(rule(OPENS, LONG)), *ALARM, (20, GARAGE_OPEN), (900, TICK))

    assert told(played) == [(10, 180), (20, 600), (620, 0)]


@pytest.mark.parametrize("act", [CHIRP, LONG])
def test_an_alarm_takes_over_the_siren_of_a_rule(act: Act) -> None:
    played = play(
        home(rule(OPENS, act)), *PANIC_ARMED, (9, GARAGE_OPEN), (10, WINDOW_OPENED), (900, TICK)
    )

    assert told(played)[1:] == [(10, 180), (190, 0)]


def test_whoever_disarms_wants_quiet() -> None:
    beeps = rule(AreaBecomes("house", Phase.ARMED), LONG)
    thanks = rule(AreaBecomes("house", Phase.DISARMED), CHIRP, id="thanks")

    played = play(home(beeps), *PANIC_ARMED, (9, DISARM))
    polite = play(home(beeps, thanks), *PANIC_ARMED, (9, DISARM), (99, TICK))

    assert told(played) == [(1, 600), (9, 0)]
    assert told(polite) == [(1, 600), (9, 0), (9, 2), (11, 0)]


@pytest.mark.parametrize("when", [OPENS, CodeUsed(what="disarm")])
def test_a_rule_silences_no_alarm_whoever_started_it(when: CodeUsed) -> None:
    site = replace(two_areas(), rules=home(rule(when, QUIET)).rules)

    played = play(
        site, *calm_shed(), (1, ARM_SHED), (2, replace(ARM_HOME, mode="night")),
        (10, SHED_OPENED), (20, DISARM), (30, GARAGE_OPEN), (400, TICK),
    )  # fmt: skip

    assert told(played) == [(10, 300), (310, 0)]
    assert played.said("hall_siren sounds for the alarm of shed") == [
        20 if isinstance(when, CodeUsed) else 30
    ]


def test_a_rule_silences_what_a_rule_had_sound() -> None:
    site = home(rule(OPENS, LONG), rule(AreaBecomes("house", Phase.ARMED), QUIET, id="quiet"))

    played = play(site, *calm(), (1, GARAGE_OPEN), (5, ARM_HOME), (900, TICK))

    assert told(played) == [(1, 600), (5, 0)]


def test_a_person_does_not_shorten_an_alarm_by_asking_for_less() -> None:
    asked = CommandRequested(SoundSiren(SIREN, 1), "cli")

    assert told(play(home(), *ALARM, (20, asked), (500, TICK))) == [
        (10, 180), (20, 170), (190, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(("back", "rest"), [(100, 510), (700, 0)])
def test_a_siren_that_is_found_again_goes_on_for_the_rest(back: float, rest: int) -> None:
    site = home(rule(OPENS, LONG))
    state = play(site, *calm(), (10, GARAGE_OPEN)).state
    kept = decode(encode(state, State), State)
    kept, _ = engine.step(site, kept, Started(1.0, trusted=True), at_second(back))

    _, effects = engine.step(site, kept, SIREN_IS_HERE, at_second(back))

    assert told(Played(kept, [(0, Perform(QUIET.command)), *((back, e) for e in effects)])) == [
        (back, rest)
    ]


# -- laws ------------------------------------------------------------------------------------------

by_code = CommandRequested(SilenceSiren(SIREN), "anna")
noises: st.SearchStrategy[Event] = st.one_of(
    events,
    st.sampled_from(
        [GARAGE_OPEN, SIREN_IS_HERE, ARM_SHED, SHED_OPENED, DISARM_SHED, by_code, WINDOW_OPENED]
    ),
    st.builds(
        CommandRequested,
        st.builds(SoundSiren, st.just(SIREN), st.integers(1, 400)) | st.just(by_code.command),
        st.just("cli"),
    ),
)


def noisy() -> Site:
    """Give two areas of one siren, and rules that have it sound and be quiet."""
    rules = home(
        rule(OPENS, CHIRP, LONG, CHIRP, id="a"),
        rule(AreaBecomes("house"), CHIRP, id="b"),
        rule(AreaBecomes("shed", Phase.ALARM), QUIET, CHIRP, id="c"),
        rule(CodeUsed(), QUIET, id="d"),
    ).rules
    return replace(two_areas(), rules=rules)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 90), noises), max_size=25))
def test_while_an_alarm_lasts_its_siren_does(steps: list[tuple[float, Event]]) -> None:
    story: list[Moment] = [*calm_shed(), (1.0, ARM_SHED)]
    for pause, event in steps:
        story.append((round(story[-1][0] + pause, 3), event))
    heard, excused = 0, False  # till when it sounds, if nothing more is said
    for at, event, state, effects in live(noisy(), story):
        heard = _heard(heard, effects, at)
        alarms = [now.deadline or 0 for now in state.areas.values() if now.phase is Phase.ALARM]
        excused = bool(alarms) and (excused or event == by_code)
        if not excused:
            assert heard >= max(alarms, default=0)
        if (SIREN, "sound") not in outputs.wanted(noisy(), state):
            assert heard <= at


def _heard(till: int, effects: tuple[Effect, ...], at: HouseTime) -> int:
    for effect in effects:
        match effect:
            case Perform(SoundSiren(seconds=seconds)):
                till = at + seconds * SECOND
            case Perform(SilenceSiren()):
                till = min(till, at)
            case _:
                pass
    return till
