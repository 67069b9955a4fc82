"""Firmware from a file, for a device or the stick. Nobody is asked over the network for one."""

import asyncio
import contextlib
import io
import zipfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from zwave_js_server.client import Client
from zwave_js_server.const import NodeStatus
from zwave_js_server.exceptions import BaseZwaveJSServerError
from zwave_js_server.model.driver import Driver
from zwave_js_server.model.driver.firmware import DriverFirmwareUpdateData
from zwave_js_server.model.node import Node
from zwave_js_server.model.node.firmware import NodeFirmwareUpdateData

from drivers.zwave import files
from drivers.zwave.asking import STICK, Outcome, asked, called, hearing, stopped
from drivers.zwave.nvm import READY_SECONDS, Nvm
from gateway.model.driver import CommandRefused, RadioLost
from gateway.model.upkeep import Progress

KINDS = (".bin", ".ex_", ".exe", ".gbl", ".hec", ".hex", ".ota", ".otz")
_ZIP = b"PK\x03\x04"
_STICK_SAID = {
    0: "it did not answer in time",
    1: "parts of the file were lost again and again",
    2: "it broke off",
    3: "it takes no firmware",
}
_DEVICE_SAID = {
    -1: "it did not answer in time",
    0: "the file arrived with mistakes",
    1: "the file did not arrive whole",
    2: "the file is another maker's",
    3: "the file is for another device",
    4: "the file is for another part",
    5: "its beginning says what the device does not know",
    6: "its beginning is of another kind",
    7: "it has too little memory",
    8: "the file is for another hardware",
}


async def update_device(driver: Driver, node: Node, file: Path, progress: Progress) -> str:
    """Send a device its firmware, to the end. Cancelled, the device keeps what it has."""
    held = await asyncio.to_thread(files.read, file, files.FIRMWARE_BYTES_MOST)
    packed = await asyncio.to_thread(_packed, file, held)
    data = await asyncio.to_thread(NodeFirmwareUpdateData(*packed).to_dict)
    asleep = node.status is NodeStatus.ASLEEP
    progress(None, "it sleeps: wake it by its button" if asleep else "asking the device for it")
    name = called(driver.controller, node.node_id)
    message = {"command": "node.update_firmware", "nodeId": node.node_id, "updates": [data]}

    def went_on(event: Mapping[str, Any]) -> None:
        far = event["firmware_update_progress"]
        progress(far.progress / 100, f"sending part {far.sent_fragments} of {far.total_fragments}")

    with hearing(node, {"firmware update progress": went_on}):
        try:
            result = await _sent(driver, name, message)
        except (asyncio.CancelledError, RadioLost):  # the server has the file, and would go on
            await stopped(node.async_abort_firmware_update())
            raise
    _judge(result, _DEVICE_SAID, "the device did not take it")
    wait = result.get("waitTime")
    soon = f"; it is back in {wait} s" if wait else ""
    return f"{name} has its new firmware{soon}"


async def update_stick(nvm: Nvm, file: Path) -> str:
    """Back the stick up, then write its firmware. The radio is off meanwhile."""
    held = await asyncio.to_thread(files.read, file, files.FIRMWARE_BYTES_MOST)
    packed = await asyncio.to_thread(_packed, file, held)
    before = await nvm.backup()
    data = await asyncio.to_thread(DriverFirmwareUpdateData(*packed).to_dict)
    ready = Outcome[None]()

    def went_on(event: Mapping[str, Any]) -> None:
        far = event["firmware_update_progress"]
        nvm.progress(far.progress / 100, "writing the stick's firmware: leave it plugged in")

    heard = {
        "firmware update progress": went_on,
        "driver ready": lambda _: ready.is_(None),
    }
    with hearing(nvm.driver, heard):
        nvm.progress(None, "writing the stick's firmware: leave it plugged in")
        message = {"command": "driver.firmware_update_otw", **data}
        result = await _sent(nvm.driver, STICK, message)
        _judge(result, _STICK_SAID, "the stick did not take it")
        nvm.progress(None, "the stick starts anew")
        await ready.within(
            READY_SECONDS,
            f"the firmware is written, but the stick did not come back within {READY_SECONDS:g} s: "
            f"plug it in anew (its memory is in {before})",
        )
    return f"the stick has its new firmware; its memory from before is in {before}"


def _packed(file: Path, held: bytes) -> tuple[str, bytes]:
    """Give a name and a ZIP with this one file in it.

    The server (3.10.2) takes every file for a ZIP first, and fails over one that is none.
    """
    if held.startswith(_ZIP):
        return "firmware.zip", held
    kind = file.suffix.lower()
    if kind not in KINDS:
        raise CommandRefused(f"{file} is of no kind that is known here: {', '.join(KINDS)}, .zip")
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as packing:
        packing.writestr(zipfile.ZipInfo(f"firmware{kind}"), held, zipfile.ZIP_DEFLATED)
    return f"firmware{kind}.zip", box.getvalue()


def _judge(result: Mapping[str, Any], said: Mapping[int, str], otherwise: str) -> None:
    if not result.get("success"):
        raise CommandRefused(said.get(int(result.get("status", -99)), otherwise))


async def _sent(driver: Driver, name: str, message: dict[str, Any]) -> Mapping[str, Any]:
    async with _aside(driver.client) as (client, ended):
        asking = asyncio.get_running_loop().create_task(
            asked(name, client.async_send_command(message), None)
        )
        try:
            await asyncio.wait((asking, ended), return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                raise RadioLost("the Z-Wave server closed the connection of the file")
            result: Mapping[str, Any] = asking.result()["result"]
            return result
        finally:
            asking.cancel()
            await asyncio.wait((asking,))


@contextlib.asynccontextmanager
async def _aside(main: Client) -> AsyncIterator[tuple[Client, asyncio.Task[None]]]:
    """Give a connection for a file: megabytes on the other would hold up what the house tells."""
    client = Client(main.ws_server_url, main.aiohttp_session)
    receiving: asyncio.Task[None] | None = None
    try:
        await _opened(client)
        receiving = asyncio.get_running_loop().create_task(_received(client))
        yield client, receiving
    finally:
        if receiving is not None:
            receiving.cancel()
            await asyncio.wait((receiving,))
        await client.disconnect()


async def _opened(client: Client) -> None:
    try:
        await client.connect()
        await client.initialize()
    except (BaseZwaveJSServerError, OSError):
        raise RadioLost("the Z-Wave server takes no connection for the file") from None


async def _received(client: Client) -> None:
    with contextlib.suppress(BaseZwaveJSServerError):
        await client.receive_until_closed()
