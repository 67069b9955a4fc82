"""`python -m simulator.camera`: the cameras of a house, and a control socket beside."""

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from simulator.camera.footage.reel import ReelError
from simulator.camera.house import load
from simulator.camera.world import World
from simulator.table import HouseError


@dataclass(frozen=True, slots=True)
class Arguments:
    """The command line, read."""

    house: Path
    listen: str
    control: Path
    state: Path | None
    follow_stdin: bool


def main() -> None:
    """Run until told to end."""
    arguments = _arguments(sys.argv[1:])
    arguments.control.unlink(missing_ok=True)  # of one that was killed: ready means ours is there
    try:
        with tempfile.TemporaryDirectory(prefix="nightlatch-camera-") as spare:
            asyncio.run(_run(arguments, Path(spare)))
    except (HouseError, ReelError) as wrong:
        raise SystemExit(str(wrong)) from None
    except OSError as wrong:
        raise SystemExit(f"a camera cannot listen: {wrong.strerror or wrong}") from None


def _arguments(words: list[str]) -> Arguments:
    parser = argparse.ArgumentParser(prog="python -m simulator.camera", description=__doc__)
    parser.add_argument("--house", type=Path, required=True)
    parser.add_argument("--listen", default="tcp:0", help="tcp:PORT of the first camera's ONVIF")
    parser.add_argument("--control", type=Path, required=True)
    parser.add_argument("--state", type=Path, help="where footage that was made is kept")
    parser.add_argument("--follow-stdin", action="store_true", help="end when it closes")
    return Arguments(**vars(parser.parse_args(words)))


async def _run(arguments: Arguments, spare: Path) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wish in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(wish, ended.set)
    house = load(arguments.house).listening(_port(arguments.listen))
    world = World(house, _folder(arguments.state, spare))
    serving: asyncio.Task[None] | None = None
    try:
        await world.build()
        serving = asyncio.create_task(world.serve(arguments.control))
        serving.add_done_callback(lambda _: ended.set())
        await _appears(arguments.control, serving)
        ready = {"ready": True, "port": world.first, "control": str(arguments.control)}
        print(json.dumps(ready | dict(world.addresses())), flush=True)  # noqa: T201 - the line who started us waits for
        if arguments.follow_stdin:
            loop.add_reader(sys.stdin, _follow, ended.set)
        await ended.wait()
    finally:
        await world.close()
        if serving is not None:
            serving.cancel()
            await asyncio.wait([serving])
    if not serving.cancelled():
        serving.result()  # what ended the control socket is what we end with


def _folder(state: Path | None, spare: Path) -> Path:
    if state is None:
        return spare
    folder = state / "footage"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


async def _appears(control: Path, serving: asyncio.Task[None]) -> None:
    """Wait until the socket is there: "ready" is a promise to whoever reads it."""
    # A file sets no event, and looking for it does not block.
    while not control.exists() and not serving.done():  # noqa: ASYNC110, ASYNC240 - see above
        await asyncio.sleep(0.005)


def _port(listen: str) -> int:
    match listen.partition(":"):
        case "tcp", _, number if number.isdecimal():
            return int(number)
        case _:
            raise SystemExit(f"--listen {listen}: tcp:PORT is what there is")


def _follow(end: Callable[[], None]) -> None:
    if not os.read(sys.stdin.fileno(), 4096):
        asyncio.get_running_loop().remove_reader(sys.stdin)
        end()


if __name__ == "__main__":
    main()
