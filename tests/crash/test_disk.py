"""A disk that is full, a folder that cannot be written: the siren sounds all the same."""

import asyncio
import contextlib
import os
import resource
import shutil
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.hub_command import hub_command
from gateway.journal.verify import verify
from simulator.play.house import HOUSES, open_home
from simulator.play.hub import Hub
from simulator.play.virtual import VirtualHouse
from tests.waiting import until, until_async

CODE = "4711"


class Scene:
    """A virtual house, and what happened on its air."""

    def __init__(self, house: VirtualHouse, seen: list[Mapping[str, Any]]) -> None:
        self.house = house
        self.seen = seen

    async def must_sound(self) -> None:
        """Wait for the hall's siren."""
        await until(lambda: any(h.get("sounding") is True for h in self.seen))

    async def troubles(self) -> set[str]:
        """Give the kinds of trouble there are."""
        return {trouble["kind"] for trouble in (await self.house.hub.state())["troubles"]}


@contextlib.asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    """Give a house that is armed at home."""
    seen: list[Mapping[str, Any]] = []
    home = open_home(HOUSES / "home.toml")
    async with VirtualHouse(
        home, hub_command=hub_command, work=folder / "w", happened=seen.append
    ) as house:
        await house.hub.ask("arm", mode="home")
        yield Scene(house, seen)


def fill_disk(pid: int, *, full: bool) -> None:
    """Let a process write nothing more, as on a full disk; or let it again."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1 if full else hard, hard))


async def test_a_full_disk_is_a_trouble_and_the_siren_sounds(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        pid = here.house.hub.pid
        assert pid is not None
        fill_disk(pid, full=True)

        await here.house.far.act("open", "kitchen_window")
        await here.must_sound()
        await until_async(here.troubles, lambda kinds: "storage" in kinds)

        fill_disk(pid, full=False)
        await until_async(here.troubles, lambda kinds: "storage" not in kinds)
        entry = (await here.house.hub.state())["entry"]
        await here.house.hub.kill()
        await here.house.hub.start()

        state = await here.house.hub.state()
        assert state["areas"]["house"]["phase"] == "alarm"
        assert state["entry"] > entry
        found = verify(here.house.work / "state")
        assert found.ok, found.sentence


def read_only(state: Path, command: Sequence[str]) -> list[str]:
    """Give a command that runs another where the state folder cannot be written."""
    script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
    return ["unshare", "--mount", "sh", "-c", script, str(state), *command]


def can_mount(folder: Path) -> bool:
    """Tell whether this user may make a read-only mount for a process."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        return False
    return subprocess.run(read_only(folder, ["true"]), check=False).returncode == 0


async def test_a_hub_that_starts_where_it_cannot_write_sounds_the_siren(tmp_path: Path) -> None:
    if not can_mount(tmp_path):
        pytest.skip("making a read-only mount takes root and unshare")
    async with scene(tmp_path) as here:
        work = here.house.work
        await here.house.hub.kill()
        here.seen.clear()
        blind = Hub(read_only(work / "state", hub_command(here.house.config)), work, lambda _: None)
        starting = asyncio.create_task(blind.start())

        try:
            # Found again, the keypad is told what to show: then the radio is up.
            await until(lambda: any(h.get("happening") == "keypad" for h in here.seen))
            await here.house.far.act("open", "kitchen_window")
            await here.must_sound()
        finally:
            starting.cancel()
            await blind.kill()


async def test_a_second_hub_on_the_same_folder_is_refused_with_a_sentence(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        second = await asyncio.create_subprocess_exec(
            *hub_command(here.house.config), stderr=asyncio.subprocess.PIPE
        )
        _, said = await second.communicate()

        assert second.returncode == 2
        assert b"another hub is already running on" in said
        assert (await here.house.hub.state())["areas"]["house"]["phase"] == "armed"


async def test_a_second_hub_on_the_same_stick_is_told_who_has_it(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        config = here.house.config.with_name("second.toml")
        text = here.house.config.read_text("utf-8").replace('folder = "state"', 'folder = "s2"')
        config.write_text(text, "utf-8")
        (here.house.work / "two").mkdir()
        second = Hub(hub_command(config), here.house.work / "two", lambda _: None)
        second.socket = here.house.work / "s2" / "nightlatch.sock"
        try:
            await second.start()
            state = await second.state()
        finally:
            await second.kill()

        assert state["drivers"]["zigbee"]["found"] is False
        assert "another program holds" in (here.house.work / "two" / "hub.log").read_text("utf-8")
        assert (await here.house.hub.state())["drivers"]["zigbee"]["found"] is True
