"""A real server that is killed or hangs, a stick that is pulled, a siren that is dead."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from drivers.zwave.server import Managed
from gateway.model.command import Command, SilenceSiren, SoundSiren, TurnSwitch
from gateway.model.driver import DeviceUnreachable, DriverError, RadioLost
from gateway.model.event import DeviceFault, DeviceHeard, DriverFound, Fault, Proof
from tests.drivers.house import House, living
from tests.drivers.zwave.rig import KEYS, Rig, Stage, on, staged
from tests.processes import children, command_line
from tests.waiting import until_async

KINDS = ("contact", "siren", "spare_siren", "plug")
BOUND = 20.0


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("faults"), *KINDS) as made:
        yield made


@pytest.fixture
async def live(stage: Stage) -> AsyncIterator[Rig]:
    async with on(stage) as rig, living(rig.driver, rig.house):
        await rig.house.heard(DriverFound(rig.driver.id))
        yield rig


# The server


async def test_a_server_killed_amid_orders_fails_them_all_at_once(stage: Stage) -> None:
    async with on(stage) as rig:
        async with living(rig.driver, rig.house) as life:
            await rig.pair("siren", "spare_siren", "plug")
            await rig.air.do("mute", device="plug")
            orders: list[Command] = [
                TurnSwitch(rig.device("plug"), on=True),
                SoundSiren(rig.device("siren"), 60),
                SoundSiren(rig.device("spare_siren"), 60),
            ]
            under_way = [asyncio.create_task(_outcome(rig.driver.perform(o))) for o in orders]
            await asyncio.sleep(0)  # each has written its first frame
            stage.stop_server()

            assert str(await _end_of(life)) == "the Z-Wave server closed the connection"
            ended = await asyncio.wait_for(asyncio.gather(*under_way), 5)
            assert isinstance(ended[0], RadioLost)
            assert all(isinstance(one, Proof | RadioLost) for one in ended)
        await rig.air.do("unmute", device="plug")
        await _works(rig)


async def test_a_server_that_hangs_is_noticed_and_life_begins_anew(stage: Stage) -> None:
    async with on(stage, pulse_seconds=0.1, hung_seconds=0.5) as rig:
        async with living(rig.driver, rig.house) as life:
            await rig.pair("plug")
            assert stage.server is not None
            stage.server.send_signal(signal.SIGSTOP)
            order = asyncio.create_task(
                _outcome(rig.driver.perform(TurnSwitch(rig.device("plug"), on=True)))
            )

            assert str(await _end_of(life)) == "the Z-Wave server hangs: no answer in 0.5 s"
            assert isinstance(await asyncio.wait_for(order, 5), RadioLost)
        stage.stop_server()
    async with on(stage) as rig:
        await _works(rig)


# The stick


@pytest.fixture(scope="module")
def own(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Managed:
    """Describe a server of the hub's own, with the keys of the stage's devices."""
    folder = tmp_path_factory.mktemp("zwave", numbered=False)
    keys = folder / "keys.toml"
    lines = [f'{name} = "{key}"' for name, key in KEYS.items()]
    lines += ["[long_range]", f'S2_Authenticated = "{"44" * 16}"']
    keys.write_text("\n".join([*lines, f'S2_AccessControl = "{"55" * 16}"\n']))
    keys.chmod(0o600)
    return Managed(port=stage.port, folder=folder, keys=keys, end_seconds=1.0)


@pytest.fixture
def managed(stage: Stage, own: Managed) -> Managed:
    """Give that server the stick."""
    stage.stop_server()
    return own


async def test_a_stick_that_is_pulled_for_3_s_is_told_and_works_again(
    stage: Stage, managed: Managed
) -> None:
    async with on(stage, managed) as rig:
        async with living(rig.driver, rig.house) as life:
            await rig.pair("plug", "siren")
            gone = asyncio.create_task(rig.air.do("gone", ms=3000))
            assert "the stick is gone" in str(await _end_of(life))
            with pytest.raises(RadioLost):
                await rig.driver.perform(SoundSiren(rig.device("siren"), 60))
        await gone
        await _works(rig)


async def test_a_stick_that_is_pulled_for_long_is_told_until_it_is_back(
    stage: Stage, managed: Managed
) -> None:
    async with on(stage, managed) as rig:
        async with living(rig.driver, rig.house) as life:
            await rig.pair("plug")
            await rig.air.do("unplug")
            assert "the stick is gone" in str(await _end_of(life))
        async with living(rig.driver, rig.house) as life:
            assert str(await _end_of(life)) == f"nobody listens on {stage.port}"
        await rig.air.do("plug")
        await _works(rig)


async def test_a_server_of_ours_that_hangs_is_killed_at_once_and_another_takes_its_place(
    stage: Stage, managed: Managed
) -> None:
    patient = replace(managed, end_seconds=BOUND * 2)  # a server that hears may take its time
    async with on(stage, patient, pulse_seconds=0.1, hung_seconds=0.5) as rig:
        async with living(rig.driver, rig.house) as life:
            await rig.pair("plug")
            (pid,) = _servers()
            os.kill(pid, signal.SIGSTOP)
            assert "hangs" in str(await _end_of(life))
        assert pid not in _servers()
    async with on(stage, managed) as rig:
        await _works(rig)


# One of several


async def test_a_dead_siren_among_sirens_does_not_hold_up_another(live: Rig) -> None:
    await live.pair("siren", "spare_siren")
    await live.air.do("mute", device="siren")
    with pytest.raises(DeviceUnreachable):
        await live.driver.perform(SoundSiren(live.device("siren"), 60))
    await live.house.heard(DeviceFault(live.device("siren"), Fault.DEAD, present=True))

    dead, alive = live.device("siren"), live.device("spare_siren")
    trying = asyncio.create_task(_outcome(live.driver.perform(SoundSiren(dead, 60))))
    assert await live.driver.perform(SoundSiren(alive, 60)) is Proof.ACCEPTED
    assert not trying.done()
    assert isinstance(await trying, DeviceUnreachable)
    await live.driver.perform(SilenceSiren(alive))


# Signs of life


async def test_a_ping_and_a_wake_up_are_signs_of_life(stage: Stage) -> None:
    async with on(stage, round_seconds=0.1) as rig, living(rig.driver, rig.house):
        await rig.pair("contact", "plug", "siren", "spare_siren")
        for name in ("plug", "siren", "spare_siren", "contact"):
            await rig.house.heard(DeviceHeard(rig.device(name)))


async def test_a_device_that_went_silent_is_found_dead_by_the_ping(stage: Stage) -> None:
    async with on(stage, round_seconds=0.1) as rig, living(rig.driver, rig.house):
        await rig.pair("plug")
        await rig.air.do("mute", device="plug")
        await rig.house.heard(DeviceFault(rig.device("plug"), Fault.DEAD, present=True))
        since = len(rig.house.told)
        await rig.air.do("unmute", device="plug")
        back = DeviceFault(rig.device("plug"), Fault.DEAD, present=False)
        await rig.house.heard(back, since=since)


async def test_a_sleeper_is_told_how_often_to_wake(stage: Stage) -> None:
    async with on(stage, wake_up_seconds=600) as rig, living(rig.driver, rig.house):
        await rig.pair("contact")

        def is_told(state: dict[str, Any]) -> bool:
            return bool(state["device"]["wake_seconds"] == 600)

        async def woken() -> dict[str, Any]:
            await rig.air.do("wake", device="contact")
            return await rig.air.do("state", device="contact")

        await until_async(woken, is_told)


async def _works(rig: Rig) -> None:
    """Have a life that knows the plug and switches it."""
    rig.house = House()  # what was told in an earlier life is not of this one
    async with living(rig.driver, rig.house):
        await rig.pair("plug")
        order = TurnSwitch(rig.device("plug"), on=True)
        assert await rig.driver.perform(order) is Proof.REPORTED


async def _end_of(life: asyncio.Task[None]) -> RadioLost:
    with pytest.raises(RadioLost) as lost:
        await asyncio.wait_for(asyncio.shield(life), BOUND)
    return lost.value


async def _outcome(work: Awaitable[object]) -> object:
    try:
        return await work
    except DriverError as error:
        return error


def _servers() -> list[int]:
    """Give the servers that run as children of ours."""
    return [pid for pid in children(os.getpid()) if "serve.mjs" in command_line(pid)]
