"""Run in a network namespace of its own, where multicast is heard: looks for the cameras there."""

import asyncio
import fcntl
import json
import socket
import struct
import sys
from dataclasses import asdict
from pathlib import Path

from drivers.onvif import discovery
from tests.drivers.air import process

_SIOCSIFFLAGS = 0x8914
_UP, _MULTICAST = 0x1, 0x1000
HOUSE = '[[device]]\nradio = "camera"\nname = "yard"\n'  # discovery at the standard's port


def raise_loopback() -> None:
    """Have the namespace's only network up, with multicast."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        wish = struct.pack("16sH14s", b"lo", _UP | _MULTICAST, bytes(14))
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, wish)


async def main(folder: Path) -> None:
    """Switch a camera on, ask the group, and print who answers."""
    (folder / "house.toml").write_text(HOUSE)
    arguments = ["--house", str(folder / "house.toml"), "--control", str(folder / "control")]
    async with process("simulator.camera", [*arguments, "--state", str(folder)]) as ready:
        found = await discovery.probe()
    print(json.dumps({"ready": ready, "found": [asdict(one) for one in found]}))  # noqa: T201  # the test reads it


if __name__ == "__main__":
    raise_loopback()
    asyncio.run(main(Path(sys.argv[1])))
