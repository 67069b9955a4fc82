"""Waits until the hub sees with each camera and hears it. Nothing joins: its file names them."""

from collections.abc import Sequence

from simulator.play.far import Far
from simulator.play.house import Radio, Resident
from simulator.play.hub import Hub
from simulator.play.patience import until_none


async def pair(residents: Sequence[Resident], far: Far, hub: Hub) -> None:
    """Wait until each camera's picture is good, and its events are subscribed to."""
    await until_none("cameras that the hub does not see with", lambda: _unseen(residents, hub))
    await until_none("cameras that the hub does not hear", lambda: _unheard(residents, far))


async def _unseen(residents: Sequence[Resident], hub: Hub) -> list[str]:
    devices = (await hub.state())["devices"]
    return [one.name for one in residents if _picture(devices.get(one.name)) != "seeing"]


def _picture(device: object) -> object:
    return device["readings"].get("camera") if isinstance(device, dict) else None


async def _unheard(residents: Sequence[Resident], far: Far) -> list[str]:
    cameras = (await far.ask("state", radio=Radio.CAMERA))["devices"]
    return [
        one.name
        for one in residents
        if "onvif" in cameras[one.name] and not cameras[one.name]["subscriptions"]
    ]
