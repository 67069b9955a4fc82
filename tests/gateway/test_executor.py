"""Orders on their way: lanes, retries, and what is too late."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from gateway.executor import WAITING_MAX, Executor
from gateway.model.clock import HouseTime, after
from gateway.model.command import (
    ClearLockCode,
    Command,
    LockDoor,
    RemoveDevice,
    SetLockCode,
    ShowPanel,
    SilenceSiren,
    SoundSiren,
    UnlockDoor,
)
from gateway.model.device import DeviceId, DriverId
from gateway.model.driver import CommandRefused, DeviceUnreachable, RadioLost, Report
from gateway.model.effect import Inspect, KeepClip, Level, Notify, Order, OrderId, Perform
from gateway.model.event import CommandConfirmed, CommandFailed, Event, Proof
from gateway.model.sight import ClipFailed, Inspected
from tests.clock import FakeClock
from tests.waiting import BOUND_SECONDS, until

SIREN = DeviceId("zigbee:0000000000000011/1")
OTHER = DeviceId("zigbee:0000000000000022/1")


class Radio:
    """A driver whose devices answer as the test says: with an error, late, or well."""

    def __init__(self) -> None:
        self.asked: list[Command] = []
        self.errors: dict[DeviceId, list[Exception]] = {}
        self.gate: dict[DeviceId, asyncio.Event] = {}

    @property
    def id(self) -> DriverId:
        return DriverId("zigbee")

    async def run(self, report: Report) -> None:
        raise NotImplementedError

    async def perform(self, command: Command) -> Proof:
        self.asked.append(command)
        device = DeviceId(getattr(command, "device", ""))
        if device in self.gate:
            await self.gate[device].wait()
        if self.errors.get(device):
            raise self.errors[device].pop(0)
        return Proof.ACCEPTED


class Bench:
    """An executor with everything around it in sight."""

    def __init__(self) -> None:
        self.radio = Radio()
        self.clock = FakeClock()
        self.events: list[Event] = []
        self.settled: dict[str, str] = {}
        self.told: list[Notify] = []
        self.executor = Executor(
            {self.radio.id: self.radio},
            self.clock,
            self.events.append,
            self.settled.__setitem__,
            self.told.append,
        )
        self.number = 0

    def order(self, command: Command, expires: HouseTime | None = None) -> OrderId:
        """Order a command; give the order's name."""
        self.number += 1
        name = OrderId(f"{self.number}.0")
        self.executor.take(Order(name, Perform(command), self.clock.now(), expires))
        return name

    async def until(self, count: int) -> None:
        """Wait until so many outcomes have come in."""
        await until(lambda: len(self.events) >= count)


@asynccontextmanager
async def bench() -> AsyncIterator[Bench]:
    """Give a bench, and clear it away."""
    made = Bench()
    try:
        yield made
    finally:
        await made.executor.close()


async def test_the_first_frame_leaves_before_the_order_is_even_handed_over() -> None:
    async with bench() as b:
        b.order(SoundSiren(SIREN, 60))

        assert b.radio.asked == [SoundSiren(SIREN, 60)]


async def test_a_command_that_was_taken_is_confirmed_and_settled() -> None:
    async with bench() as b:
        name = b.order(LockDoor(SIREN))
        await b.until(1)

        assert b.events == [CommandConfirmed(name, LockDoor(SIREN), Proof.ACCEPTED)]
        assert b.settled[name] == "confirmed"


async def test_a_device_that_does_not_answer_is_asked_again() -> None:
    async with bench() as b:
        b.radio.errors[SIREN] = [DeviceUnreachable("no ack")]
        b.order(SoundSiren(SIREN, 60))
        await b.until(1)

        assert len(b.radio.asked) == 2
        assert isinstance(b.events[0], CommandConfirmed)


async def test_a_lost_radio_is_final_at_once() -> None:
    async with bench() as b:
        b.radio.errors[SIREN] = [RadioLost("pulled")]
        b.order(LockDoor(SIREN))
        await b.until(1)

        assert b.events == [
            CommandFailed(OrderId("1.0"), LockDoor(SIREN), "pulled", permanent=True)
        ]
        assert len(b.radio.asked) == 1


async def test_a_siren_that_says_no_once_is_asked_again() -> None:
    async with bench() as b:
        b.radio.errors[SIREN] = [CommandRefused("FAILURE")]
        b.order(SoundSiren(SIREN, 60))
        await b.until(1)

        assert isinstance(b.events[0], CommandConfirmed)
        assert len(b.radio.asked) == 2


async def test_a_no_to_what_must_not_be_repeated_is_final() -> None:
    async with bench() as b:
        b.radio.errors[SIREN] = [CommandRefused("wrong PIN")]
        b.order(UnlockDoor(SIREN), after(b.clock.now(), timedelta(seconds=10)))
        await b.until(1)

        failed = b.events[0]
        assert isinstance(failed, CommandFailed)
        assert (failed.reason, failed.permanent, len(b.radio.asked)) == ("wrong PIN", True, 1)


async def test_a_device_that_never_answers_has_failed_but_may_be_asked_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gateway.executor.PAUSES", (0.001, 0.001))
    async with bench() as b:
        b.radio.errors[SIREN] = [DeviceUnreachable("no ack")] * 3
        b.order(SoundSiren(SIREN, 60))
        await b.until(1)

        failed = b.events[0]
        assert isinstance(failed, CommandFailed)
        assert not failed.permanent
        assert len(b.radio.asked) == 3


async def test_an_attempt_that_never_returns_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.executor.PAUSES", ())
    monkeypatch.setattr("gateway.executor.ATTEMPT_SECONDS", 0.01)
    async with bench() as b:
        b.radio.gate[SIREN] = asyncio.Event()
        b.order(LockDoor(SIREN))
        await b.until(1)

        failed = b.events[0]
        assert isinstance(failed, CommandFailed)
        assert failed.reason == "it did not answer in time"


async def test_a_device_that_is_to_leave_is_waited_for_until_somebody_pressed_its_button(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gateway.executor.PAUSES", ())
    monkeypatch.setattr("gateway.executor.ATTEMPT_SECONDS", 0.01)
    async with bench() as b:
        b.radio.gate[SIREN] = b.radio.gate[OTHER] = asyncio.Event()
        removal = b.order(RemoveDevice(SIREN))
        b.order(LockDoor(OTHER))
        await b.until(1)
        assert isinstance(b.events[0], CommandFailed)  # whatever else has lost its patience by now
        assert b.events[0].command == LockDoor(OTHER)

        b.radio.gate[SIREN].set()
        await b.until(2)
        assert b.events[1] == CommandConfirmed(removal, RemoveDevice(SIREN), Proof.ACCEPTED)


async def test_a_removal_has_a_bound_too_and_is_not_begun_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gateway.executor.PAUSES", (0.001, 0.001))
    monkeypatch.setattr("gateway.executor.REMOVE_SECONDS", 0.01)
    async with bench() as b:
        b.radio.gate[SIREN] = asyncio.Event()
        b.order(RemoveDevice(SIREN))
        await b.until(1)

        assert b.radio.asked == [RemoveDevice(SIREN)]
        failed = b.events[0]
        assert isinstance(failed, CommandFailed)
        assert (failed.reason, failed.permanent) == ("it did not answer in time", True)


async def test_a_bug_in_a_driver_fails_the_command_and_nothing_else() -> None:
    async with bench() as b:
        b.radio.errors[SIREN] = [ZeroDivisionError("a bug")]
        b.order(LockDoor(SIREN))
        b.order(UnlockDoor(SIREN), after(b.clock.now(), timedelta(seconds=10)))
        await b.until(2)

        assert [type(e) for e in b.events] == [CommandConfirmed, CommandConfirmed]
        assert len(b.radio.asked) == 3


async def test_one_dead_siren_never_delays_another() -> None:
    async with bench() as b:
        b.radio.gate[SIREN] = asyncio.Event()
        b.order(SoundSiren(SIREN, 60))
        b.order(SoundSiren(OTHER, 60))
        await b.until(1)

        confirmed = b.events[0]
        assert isinstance(confirmed, CommandConfirmed)
        assert confirmed.command == SoundSiren(OTHER, 60)


async def test_only_the_newest_word_to_a_siren_counts() -> None:
    async with bench() as b:
        b.radio.gate[SIREN] = asyncio.Event()
        hanging = b.order(SoundSiren(SIREN, 60))
        silence = b.order(SilenceSiren(SIREN))
        b.order(SoundSiren(SIREN, 50))
        await until(lambda: len(b.radio.asked) == 2)
        b.radio.gate[SIREN].set()
        await b.until(1)

        assert b.radio.asked == [SoundSiren(SIREN, 60), SoundSiren(SIREN, 50)]
        assert (b.settled[hanging], b.settled[silence]) == ("replaced", "replaced")
        assert len(b.events) == 1


async def test_a_newer_word_ends_the_retries_of_an_older() -> None:
    async with bench() as b:
        b.radio.errors[SIREN] = [DeviceUnreachable("no ack")] * 2
        b.order(SoundSiren(SIREN, 60))
        b.order(SilenceSiren(SIREN))
        await b.until(1)

        assert [type(c) for c in b.radio.asked] == [SoundSiren, SilenceSiren, SilenceSiren]


async def test_an_alarm_does_not_wait_for_a_display_on_the_same_device() -> None:
    async with bench() as b:
        b.radio.gate[SIREN] = asyncio.Event()
        b.order(ShowPanel(SIREN, "armed", "away", 0))
        b.order(SoundSiren(SIREN, 60))

        assert b.radio.asked[-1] == SoundSiren(SIREN, 60)


async def test_an_unlocking_whose_time_runs_out_between_two_tries_is_not_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gateway.executor.PAUSES", (0.01, 0.01))
    async with bench() as b:
        b.radio.gate[SIREN] = asyncio.Event()
        b.radio.errors[SIREN] = [DeviceUnreachable("no ack")] * 3
        b.order(UnlockDoor(SIREN), after(b.clock.now(), timedelta(seconds=10)))
        b.clock.advance(timedelta(seconds=11))
        b.radio.gate[SIREN].set()
        await b.until(1)

        assert b.radio.asked == [UnlockDoor(SIREN)]
        failed = b.events[0]
        assert isinstance(failed, CommandFailed)
        assert "too late" in failed.reason


async def test_codes_for_different_slots_do_not_replace_each_other() -> None:
    async with bench() as b:
        b.radio.gate[SIREN] = asyncio.Event()
        for slot in (1, 2, 3):
            b.order(SetLockCode(SIREN, slot, None))
        b.radio.gate[SIREN].set()
        await b.until(3)

        assert [c.slot for c in b.radio.asked if isinstance(c, SetLockCode)] == [1, 2, 3]


async def test_clearing_one_slot_does_not_replace_clearing_another() -> None:
    async with bench() as b:
        b.radio.gate[SIREN] = asyncio.Event()
        for slot in (1, 2, 3):
            b.order(ClearLockCode(SIREN, slot))
        b.radio.gate[SIREN].set()
        await b.until(3)

        assert [c.slot for c in b.radio.asked if isinstance(c, ClearLockCode)] == [1, 2, 3]


async def test_an_unlocking_that_comes_too_late_is_never_sent() -> None:
    async with bench() as b:
        late = after(b.clock.now(), timedelta(seconds=10))
        b.clock.advance(timedelta(seconds=11))
        b.order(UnlockDoor(SIREN), late)
        await b.until(1)

        assert b.radio.asked == []
        failed = b.events[0]
        assert isinstance(failed, CommandFailed)
        assert "too late" in failed.reason


async def test_a_lane_has_a_bound_and_says_so() -> None:
    async with bench() as b:
        b.radio.gate[SIREN] = asyncio.Event()
        for slot in range(WAITING_MAX + 2):
            b.order(SetLockCode(SIREN, slot, None))

        assert [e.reason for e in b.events if isinstance(e, CommandFailed)] == [
            "too many commands wait for it"
        ]


async def test_the_lanes_have_a_bound_and_a_lane_that_is_done_makes_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gateway.executor.LANES_MAX", 2)
    third = DeviceId("zigbee:0000000000000033/1")
    async with bench() as b:
        b.radio.gate[SIREN] = b.radio.gate[OTHER] = asyncio.Event()
        b.order(LockDoor(SIREN))
        b.order(LockDoor(OTHER))

        b.order(LockDoor(third))
        assert b.events == [
            CommandFailed(
                OrderId("3.0"), LockDoor(third), "too many devices have commands", permanent=True
            )
        ]
        b.order(ClearLockCode(OTHER, 1))  # a lane that is there takes more

        b.radio.gate[SIREN].set()
        await b.until(4)
        b.order(LockDoor(third))
        await b.until(5)
        assert [type(event) for event in b.events[1:]] == [CommandConfirmed] * 4


async def test_closing_ends_every_lane_and_leaves_the_orders_unsettled() -> None:
    async with bench() as b:
        b.radio.gate[SIREN] = b.radio.gate[OTHER] = asyncio.Event()
        b.order(SoundSiren(SIREN, 60))
        b.order(LockDoor(OTHER))
        b.order(ClearLockCode(OTHER, 1))

        async with asyncio.timeout(BOUND_SECONDS):
            await b.executor.close()

        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert [len(b.radio.asked), b.events, b.settled] == [2, [], {}]


async def test_closing_ends_the_pause_before_a_retry_too() -> None:
    async with bench() as b:
        b.radio.errors[SIREN] = [DeviceUnreachable("no ack")]
        b.order(SoundSiren(SIREN, 60))

        async with asyncio.timeout(BOUND_SECONDS):
            await b.executor.close()

        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert b.radio.asked == [SoundSiren(SIREN, 60)]


async def test_the_orders_of_one_device_leave_one_by_one_and_in_order() -> None:
    async with bench() as b:
        b.radio.gate[SIREN] = asyncio.Event()
        b.order(LockDoor(SIREN))
        b.order(UnlockDoor(SIREN))
        b.order(ClearLockCode(SIREN, 1))

        assert b.radio.asked == [LockDoor(SIREN)]
        b.radio.gate[SIREN].set()
        await b.until(3)
        assert b.radio.asked == [LockDoor(SIREN), UnlockDoor(SIREN), ClearLockCode(SIREN, 1)]


async def test_what_failed_is_settled_with_its_reason() -> None:
    async with bench() as b:
        b.radio.errors[SIREN] = [RadioLost("pulled")]
        name = b.order(LockDoor(SIREN))
        await b.until(1)

        assert b.settled[name] == "failed: pulled"


async def test_an_unlocking_is_waited_for_no_longer_than_it_is_good_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gateway.executor.PAUSES", ())
    monkeypatch.setattr("gateway.executor.ATTEMPT_SECONDS", 10 * BOUND_SECONDS)
    async with bench() as b:
        b.radio.gate[SIREN] = asyncio.Event()
        b.order(UnlockDoor(SIREN), after(b.clock.now(), timedelta(milliseconds=10)))
        await b.until(1)

        failed = b.events[0]
        assert isinstance(failed, CommandFailed)
        assert failed.reason == "it did not answer in time"


async def test_a_command_for_a_driver_that_is_not_there_fails_with_a_sentence() -> None:
    async with bench() as b:
        b.order(LockDoor(DeviceId("zwave:home/3")))
        await b.until(1)

        failed = b.events[0]
        assert isinstance(failed, CommandFailed)
        assert failed.reason == "there is no zwave driver"


async def test_people_are_told_at_once_and_the_order_is_settled() -> None:
    async with bench() as b:
        notice = Notify("ALARM", Level.ALARM)
        b.executor.take(Order(OrderId("7.1"), notice, b.clock.now()))

        assert b.told == [notice]
        assert b.settled["7.1"] == "told"


# -- cameras ---------------------------------------------------------------------------------------

YARD, HALL = DeviceId("onvif:yard/0"), DeviceId("onvif:hall/0")
LOOK = Inspect((YARD, HALL), 1.5, "hall")
CLIP = KeepClip((YARD, HALL), "house 1", 30.0, pinned=True)


def seeing(b: Bench, see: Callable[[Inspect | KeepClip], None] | None) -> Executor:
    """Give an executor whose detection is this."""
    return Executor({}, b.clock, b.events.append, b.settled.__setitem__, b.told.append, see=see)


@pytest.mark.parametrize("effect", [LOOK, CLIP])
async def test_what_cameras_are_to_do_is_handed_to_the_detection_at_once(
    effect: Inspect | KeepClip,
) -> None:
    async with bench() as b:
        asked: list[Inspect | KeepClip] = []
        seeing(b, asked.append).take(Order(OrderId("1.0"), effect, b.clock.now()))

        assert asked == [effect]
        assert b.settled == {"1.0": "handed over"}
        assert b.events == []


def _broken(_: Inspect | KeepClip) -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize("see", [None, _broken])
async def test_where_nobody_can_look_each_camera_says_so(
    see: Callable[[Inspect | KeepClip], None] | None,
) -> None:
    async with bench() as b:
        executor = seeing(b, see)
        executor.take(Order(OrderId("1.0"), LOOK, b.clock.now()))
        executor.take(Order(OrderId("1.1"), CLIP, b.clock.now()))

        looked = [e for e in b.events if isinstance(e, Inspected)]
        assert [(e.device, e.frames) for e in looked] == [(YARD, 0), (HALL, 0)]
        failed = [e for e in b.events if isinstance(e, ClipFailed)]
        assert [(e.device, e.incident) for e in failed] == [(YARD, "house 1"), (HALL, "house 1")]
        assert all(outcome.startswith("failed: ") for outcome in b.settled.values())
