"""Routes found anew: of one device, or of all that listen. It takes minutes, and fills the air."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from zwave_js_server.const import NodeStatus
from zwave_js_server.model.controller import Controller
from zwave_js_server.model.controller.rebuild_routes import RebuildRoutesOptions
from zwave_js_server.model.node import Node

from drivers.zwave.asking import STICK, Outcome, asked, called, hearing, stopped
from gateway.model.driver import CommandRefused
from gateway.model.upkeep import Progress


async def rebuild_one(controller: Controller, node: Node, progress: Progress) -> str:
    """Find the routes of one device; one that sleeps must be woken."""
    asleep = node.status is NodeStatus.ASLEEP
    progress(None, "it sleeps: wake it by its button" if asleep else "asking it for its neighbours")
    name = called(controller, node.node_id)
    try:
        call = controller.async_rebuild_node_routes(node)
        found = await asked(name, call, None)
    except BaseException:
        await stopped(controller.async_stop_rebuilding_routes())
        raise
    if not found:
        raise CommandRefused(f"{name} did not answer to the end")
    return f"{name} has new routes"


async def rebuild_all(controller: Controller, progress: Progress) -> str:
    """Find the routes of every device that listens. Who sleeps is left to be asked singly."""
    done = Outcome[Mapping[str, str]]()

    def went_on(event: Mapping[str, Any]) -> None:
        said = Counter(event["progress"].values())
        asked_for = sum(said.values()) - said["skipped"]
        ready = said["done"] + said["failed"]
        progress(ready / max(1, asked_for), f"{ready} of {asked_for} devices")

    heard = {
        "rebuild routes progress": went_on,
        "rebuild routes done": lambda event: done.is_(event["result"]),
    }
    with hearing(controller, heard):
        awake = RebuildRoutesOptions(include_sleeping=False)
        try:
            begun = await asked(STICK, controller.async_begin_rebuilding_routes(awake))
            result = await done.within(None, "") if begun else None
        except BaseException:
            await stopped(controller.async_stop_rebuilding_routes())
            raise
    if result is None:
        raise CommandRefused("the routes are being rebuilt already")
    return _told(controller, result)


def _told(controller: Controller, result: Mapping[str, str]) -> str:
    """Say what came of it; raise CommandRefused where nothing did."""
    said = Counter(result.values())
    parts = [_many(said["done"], "has new routes", "have new routes")]
    failed = sorted(int(number) for number, how in result.items() if how == "failed")
    if failed:
        names = [called(controller, number) for number in failed]
        parts.append(f"{', '.join(names)} did not answer")
    if said["skipped"]:
        parts.append(_many(said["skipped"], "was left out", "were left out") + " (asleep or dead)")
    sentence = "; ".join(parts)
    if failed and not said["done"]:
        raise CommandRefused(sentence)
    return sentence


def _many(count: int, one: str, more: str) -> str:
    return f"1 device {one}" if count == 1 else f"{count} devices {more}"
