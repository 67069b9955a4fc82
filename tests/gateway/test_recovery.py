"""From a journal back to the state: snapshots, configurations that changed, orders left over."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

from gateway.codec import decode, encode
from gateway.journal.journal import Journal
from gateway.journal.records import Recovered
from gateway.model.clock import HouseTime
from gateway.model.command import (
    ClearLockCode,
    Command,
    LockDoor,
    PermitJoin,
    SetLockCode,
    SoundSiren,
    UnlockDoor,
)
from gateway.model.device import Device
from gateway.model.effect import Level, Notify, Order, OrderId, Perform
from gateway.model.event import (
    DeviceJoined,
    DriverFound,
    Entry,
    Event,
    Started,
    StorageRecovered,
)
from gateway.recovery import Folded, Kept, Redelivery, Snapshots, folded
from rules import engine
from rules.site import Site
from rules.state import Phase, State
from tests.rules.house import ARM, DISARM, DOOR, SIREN, TICK, ZIGBEE, at_second, calm, play, site

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def entries(*story: tuple[float, Event], start: int = 1) -> list[Entry]:
    """Give a story as the journal has it."""
    return [Entry(n, at_second(s), NOON, event) for n, (s, event) in enumerate(story, start)]


def recover(now: Site, was: Site | None, state: State, tail: Iterable[Entry]) -> Folded:
    """Fold a tail over a snapshot made under another configuration, or under none."""
    snapshot = None if was is None else (1, encode(Kept(was, state), Kept))
    return folded(now, Recovered(snapshot=snapshot, entries=tail), list)


def test_an_arming_that_was_granted_is_not_judged_again_by_a_newer_configuration() -> None:
    was = site()
    zone = was.zones["kitchen"]
    unseen = replace(zone, name="attic", device=SIREN)
    now = replace(was, zones={**was.zones, "attic": unseen}, arm_needs_code=True)
    calm_state = play(*calm()).state

    back = recover(now, was, calm_state, entries((1, replace(ARM, by="cli"))))

    assert back.state.areas["house"].phase is Phase.EXIT


def test_a_disarming_that_was_granted_holds_though_the_person_is_gone_since() -> None:
    was = site()
    now = replace(was, people={})
    armed = play(*calm(), (1, ARM)).state

    back = recover(now, was, armed, entries((2, DISARM)))

    assert back.state.areas["house"].phase is Phase.DISARMED


def test_without_a_snapshot_the_whole_journal_is_folded() -> None:
    back = recover(site(), None, State({}), entries(*calm(), (1, ARM)))

    assert back.state == play(*calm(), (1, ARM)).state


def test_a_snapshot_that_cannot_be_read_costs_no_state() -> None:
    story = entries(*calm(), (1, ARM))

    back = folded(site(), Recovered(snapshot=(9, b"{}"), entries=[]), lambda: story)

    assert back.state.areas["house"].phase is Phase.EXIT
    assert "the snapshot cannot be read" in back.notes[0]


def test_an_entry_that_cannot_be_folded_is_left_out_and_told() -> None:
    broken = Entry(99, HouseTime(0), NOON, None)  # type: ignore[arg-type]  # as if the rules had a bug
    bad = replace(broken, event=replace(ARM, bypass=None))  # type: ignore[arg-type]  # same

    back = recover(site(), None, State({}), [*entries(*calm()), bad])

    assert "entry 99 cannot be folded" in back.notes[0]
    assert back.state == play(*calm()).state


def test_an_armed_area_that_is_not_configured_any_more_is_named() -> None:
    was = site()
    house = was.areas["house"]
    now = replace(was, areas={"shop": house, "yard": house}, zones={})

    back = recover(now, was, play(*calm(), (1, ARM)).state, [])

    assert back.lost == ("house",)
    assert engine.next_deadline(back.state) == back.state.next_check


class Delivery:
    """A redelivery, with what it hands out and what it settles."""

    def __init__(self, *commands: Command) -> None:
        self.out: list[Order] = []
        self.settled: dict[OrderId, str] = {}
        orders = [
            Order(OrderId(f"{n}.0"), Perform(command), HouseTime(0))
            for n, command in enumerate(commands)
        ]
        notice = Order(OrderId("n.0"), Notify("ALARM", Level.ALARM), HouseTime(0))
        self.redelivery = Redelivery([*orders, notice], self.out.append, self.settled.__setitem__)

    def see(self, event: Event) -> None:
        """Show an entry."""
        self.redelivery.watch(Entry(1, HouseTime(0), NOON, event), State({}), ())

    def commands(self) -> list[Command]:
        """Give the commands that were handed out."""
        return [o.effect.command for o in self.out if isinstance(o.effect, Perform)]


def test_a_notice_that_nobody_was_told_is_told() -> None:
    assert [order.id for order in Delivery().out] == ["n.0"]


def test_a_bolt_that_should_be_thrown_is_thrown_once_the_lock_is_found() -> None:
    delivery = Delivery(LockDoor(DOOR), ClearLockCode(DOOR, 3))
    delivery.see(DriverFound(ZIGBEE))
    delivery.see(DeviceJoined(Device(SIREN, frozenset())))
    assert delivery.commands() == []

    delivery.see(DeviceJoined(Device(DOOR, frozenset())))
    delivery.see(DeviceJoined(Device(DOOR, frozenset())))
    assert delivery.commands() == [LockDoor(DOOR), ClearLockCode(DOOR, 3)]


def test_no_door_opens_no_network_opens_and_no_pin_is_set_after_a_restart() -> None:
    delivery = Delivery(UnlockDoor(DOOR), PermitJoin(ZIGBEE, 60), SetLockCode(DOOR, 3, None))

    delivery.see(DriverFound(ZIGBEE))
    delivery.see(DeviceJoined(Device(DOOR, frozenset())))

    assert delivery.commands() == []
    assert set(delivery.settled.values()) == {"dropped: the hub was restarted"}


def test_what_should_sound_follows_from_the_state_and_not_from_old_orders() -> None:
    delivery = Delivery(SoundSiren(SIREN, 180))

    delivery.see(DeviceJoined(Device(SIREN, frozenset())))

    assert delivery.commands() == []


class Shelf:
    """A journal that only notes which snapshots it is given."""

    def __init__(self) -> None:
        self.kept: list[int] = []

    def snapshot(self, number: int, body: bytes) -> None:
        """Note it; it must be readable."""
        decode(body, Kept)
        self.kept.append(number)

    def keep_areas(self, number: int, body: bytes) -> None:
        """The second copy is another test's."""


def test_a_snapshot_is_kept_at_the_start_when_the_disk_is_back_and_after_so_many_entries() -> None:
    shelf = Shelf()
    snapshots = Snapshots(cast("Journal", shelf), site(), every=3)
    story: list[Event] = [Started(0.0, trusted=True), *[TICK] * 4, StorageRecovered(), *[TICK] * 3]

    for number, event in enumerate(story, 1):
        snapshots.watch(Entry(number, HouseTime(0), NOON, event), play(*calm()).state, ())

    assert shelf.kept == [1, 4, 6, 9]
