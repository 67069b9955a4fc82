"""The network that is open for joining, and devices that leave, against a script.

What is open is closed, and told closed only then.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from drivers.zwave import joining
from drivers.zwave.driver import ZwaveDriver
from drivers.zwave.seams import External
from drivers.zwave.settings import ZwaveSettings
from gateway.executor import Executor
from gateway.model.command import Command, PermitJoin, RemoveDevice, TurnSwitch
from gateway.model.driver import CommandRefused, DeviceUnreachable
from gateway.model.effect import Order, OrderId, Perform
from gateway.model.event import (
    CommandConfirmed,
    CommandFailed,
    DriverFound,
    Event,
    JoiningChanged,
    Proof,
)
from tests.clock import FakeClock
from tests.drivers.house import House, living
from tests.drivers.zwave.bench import INVOKE, Bench, device, running
from tests.drivers.zwave.scripted import DEAD, PLUG, Message, Refuse, Server, scripted
from tests.waiting import until

BEGIN, STOP = "controller.begin_inclusion", "controller.stop_inclusion"
IDLE, INCLUDING = 0, 1
NOT_STOPPED = 252


def told(house: House) -> list[bool]:
    """Give what was told of joining."""
    return [event.open for event in house.told if isinstance(event, JoiningChanged)]


class Stick:
    """A stick that lets devices join, and is closed when it likes."""

    def __init__(self, server: Server, failures: int = 0, state: int = IDLE) -> None:
        self._server = server
        self.failures = failures
        self.state = state
        server.state["controller"]["inclusionState"] = state
        server.on(BEGIN, self._begin)
        server.on(STOP, self._stop)

    async def _begin(self, _: Message) -> Message:
        await self.be(INCLUDING)
        return {"success": True}

    async def _stop(self, _: Message) -> Message:
        if self.failures > 0:
            self.failures -= 1
            raise Refuse(NOT_STOPPED)
        if self.state == IDLE:
            return {"success": False}
        await self.be(IDLE)
        return {"success": True}

    async def be(self, state: int) -> None:
        """Be open, or not."""
        self.state = state
        self._server.state["controller"]["inclusionState"] = state
        await self._server.tell("controller", "inclusion state changed", state=state)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the stick not be given time between two tries."""
    monkeypatch.setattr(joining, "CLOSE_PAUSES", (0.0,) * 5)


@asynccontextmanager
async def stick(failures: int = 0, state: int = IDLE) -> AsyncIterator[tuple[Bench, Stick]]:
    """Run a driver with such a stick."""
    made: list[Stick] = []
    async with running({}, lambda server: made.append(Stick(server, failures, state))) as bench:
        yield bench, made[0]


async def test_what_does_not_close_is_not_told_closed_until_it_did() -> None:
    async with stick(failures=3) as (bench, its):
        await bench.driver.perform(PermitJoin(bench.driver.id, 60))
        with pytest.raises(DeviceUnreachable):
            await bench.driver.perform(PermitJoin(bench.driver.id, 0))
        assert told(bench.house) == [True]

        await bench.house.heard(JoiningChanged(bench.driver.id, open=False))
        assert its.state == IDLE
        assert len(bench.server.commands(STOP)) == 4


async def test_what_closes_by_its_time_is_tried_again_as_well() -> None:
    async with stick(failures=3) as (bench, its):
        await bench.driver.perform(PermitJoin(bench.driver.id, 1))
        await bench.house.heard(JoiningChanged(bench.driver.id, open=False))
        assert its.state == IDLE


async def test_a_stick_that_never_closes_is_said_to_be_open_and_left_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with stick(failures=99) as (bench, _):
        await bench.driver.perform(PermitJoin(bench.driver.id, 60))
        with pytest.raises(DeviceUnreachable):
            await bench.driver.perform(PermitJoin(bench.driver.id, 0))
        await until(lambda: "could not be closed" in caplog.text)
        assert told(bench.house) == [True]
        assert len(bench.server.commands(STOP)) == 1 + len(joining.CLOSE_PAUSES)


async def test_a_new_life_closes_what_it_finds_open() -> None:
    async with stick(state=INCLUDING) as (bench, its):
        await bench.house.heard(JoiningChanged(bench.driver.id, open=False))
        assert told(bench.house) == [True, False]
        assert its.state == IDLE


async def test_a_life_that_finds_nothing_open_tells_nothing() -> None:
    async with stick() as (bench, _):
        await bench.driver.perform(PermitJoin(bench.driver.id, 60))
        assert told(bench.house) == [True]


async def test_who_loses_patience_while_it_opens_leaves_nothing_open() -> None:
    async with stick() as (bench, its):

        async def slowly(_: Message) -> Message:
            await its.be(INCLUDING)
            await asyncio.Future()
            return {}

        bench.server.on(BEGIN, slowly)
        opening = asyncio.create_task(bench.driver.perform(PermitJoin(bench.driver.id, 60)))
        await until(lambda: its.state == INCLUDING)
        opening.cancel()
        await until(lambda: its.state == IDLE)


async def test_a_hub_that_ends_closes_and_one_that_lost_its_server_says_nothing() -> None:
    async with scripted() as server:
        its = Stick(server)
        driver, house = ZwaveDriver(ZwaveSettings(External(server.url))), House()
        async with living(driver, house):
            await house.heard(DriverFound(driver.id))
            await driver.perform(PermitJoin(driver.id, 60))
        assert its.state == IDLE
        assert told(house) == [True, False]

        since = len(house.told)
        async with living(driver, house) as life:
            await house.heard(DriverFound(driver.id), since=since)
            await driver.perform(PermitJoin(driver.id, 60))
            await server.hang_up()
            await asyncio.wait((life,))
        assert its.state == INCLUDING
        assert told(house) == [True, False, True]


# Leaving, as the house orders it


class Hub:
    """An executor that hands orders to the driver."""

    def __init__(self, bench: Bench) -> None:
        self.events: list[Event] = []
        self._clock = FakeClock()
        self.executor = Executor(
            {bench.driver.id: bench.driver},
            self._clock,
            self.events.append,
            lambda _id, _how: None,
            lambda _notice: None,
        )
        self._number = 0

    def order(self, command: Command) -> None:
        """Order a command."""
        self._number += 1
        self.executor.take(Order(OrderId(f"{self._number}.0"), Perform(command), self._clock.now()))

    async def outcome(self, command: Command) -> Any:
        """Wait for what came of a command."""

        def found() -> list[Event]:
            ended = (e for e in self.events if isinstance(e, CommandConfirmed | CommandFailed))
            return [e for e in ended if e.command == command]

        await until(found)
        return found()[0]


@asynccontextmanager
async def ordering(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Bench, Hub]]:
    """Run the driver behind an executor that is patient with nothing else."""
    monkeypatch.setattr("gateway.executor.ATTEMPT_SECONDS", 0.01)
    monkeypatch.setattr("gateway.executor.PAUSES", ())
    async with running() as bench:
        hub = Hub(bench)
        try:
            yield bench, hub
        finally:
            await hub.executor.close()


async def test_a_device_is_removed_when_somebody_presses_its_button_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with ordering(monkeypatch) as (bench, hub):

        async def never(_: Message) -> Message:
            await asyncio.Future()
            return {}

        bench.server.on(INVOKE, never)
        hub.order(RemoveDevice(device(PLUG)))
        await bench.server.until_asked("controller.begin_exclusion")
        hub.order(TurnSwitch(device(DEAD), on=True))
        failed = await hub.outcome(TurnSwitch(device(DEAD), on=True))
        assert isinstance(failed, CommandFailed)  # the patience for all else is over by now

        about = next(one for one in bench.server.state["nodes"] if one["nodeId"] == PLUG)
        await bench.server.tell("controller", "node removed", node=about, reason=0)

        done = await hub.outcome(RemoveDevice(device(PLUG)))
        assert isinstance(done, CommandConfirmed)
        assert done.proof is Proof.ACCEPTED
        await bench.server.until_asked("controller.stop_exclusion")


async def test_nobody_presses_and_the_stick_is_not_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("drivers.zwave.members.REMOVE_SECONDS", 0.01)
    async with ordering(monkeypatch) as (bench, hub):
        hub.order(RemoveDevice(device(PLUG)))
        failed = await hub.outcome(RemoveDevice(device(PLUG)))

        assert isinstance(failed, CommandFailed)
        assert "nobody pressed the button" in failed.reason
        assert len(bench.server.commands("controller.begin_exclusion")) == 1
        assert bench.server.commands("controller.stop_exclusion")


async def test_a_dead_device_is_forgotten_without_a_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    async with ordering(monkeypatch) as (bench, hub):
        hub.order(RemoveDevice(device(DEAD)))
        assert isinstance(await hub.outcome(RemoveDevice(device(DEAD))), CommandConfirmed)
        assert bench.server.given("controller.remove_failed_node")["nodeId"] == DEAD
        assert not bench.server.commands("controller.begin_exclusion")


async def test_what_is_open_is_closed_before_a_device_leaves() -> None:
    async with stick() as (bench, its):
        await bench.driver.perform(PermitJoin(bench.driver.id, 60))
        bench.server.answer("controller.begin_exclusion", success=False)
        with pytest.raises(CommandRefused, match="busy"):
            await bench.driver.perform(RemoveDevice(device(PLUG)))
        assert its.state == IDLE
        assert told(bench.house) == [True, False]
