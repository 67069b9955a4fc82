"""A real hub with cameras and no stick: a plain stream that is watched, and a camera with a door.

The door is a contact at the digital input of an ONVIF camera that nobody looks through.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from gateway.cli.hub_command import hub_command
from simulator.play.hub import Hub
from tests.simulator.camera.cameras import Cameras, cameras
from tests.waiting import until, until_async

PASSWORD = "kept-to-itself-4711"
HOUSE = f"""
[camera]
discovery_port = 0

[[device]]
radio = "camera"
name = "yard"
onvif = false
password = "{PASSWORD}"

[[device]]
radio = "camera"
name = "gate"
password = "{PASSWORD}"
"""
CONFIG = """
[site]
name = "Watched"
timezone = "Europe/Prague"

[state]
folder = "state"

[[camera]]
name = "yard"
rtsp = {main}
rtsp_sub = {sub}
user = "nightlatch"
password_file = "yard.password"
area = "house"

[[camera]]
name = "gate"
address = {gate}
user = "nightlatch"
password_file = "yard.password"
record = false

[[device]]
id = "onvif:gate/input1"
name = "back_door"

[[area]]
name = "house"

[area.modes.away]
exit_delay = "0s"
entry_delay = "0s"

[area.confirm]
zones = ["back_door"]
by = ["yard"]
within = "2s"
otherwise = {otherwise}

[[zone]]
name = "back_door"
area = "house"
device = "back_door"
reading = "contact"
kind = "instant"
modes = ["away"]
"""


class CameraHub:
    """The hub, the cameras, and all that was written down."""

    def __init__(self, work: Path, far: Cameras, otherwise: str) -> None:
        self.work, self.far = work, far
        self.state_folder = work / "state"
        self.config = work / "nightlatch.toml"
        self.entries: list[dict[str, Any]] = []
        plain = far.ready["cameras"]
        texts = {
            "main": plain["yard"]["main"],
            "sub": plain["yard"]["sub"],
            "gate": plain["gate"]["onvif"],
            "otherwise": otherwise,
        }
        self.config.write_text(CONFIG.format_map({k: json.dumps(v) for k, v in texts.items()}))
        self.config.chmod(0o600)
        (work / "yard.password").write_text(PASSWORD + "\n")
        (work / "yard.password").chmod(0o600)
        self.hub = Hub(hub_command(self.config), work, self._note)

    def _note(self, entry: Mapping[str, Any]) -> None:
        self.entries.append(dict(entry))

    def notices(self) -> list[str]:
        """Give what people were told."""
        orders = (order for entry in self.entries for order in entry.get("effects", ()))
        return [order["effect"]["text"] for order in orders if "text" in order["effect"]]

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Give the events of a kind."""
        return [entry["event"] for entry in self.entries if kind in json.dumps(entry["event"])]

    async def told(self, word: str) -> str:
        """Wait until people are told of something; give the sentence."""
        await until(lambda: any(word in text for text in self.notices()))
        return next(text for text in self.notices() if word in text)

    async def reads(self, device: str, reading: str) -> None:
        """Wait until a device reads so."""

        def so(state: Mapping[str, Any]) -> bool:
            return reading in state["devices"].get(device, {}).get("readings", {}).values()

        await until_async(self.hub.state, so)

    async def phase(self, wanted: str) -> None:
        """Wait until the area stands so."""
        await until_async(self.hub.state, lambda s: s["areas"]["house"]["phase"] == wanted)

    async def armed(self) -> None:
        """Wait until the yard sees and the door is shut, and arm."""
        await self.reads("yard", "seeing")
        await self.reads("back_door", "closed")
        await self.hub.ask("arm", mode="away")
        await self.phase("armed")

    async def act(self, act: str, camera: str = "yard", **fields: object) -> None:
        """Have a camera do something."""
        await self.far.air.do(act, device=camera, **fields)

    async def trip(self) -> None:
        """Open the back door."""
        await self.act("input", "gate", on=True)


@asynccontextmanager
async def camera_hub(work: Path, otherwise: str = "alarm") -> AsyncIterator[CameraHub]:
    """Run it."""
    async with cameras(work, HOUSE) as far:
        one = CameraHub(work, far, otherwise)
        await one.hub.start()
        try:
            yield one
        finally:
            await one.hub.stop()


async def ran(*command: str) -> tuple[int, str]:
    """Run a command; give its status and what it printed."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()
