"""A house of simulated cameras for tests: as a process, or sooner there on the test's own loop."""

import asyncio
import atexit
import contextlib
import functools
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.camera.house import load
from simulator.camera.world import World
from tests.drivers.air import Air, control, process
from tests.waiting import until


@dataclass(frozen=True, slots=True)
class Cameras:
    """A running house."""

    air: Air
    ready: dict[str, Any]  # the line with which it said that it is ready

    def url(self, camera: str, stream: str, login: str = "nightlatch:nightlatch") -> str:
        """Give a stream's address with the name and password in it."""
        plain: str = self.ready["cameras"][camera][stream]
        return plain.replace("rtsp://", f"rtsp://{login}@")


@contextlib.asynccontextmanager
async def cameras(folder: Path, house: str) -> AsyncIterator[Cameras]:
    """Run the cameras of a house file."""
    (folder / "house.toml").write_text(house)
    arguments = ["--house", str(folder / "house.toml"), "--control", str(folder / "control")]
    arguments += ["--state", str(_footage())]
    async with (
        process("simulator.camera", [*arguments, "--listen", "tcp:0"]) as ready,
        control(ready["control"]) as air,
    ):
        yield Cameras(air, ready)


@contextlib.asynccontextmanager
async def cameras_here(folder: Path, house: str) -> AsyncIterator[Cameras]:
    """Run the cameras of a house file on this loop."""
    (folder / "house.toml").write_text(house)
    world = World(load(folder / "house.toml"), _footage())
    await world.build()
    serving = asyncio.create_task(world.serve(folder / "control"))
    try:
        await until((folder / "control").exists)
        async with control(folder / "control") as air:
            yield Cameras(air, dict(world.addresses()))
    finally:
        await world.close()
        serving.cancel()
        await asyncio.wait((serving,))


@functools.cache
def _footage() -> Path:
    """Give a folder in which the made scenes stay while the tests run."""
    folder = tempfile.mkdtemp(prefix="nightlatch-footage-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
