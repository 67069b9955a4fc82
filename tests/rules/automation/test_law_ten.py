"""Law 10: no rule opens by itself, nor by a code that is not of its own run and of now."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model.capability import Lock
from gateway.model.clock import HouseTime
from gateway.model.command import UnlockDoor
from gateway.model.effect import EXPIRES, Effect, Outcome, Perform, RuleRan
from gateway.model.event import (
    ArmRequested,
    DisarmRequested,
    Event,
    LockOperated,
    RuleCalled,
    Started,
)
from rules import engine
from rules.rulebook import (
    Act,
    Action,
    Called,
    CallRule,
    CodeUsed,
    DisarmArea,
    Overlap,
    Rule,
    RuleBook,
    Trigger,
    Wait,
)
from rules.site import Site
from rules.state import Phase, State
from tests.rules.automation.home import (
    BOLT,
    GARAGE_CLOSED,
    GARAGE_OPEN,
    MINUTE,
    OPENS,
    bare,
    cond,
    home,
    play,
    rule,
)
from tests.rules.house import ARM_HOME, DISARM, TICK, at_second, calm

UNLOCK, DISARMS = Act(UnlockDoor(BOLT)), DisarmArea("house")
BY_SLOT = LockOperated(BOLT, Lock.UNLOCKED, "keypad", 1)
BY_ANNA = RuleCalled("r0", "anna")


@dataclass(frozen=True)
class Away:
    """The hub is away for some seconds: nobody ticks, then it starts."""

    seconds: float
    trusted: bool = True


def with_slot(site: Site) -> Site:
    """Give Anna a code in the lock."""
    anna = replace(site.people["anna"], lock_slots={BOLT: 1})
    return replace(site, people={**site.people, "anna": anna})


def giver(event: Event) -> str:
    """Name who gave their code with an event."""
    match event:
        case ArmRequested(by="anna") | DisarmRequested(by="anna") | RuleCalled(by="anna"):
            return "anna"
        case LockOperated(lock=Lock.UNLOCKED, slot=1):
            return "anna"
        case _:
            return ""


@dataclass
class Watched:
    """A house, and which runs may open in whose name."""

    site: Site
    state: State = field(init=False)
    at: float = 0.0
    fresh: set[str] = field(default_factory=set[str])  # gave a code since the last gap
    lapsed: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    names: dict[tuple[str, int], str] = field(default_factory=dict[tuple[str, int], str])
    opened: int = 0

    def __post_init__(self) -> None:
        self.state = play(self.site, *calm(), (0, GARAGE_CLOSED)).state

    def live(self, seconds: float, what: Event | Away) -> None:
        """Go on for some seconds, ticking, to an event; or be away."""
        if isinstance(what, Away):
            self.away(what)
            return
        until = at_second(self.at + seconds)
        while (due := engine.next_deadline(self.state)) is not None and due <= until:
            self.step(TICK, due)
        self.at += seconds
        self.step(what, until)

    def away(self, gap: Away) -> None:
        """Let what is due in a gap lapse, and all that waits behind; then start."""
        self.at += gap.seconds if gap.trusted else 0
        now = at_second(self.at)
        long = gap.seconds > EXPIRES.total_seconds() or not gap.trusted
        if long:
            self.fresh.clear()
        for name, kept in self.state.rules.items():
            late = HouseTime(now - EXPIRES // (MINUTE / 60_000_000))
            over = {run.number for run in kept.runs if run.deadline < late or not gap.trusted}
            self.lapsed |= {(name, number) for number in over}
        self.step(Started(gap.seconds if gap.trusted else 0.0, gap.trusted), now)

    def step(self, event: Event, at: HouseTime) -> None:
        """Step, and hold what was done against who gave a code."""
        self.fresh |= {giver(event)} - {""}
        before = self.state.areas["house"].phase
        self.state, effects = engine.step(self.site, self.state, event, at)
        house, whose = self.state.areas["house"], set[str]()
        for person, effect in self._runs(effects):
            whose.add(person)
            if isinstance(effect, Perform) and isinstance(effect.command, UnlockDoor):
                self.opened += 1
                assert person, f"unlocked in nobody's name at {event}"
        asked = isinstance(event, DisarmRequested)
        if before is not Phase.DISARMED and house.phase is Phase.DISARMED and not asked:
            self.opened += 1
            assert house.by
            assert house.by in whose, f"disarmed as {house.by} at {event}"

    def _runs(self, effects: tuple[Effect, ...]) -> Iterator[tuple[str, Effect]]:
        """Give each effect with whose code it may use: a fresh one that started its run."""
        person = ""
        for effect in effects:
            if isinstance(effect, RuleRan) and effect.outcome in {Outcome.RAN, Outcome.WENT_ON}:
                run = effect.rule, effect.run
                if effect.outcome is Outcome.RAN:
                    by_code = effect.trigger == "called by anna" or "code of anna" in effect.trigger
                    self.names[run] = "anna" if by_code and "anna" in self.fresh else ""
                person = "" if run in self.lapsed else self.names.get(run, "")
            yield person, effect


when: st.SearchStrategy[Trigger] = st.sampled_from([OPENS, CodeUsed(), CodeUsed(), Called()])
cancels = st.none() | st.just(cond('device.garage.contact == "open"'))
acts: st.SearchStrategy[Action] = st.one_of(
    st.sampled_from([UNLOCK, DISARMS, CallRule("r1")]),
    st.builds(Wait, st.sampled_from([MINUTE / 6, MINUTE]), cancels),
)


@st.composite
def books(draw: st.DrawFn) -> RuleBook:
    """Give two rules that open, with and without a code, now and later."""
    rules = [
        Rule(
            id=f"r{n}",
            when=tuple(draw(st.lists(when, min_size=1, max_size=2))),
            do=tuple(draw(st.lists(acts, min_size=1, max_size=4))),
            overlap=draw(st.sampled_from(Overlap)),
            at_most=3,
        )
        for n in range(2)
    ]
    return RuleBook({one.id: one for one in rules})


happenings: st.SearchStrategy[Event | Away] = st.one_of(
    st.sampled_from([ARM_HOME, DISARM, BY_SLOT, GARAGE_OPEN, GARAGE_CLOSED, TICK]),
    st.builds(RuleCalled, st.sampled_from(["r0", "r1"]), st.sampled_from(["anna", "cli"])),
    st.builds(
        Away,
        st.sampled_from([1.0, 9.0, 11.0, 75.0, 18_000.0]),
        st.sampled_from([True] * 3 + [False]),
    ),
)
stories = st.lists(st.tuples(st.sampled_from([0.0, 1.0, 5.0, 20.0, 70.0]), happenings), max_size=12)


@settings(max_examples=400, deadline=None)
@given(books(), stories)
def test_a_rule_opens_only_by_the_fresh_code_that_started_its_run(
    book: RuleBook, story: list[tuple[float, Event | Away]]
) -> None:
    house = Watched(with_slot(replace(bare(), rules=book)))
    for seconds, what in story:
        house.live(seconds, what)


QUEUED = rule(
    CodeUsed(),
    Wait(MINUTE, cond('device.garage.contact == "open"')),
    DISARMS,
    UNLOCK,
    id="r0",
    overlap=Overlap.QUEUED,
)


@pytest.mark.parametrize("first", [BY_SLOT, ARM_HOME])
def test_a_code_starts_what_opens(first: Event) -> None:
    house = Watched(with_slot(home(QUEUED)))
    house.live(0, ARM_HOME)
    house.live(1, first)
    house.live(300, TICK)

    assert house.opened >= 2


@pytest.mark.parametrize(
    "gap",
    [Away(18_000), Away(30), Away(0, trusted=False)],
    ids=["for hours", "within the wait", "nobody knows"],
)
@pytest.mark.parametrize("ended", [(), (GARAGE_OPEN,)], ids=["over", "cancelled"])
def test_a_code_in_a_queue_opens_nothing_after_a_gap(gap: Away, ended: tuple[Event, ...]) -> None:
    house = Watched(with_slot(home(QUEUED)))
    codes: tuple[Event, ...] = (ARM_HOME, BY_SLOT, BY_SLOT)
    for event in codes:
        house.live(0, event)
    queue = house.state.rules["r0"].queue
    assert [start.person for start in queue] == ["anna"] * len(queue)

    house.live(0, gap)
    for news in ended:
        house.live(1, news)

    kept = house.state.rules["r0"]
    assert [start.person for start in kept.queue] == [""] * len(kept.queue)
    house.live(0, GARAGE_CLOSED)
    house.live(900, TICK)
    assert house.opened <= (2 if gap.trusted and gap.seconds < 60 and not ended else 0)


@pytest.mark.parametrize("late", [TICK, GARAGE_OPEN], ids=["over", "cancelled"])
def test_a_code_in_a_queue_lapses_where_the_clock_alone_is_late(late: Event) -> None:
    waits = Wait(MINUTE, cond('device.garage.contact == "open"'))
    at_once = rule(CodeUsed(), UNLOCK, waits, id="r0", overlap=Overlap.QUEUED)
    house = Watched(with_slot(home(at_once)))
    house.live(0, BY_SLOT)
    house.live(0, BY_SLOT)
    assert house.opened == 1

    house.step(late, at_second(18_000))

    assert house.state.rules["r0"].number == 2
    assert house.opened == 1
