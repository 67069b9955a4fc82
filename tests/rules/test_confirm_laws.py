"""Laws of confirmation, in every story: never late, and never weaker because a camera failed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.codec import decode, encode
from gateway.model.capability import Contact, Motion, Picture, Smoke
from gateway.model.clock import HouseTime, after, between
from gateway.model.event import DisarmRequested, DriverFound, DriverLost, Event, Reported, Started
from gateway.recovery import Guarded, Kept
from rules import engine
from rules.site import Confirm, Site
from rules.state import Phase
from tests.rules.house import (
    ARM,
    DISARM,
    DOOR,
    HALL,
    LIVING,
    SMOKE,
    TICK,
    WINDOW,
    Moment,
    Played,
    at_second,
    play,
)
from tests.rules.watched import (
    CAT,
    CONFIRM,
    IN_YARD,
    INDOORS,
    LOOKED,
    NO_LOOK,
    NOTICE,
    ONVIF,
    PERSON,
    WITHIN,
    YARD,
    picture,
    site,
    watched,
)

trips: st.SearchStrategy[Event] = st.one_of(
    st.builds(Reported, st.sampled_from([HALL, LIVING]), st.sampled_from(Motion)),
    st.builds(Reported, st.sampled_from([DOOR, WINDOW]), st.sampled_from(Contact)),
    st.builds(Reported, st.just(SMOKE), st.sampled_from(Smoke)),
    st.just(IN_YARD),
)
pictures: st.SearchStrategy[Event] = st.builds(
    picture, st.sampled_from([YARD, INDOORS]), st.sampled_from(Picture)
)
others: st.SearchStrategy[Event] = st.one_of(
    st.sampled_from([PERSON, CAT, LOOKED, NO_LOOK, TICK, ARM]),
    st.sampled_from([DriverLost(ONVIF, "broke"), DriverFound(ONVIF)]),
    st.builds(Started, st.just(1.0), st.booleans()),
)


@st.composite
def stories(draw: st.DrawFn, *causes: st.SearchStrategy[Event]) -> list[Moment]:
    """Give a story of an armed house; most of its pauses are about as long as a trip waits."""
    pauses = st.one_of(st.floats(0, 3), st.floats(0, 3), st.floats(0, 90))
    steps = draw(st.lists(st.tuples(pauses, st.one_of(*causes)), min_size=1, max_size=25))
    seconds, story = 65.0, [*watched(), (1.0, ARM)]
    for pause, event in steps:
        seconds = round(seconds + pause, 3)
        story.append((seconds, event))
    return [*story, (seconds + 10, TICK)]


def first_alarm(played: Played) -> HouseTime | None:
    """Give when the first alarm began."""
    return next((at for at, _, s in played.steps if s.areas["house"].phase is Phase.ALARM), None)


def both(story: list[Moment], confirm: Confirm) -> tuple[HouseTime | None, HouseTime | None]:
    """Give when the first alarm of a story begins without confirmation, and with it."""
    without = first_alarm(play(*story, place=site(None)))
    return without, first_alarm(play(*story, place=site(confirm)))


@given(stories(trips, pictures, others))
@settings(max_examples=300)
def test_an_unconfirmed_trip_is_an_alarm_all_the_same_and_never_later_than_the_wait(
    story: list[Moment],
) -> None:
    without, confirmed = both(story, CONFIRM)

    assert (without is None) == (confirmed is None)
    if without is not None and confirmed is not None:
        assert without <= confirmed <= after(without, WITHIN)


@given(stories(trips, pictures, others), st.integers(0, 30))
@settings(max_examples=300)
def test_somebody_who_disarms_is_all_that_keeps_the_alarm_from_coming(
    story: list[Moment], place: int
) -> None:
    cut = min(place + len(watched()) + 1, len(story) - 1)
    disarm = DisarmRequested("house", "anna", "elsewhere")
    story = [*story[:cut], (story[cut - 1][0], disarm), *story[cut:]]
    ended = at_second(story[cut - 1][0])

    without, confirmed = both(story, CONFIRM)

    if without is not None and confirmed is None:
        assert ended <= after(without, WITHIN)


@given(stories(trips, others), st.data())
@settings(max_examples=300)
def test_with_a_camera_that_failed_a_notice_is_an_alarm_too(
    story: list[Moment], data: st.DataObject
) -> None:
    blind = data.draw(st.sampled_from([p for p in Picture if p is not Picture.SEEING]))
    story = [*watched(), (0.5, picture(INDOORS, blind)), *story[len(watched()) :]]

    without, confirmed = both(story, NOTICE)

    assert without == confirmed


@given(stories(trips), st.floats(0, 1.999), st.sampled_from([NO_LOOK, DriverLost(ONVIF, "x")]))
@settings(max_examples=300)
def test_a_camera_that_fails_in_the_wait_makes_of_a_notice_an_alarm(
    story: list[Moment], into: float, fails: Event
) -> None:
    without = first_alarm(play(*story, place=site(None)))
    if without is None:
        return
    when = round(without / 1e6 + into, 6)
    story = sorted([*story, (when, fails)], key=lambda moment: moment[0])

    confirmed = first_alarm(play(*story, place=site(NOTICE)))

    assert confirmed is not None
    assert between(without, confirmed) <= WITHIN


@given(stories(trips, pictures, others, st.just(DISARM)), st.sampled_from([CONFIRM, NOTICE]))
@settings(max_examples=200)
def test_a_story_cut_anywhere_by_a_crash_goes_on_as_if_nothing_had_been(
    story: list[Moment], confirm: Confirm
) -> None:
    place: Site = site(confirm)
    whole = play(*story, place=place)
    half = play(*story[: len(story) // 2], place=place)

    written = encode(Kept(Guarded.of(place), half.state), Kept)
    read = decode(written, Kept).state
    rest = play(*story[len(story) // 2 :], place=place, state=read)

    assert rest.state == whole.state
    assert [*half.done, *rest.done] == whole.done


@given(stories(trips, pictures, others, st.just(DISARM)), st.sampled_from([CONFIRM, NOTICE]))
@settings(max_examples=200)
def test_a_trip_waits_only_in_an_armed_area_and_always_has_an_end(
    story: list[Moment], confirm: Confirm
) -> None:
    for at, _, state in play(*story, place=site(confirm)).steps:
        now = state.areas["house"]
        if now.doubt is not None:
            assert now.phase not in (Phase.ALARM, Phase.DISARMED)
            assert at < now.doubt.deadline <= after(now.doubt.trip.at, WITHIN)
            due = engine.next_deadline(state)
            assert due is not None
            assert due <= now.doubt.deadline
