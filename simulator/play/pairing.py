"""Pairs the devices of a house with its hub for real: permit, join, interview, first readings."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from simulator.play.far_side import FarSide
from simulator.play.house import Home, Resident
from simulator.play.hub import Hub

PERMIT_SECONDS = 240
PAIRING_SECONDS = 60.0
POLL_SECONDS = 0.05
ASK_AGAIN_SECONDS = 0.1


class NotPaired(Exception):
    """Devices did not become the hub's in time; the text names them."""


async def pair_missing(home: Home, far: FarSide, hub: Hub) -> None:
    """Pair the devices that the hub does not know, and wait until it knows how they stand."""
    missing = await _missing(home, hub)
    if missing:
        await _permit(missing, hub)
        async with asyncio.TaskGroup() as joining:
            for resident in missing:
                joining.create_task(far.act("join", resident.name))
        await _until_none("not among the hub's devices", lambda: _names(_missing(home, hub)))
        await hub.ask("pair", seconds=0)
    await _until_none("zones of which the hub knows nothing", lambda: _unknown(hub))


async def _permit(missing: Sequence[Resident], hub: Hub) -> None:
    for resident in missing:
        if resident.install_code:
            key = {"install_code": resident.install_code, "address": resident.eui64}
            await hub.ask("pair", seconds=PERMIT_SECONDS, **key)
    await _until_none(
        "drivers that do not let devices join", lambda: _closed(hub), ASK_AGAIN_SECONDS
    )


async def _closed(hub: Hub) -> list[str]:
    """Name the drivers that are closed, and have asked again by then: a radio may be busy."""
    drivers = (await hub.state())["drivers"]
    closed = [name for name, driver in drivers.items() if not driver["joining"]]
    for name in closed:
        await hub.ask("pair", driver=name, seconds=PERMIT_SECONDS)
    return closed


async def _missing(home: Home, hub: Hub) -> list[Resident]:
    told = (await hub.ask("devices"))["devices"].values()
    # A configured device is listed from the start; only one that was heard has joined.
    known = [str(device["id"]) for device in told if device["heard_seconds"] is not None]
    return [
        resident
        for resident in home.devices.values()
        if not any(f":{resident.address}" in device for device in known)
    ]


async def _names(residents: Awaitable[list[Resident]]) -> list[str]:
    return [resident.name for resident in await residents]


async def _unknown(hub: Hub) -> list[str]:
    zones = (await hub.state())["zones"]
    return [name for name, zone in zones.items() if zone["reading"] == "unknown"]


async def _until_none(
    what: str, left: Callable[[], Awaitable[list[str]]], poll_seconds: float = POLL_SECONDS
) -> None:
    names: list[str] = []
    try:
        async with asyncio.timeout(PAIRING_SECONDS):
            names = await left()
            while names:
                await asyncio.sleep(poll_seconds)
                names = await left()
    except TimeoutError:
        waited = f"after {PAIRING_SECONDS:g} s"
        raise NotPaired(f"{what} {waited}: {', '.join(names)}") from None
