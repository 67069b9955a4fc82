"""The ONVIF driver and, at the other end of its wire, the simulated cameras."""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from drivers.onvif import CameraSettings, OnvifDriver, OnvifSettings, Timing
from drivers.onvif.condition import CameraState
from gateway.model.credential import Code
from gateway.model.device import DeviceId
from gateway.model.event import DriverFound, Reported
from tests.drivers.air import Air, control, process
from tests.drivers.house import House

HOUSE = """
[camera]
discovery_port = 0
[[device]]
radio = "camera"
name = "yard"
user = "anna"
password = "geheim"
presets = ["gate", "drive"]
[[device]]
radio = "camera"
name = "bell"
kind = "doorbell"
user = "anna"
password = "geheim"
snapshot_auth = "basic"
"""
QUICK = Timing(
    answer=5.0,
    pull=2.0,
    pulse=0.1,
    grace=0.3,
    retry=0.05,
    retry_most=0.2,
    events_retry=0.3,
    settle=0.3,
)
DEVICES = {"contact": "yard/input1", "plug": "yard/relay1"}
_ACTS: dict[str, tuple[str, dict[str, Any]]] = {  # of the suite, as cameras have them
    "open": ("input", {"on": True}),
    "close": ("input", {"on": False}),
    "mute": ("unplug", {}),
}


class CameraAir:
    """The control socket, for the words of the suite that every driver keeps."""

    def __init__(self, plain: Air) -> None:
        self._plain = plain

    @property
    def happened(self) -> list[dict[str, Any]]:
        """Give what happened."""
        return self._plain.happened

    async def do(self, what: str, **fields: Any) -> dict[str, Any]:
        """Do it to the camera that has the device."""
        what, more = _ACTS.get(what, (what, {}))
        if fields.get("device") in DEVICES:
            fields["device"] = "yard"
        return await self._plain.do(what, **fields, **more)

    async def happening(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Wait until something happened."""
        return await self._plain.happening("relay" if kind == "switch" else kind, **fields)


@dataclass(slots=True)
class Rig:
    """A driver, what it speaks to, and what it told."""

    driver: OnvifDriver
    air: CameraAir
    house: House
    settings: OnvifSettings
    ready: dict[str, Any]

    @staticmethod
    def device(name: str) -> DeviceId:
        """Name a device of the suite as the driver does."""
        return DeviceId(f"onvif:{DEVICES.get(name, f'{name}/0')}")

    async def pair(self, *names: str) -> None:
        """Wait until the driver knows the devices: they need no pairing."""
        await self.house.heard(DriverFound(self.driver.id))
        for name in names:
            await self.house.until(_is_read(self.device(name)))

    async def stir(self, name: str) -> None:
        """Press the button of a device: none needs that."""

    async def let_go(self, name: str) -> None:
        """Do at the device what it takes to remove it: nothing."""

    def sounding_seconds(self, asked: int) -> int:
        """Say how long a siren sounds by itself: there is none."""
        return asked

    async def state(self, camera: str = "yard") -> dict[str, Any]:
        """Give what the simulator knows of a camera."""
        found: dict[str, Any] = (await self.air.do("state", device=camera))["device"]
        return found

    def of(self, camera: str = "yard") -> CameraState:
        """Give what the driver says of a camera."""
        return next(one for one in self.driver.cameras if one.name == camera)


@contextlib.contextmanager
def onvif_rigs(folder: Path) -> Iterator[Callable[[Path], AbstractAsyncContextManager[Rig]]]:
    """Give what makes a rig; each has cameras of its own, which share their films."""
    yield partial(onvif_rig, films=folder)


def settings_of(ready: dict[str, Any], timing: Timing, **wishes: Any) -> OnvifSettings:
    """Give the settings for the cameras of a house."""
    cameras = tuple(
        CameraSettings(name, where["onvif"], "anna", Code("geheim"))
        for name, where in ready["cameras"].items()
        if "onvif" in where
    )
    probe = (("127.0.0.1", ready["discovery"]["port"]),)
    return OnvifSettings(cameras, probe=probe, timing=replace(timing, **wishes))


@contextlib.asynccontextmanager
async def onvif_rig(
    folder: Path, *, films: Path | None = None, house: str = HOUSE, **wishes: Any
) -> AsyncIterator[Rig]:
    """Switch the cameras on; the driver is not run yet. `wishes` go into its timing."""
    file = folder / "house.toml"
    file.write_text(house)
    arguments = ["--house", str(file), "--control", str(folder / "control")]
    arguments += ["--state", str(films or folder)]
    async with process("simulator.camera", arguments) as ready, control(ready["control"]) as plain:
        air = CameraAir(plain)
        settings = settings_of(ready, QUICK, **wishes)
        yield Rig(OnvifDriver(settings), air, House(), settings, ready)


def _is_read(device: DeviceId) -> Callable[[object], bool]:
    return lambda told: (
        isinstance(told, Reported) and told.device == device and told.reading != "unknown"
    )
