"""WS-Discovery before the npm client, in a network of its own that has nothing but a loopback."""

import asyncio
import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from drivers.zwave.node_home import find_node
from tests.peers.node_client import HOME, installed

HOUSE = """
[[device]]
radio = "camera"
name = "yard"
[[device]]
radio = "camera"
name = "gate"
"""
SCRIPT = """
ip link set lo up multicast on && ip route add 224.0.0.0/4 dev lo || exit 3
mkfifo "$1/stays" && exec 9<>"$1/stays"
"$2" -m simulator.camera --house "$1/house.toml" --control "$1/control" --follow-stdin \
    < "$1/stays" > "$1/ready" &
until [ -s "$1/ready" ]; do kill -0 $! || exit 4; sleep 0.1; done
"$3" "$4" "$5"
kill $!; wait $!
"""


async def test_the_npm_client_finds_every_camera_by_multicast(tmp_path: Path) -> None:
    if os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("ip"):
        pytest.skip("a network of its own takes root, unshare and ip")
    (tmp_path / "house.toml").write_text(HOUSE)
    modules = await asyncio.to_thread(installed)
    words = (str(tmp_path), sys.executable, str(find_node()), str(HOME / "discover.mjs"))
    client = await asyncio.create_subprocess_exec(
        *("unshare", "--net", "sh", "-c", SCRIPT, "sh", *words, str(modules)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )

    said, errors = await client.communicate()

    ready = json.loads((tmp_path / "ready").read_text())
    assert json.loads(said or "[]"), errors.decode()
    assert sorted(json.loads(said)) == sorted(one["onvif"] for one in ready["cameras"].values())
