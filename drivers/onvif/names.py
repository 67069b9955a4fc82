"""How the devices of a camera are called: `onvif:yard/0`, `onvif:yard/input1`. Pure."""

import re

from gateway.model.device import DeviceId, DriverId

DRIVER = DriverId("onvif")
PARTS_MOST = 1000  # numbers of contacts have three digits


def camera_of(name: str) -> DeviceId:
    """Name the camera itself."""
    return DeviceId(f"{DRIVER}:{name}/0")


def part_of(name: str, kind: str, token: str) -> DeviceId:
    """Name an input or a relay by the number that its token ends in; 1 where it has none.

    A camera may list its contacts in any order; their tokens stay.
    """
    found = re.search(r"(\d+)\D*$", token)
    number = int(found[1]) % PARTS_MOST if found else 1
    return DeviceId(f"{DRIVER}:{name}/{kind}{number}")


def name_of(device: DeviceId) -> str:
    """Give the name of the camera that a device belongs to."""
    return device.partition(":")[2].partition("/")[0]
