"""A device: a stable name of its own, what it can do, and whose radio it is on."""

from dataclasses import dataclass
from typing import NewType

from gateway.model.capability import Capability

DriverId = NewType("DriverId", str)
"""A driver's folder name: `zigbee`."""

DeviceId = NewType("DeviceId", str)
"""`<driver>:<address>[/<part>]`, e.g. `zigbee:00124b001ca10001/1`; stable for the device's life."""


@dataclass(frozen=True, slots=True)
class Device:
    """What a driver found on its air."""

    id: DeviceId
    capabilities: frozenset[Capability]
    manufacturer: str = ""
    model: str = ""
    mains: bool = False


def driver_of(device: DeviceId) -> DriverId:
    """Name the driver that a device belongs to."""
    return DriverId(device.partition(":")[0])
