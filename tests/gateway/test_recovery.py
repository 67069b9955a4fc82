"""From a journal back to the state: snapshots, configurations that changed, orders left over."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

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
    TurnSwitch,
    UnlockDoor,
)
from gateway.model.device import Device, DeviceId
from gateway.model.effect import (
    Effect,
    Inspect,
    KeepClip,
    Level,
    Notify,
    Order,
    OrderId,
    Perform,
    RunProgram,
)
from gateway.model.event import (
    DeviceJoined,
    DriverFound,
    Entry,
    Event,
    ProgramEnded,
    Started,
    StorageRecovered,
)
from gateway.recovery import Configured, Folded, Guarded, Kept, Redelivery, Snapshots, folded
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
    snapshot = None if was is None else (1, encode(Kept(Guarded.of(was), state), Kept))
    return folded(Configured(now, b"now"), Recovered(snapshot=snapshot, entries=tail), list)


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


def test_where_the_rules_of_before_do_not_compile_what_they_armed_stays_armed() -> None:
    """What a rule did is lost with it, so the second copy is believed."""
    place = site()
    calm_state, armed = play(*calm()).state, play(*calm(), (1, ARM)).state
    snapshot = 1, encode(Kept(Guarded.of(place), calm_state, b"not to be read"), Kept)
    copy = 2, encode(Kept(Guarded(place.areas), State(areas=armed.areas)), Kept)
    tail = entries((2, TICK), start=2)

    back = folded(
        Configured(place, b"now"), Recovered(snapshot=snapshot, entries=tail, areas=copy), list
    )

    assert back.state.areas["house"].phase is Phase.EXIT
    assert "cannot be compiled again" in back.notes[0]


def test_an_armed_area_without_modes_now_is_named_and_the_hub_starts() -> None:
    was = site()
    bare = replace(was.areas["house"], modes={})
    now = replace(was, areas={**was.areas, "house": bare})

    back = recover(now, was, play(*calm(), (1, ARM)).state, [])

    assert back.lost == ("house",)
    assert back.state.areas["house"].phase is Phase.DISARMED


def test_without_a_snapshot_the_whole_journal_is_folded() -> None:
    back = recover(site(), None, State({}), entries(*calm(), (1, ARM)))

    assert back.state == play(*calm(), (1, ARM)).state


def test_a_snapshot_that_cannot_be_read_costs_no_state() -> None:
    story = entries(*calm(), (1, ARM))

    back = folded(Configured(site()), Recovered(snapshot=(9, b"{}"), entries=[]), lambda: story)

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
        self.told: list[Event] = []
        self.redelivery = Redelivery(
            [*orders, notice], self.out.append, self.settled.__setitem__, self.told.append
        )

    def see(self, event: Event, second: float = 0) -> None:
        """Show an entry."""
        self.redelivery.watch(Entry(1, at_second(second), NOON, event), State({}), ())

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


@pytest.mark.parametrize(("second", "switched"), [(59, [TurnSwitch(DOOR, on=True)]), (61, [])])
def test_a_switch_is_switched_after_a_short_absence_and_left_alone_after_a_long_one(
    second: float, switched: list[Command]
) -> None:
    delivery = Delivery(TurnSwitch(DOOR, on=True))
    assert delivery.commands() == []

    delivery.see(DeviceJoined(Device(DOOR, frozenset())), second)

    assert delivery.commands() == switched
    assert bool(delivery.settled) is not bool(switched)


def test_a_program_does_not_run_twice() -> None:
    program = RunProgram("rule", 1, "/a", (), {}, timedelta(seconds=1), 1, ())
    order = Order(OrderId("1.0"), program, HouseTime(0))
    out: list[Order] = []
    settled: dict[OrderId, str] = {}
    told: list[Event] = []

    Redelivery([order], out.append, settled.__setitem__, told.append)

    assert out == []
    assert told == [ProgramEnded("rule", "/a", reason="the hub was restarted")]
    assert settled == {OrderId("1.0"): "dropped: the hub was restarted"}


def test_what_cameras_were_asked_is_asked_anew_by_the_state_and_not_by_old_orders() -> None:
    camera = (DeviceId("onvif:yard/0"),)
    asked: list[Effect] = [
        Inspect(camera, 1.5, "hall"),
        KeepClip(camera, "house 1", 30.0, pinned=True),
    ]
    orders = [Order(OrderId(f"{n}.0"), one, HouseTime(0)) for n, one in enumerate(asked)]
    out: list[Order] = []
    settled: dict[OrderId, str] = {}

    Redelivery(orders, out.append, settled.__setitem__, lambda _: None)

    assert out == []
    assert set(settled.values()) == {"dropped: the hub was restarted"}


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
    snapshots = Snapshots(cast("Journal", shelf), Configured(site()), every=3)
    story: list[Event] = [Started(0.0, trusted=True), *[TICK] * 4, StorageRecovered(), *[TICK] * 3]

    for number, event in enumerate(story, 1):
        snapshots.watch(Entry(number, HouseTime(0), NOON, event), play(*calm()).state, ())

    assert shelf.kept == [1, 4, 6, 9]
