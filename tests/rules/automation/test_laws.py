"""Laws that hold for all rules, whatever happens."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.codec import decode, encode
from gateway.model.capability import Contact
from gateway.model.clock import HouseTime
from gateway.model.command import UnlockDoor
from gateway.model.effect import Effect
from gateway.model.event import ClockStepped, Event, Reported, RuleCalled, WallTold
from rules import engine
from rules.automation import reload
from rules.rulebook import (
    Act,
    Action,
    AreaBecomes,
    ArmArea,
    Called,
    CallRule,
    Changes,
    Choose,
    CodeUsed,
    DisarmArea,
    OnUnknown,
    Overlap,
    Repeat,
    Rule,
    RuleBook,
    Scheduled,
    Tell,
    Trigger,
    TroubleComes,
    Wait,
)
from rules.site import Site
from rules.state import Phase, State
from tests.rules.automation.home import (
    BOLT,
    GARAGE,
    LIGHT,
    MINUTE,
    NOON,
    OPENS,
    bare,
    cond,
    home,
    opens_for,
    rule,
)
from tests.rules.automation.test_lasting import NONE, schedule
from tests.rules.house import TICK, Moment, at_second
from tests.rules.test_laws import events

HOURLY = schedule(every="1h")
conditions = st.sampled_from(
    [
        cond('area.house.mode == "away"'),
        cond('device.garage.contact == "open" && area.house.phase in ["armed", "exit"]'),
        cond("!zone.front.tripped || sun.is_up"),
        cond("zones.exists(z, z.tripped)"),
    ]
)
triggers: st.SearchStrategy[Trigger] = st.sampled_from(
    [
        OPENS,
        opens_for(0.5),
        Changes(GARAGE, OPENS.capability),
        AreaBecomes("house", Phase.ARMED),
        AreaBecomes("house", mode="away", stays=MINUTE / 6),
        CodeUsed(),
        TroubleComes(),
        Called(),
        Scheduled(HOURLY, NONE),
    ]
)
acts: st.SearchStrategy[Action] = st.sampled_from(
    [
        LIGHT,
        Act(UnlockDoor(BOLT)),
        Tell("{area.house.mode}"),
        ArmArea("house", "home", force=True),
        DisarmArea("house"),
        CallRule("r0"),
        CallRule("r1"),
    ]
)
waits = st.builds(Wait, st.sampled_from([MINUTE / 6, MINUTE]), st.none() | conditions)
actions: st.SearchStrategy[Action] = st.recursive(
    acts | waits,
    lambda inner: st.one_of(
        st.builds(Repeat, st.integers(1, 3), st.tuples(inner), st.none() | conditions),
        st.builds(
            Choose,
            st.tuples(
                st.tuples(conditions, st.tuples(inner)), st.tuples(st.none(), st.tuples(inner))
            ),
        ),
    ),
    max_leaves=4,
)


@st.composite
def books(draw: st.DrawFn) -> RuleBook:
    """Give a few rules that may call each other."""
    rules = [
        Rule(
            id=f"r{n}",
            when=tuple(draw(st.lists(triggers, min_size=1, max_size=2))),
            do=tuple(draw(st.lists(actions, min_size=1, max_size=3))),
            if_=draw(st.none() | conditions),
            overlap=draw(st.sampled_from(Overlap)),
            at_most=draw(st.integers(1, 3)),
            unless_within=draw(st.none() | st.just(MINUTE)),
            on_unknown=draw(st.sampled_from(OnUnknown)),
        )
        for n in range(2)
    ]
    return RuleBook({one.id: one for one in rules})


happenings: st.SearchStrategy[Event] = st.one_of(
    events,
    st.builds(Reported, st.just(GARAGE), st.sampled_from(Contact)),
    st.sampled_from([RuleCalled("r0", "cli"), RuleCalled("r1", "cli"), RuleCalled("r9", "x")]),
    st.builds(lambda minutes: WallTold(NOON + minutes * MINUTE), st.integers(-10_000, 10_000)),
)


@st.composite
def stories(draw: st.DrawFn) -> list[Moment]:
    """Give what happens in some minutes."""
    seconds, story = 0.0, list[Moment]()
    for pause, event in draw(st.lists(st.tuples(st.integers(0, 40), happenings), max_size=15)):
        seconds += pause
        story.append((seconds, event))
    return story


type Lived = list[tuple[HouseTime, Event, State, tuple[Effect, ...]]]


def live(site: Site, story: Sequence[Moment], state: State | None = None) -> Lived:
    """Live through a story; a tick comes at each deadline."""
    now = state or engine.initial(site)
    lived: Lived = []
    for seconds, event in story:
        at = at_second(seconds)
        while (due := engine.next_deadline(now)) is not None and due <= at:
            now, effects = engine.step(site, now, TICK, due)
            lived.append((due, TICK, now, effects))
        now, effects = engine.step(site, now, event, at)
        lived.append((at, event, now, effects))
    return lived


@settings(max_examples=60, deadline=None)
@given(books(), stories())
def test_the_same_journal_gives_the_same_state_and_effects(
    book: RuleBook, story: list[Moment]
) -> None:
    lived = live(replace(bare(), rules=book), story)

    again, state = replace(bare(), rules=book), engine.initial(bare())
    for at, event, was, did in lived:
        # As after a crash at any moment: each state comes back from its snapshot.
        state, effects = engine.step(again, decode(encode(state, State), State), event, at)
        assert (state, effects) == (was, did)


@settings(max_examples=60, deadline=None)
@given(stories())
def test_a_rule_that_cannot_fire_changes_nothing(story: list[Moment]) -> None:
    impossible = 'area.house.mode == "away" && area.house.mode == "home"'
    idle = home(rule(OPENS, LIGHT, if_=impossible))

    with_it, without_it = live(idle, story), live(bare(), story)

    assert with_it == without_it


@settings(max_examples=60, deadline=None)
@given(books(), stories())
def test_clock_steps_move_nothing(book: RuleBook, story: list[Moment]) -> None:
    timeless = {
        name: replace(
            one,
            when=tuple(t for t in one.when if not isinstance(t, Scheduled | TroubleComes)),
            if_=None,
        )
        for name, one in book.rules.items()
    }
    site = replace(bare(), rules=RuleBook(timeless))
    calm: list[Moment] = [(at, event) for at, event in story if not isinstance(event, WallTold)]
    wild: list[Moment] = [(at, e) for at, event in calm for e in (ClockStepped(1e9), event)]

    def waits(lived: Lived) -> list[HouseTime]:
        return sorted({due for _, _, state, _ in lived for due in state.rules_due.values()})

    assert waits(live(site, calm)) == waits(live(site, wild))


@settings(max_examples=60, deadline=None)
@given(books(), stories())
def test_a_reload_of_the_same_rules_changes_nothing(book: RuleBook, story: list[Moment]) -> None:
    for _, _, state, _ in live(replace(bare(), rules=book), story):
        after, plan = reload(book, book, state)
        assert after == state
        assert not plan.rebased
        assert not plan.cancelled


@settings(max_examples=60, deadline=None)
@given(books(), books(), stories(), stories())
def test_a_reload_to_any_rules_leaves_a_house_that_lives(
    old: RuleBook, new: RuleBook, before: list[Moment], then: list[Moment]
) -> None:
    lived = live(replace(bare(), rules=old), before)
    state = lived[-1][2] if lived else engine.initial(bare())
    after, _ = reload(old, new, state)
    last = lived[-1][0] / 1_000_000 if lived else 0

    for at, _, now, _ in live(
        replace(bare(), rules=new), [(last + s, event) for s, event in then], after
    ):
        assert all(due > at for due in now.rules_due.values())
