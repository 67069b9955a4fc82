"""The Zigbee driver and, at the other end of its wire, the simulated stick."""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers.zigbee import ZigbeeDriver, ZigbeeSettings
from gateway.model.command import PermitJoin
from gateway.model.device import DeviceId
from gateway.model.event import DeviceJoined, DriverFound, Reported
from tests.drivers.air import Air, control, process
from tests.drivers.house import House

CHANNEL = 15
INSTALL_CODE = "83FED3407A939723A5C639B26916D505C3B5"
ADDRESSES = {
    "contact": "00:12:4b:00:1c:a1:00:01",
    "early_contact": "00:12:4b:00:1c:a1:00:02",
    "quiet_contact": "00:12:4b:00:1c:a1:00:03",
    "motion": "00:12:4b:00:1c:a1:00:04",
    "water": "00:12:4b:00:1c:a1:00:05",
    "siren": "00:12:4b:00:1c:a1:00:06",
    "lock": "00:12:4b:00:1c:a1:00:07",
    "plug": "00:12:4b:00:1c:a1:00:08",
    "keypad": "00:12:4b:00:1c:a1:00:09",
    "temperature": "00:12:4b:00:1c:a1:00:0a",
    "smoke": "00:12:4b:00:1c:a1:00:0b",
    "guarded_contact": "00:12:4b:00:1c:a1:00:0c",
    "stranger": "00:12:4b:00:1c:a1:00:0d",
    "spare_plug": "00:12:4b:00:1c:a1:00:0e",
}
_EXTRA = {
    "early_contact": 'kind = "contact"\nenrolment = "request_first"',
    "quiet_contact": 'kind = "contact"\nenrolment = "auto_response"',
    "stranger": 'kind = "contact"',
    "spare_plug": 'kind = "plug"',
    "guarded_contact": f'kind = "contact"\ninstall_code = "{INSTALL_CODE}"',
}


def house_file() -> str:
    """Write a house with one device of each kind, and the three enrolments of the field."""
    parts = ['[stick]\neui64 = "00:12:4b:00:00:00:00:01"\n']
    for name, address in ADDRESSES.items():
        kind = _EXTRA.get(name, f'kind = "{name}"')
        parts.append(
            f'[[device]]\nname = "{name}"\n{kind}\neui64 = "{address}"\nlatency_ms = 1.0\n'
        )
    return "\n".join(parts)


def device(name: str) -> DeviceId:
    """Name a device of the house as the driver does."""
    return DeviceId(f"zigbee:{ADDRESSES[name].replace(':', '')}/1")


@dataclass(slots=True)
class Rig:
    """A driver, what it speaks to, and what it told."""

    driver: ZigbeeDriver
    air: Air
    house: House
    settings: ZigbeeSettings

    device = staticmethod(device)

    async def pair(self, *names: str) -> None:
        """Join devices, and wait until the driver had each report and read it."""
        await self.house.heard(DriverFound(self.driver.id))
        await self.driver.perform(PermitJoin(self.driver.id, 120))
        for name in names:
            since = len(self.house.told)
            await self.air.do("join", device=name)
            await self.house.until(_is_joined(name), since=since)
            await self.house.until(_is_read(name), since=since)

    async def stir(self, name: str) -> None:
        """Press the button of a device: none of these needs that."""

    async def let_go(self, name: str) -> None:
        """Do at the device what it takes to remove it: nothing."""

    def sounding_seconds(self, asked: int) -> int:
        """Say how long a siren sounds by itself."""
        return asked


@contextlib.contextmanager
def zigbee_rigs(_folder: Path) -> Iterator[Callable[[Path], AbstractAsyncContextManager[Rig]]]:
    """Give what makes a rig; each has a stick of its own."""
    yield zigbee_rig


def _is_joined(name: str) -> Callable[[object], bool]:
    return lambda event: isinstance(event, DeviceJoined) and event.device.id == device(name)


def _is_read(name: str) -> Callable[[object], bool]:
    return lambda event: isinstance(event, Reported) and event.device == device(name)


@contextlib.asynccontextmanager
async def zigbee_rig(
    folder: Path, *, ezsp: int = 14, listen: str | None = None, **wishes: Any
) -> AsyncIterator[Rig]:
    """Start the stick; the driver is not run yet. `wishes` go into its settings."""
    file = folder / "house.toml"
    file.write_text(house_file())
    arguments = ["--house", str(file), "--control", str(folder / "control")]
    arguments += ["--listen", listen or f"pty:{folder / 'stick'}", "--ezsp", str(ezsp)]
    async with (
        process("simulator.zigbee", arguments) as ready,
        control(ready["control"]) as air,
    ):
        settings = ZigbeeSettings(ready["port"], CHANNEL, folder / "zigbee" / "zigbee.db", **wishes)
        yield Rig(ZigbeeDriver(settings), air, House(), settings)
