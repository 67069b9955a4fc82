"""Pairs the devices of a house with its hub for real: permit, join, interview, first readings."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence

from simulator.play import pairing_cameras, pairing_zwave
from simulator.play.far import Far
from simulator.play.house import Home, Radio, Resident
from simulator.play.hub import Hub
from simulator.play.patience import ASK_AGAIN_SECONDS, NotPaired, until_none

__all__ = ["NotPaired", "pair_missing"]

PERMIT_SECONDS = 240


async def pair_missing(home: Home, far: Far, hub: Hub, outside: Collection[str] = ()) -> None:
    """Pair the devices that the hub does not know, and wait until it knows how they stand.

    Those that are to stay outside do; of their zones the hub knows nothing.
    """
    await until_none("radios that the hub has not found", lambda: _unfound(home, hub))
    for radio in home.radios:
        await _PAIR[radio]([one for one in home.of(radio) if one.name not in outside], far, hub)
    strangers = await _zones_of(outside, hub)
    await until_none("zones of which the hub knows nothing", lambda: _unknown(hub, strangers))


async def _unfound(home: Home, hub: Hub) -> list[str]:
    drivers = (await hub.state())["drivers"]
    needed = [radio for radio in home.radios if home.of(radio)]
    return [radio for radio in needed if not drivers.get(radio.driver, {}).get("found")]


async def _pair_zigbee(residents: Sequence[Resident], far: Far, hub: Hub) -> None:
    missing = await _missing(residents, hub)
    if not missing:
        return
    await _permit(missing, hub)
    async with asyncio.TaskGroup() as joining:
        for resident in missing:
            joining.create_task(far.act("join", resident.name))
    await until_none("not among the hub's devices", lambda: _names(_missing(residents, hub)))
    await hub.ask("pair", driver=Radio.ZIGBEE, seconds=0)


async def _permit(missing: Sequence[Resident], hub: Hub) -> None:
    for resident in missing:
        if resident.install_code:
            key = {"install_code": resident.install_code, "address": resident.eui64}
            await hub.ask("pair", seconds=PERMIT_SECONDS, **key)
    await until_none(
        "drivers that do not let devices join", lambda: _closed(hub), ASK_AGAIN_SECONDS
    )


async def _closed(hub: Hub) -> list[str]:
    """Name the driver if it is closed, and have asked again by then: a radio may be busy."""
    drivers = (await hub.state())["drivers"]
    if drivers[Radio.ZIGBEE]["joining"]:
        return []
    await hub.ask("pair", driver=Radio.ZIGBEE, seconds=PERMIT_SECONDS)
    return [Radio.ZIGBEE]


async def _missing(residents: Sequence[Resident], hub: Hub) -> list[Resident]:
    told = (await hub.ask("devices"))["devices"].values()
    # A configured device is listed from the start; only one that was heard has joined.
    known = [str(device["id"]) for device in told if device["heard_seconds"] is not None]
    return [
        resident
        for resident in residents
        if not any(f":{resident.address}" in device for device in known)
    ]


async def _names(residents: Awaitable[list[Resident]]) -> list[str]:
    return [resident.name for resident in await residents]


async def _zones_of(devices: Collection[str], hub: Hub) -> frozenset[str]:
    if not devices:
        return frozenset()
    state = await hub.state()
    ids = {state["devices"][name]["id"] for name in devices if name in state["devices"]}
    return frozenset(name for name, zone in state["zones"].items() if zone["device"] in ids)


async def _unknown(hub: Hub, strangers: Collection[str]) -> list[str]:
    zones = (await hub.state())["zones"]
    return [
        name
        for name, zone in zones.items()
        if zone["reading"] == "unknown" and name not in strangers
    ]


_PAIR: dict[Radio, Callable[[Sequence[Resident], Far, Hub], Awaitable[None]]] = {
    Radio.ZIGBEE: _pair_zigbee,
    Radio.ZWAVE: pairing_zwave.pair,
    Radio.CAMERA: pairing_cameras.pair,
}
