"""Laws that hold in every story, however odd."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model.capability import Contact, Motion, Smoke, Tamper
from gateway.model.clock import HouseTime, between
from gateway.model.command import SilenceSiren, SoundSiren
from gateway.model.effect import Effect, Perform
from gateway.model.event import (
    ArmRequested,
    BypassRequested,
    CodeRefused,
    DriverFound,
    DriverLost,
    Event,
    Panic,
    PanicPressed,
    Reported,
    Started,
)
from rules import engine, outputs
from rules.site import OnTamper
from rules.state import Phase
from tests.rules.house import (
    ARM,
    ARM_HOME,
    BACK,
    DISARM,
    DOOR,
    HALL,
    KEYPAD,
    LIVING,
    SIREN,
    SIREN_TIME,
    SMOKE,
    TICK,
    WINDOW,
    ZIGBEE,
    Moment,
    at_second,
    calm,
    play,
    site,
)

WAITING = {Phase.EXIT, Phase.ENTRY, Phase.ALARM}

events: st.SearchStrategy[Event] = st.one_of(
    st.sampled_from([ARM, ARM_HOME, DISARM, TICK, CodeRefused("cli")]),
    st.builds(Reported, st.sampled_from([DOOR, BACK, WINDOW]), st.sampled_from(Contact)),
    st.builds(Reported, st.sampled_from([HALL, LIVING]), st.sampled_from(Motion)),
    st.builds(Reported, st.just(SMOKE), st.sampled_from(Smoke)),
    st.builds(Reported, st.sampled_from([DOOR, SIREN]), st.sampled_from(Tamper)),
    st.builds(
        ArmRequested,
        st.just("house"),
        st.sampled_from(["away", "home", "night", "none"]),
        st.sampled_from(["anna", "guest", "stranger"]),
        st.just("cli"),
        st.booleans(),
        st.frozensets(st.sampled_from(["front", "kitchen", "none"])),
    ),
    st.builds(
        BypassRequested, st.sampled_from(["front", "hall", "none"]), st.booleans(), st.just("anna")
    ),
    st.sampled_from([DriverLost(ZIGBEE, "pulled"), DriverFound(ZIGBEE)]),
    st.builds(Started, st.just(1.0), st.booleans()),
    st.builds(PanicPressed, st.just(KEYPAD), st.sampled_from(Panic)),
)


@st.composite
def stories(draw: st.DrawFn, causes: st.SearchStrategy[Event] = events) -> list[Moment]:
    """Give a story that begins in a calm house."""
    steps = draw(st.lists(st.tuples(st.floats(0, 90), causes), max_size=25))
    seconds, story = 1.0, [*calm()]
    for pause, event in steps:
        seconds = round(seconds + pause, 3)
        story.append((seconds, event))
    return story


def _end(story: list[Moment]) -> float:
    return story[-1][0]


@given(stories())
def test_a_waiting_phase_always_has_a_deadline_and_no_other_does(story: list[Moment]) -> None:
    area = play(*story).area

    assert (area.deadline is not None) == (area.phase in WAITING)


@given(stories())
def test_disarming_always_works_and_leaves_nothing_sounding(story: list[Moment]) -> None:
    # A lockout would refuse the code at the command line, so it is typed elsewhere.
    elsewhere = type(DISARM)("house", "anna", "elsewhere")

    played = play(*story, (_end(story), elsewhere))

    assert played.phase is Phase.DISARMED
    assert played.area.bypassed == frozenset()
    assert (SIREN, "sound") not in outputs.wanted(site(), played.state)
    assert _last_word(played.done) is not SoundSiren


def _last_word(done: list[tuple[float, Effect]]) -> type | None:
    """Give what a siren was told last."""
    words = [
        type(effect.command)
        for _, effect in done
        if isinstance(effect, Perform) and isinstance(effect.command, SoundSiren | SilenceSiren)
    ]
    return words[-1] if words else None


@given(stories())
def test_what_a_siren_was_told_last_is_what_it_should_be_doing(story: list[Moment]) -> None:
    played = play(*story)

    sounding = (SIREN, "sound") in outputs.wanted(site(), played.state)
    assert (_last_word(played.done) is SoundSiren) == sounding


@given(stories())
def test_arming_what_is_not_disarmed_changes_nothing(story: list[Moment]) -> None:
    before = play(*story)
    after = play(*story, (_end(story), ARM))

    if before.phase is not Phase.DISARMED:
        assert after.area == before.area


@given(stories(), st.floats(0.001, 0.999))
def test_a_tick_too_early_changes_nothing(story: list[Moment], share: float) -> None:
    state = play(*story).state
    due = engine.next_deadline(state)
    now = at_second(_end(story))
    if due is None or due <= now + 1:
        return
    early = type(due)(now + int((due - now - 1) * share))

    assert engine.step(site(), state, TICK, early) == (state, ())


@given(stories())
def test_a_tick_that_comes_twice_does_nothing_more(story: list[Moment]) -> None:
    state = play(*story).state
    due = engine.next_deadline(state)
    if due is None:
        return
    once, _ = engine.step(site(), state, TICK, due)
    again, effects = engine.step(site(), once, TICK, due)

    assert (again, effects) == (once, ())


@given(stories())
@settings(max_examples=200)
def test_a_siren_once_sounded_runs_its_whole_time_unless_somebody_disarms(
    story: list[Moment],
) -> None:
    began: HouseTime | None = None
    for at, event, state in play(*story).steps:
        if state.areas["house"].phase is Phase.ALARM:
            began = at if began is None else began
        elif began is not None:
            assert event == DISARM or between(began, at) >= SIREN_TIME
            began = None


harmless: st.SearchStrategy[Event] = st.one_of(
    st.sampled_from([TICK, DISARM, CodeRefused("cli")]),
    st.builds(Reported, st.sampled_from([DOOR, BACK, WINDOW]), st.sampled_from(Contact)),
    st.builds(Reported, st.sampled_from([HALL, LIVING]), st.sampled_from(Motion)),
    st.sampled_from([DriverLost(ZIGBEE, "pulled"), DriverFound(ZIGBEE)]),
    st.builds(Started, st.just(1.0), st.booleans()),
)


@given(stories(harmless))
def test_no_story_without_arming_smoke_panic_or_tamper_sounds_a_siren(story: list[Moment]) -> None:
    assert play(*story, place=site(OnTamper.ALARM)).commands(SoundSiren) == []


@given(stories())
def test_the_same_story_gives_the_same_state_and_effects(story: list[Moment]) -> None:
    first, second = play(*story), play(*story)

    assert first.state == second.state
    assert first.done == second.done
