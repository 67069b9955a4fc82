"""A stick that talks nonsense, well framed and not: the driver lives on, or begins a new life."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.model.capability import Contact
from gateway.model.event import DriverFound, Reported
from gateway.supervisor import keep
from tests.drivers.zigbee.rig import Rig, zigbee_rig

BATCH = 100
SAMPLE, SOAK = 2_000, 50_000


@contextlib.asynccontextmanager
async def kept(rig: Rig) -> AsyncIterator[None]:
    """Keep the driver running as the hub does, only with short pauses."""

    async def pause(_: float) -> None:
        await asyncio.sleep(0.05)

    keeping = asyncio.create_task(keep(rig.driver, rig.house.report, pause))
    try:
        yield
    finally:
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping


async def babble(rig: Rig, inputs: int) -> int:
    """Have the stick say so many things that no stick says; give how many it did."""
    said = 0
    for seed in range(10 * inputs):
        answer = await rig.air.do("babble", count=BATCH, seed=seed)
        said += answer["said"] + 1  # the noise before them is one more
        if said >= inputs:
            break
        if not answer["said"]:
            await asyncio.sleep(0.01)  # the line is full, or the driver is between two lives
    return said


async def survives(folder: Path, inputs: int) -> None:
    """Talk nonsense to a driver; then open a door, and see it heard."""
    async with zigbee_rig(folder) as rig, kept(rig):
        await rig.pair("contact")
        assert await babble(rig, inputs) >= inputs

        opened = Reported(rig.device("contact"), Contact.OPEN)
        for _ in range(20):
            since = len(rig.house.told)
            await rig.air.do("close", device="contact")
            await rig.air.do("open", device="contact")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(3):
                    await rig.house.until(lambda e: e == opened, since=since)
                    return
        raise AssertionError("the driver never heard the door again")


async def test_a_stick_that_talks_nonsense_does_not_stop_the_driver(tmp_path: Path) -> None:
    await survives(tmp_path, SAMPLE)


@pytest.mark.soak
async def test_nor_does_one_that_talks_nonsense_for_long(tmp_path: Path) -> None:
    await survives(tmp_path, SOAK)


async def test_a_noisy_line_loses_no_door(tmp_path: Path) -> None:
    async with zigbee_rig(tmp_path) as rig, kept(rig):
        await rig.house.heard(DriverFound(rig.driver.id))
        await rig.pair("contact")
        await rig.air.do("fault", garble=0.1, drop=0.05, byte_by_byte=True, seed=7)

        for _ in range(10):
            since = len(rig.house.told)
            await rig.air.do("open", device="contact")
            await rig.house.until(
                lambda e: e == Reported(rig.device("contact"), Contact.OPEN), since=since
            )
            await rig.air.do("close", device="contact")
