"""A house with Z-Wave alone: a stick, a hub with its Node server, and what becomes of each."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from drivers.zwave.node_home import PINS
from gateway.cli.hub_command import hub_command
from simulator.play import Home, VirtualHouse, family, open_home
from simulator.play.house import HOUSES
from tests.waiting import until

CABIN = HOUSES / "cabin.toml"
NODE = "node"
START_SECONDS = 120.0


def cabin() -> Home:
    return open_home(CABIN)


def nodes(house: VirtualHouse) -> list[int]:
    """Give the ids of the Node processes of a house: the stick's and the server's."""
    pids = *house.far.pids, house.hub.pid or 0
    return [node for pid in pids for node in family.programs_below(pid, NODE)]


@pytest.fixture(scope="module")
def paired(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The work folder of a cabin in which all joined for real, and that has ended."""
    work = tmp_path_factory.mktemp("cabin")
    joined: list[str] = []

    def happened(message: Mapping[str, Any]) -> None:
        if message["happening"] == "secured":
            joined.append(message["device"])

    async def pair() -> list[int]:
        house = VirtualHouse(
            cabin(), hub_command=hub_command, work=work, node_tree=PINS, happened=happened
        )
        async with house:
            return nodes(house)

    pids = asyncio.run(pair())

    assert joined == list(cabin().devices)  # by S2, each with its PIN
    assert len(pids) == 2
    assert not any(map(family.is_alive, pids))
    return work


async def test_a_prepared_house_knows_everybody_and_nobody_joins_again(
    paired: Path, tmp_path: Path
) -> None:
    seen: list[str] = []
    house = VirtualHouse(
        cabin(),
        hub_command=hub_command,
        work=tmp_path / "w",
        prepared=paired,
        happened=lambda message: seen.append(message["happening"]),
    )

    async with house:
        assert not {"joined", "secured", "left"} & set(seen)
        zones = (await house.hub.state())["zones"]
        assert "unknown" not in {zone["reading"] for zone in zones.values()}
        await house.far.act("open", "shed_door")
        async with asyncio.timeout(START_SECONDS):
            while (await house.hub.state())["zones"]["gate"]["reading"] != "open":  # noqa: ASYNC110  # another's state
                await asyncio.sleep(0.02)
        packages = tmp_path / "w" / "state" / "zwave" / NODE
        assert packages.is_symlink()  # 98 MB are not copied
        assert packages.resolve() == PINS.resolve()


async def test_the_servers_of_a_house_end_with_whoever_built_it(
    paired: Path, tmp_path: Path
) -> None:
    # It builds a house, names all processes and waits; killed, it can tidy nothing.
    script = f"""
import asyncio
from pathlib import Path
from gateway.cli.hub_command import hub_command
from simulator.play import VirtualHouse
from tests.simulator.test_play_zwave import cabin, nodes
async def main():
    house = VirtualHouse(
        cabin(), hub_command=hub_command, work=Path({str(tmp_path / "w")!r}),
        prepared=Path({str(paired)!r}),
    )
    async with house:
        print(house.hub.pid, *house.far.pids, *nodes(house), flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert parent.stdout is not None
    async with asyncio.timeout(START_SECONDS):
        pids = [int(pid) for pid in (await parent.stdout.readline()).split()]
    assert len(pids) == 4

    os.kill(parent.pid, signal.SIGKILL)
    await parent.wait()

    await until(lambda: not any(map(family.is_alive, pids)))
