"""The one loop: what is written, what leaves when, and that a journal folds to the same state."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given

from gateway.codec import decode, encode
from gateway.house import KEPT_MAX, House
from gateway.model.capability import Contact
from gateway.model.command import LockDoor, SoundSiren, UnlockDoor
from gateway.model.device import DeviceId
from gateway.model.effect import Notify, Order, Perform
from gateway.model.event import ArmRequested, CommandRequested, Entry, Reported, Ticked
from rules import engine
from rules.state import Phase, State
from tests.clock import FakeClock
from tests.rules.house import DOOR, WINDOW_OPENED, Moment, at_second, calm, site
from tests.rules.test_laws import stories

LOCK = DeviceId("zigbee:00000000000000aa/1")
NIGHT = ArmRequested("house", "night", "anna", "cli")


class Told:
    """A house with everything it says written down in order."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.entries: list[Entry] = []
        self.outbox: list[Order] = []
        self.handed_out: list[Order] = []
        self.log: list[str] = []
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


def test_orders_that_wait_for_a_dead_disk_have_a_bound() -> None:
    told = Told()

    for _ in range(KEPT_MAX + 1):
        told.house.take(CommandRequested(UnlockDoor(LOCK), "anna"))

    assert len([o for o in told.handed_out if isinstance(o.effect, Perform)]) >= 1


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
