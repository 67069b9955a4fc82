"""A house and its shed: two areas under one siren and one keypad."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.model.capability import Contact, Motion, Smoke
from gateway.model.clock import HouseTime, between
from gateway.model.command import ShowPanel, SilenceSiren, SoundSiren
from gateway.model.effect import Perform
from gateway.model.event import Event, Reported, Started
from rules import engine, outputs
from rules.state import Phase, State
from tests.rules.house import (
    ARM,
    ARM_HOME,
    ARM_SHED,
    DISARM,
    DISARM_SHED,
    DOOR,
    KEYPAD,
    LIVING,
    SHED,
    SHED_OPENED,
    SHED_SIREN_TIME,
    SIREN,
    SIREN_IS_HERE,
    SIREN_TIME,
    SMOKE,
    TICK,
    WINDOW,
    WINDOW_OPENED,
    Moment,
    Played,
    at_second,
    calm_shed,
    play,
    two_areas,
)

BOTH_ARMED: tuple[Moment, ...] = (*calm_shed(), (1, ARM), (2, ARM_SHED), (70, TICK))


def words_to_the_siren(played: Played) -> list[tuple[float, SoundSiren | SilenceSiren]]:
    """Give what the siren was told, with when."""
    return [
        (at, effect.command)
        for at, effect in played.done
        if isinstance(effect, Perform) and isinstance(effect.command, SoundSiren | SilenceSiren)
    ]


def test_of_two_alarms_the_longer_rules_the_siren_whichever_came_first() -> None:
    house_first = play(
        *BOTH_ARMED, (100, WINDOW_OPENED), (110, SHED_OPENED), (500, TICK), place=two_areas()
    )
    shed_first = play(
        *BOTH_ARMED, (100, SHED_OPENED), (110, WINDOW_OPENED), (500, TICK), place=two_areas()
    )
    house_last = play(
        *BOTH_ARMED, (100, SHED_OPENED), (250, WINDOW_OPENED), (500, TICK), place=two_areas()
    )

    assert words_to_the_siren(house_last)[-3:] == [
        (100, SoundSiren(SIREN, 300)),
        (250, SoundSiren(SIREN, 180)),
        (430, SilenceSiren(SIREN)),
    ]
    assert words_to_the_siren(house_first)[-3:] == [
        (100, SoundSiren(SIREN, 180)),
        (110, SoundSiren(SIREN, 300)),
        (410, SilenceSiren(SIREN)),
    ]
    assert words_to_the_siren(shed_first)[-2:] == [
        (100, SoundSiren(SIREN, 300)),
        (400, SilenceSiren(SIREN)),
    ]


def test_a_shared_siren_is_silent_only_when_both_alarms_are_over() -> None:
    both = (*BOTH_ARMED, (100, WINDOW_OPENED), (110, SHED_OPENED))

    one_disarmed = play(*both, (120, DISARM_SHED), place=two_areas())
    assert words_to_the_siren(one_disarmed)[-1] == (120, SoundSiren(SIREN, 160))

    both_disarmed = play(*both, (120, DISARM_SHED), (125, DISARM), place=two_areas())
    assert words_to_the_siren(both_disarmed)[-1] == (125, SilenceSiren(SIREN))


def test_what_one_area_does_leaves_the_other_alone() -> None:
    played = play(*BOTH_ARMED, (100, SHED_OPENED), (120, DISARM_SHED), place=two_areas())

    assert played.phase is Phase.ARMED
    assert played.area.trips == ()
    assert played.state.areas["shed"].phase is Phase.DISARMED


def test_two_alarms_that_ended_while_nobody_looked_are_both_over_at_one_tick() -> None:
    place = two_areas()
    both = play(*BOTH_ARMED, (100, WINDOW_OPENED), (110, SHED_OPENED), place=place).state

    late, _ = engine.step(place, both, TICK, at_second(900))

    assert [area.phase for area in late.areas.values()] == [Phase.ARMED, Phase.ARMED]


causes: st.SearchStrategy[Event] = st.one_of(
    st.sampled_from([ARM, ARM_HOME, ARM_SHED, DISARM, DISARM_SHED, TICK, SIREN_IS_HERE]),
    st.builds(Reported, st.sampled_from([DOOR, WINDOW, SHED]), st.sampled_from(Contact)),
    st.builds(Reported, st.just(LIVING), st.sampled_from(Motion)),
    st.builds(Started, st.just(1.0), st.booleans()),
)


@st.composite
def stories(draw: st.DrawFn) -> list[Moment]:
    """Give a story that begins with both areas at rest, or both armed."""
    steps = draw(st.lists(st.tuples(st.floats(0, 90), causes), max_size=25))
    seconds, story = 70.0, [*draw(st.sampled_from([calm_shed(), BOTH_ARMED]))]
    for pause, event in steps:
        seconds = round(seconds + pause, 3)
        story.append((seconds, event))
    return story


def sounding(state: State) -> list[HouseTime]:
    """Give when each alarm that sounds now ends."""
    return [a.deadline or HouseTime(0) for a in state.areas.values() if a.phase is Phase.ALARM]


@given(stories())
def test_each_area_has_a_deadline_in_its_waiting_phases_and_in_no_other(
    story: list[Moment],
) -> None:
    for area in play(*story, place=two_areas()).state.areas.values():
        waiting = area.phase in {Phase.EXIT, Phase.ENTRY, Phase.ALARM}
        assert (area.deadline is not None) == waiting


@given(stories())
def test_the_shared_siren_was_told_last_to_sound_until_the_later_alarm_ends(
    story: list[Moment],
) -> None:
    played = play(*story, place=two_areas())

    ends = sounding(played.state)
    at, word = words_to_the_siren(played)[-1]
    if not ends:
        assert isinstance(word, SilenceSiren)
    else:
        assert isinstance(word, SoundSiren)
        # Whole seconds, rounded up: never shorter than the alarm.
        assert max(ends) <= at_second(at + word.seconds) < max(ends) + 1_000_000


@given(stories())
def test_the_shared_keypad_shows_what_is_wanted_of_it(story: list[Moment]) -> None:
    played = play(*story, place=two_areas())

    shown = [
        effect.command
        for _, effect in played.done
        if isinstance(effect, Perform)
        and isinstance(effect.command, ShowPanel)
        and effect.command.device == KEYPAD
    ]
    want = outputs.wanted(two_areas(), played.state)[KEYPAD, "show"]
    assert (shown[-1].phase, shown[-1].mode) == (want.phase, want.mode)


@given(stories())
def test_no_alarm_ends_before_its_own_siren_time_unless_its_area_is_disarmed(
    story: list[Moment],
) -> None:
    place, times = two_areas(), {"house": SIREN_TIME, "shed": SHED_SIREN_TIME}
    ends = {"house": DISARM, "shed": DISARM_SHED}
    began: dict[str, HouseTime] = {}
    for at, event, state in play(*story, place=place).steps:
        for name, area in state.areas.items():
            if area.phase is Phase.ALARM:
                began.setdefault(name, at)
            elif name in began:
                assert event == ends[name] or between(began[name], at) >= times[name]
                del began[name]


def test_a_keypad_of_two_areas_shows_the_one_that_matters_more() -> None:
    played = play(*calm_shed(), (1, Reported(SMOKE, Smoke.SMOKE)), place=two_areas())

    shown = outputs.wanted(two_areas(), played.state)[KEYPAD, "show"]

    assert shown.phase == Phase.ALARM
