"""The one loop: what is written, what leaves when, and that a journal folds to the same state."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from hypothesis import given

from gateway.codec import decode, encode
from gateway.house import KEPT_MAX, House
from gateway.model.capability import Contact
from gateway.model.clock import MICROSECOND, HouseTime
from gateway.model.command import LockDoor, SoundSiren, UnlockDoor
from gateway.model.device import DeviceId
from gateway.model.effect import (
    Effect,
    Inspect,
    KeepClip,
    Notify,
    Order,
    Perform,
    RuleRan,
    RunProgram,
)
from gateway.model.event import (
    ArmRequested,
    CommandFailed,
    CommandRequested,
    DisarmRequested,
    Entry,
    Event,
    PartFailed,
    Reported,
    Ticked,
)
from rules import engine
from rules.site import Site
from rules.state import Phase, State, Trouble, TroubleKind
from tests.clock import FakeClock
from tests.rules.house import (
    ARM,
    DISARM,
    DOOR,
    OPENED,
    SIREN,
    WINDOW_OPENED,
    Moment,
    at_second,
    calm,
    site,
)
from tests.rules.test_laws import stories

LOCK = DeviceId("zigbee:00000000000000aa/1")
NIGHT = ArmRequested("house", "night", "anna", "cli")


class WrongClock(FakeClock):
    """A clock that does what none should."""

    def go_back(self, delay: timedelta) -> None:
        """Count backwards."""
        self._at = HouseTime(self._at - delay // MICROSECOND)

    def forget(self) -> None:
        """Lose the timer."""
        self._deadline = None

    def ring_at(self, when: HouseTime) -> None:
        """Let time pass until a moment, and ring once: not again, should it be armed anew."""
        self._move_to(when)
        assert self._deadline is not None
        callback, self._deadline = self._deadline[1], None
        callback()


class Told:
    """A house with everything it says written down in order."""

    def __init__(self) -> None:
        self.clock = WrongClock()
        self.entries: list[Entry] = []
        self.outbox: list[Order] = []
        self.handed_out: list[Order] = []
        self.log: list[str] = []
        self.answer: Callable[[Order], None] = lambda _: None  # what an order brings about at once
        self.house = House(
            site=site(),
            clock=self.clock,
            state=engine.initial(site()),
            number=0,
            write=self._write,
            hand_out=self._hand_out,
        )
        for _, event in calm():
            self.house.take(event)
        self.log.clear()

    def phase(self) -> Phase:
        """Give where the one area stands."""
        return self.house.state.areas["house"].phase

    def _write(self, entry: Entry, orders: Sequence[Order]) -> None:
        self.entries.append(entry)
        self.outbox += orders
        self.log.append(type(entry.event).__name__)

    def _hand_out(self, order: Order) -> None:
        self.handed_out.append(order)
        match order.effect:
            case Perform(command=command):
                self.log.append(type(command).__name__)
            case Notify():
                self.log.append("Notify")
            case RuleRan() | RunProgram() | Inspect() | KeepClip():
                pass
        self.answer(order)

    def unlocked(self) -> list[DeviceId]:
        """Give the doors whose unlocking was handed out."""
        effects = [order.effect for order in self.handed_out]
        return [
            effect.command.device
            for effect in effects
            if isinstance(effect, Perform) and isinstance(effect.command, UnlockDoor)
        ]


def test_the_siren_leaves_before_the_disk_and_the_words_after_it() -> None:
    told = Told()
    told.house.take(NIGHT)
    told.house.committed(told.house.number)
    told.log.clear()

    told.house.take(WINDOW_OPENED)
    assert told.log == ["SoundSiren", "TurnSwitch", "ShowPanel", "Reported"]

    told.house.committed(told.house.number)
    assert told.log[-1] == "Notify"


def test_an_unlocking_leaves_only_after_the_commit_and_knows_when_it_is_too_late() -> None:
    told = Told()

    told.house.take(CommandRequested(UnlockDoor(LOCK), "anna"))
    assert told.log == ["CommandRequested"]

    told.house.committed(told.house.number)
    assert told.log[-1] == "UnlockDoor"
    order = told.handed_out[-1]
    assert order.expires == order.at + 10_000_000


def test_nothing_of_a_later_entry_leaves_with_the_commit_of_an_earlier() -> None:
    told = Told()
    told.house.take(CommandRequested(UnlockDoor(LOCK), "anna"))
    first = told.house.number
    told.house.take(CommandRequested(UnlockDoor(DOOR), "ben"))

    told.house.committed(first)

    unlocked = [o.effect.command for o in told.handed_out if isinstance(o.effect, Perform)]
    assert UnlockDoor(LOCK) in unlocked
    assert UnlockDoor(DOOR) not in unlocked


def test_of_the_orders_that_wait_for_a_dead_disk_the_oldest_leaves_beyond_a_bound() -> None:
    told = Told()
    told.house.committed(told.house.number)
    doors = [DeviceId(f"zigbee:{number:016x}/1") for number in range(KEPT_MAX + 2)]

    for door in doors[:KEPT_MAX]:
        told.house.take(CommandRequested(UnlockDoor(door), "anna"))
    assert told.unlocked() == []

    for door in doors[KEPT_MAX:]:
        told.house.take(CommandRequested(UnlockDoor(door), "anna"))
    assert told.unlocked() == doors[:2]

    told.house.committed(told.house.number)
    assert told.unlocked() == doors


def test_what_waited_too_long_for_the_disk_leaves_and_is_not_called_kept() -> None:
    told = Told()
    told.house.committed(told.house.number)
    kept = told.house.number
    told.house.take(CommandRequested(UnlockDoor(LOCK), "anna"))

    told.house.committed(told.house.number, durable=False)
    assert told.unlocked() == [LOCK]
    assert told.house.on_disk == kept

    told.house.committed(told.house.number)
    assert told.house.on_disk == told.house.number
    assert told.unlocked() == [LOCK]


def test_all_orders_of_an_event_leave_before_what_the_first_of_them_brings_about() -> None:
    told = Told()
    told.house.take(NIGHT)
    told.log.clear()

    def fail(order: Order) -> None:
        if order.effect == Perform(SoundSiren(SIREN, 180)):
            told.house.take(CommandFailed(order.id, SoundSiren(SIREN, 180), "lost", permanent=True))

    told.answer = fail
    told.house.take(WINDOW_OPENED)

    assert told.log == ["SoundSiren", "TurnSwitch", "ShowPanel", "Reported", "CommandFailed"]
    assert [e.number for e in told.entries] == list(range(1, len(told.entries) + 1))


def test_house_time_never_goes_back_should_the_clock_be_wrong() -> None:
    told = Told()
    told.clock.advance(timedelta(seconds=100))
    told.house.take(ARM)

    told.clock.go_back(timedelta(seconds=50))
    told.house.take(OPENED)

    assert [entry.at for entry in told.entries[-2:]] == [at_second(100), at_second(100)]
    assert told.house.state.devices[DOOR].heard == at_second(100)


def test_a_house_that_wakes_arms_its_timer_though_it_was_armed_before() -> None:
    told = Told()
    told.house.take(ARM)
    told.clock.forget()
    told.house.take(Ticked())
    assert told.clock.deadline is None  # what was armed once is not armed twice

    told.house.wake()

    assert told.clock.deadline == at_second(60)


def test_a_timer_that_rings_too_early_is_waited_for_again() -> None:
    told = Told()
    told.house.take(ARM)

    told.clock.ring_at(at_second(59))
    assert told.phase() is Phase.EXIT

    told.clock.advance(timedelta(seconds=1))
    assert told.phase() is Phase.ARMED


def test_a_timer_that_nobody_needs_any_more_does_no_harm() -> None:
    told = Told()
    told.house.take(ARM)
    told.house.take(DISARM)

    told.clock.advance(timedelta(seconds=60))

    assert told.phase() is Phase.DISARMED


def test_a_watcher_that_fails_keeps_the_entry_from_nobody() -> None:
    told, seen = Told(), list[int]()

    def fail(_: Entry, __: State, ___: Sequence[Order]) -> None:
        raise ZeroDivisionError

    told.house.watch(fail)
    told.house.watch(lambda entry, _, __: seen.append(entry.number))
    told.house.take(NIGHT)
    told.house.take(WINDOW_OPENED)

    assert seen == [told.house.number - 1, told.house.number]


def test_a_watcher_that_has_seen_enough_is_shown_no_more() -> None:
    told, seen = Told(), list[int]()
    unwatch = told.house.watch(lambda entry, _, __: seen.append(entry.number))
    told.house.take(NIGHT)

    unwatch()
    told.house.take(WINDOW_OPENED)

    assert seen == [told.house.number - 1]


def fail_over(monkeypatch: pytest.MonkeyPatch, kind: type[Event]) -> None:
    """Make rules that cannot bear one kind of event."""
    sound = engine.step

    def step(
        place: Site, state: State, event: Event, at: HouseTime
    ) -> tuple[State, tuple[Effect, ...]]:
        if isinstance(event, kind):
            raise ZeroDivisionError("a bug")
        return sound(place, state, event, at)

    monkeypatch.setattr(engine, "step", step)


def test_an_event_that_the_rules_cannot_bear_is_journaled_and_told_and_the_next_one_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = Told()
    fail_over(monkeypatch, DisarmRequested)
    told.house.take(NIGHT)

    told.house.take(DISARM)
    assert [entry.event for entry in told.entries[-2:]] == [
        DISARM,
        PartFailed("the rules", "DisarmRequested: ZeroDivisionError('a bug')"),
    ]
    assert Trouble(TroubleKind.PART, "the rules") in told.house.state.troubles
    assert told.phase() is Phase.ARMED

    told.house.take(WINDOW_OPENED)
    assert told.phase() is Phase.ALARM


def test_rules_that_fail_over_their_own_failure_do_not_tell_of_it_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = Told()
    fail_over(monkeypatch, PartFailed)

    told.house.take(PartFailed("the rules", "a bug"))

    assert len(told.entries) == len(calm()) + 1


def test_a_tick_that_fails_is_tried_again_a_second_later_and_not_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = Told()
    told.house.take(ArmRequested("house", "home", "anna", "cli"))
    told.house.take(OPENED)
    with monkeypatch.context() as broken:
        fail_over(broken, Ticked)
        told.clock.advance(timedelta(seconds=29))
        told.clock.ring_at(at_second(30))

        assert told.phase() is Phase.ENTRY
        assert told.clock.deadline == at_second(31)
        told.clock.ring_at(at_second(31))
        assert told.clock.deadline == at_second(32)

    told.clock.advance(timedelta(seconds=1))
    assert told.phase() is Phase.ALARM


def test_what_an_effect_brings_about_is_taken_in_after_the_event_that_caused_it() -> None:
    told = Told()
    told.house.take(NIGHT)
    seen: list[int] = []
    told.house.watch(lambda entry, _, __: seen.append(entry.number))

    def answer(entry: Entry, _: State, __: Sequence[Order]) -> None:
        if entry.event == WINDOW_OPENED:
            told.house.take(CommandRequested(LockDoor(LOCK), "rule"))

    told.house.watch(answer)
    told.house.take(WINDOW_OPENED)

    assert [type(e.event).__name__ for e in told.entries[-2:]] == ["Reported", "CommandRequested"]
    assert seen == sorted(seen)


def test_the_timer_rings_at_the_deadline_and_the_alarm_comes_by_itself() -> None:
    told = Told()
    told.house.take(ArmRequested("house", "home", "anna", "cli"))
    told.house.take(Reported(DOOR, Contact.OPEN))

    told.clock.advance(timedelta(seconds=29.9))
    assert told.phase() is Phase.ENTRY

    told.clock.advance(timedelta(seconds=0.1))
    assert told.phase() is Phase.ALARM
    assert "SoundSiren" in told.log


def test_a_wall_clock_that_steps_moves_no_delay() -> None:
    told = Told()
    told.house.take(ArmRequested("house", "home", "anna", "cli"))
    told.house.take(Reported(DOOR, Contact.OPEN))

    told.clock.step(3600)
    told.clock.advance(timedelta(seconds=29))
    assert told.phase() is Phase.ENTRY

    told.clock.step(-7200)
    told.clock.advance(timedelta(seconds=1))
    assert told.phase() is Phase.ALARM


@given(stories())
def test_the_journal_folds_to_the_state_of_the_house_and_to_the_same_orders(
    story: list[Moment],
) -> None:
    told = Told()
    for seconds, event in story:
        told.clock.advance(
            max(timedelta(), timedelta(microseconds=at_second(seconds) - told.clock.now()))
        )
        told.house.take(event)

    state, orders = engine.initial(site()), list[object]()
    for entry in told.entries:
        state, effects = engine.step(site(), state, entry.event, entry.at)
        orders += effects

    assert state == told.house.state
    assert orders == [order.effect for order in told.outbox]
    assert decode(encode(state, State), State) == state


def test_a_tick_that_nobody_waited_for_changes_nothing() -> None:
    told = Told()
    before = told.house.state

    told.house.take(Ticked())

    assert told.house.state == before
    assert not any(
        isinstance(o.effect, Perform) and isinstance(o.effect.command, SoundSiren)
        for o in told.handed_out
    )
