"""The long jobs against the real server and a simulated stick, as far as that stick goes along."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from gateway.model.credential import Code
from gateway.model.driver import CommandRefused, CommandUnsupported, RadioLost
from gateway.model.event import DeviceJoined, DeviceLeft
from gateway.model.upkeep import Job, Task
from tests.drivers.house import living
from tests.drivers.zwave.rig import Rig, Stage, device, on, staged
from tests.waiting import until_async

DSK = "12345-23456-34567-45678-56789-01234-12345-23456"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give one network to all: each story has devices of its own."""
    kinds = ("plug", "siren", "lock", "light", "garage", "valve")
    with staged(tmp_path_factory.mktemp("zwave"), *kinds) as made:
        yield made


@pytest.fixture
async def rig(stage: Stage, tmp_path: Path) -> AsyncIterator[Rig]:
    """Give a driver that lives."""
    async with on(stage, backups=tmp_path / "backups") as made, living(made.driver, made.house):
        yield made


class Told(list[tuple[float | None, str]]):
    """How far a job told that it is."""

    def __call__(self, far: float | None, words: str) -> None:
        self.append((far, words))


async def removing(rig: Rig) -> None:
    """Wait until the stick lets devices leave."""
    await until_async(lambda: rig.air.do("state"), lambda told: told["stick"]["mode"] == "removing")


async def test_a_device_is_asked_anew_and_tells_how_far_it_is(rig: Rig) -> None:
    await rig.pair("siren")
    since, told = len(rig.house.told), Told()

    said = await rig.driver.upkeep(Task(Job.INTERVIEW, device("siren")), told)

    assert said == f"{device('siren')} told anew all it can do"
    far = [far for far, words in told if words == "it tells what it can do" and far is not None]
    assert far == sorted(far)
    assert far
    assert far[-1] <= 1.0
    await rig.house.until(
        lambda event: isinstance(event, DeviceJoined) and event.device.id == device("siren"),
        since=since,
    )


async def test_the_device_whose_button_is_pressed_leaves(rig: Rig) -> None:
    await rig.pair("plug")
    leaving = asyncio.create_task(rig.driver.upkeep(Task(Job.EXCLUDE, device("plug")), Told()))
    await removing(rig)
    await rig.air.do("leave", device="plug")

    assert await leaving == f"{device('plug')} left the network"
    await rig.house.heard(DeviceLeft(device("plug")))
    assert (await rig.air.do("state"))["stick"]["mode"] != "removing"


async def test_another_device_than_the_one_that_was_meant_leaves(rig: Rig) -> None:
    await rig.pair("siren", "valve")
    leaving = asyncio.create_task(rig.driver.upkeep(Task(Job.EXCLUDE, device("siren")), Told()))
    await removing(rig)
    await rig.air.do("leave", device="valve")

    other = f"another device left instead of {device('siren')}: {device('valve')}"
    with pytest.raises(CommandRefused, match=other):
        await leaving


async def test_an_exclusion_that_is_stopped_closes_the_network(rig: Rig) -> None:
    await rig.pair("siren")
    leaving = asyncio.create_task(rig.driver.upkeep(Task(Job.EXCLUDE), Told()))
    await removing(rig)
    leaving.cancel()
    await asyncio.wait((leaving,))

    await until_async(lambda: rig.air.do("state"), lambda told: told["stick"]["mode"] != "removing")


async def test_a_device_that_answers_is_not_forgotten(rig: Rig) -> None:
    await rig.pair("siren")

    with pytest.raises(CommandRefused, match="it answers, so it is not dead"):
        await rig.driver.upkeep(Task(Job.FORGET, device("siren")), Told())


async def test_a_device_that_is_silent_for_good_is_forgotten(rig: Rig) -> None:
    await rig.pair("light")
    await rig.air.do("mute", device="light")

    said = await rig.driver.upkeep(Task(Job.FORGET, device("light")), Told())

    assert said == f"{device('light')} is out of the network"
    await rig.house.heard(DeviceLeft(device("light")))


async def test_routes_that_the_stick_cannot_find_are_told_of(rig: Rig) -> None:
    await rig.pair("siren")
    told = Told()

    with pytest.raises(CommandRefused, match=f"^0 devices have new routes; {device('siren')}, "):
        await rig.driver.upkeep(Task(Job.REBUILD), told)
    assert told[0][0] == 0.0
    assert told[-1][0] == 1.0
    with pytest.raises(CommandRefused, match="did not answer to the end"):
        await rig.driver.upkeep(Task(Job.REBUILD, device("siren")), Told())


async def test_without_a_backup_neither_memory_nor_firmware_is_written(
    rig: Rig, tmp_path: Path
) -> None:
    await rig.pair("siren")
    file = tmp_path / "some.bin"
    file.write_bytes(b"memory")

    for job in Job.BACKUP, Job.RESTORE, Job.FIRMWARE:
        named = None if job is Job.BACKUP else file
        with pytest.raises(CommandRefused, match="the stick said no"):
            await rig.driver.upkeep(Task(job, file=named), Told())
    assert not [*(tmp_path / "backups").glob("*")]


async def test_a_device_that_takes_no_firmware_says_so(rig: Rig, tmp_path: Path) -> None:
    await rig.pair("siren")
    file = tmp_path / "some.bin"
    file.write_bytes(bytes(1000))

    # The server read the file, or it would have said so: it asked the device, which says no.
    with pytest.raises(CommandRefused, match="did not arrive whole"):
        await rig.driver.upkeep(Task(Job.FIRMWARE, device("siren"), file), Told())


async def test_a_device_is_expected(rig: Rig) -> None:
    await rig.pair("siren")
    assert await rig.driver.upkeep(Task(Job.SMART_START), Told()) == "no device is expected"

    await rig.driver.upkeep(Task(Job.SMART_START, key=Code(DSK)), Told())

    expected = await rig.driver.upkeep(Task(Job.SMART_START), Told())
    assert expected == f"expected: *****{DSK[5:]}"


async def test_a_stick_that_cannot_replace_says_so_and_is_not_busy_for_ever(rig: Rig) -> None:
    await rig.pair("siren", "garage")
    await rig.air.do("mute", device="garage")

    with pytest.raises(CommandUnsupported, match="this stick cannot do that"):
        await rig.driver.upkeep(Task(Job.REPLACE, device("garage")), Told())
    with pytest.raises(CommandRefused, match="nobody pressed"):
        await rig.driver.upkeep(Task(Job.EXCLUDE, seconds=1), Told())


async def test_a_stick_that_begins_anew_is_a_new_life(stage: Stage) -> None:
    """What a restore ends with: the real server restarts its driver, and tells it."""
    async with on(stage) as rig:
        async with living(rig.driver, rig.house) as life:
            await rig.pair("siren")
            await restart(stage.url)
            with pytest.raises(RadioLost, match="began anew"):
                await life
        since = len(rig.house.told)
        async with living(rig.driver, rig.house):
            await rig.house.until(_is_there, since=since)
            assert await rig.driver.upkeep(Task(Job.SMART_START), Told())


async def restart(url: str) -> None:
    """Have Z-Wave JS reset the stick and begin anew, as it does by itself after a restore."""
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as other:
        asks: list[dict[str, object]] = [
            {"command": "initialize", "schemaVersion": 50, "additionalUserAgentComponents": {}},
            {"command": "driver.soft_reset_and_restart"},
        ]
        await other.receive_json()
        for number, message in enumerate(asks):
            await other.send_json({"messageId": str(number), **message})
            answer = await other.receive_json()
            assert answer["success"]


def _is_there(event: object) -> bool:
    return isinstance(event, DeviceJoined) and event.device.id == device("siren")
