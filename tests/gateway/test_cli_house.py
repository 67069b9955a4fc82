"""The commands on a real hub and a simulated stick: what a newcomer does on the first evening."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gateway.cli.hub_command import hub_command
from simulator.play import open_home
from simulator.play.far_side import FarSide
from simulator.play.house import HOUSES
from simulator.play.hub import Hub

SECONDS = 240.0  # the demo pairs a whole house, beside whatever else runs
CODE = "4711"
HOUSE = """
[site]
name = "First evening"

[zigbee]
port = {port}

[[area]]
name = "house"

[area.modes.away]
exit_delay = "0s"
entry_delay = "0s"

[[person]]
name = "anna"
code = {code}
"""


@asynccontextmanager
async def nightlatch(*words: str) -> AsyncIterator[asyncio.subprocess.Process]:
    command = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "gateway",
        *words,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(SECONDS):
            yield command
    finally:
        if command.returncode is None:
            command.kill()
        await command.wait()


async def say(*words: str, typed: str = "") -> tuple[int, str]:
    async with nightlatch(*words) as command:
        out, _ = await command.communicate(typed.encode())
    assert command.returncode is not None
    return command.returncode, out.decode()


@asynccontextmanager
async def evening(work: Path) -> AsyncIterator[tuple[FarSide, Hub, Path]]:
    """A stick, a hub that knows no device yet, and its configuration."""
    (work / "far").mkdir()
    home = open_home(HOUSES / "home.toml")
    far = await FarSide.start(home, work, listen="pty", ezsp=13, happened=lambda _: None)
    config = work / "nightlatch.toml"
    _, code = await say("hash-code", "--code-stdin", typed=CODE)
    config.write_text(HOUSE.format(port=json.dumps(far.port), code=json.dumps(code.strip())))
    config.chmod(0o600)
    hub = Hub(hub_command(config), work, lambda _: None)
    try:
        await hub.start()
        yield far, hub, config
    finally:
        await hub.stop()
        await far.end()


async def test_pair_name_arm_open_disarm_and_read_the_log(tmp_path: Path) -> None:
    async with evening(tmp_path) as (far, hub, config):
        at = "--config", str(config)

        async with nightlatch("pair", "--name", "front_door", *at) as pairing:
            assert pairing.stdout is not None
            assert b"Open for 60 s" in await pairing.stdout.readline()
            await far.act("join", "front_door")
            told = (await pairing.stdout.read()).decode()
        assert "front_door stands in" in told
        assert 'kind = "entry"' in told
        assert not (await hub.state())["drivers"]["zigbee"]["joining"]

        blocks = told[told.index("[[zone]]") : told.index("Then `nightlatch reload`")]
        config.write_text(config.read_text() + "\n" + blocks)
        assert (await say("check", str(config)))[0] == 0
        code, told_by_reload = await say("reload", *at)
        assert code == 0, told_by_reload
        await _closed(hub)

        code, told = await say("arm", "away", *at)
        assert code == 0, told
        await far.act("open", "front_door")
        _, told = await say("state", "--json", *at)
        assert json.loads(told)["areas"]["house"]["phase"] == "alarm"
        code, told = await say("disarm", "--code-stdin", *at, typed=f"{CODE}\n")
        assert code == 0, told
        assert "front (open)" in told or "front_door (open)" in told

        _, told = await say("log", "--limit", "500", *at)
        assert "front_door: contact open" in told
        assert "anna asks to disarm house" in told
        assert (await say("log", "verify", *at))[0] == 0
        assert CODE not in told


async def test_the_demo_plays_a_burglary_unattended_and_leaves_nothing_behind(
    monkeypatch: Any,
) -> None:
    # Not in pytest's folders: their paths are long, and that of a socket has 107 bytes at most.
    with TemporaryDirectory() as work:
        monkeypatch.setenv("TMPDIR", work)

        code, told = await say("demo", "--play", "window", "--exit", "--json")

        left = os.listdir(work)  # noqa: PTH208 - nothing else runs in this loop

    summary = json.loads(told.splitlines()[-1])
    assert code == 0, told
    sounded = {siren["siren"] for siren in summary["sirens"]}
    assert sounded == {"hall_siren", "garden_siren", "stair_siren"}  # of both radios
    assert all(siren["after_cause_ms"] > 0 for siren in summary["sirens"])
    assert not left


async def _closed(hub: Hub) -> None:
    """Wait until the hub heard how the door stands: before, it rightly refuses to arm."""
    async with asyncio.timeout(SECONDS):
        while (await hub.state())["zones"]["front_door"]["reading"] != "closed":  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # it is the hub's own doing: nothing here is told of it
