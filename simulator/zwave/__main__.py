"""`python -m simulator.zwave`: a stick on a port, its devices, and a control socket beside."""

import argparse
import asyncio
import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.start import announce, appears, end_when_told, end_with_stdin
from simulator.table import HouseError
from simulator.zwave import node_home
from simulator.zwave.child import Child, StickEnded
from simulator.zwave.house import load
from simulator.zwave.node_home import NodeMissing
from simulator.zwave.world import World


@dataclass(frozen=True, slots=True)
class Arguments:
    """The command line, read."""

    house: Path
    listen: str
    control: Path
    state: Path | None
    node_modules: Path | None
    follow_stdin: bool


def main() -> None:
    """Run until told to end."""
    arguments = _arguments(sys.argv[1:])
    arguments.control.unlink(missing_ok=True)  # of one that was killed: ready means ours is there
    try:
        asyncio.run(_run(arguments))
    except (HouseError, NodeMissing, StickEnded) as wrong:
        raise SystemExit(str(wrong)) from None


def _arguments(words: list[str]) -> Arguments:
    parser = argparse.ArgumentParser(prog="python -m simulator.zwave", description=__doc__)
    parser.add_argument("--house", type=Path, required=True)
    parser.add_argument("--listen", required=True, help="tcp:PORT")
    parser.add_argument("--control", type=Path, required=True)
    parser.add_argument("--state", type=Path)
    parser.add_argument("--node-modules", type=Path, help="of drivers/zwave/node, if left out")
    parser.add_argument("--follow-stdin", action="store_true", help="end when it closes")
    return Arguments(**vars(parser.parse_args(words)))


async def _run(arguments: Arguments) -> None:
    ended = asyncio.Event()
    end_when_told(ended.set)
    port, house = _port(arguments.listen), load(arguments.house)
    modules = node_home.node_modules(arguments.node_modules)
    child = await Child.start(node_home.node(), modules, house.stick.home_id)
    world = World(house, child, arguments.state)
    running = [asyncio.create_task(child.read(world))]
    running[0].add_done_callback(lambda _: ended.set())
    try:
        await _or_ended(world.build(port), running[0])
        running.append(asyncio.create_task(world.serve(arguments.control)))
        running[1].add_done_callback(lambda _: ended.set())
        await appears(arguments.control, running[1])
        announce(f"tcp://127.0.0.1:{world.port}", arguments.control)
        if arguments.follow_stdin:
            end_with_stdin(ended.set)
        await ended.wait()
    finally:
        for task in running:
            task.cancel()
        await asyncio.wait(running)
        await child.end()
    for task in running:
        if not task.cancelled():
            task.result()  # what ended the stick or its socket is what we end with


async def _or_ended(building: Coroutine[Any, Any, None], reading: asyncio.Task[None]) -> None:
    """Wait for the house to be built, or for the end of the stick meanwhile."""
    work = asyncio.create_task(building)
    await asyncio.wait((work, reading), return_when=asyncio.FIRST_COMPLETED)
    if reading.done():
        work.cancel()
        reading.result()
    await work


def _port(listen: str) -> int:
    match listen.partition(":"):
        case "tcp", _, number if number.isdecimal():
            return int(number)
        case _:
            raise SystemExit(f"--listen {listen}: tcp:PORT is what there is")


if __name__ == "__main__":
    main()
