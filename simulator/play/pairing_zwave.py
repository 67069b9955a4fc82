"""Pairs Z-Wave devices with the hub for real: one after the other, each with its PIN."""

import asyncio
import itertools
from collections.abc import Callable, Sequence

from simulator.play.far import Far
from simulator.play.house import Radio, Resident
from simulator.play.hub import Hub
from simulator.play.line import Message
from simulator.play.patience import ASK_AGAIN_SECONDS, NotPaired, until_none

PERMIT_SECONDS = 240
JOIN_SECONDS = 45.0  # one device with its interview; 7 s are usual
WAKE_EVERY = 20  # times that it is looked
_UNREADABLE = ("keypad",)  # it tells what is typed, and never how it stands
_WITH_PIN = ("access", "authenticated")


async def pair(residents: Sequence[Resident], far: Far, hub: Hub) -> None:
    """Include who is in no network yet; wake who is, until the hub has heard everybody."""
    known = (await far.ask("state", radio=Radio.ZWAVE))["devices"]
    strangers = [one.name for one in residents if not known[one.name]["joined"]]
    if strangers:
        for name in strangers:
            await until_none("radios that include nobody", lambda: _closed(far, hub))
            await _join(name, far, hub)
        await hub.ask("pair", driver=Radio.ZWAVE, seconds=0)
    turns = itertools.count()

    async def silent() -> list[str]:
        """Name who is silent; each device that sleeps is heard when it wakes, not when asked."""
        names = await _unheard(residents, far, hub)
        if next(turns) % WAKE_EVERY == 0:
            for name in names:
                await far.act("check_in", name)
        return names

    await until_none("Z-Wave devices that the hub has not heard", silent, ASK_AGAIN_SECONDS)


async def _closed(far: Far, hub: Hub) -> list[str]:
    """Name the radio if it includes nobody now, and have asked it to by then."""
    if (await far.ask("state", radio=Radio.ZWAVE))["stick"]["mode"] == "adding":
        return []
    if not (await hub.state())["drivers"][Radio.ZWAVE]["joining"]:
        await hub.ask("pair", driver=Radio.ZWAVE, seconds=PERMIT_SECONDS)
        await asyncio.sleep(ASK_AGAIN_SECONDS)
    return [Radio.ZWAVE]


async def _join(name: str, far: Far, hub: Hub) -> None:
    waits_for = "the stick, to answer it"
    try:
        async with hub.entries() as entries, asyncio.timeout(JOIN_SECONDS):
            await far.act("join", name)
            about = (await far.ask("state", device=name))["device"]
            if about["security"] in _WITH_PIN:
                waits_for = "the hub, to ask for its key"
                await _until(entries, _asks_for_key)
                await hub.ask("join_key", driver=Radio.ZWAVE, key=about["pin"])
            waits_for = "the hub, to take it in"
            await _until(entries, lambda event: _is_here(event, about["node"]))
    except TimeoutError:
        late = f"{name} did not join within {JOIN_SECONDS:g} s: it waits for {waits_for}"
        raise NotPaired(late) from None


async def _until(entries: asyncio.Queue[Message], wanted: Callable[[Message], bool]) -> None:
    while True:
        event = (await entries.get()).get("event", {})
        if event.get("is") == "DeviceFault" and event["fault"] == "insecure" and event["present"]:
            raise NotPaired(f"{event['device']} joined without its security")
        if wanted(event):
            return


def _asks_for_key(event: Message) -> bool:
    return event.get("is") == "JoinKeyWanted" and event["driver"] == Radio.ZWAVE


def _is_here(event: Message, node: int) -> bool:
    return event.get("is") == "DeviceJoined" and _node_of(event["device"]["id"]) == node


async def _unheard(residents: Sequence[Resident], far: Far, hub: Hub) -> list[str]:
    """Name those of which the hub does not know all."""
    told = (await hub.ask("devices"))["devices"].values()
    heard = {_node_of(one["id"]) for one in told if _is_heard(one)}
    nodes = (await far.ask("state", radio=Radio.ZWAVE))["devices"]
    return [one.name for one in residents if nodes[one.name]["node"] not in heard]


def _is_heard(device: Message) -> bool:
    readings = [value for what, value in device["readings"].items() if what not in _UNREADABLE]
    return device["heard_seconds"] is not None and "unknown" not in readings


def _node_of(device: str) -> int:
    """Read the node out of a device's id, `zwave:7e570001/4/0`; 0 for another radio's."""
    radio, _, rest = device.partition(":")
    return int(rest.split("/")[1]) if radio == Radio.ZWAVE else 0
