"""What the driver asks and makes of the answers, against a script: for what no mock stick does."""

import asyncio
from collections.abc import Awaitable

import pytest

from drivers.zwave import reading
from gateway.model.capability import Siren, Switch, Tamper
from gateway.model.command import (
    PermitJoin,
    RefreshDevice,
    SoundSiren,
    TurnSwitch,
)
from gateway.model.credential import Code
from gateway.model.driver import CommandRefused, DeviceUnreachable, DriverError, RadioLost
from gateway.model.event import DeviceHeard, Proof, Reported, Telemetry
from tests.drivers.zwave.bench import INVOKE, TURNED_ON, device, put_to_sleep, running
from tests.drivers.zwave.cast import LOCK, SIREN
from tests.drivers.zwave.scripted import DEAD, PLUG, SLEEPER, Message, Server
from tests.waiting import until

DSK = "12345-23456-34567-45678-56789-01234-12345-23456"


# What is not confirmed is not done


async def test_a_siren_that_does_not_confirm_is_asked_whether_it_sounds() -> None:
    siren = SoundSiren(device(SIREN), 60)

    async with running({"play": None, "getPlaying": {"toneId": 0}}) as bench:
        with pytest.raises(DeviceUnreachable, match="did not confirm"):
            await bench.driver.perform(siren)
    async with running({"play": None, "getPlaying": None}) as bench:
        with pytest.raises(DeviceUnreachable, match="did not confirm"):
            await bench.driver.perform(siren)
    async with running({"play": None, "getPlaying": {"toneId": 1}}) as bench:
        assert await bench.driver.perform(siren) is Proof.ACCEPTED
    async with running({"play": {"status": 2}}) as bench:
        with pytest.raises(CommandRefused):
            await bench.driver.perform(siren)


async def test_an_order_that_the_stick_dropped_is_given_once_more() -> None:
    async with running() as bench:
        given = 0

        async def invoke(message: Message) -> Message:
            nonlocal given
            given += message["methodName"] == "play"
            if given == 1:
                bench.server.refuse("again", 202)
                return await bench.server._handlers["again"](message)
            return {"response": {"status": 255}}

        bench.server.on(INVOKE, invoke)
        assert await bench.driver.perform(SoundSiren(device(SIREN), 60)) is Proof.ACCEPTED
        assert given == 2


@pytest.mark.parametrize("code", [100, 102, 103, 112])
async def test_a_server_without_its_stick_says_so(code: int) -> None:
    async with running() as bench:
        bench.server.refuse(INVOKE, code)
        with pytest.raises(RadioLost, match="the Z-Wave stick is lost"):
            await bench.driver.perform(SoundSiren(device(SIREN), 60))


# Those that sleep


async def test_orders_for_a_sleeper_end_each_and_do_no_harm_to_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "READ_SECONDS", 3.0)

    def answers(server: Server) -> None:
        async def refresh(message: Message) -> Message:
            if message["nodeId"] == SLEEPER:
                await asyncio.Future()
            await server.tell("node", "value updated", nodeId=PLUG, args=TURNED_ON)
            return {}

        server.on("node.refresh_cc_values", refresh)

    async with running({"set": None}, answers) as bench:
        sleeper, orders = device(SLEEPER), 200
        many = [_failure(bench.driver.perform(TurnSwitch(sleeper, on=True))) for _ in range(orders)]
        many += [_failure(bench.driver.perform(RefreshDevice(sleeper))) for _ in range(orders)]
        waiting = asyncio.gather(*many)
        await until(lambda: any(one.get("nodeId") == SLEEPER for one in bench.server.asked))
        assert await bench.driver.perform(RefreshDevice(device(PLUG))) is Proof.REPORTED
        assert await bench.driver.perform(SoundSiren(device(SIREN), 60)) is Proof.ACCEPTED
        ended = await asyncio.wait_for(waiting, 30)

        assert [type(one) for one in ended] == [DeviceUnreachable] * 2 * orders
        queued = [one for one in bench.server.asked if one.get("nodeId") == SLEEPER]
        assert len([one for one in queued if one["command"] != "node.ping"]) <= 5
        assert (SLEEPER, "set") not in bench.calls


async def test_a_sleeper_that_wakes_is_heard_and_told_when_to_wake() -> None:
    async with running(set_up=put_to_sleep, wake_up_seconds=600) as bench:
        await bench.wake()
        await bench.house.heard(DeviceHeard(device(SLEEPER)))
        await until(lambda: bench.asked("setInterval"))

        told = [(one["nodeId"], one["args"]) for one in bench.asked("setInterval")]
        assert told == [(SLEEPER, [600, 1])]


# Those that say nothing when all is well


async def test_who_listens_is_pinged_and_heard_and_who_sleeps_is_not() -> None:
    async with running(round_seconds=0.01) as bench:
        pinged = {PLUG, DEAD, SIREN, LOCK}
        await until(lambda: pinged <= {one["nodeId"] for one in _pings(bench.server)})
        sleeper = next(node for node in bench.server.state["nodes"] if node["nodeId"] == SLEEPER)
        assert sleeper["isListening"]  # the script's sleeper is a plug that somebody put to sleep

        await bench.server.tell(
            "node", "statistics updated", nodeId=PLUG, statistics=_statistics(rssi=-71)
        )
        await bench.house.heard(DeviceHeard(device(PLUG)))
        await bench.house.heard(Telemetry(device(PLUG), "rssi_dbm", -71.0))


@pytest.mark.parametrize("rssi", [125, 126, 127])
async def test_a_signal_that_was_not_measured_is_not_told(rssi: int) -> None:
    async with running() as bench:
        await bench.server.tell(
            "node", "statistics updated", nodeId=PLUG, statistics=_statistics(rssi=rssi)
        )
        await bench.house.heard(DeviceHeard(device(PLUG)))
        await bench.server.tell("node", "value updated", nodeId=PLUG, args=TURNED_ON)
        await bench.house.heard(Reported(device(PLUG), Switch.ON))
        assert not [e for e in bench.house.told if isinstance(e, Telemetry)]


async def test_what_a_device_left_unsaid_is_asked_again_once_it_answers() -> None:
    async with running({"getPlaying": None}, round_seconds=0.05) as bench:
        await bench.house.heard(Reported(device(SIREN), Siren.UNKNOWN))
        since = bench.calls.count((SIREN, "getPlaying"))
        await until(lambda: bench.calls.count((SIREN, "getPlaying")) > since)


async def test_a_detector_is_asked_although_its_server_forgot_what_its_value_is_of() -> None:
    async with running({"get": {"notificationEvent": 0}}) as bench:
        await bench.house.heard(Reported(device(SIREN), Tamper.INTACT))


# Devices that join by themselves


async def test_a_key_written_down_lets_its_device_join_by_itself() -> None:
    async with running() as bench:
        await bench.driver.perform(PermitJoin(bench.driver.id, 0, Code(DSK)))
        entry = bench.server.given("controller.provision_smart_start_node")["entry"]
        assert entry["dsk"] == DSK
        assert entry["securityClasses"] == [2, 1, 0]
        assert not bench.server.commands("controller.begin_inclusion")


def _pings(server: Server) -> list[Message]:
    return [one for one in server.asked if one["command"] == "node.ping"]


def _statistics(**more: object) -> Message:
    counts = ("commandsTX", "commandsRX", "commandsDroppedTX", "commandsDroppedRX")
    told = dict.fromkeys((*counts, "timeoutResponse"), 1)
    return told | {"lastSeen": "2026-01-01T00:00:00.000Z"} | more


async def _failure(work: Awaitable[object]) -> object:
    try:
        return await work
    except DriverError as error:
        return error
