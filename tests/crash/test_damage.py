"""A house that was armed, killed, and robbed of its journal is still armed; so on a full disk."""

import contextlib
import os
import random
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from gateway.cli.hub_command import hub_command
from gateway.journal.ballast import BALLAST
from gateway.journal.journal import entries
from gateway.journal.verify import verify
from simulator.play.house import HOUSES, open_home
from simulator.play.virtual import VirtualHouse
from tests.waiting import until, until_async

DISK = "4m"


@contextlib.asynccontextmanager
async def armed(folder: Path) -> AsyncIterator[VirtualHouse]:
    """Give a house that is armed at home."""
    home = open_home(HOUSES / "home.toml")
    async with VirtualHouse(home, hub_command=hub_command, work=folder / "w") as house:
        await house.hub.ask("arm", mode="home")
        await until_async(house.hub.state, lambda s: s["areas"]["house"]["phase"] == "armed")
        yield house


def overwrite(state: Path) -> None:
    for file in state.glob("journal.sqlite*"):
        file.write_bytes(random.Random(3).randbytes(file.stat().st_size))


def delete(state: Path) -> None:
    for file in state.glob("journal.sqlite*"):
        file.unlink()


@pytest.mark.parametrize("harm", [overwrite, delete])
async def test_killed_while_armed_and_robbed_of_its_journal_it_is_still_armed(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    async with armed(tmp_path) as house:
        entry = (await house.hub.state())["entry"]
        await house.hub.kill()
        harm(house.work / "state")
        await house.hub.start()

        state = await house.hub.state()
        assert state["areas"]["house"]["phase"] == "armed"
        assert state["entry"] > entry
        assert "storage" in {trouble["kind"] for trouble in state["troubles"]}
        await house.far.act("open", "kitchen_window")
        await until_async(house.hub.state, lambda s: s["areas"]["house"]["phase"] == "alarm")
        found = verify(house.work / "state")
        assert found.ok, found.sentence


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Mount a small disk of its own there."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a disk takes root")
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=700", "none", str(folder)]
    if subprocess.run(command, check=False).returncode != 0:
        pytest.skip("this machine lets nobody mount a disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> None:
    """Write until nothing more goes in."""
    with contextlib.suppress(OSError), (folder / "filler").open("wb", buffering=0) as file:
        while file.write(bytes(4096)) == 4096:
            pass


async def test_an_arming_on_a_full_disk_outlives_the_hub(tmp_path: Path) -> None:
    state_folder = tmp_path / "w" / "state"
    with small_disk(state_folder):
        home = open_home(HOUSES / "home.toml")
        async with VirtualHouse(home, hub_command=hub_command, work=tmp_path / "w") as house:
            await until((state_folder / BALLAST).exists)
            fill(state_folder)
            said = await house.hub.ask("arm", mode="home")
            assert said["stored"] is True
            assert not (state_folder / BALLAST).exists()
            await house.hub.kill()
            await house.hub.start()

            state = await house.hub.state()
            assert state["areas"]["house"]["phase"] == "armed"
            await house.far.act("open", "kitchen_window")
            seen = await until_async(
                house.hub.state, lambda s: s["areas"]["house"]["phase"] == "alarm"
            )
            await until(lambda: list(entries(state_folder, since=seen["entry"] - 1)))
            await house.hub.kill()
            await house.hub.start()

            state = await house.hub.state()
            assert state["areas"]["house"]["phase"] == "alarm"
            assert "storage" in {trouble["kind"] for trouble in state["troubles"]}
            (state_folder / "filler").unlink()
            await until((state_folder / BALLAST).exists, 15)
