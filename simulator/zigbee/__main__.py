"""`python -m simulator.zigbee`: a stick on a port, its devices, and a control socket beside."""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from simulator.start import announce, appears, end_when_told, end_with_stdin
from simulator.zigbee.ezsp.tables import VERSIONS
from simulator.zigbee.house import HouseError, load
from simulator.zigbee.link import Link
from simulator.zigbee.ncp import Model, Ncp
from simulator.zigbee.ports import Port, PtyPort, TcpPort
from simulator.zigbee.seams import Happening, Nanoseconds
from simulator.zigbee.tally import Tally
from simulator.zigbee.world import World


@dataclass(frozen=True, slots=True)
class Arguments:
    """The command line, read."""

    house: Path
    listen: str
    control: Path
    state: Path | None
    ezsp: int
    baud: int
    follow_stdin: bool


def main() -> None:
    """Run until told to end."""
    arguments = _arguments(sys.argv[1:])
    arguments.control.unlink(missing_ok=True)  # of one that was killed: ready means ours is there
    try:
        asyncio.run(_run(arguments))
    except HouseError as wrong:
        raise SystemExit(str(wrong)) from None


def boot_time() -> Nanoseconds:
    """Give the one clock of stick, runner and hub."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def _arguments(words: list[str]) -> Arguments:
    parser = argparse.ArgumentParser(prog="python -m simulator.zigbee", description=__doc__)
    parser.add_argument("--house", type=Path, required=True)
    parser.add_argument("--listen", required=True, help="pty:PATH or tcp:PORT")
    parser.add_argument("--control", type=Path, required=True)
    parser.add_argument("--state", type=Path)
    parser.add_argument("--ezsp", type=int, choices=VERSIONS, default=14)
    parser.add_argument("--baud", type=int, default=0, help="hold the line to it; 0: do not")
    parser.add_argument("--follow-stdin", action="store_true", help="end when it closes")
    return Arguments(**vars(parser.parse_args(words)))


async def _run(arguments: Arguments) -> None:
    ended = asyncio.Event()
    end_when_told(ended.set)
    tally, watchers = Tally(), _Watchers()
    eui64 = load(arguments.house).stick.eui64
    ncp = Ncp(Model(arguments.ezsp, eui64), arguments.state, tally, boot_time, watchers)
    link = Link(_port(arguments.listen, tally), ncp, tally, boot_time)
    if arguments.baud:
        link.fault(baud=arguments.baud)
    world = World(arguments.house, arguments.state, ncp, link)
    watchers.tell = world.tell
    ncp.attach(world, link)
    serving = asyncio.create_task(world.serve(arguments.control))
    serving.add_done_callback(lambda _: ended.set())
    try:
        await appears(arguments.control, serving)
        link.plug()
        announce(link.address, arguments.control)
        if arguments.follow_stdin:
            end_with_stdin(ended.set)
        await ended.wait()
    finally:
        link.unplug()
        ncp.save()
        serving.cancel()
        await asyncio.wait([serving])
    if not serving.cancelled():
        serving.result()  # what ended the control socket is what we end with


class _Watchers:
    """Those who watch, before and after there is a world that knows them."""

    def __init__(self) -> None:
        self.tell: Callable[[Happening], None] | None = None

    def __call__(self, happening: Happening) -> None:
        if self.tell is not None:
            self.tell(happening)


def _port(listen: str, tally: Tally) -> Port:
    match listen.partition(":"):
        case "pty", _, path if path:
            return PtyPort(Path(path))
        case "tcp", _, number if number.isdecimal():
            return TcpPort(int(number), tally)
        case _:
            raise SystemExit(f"--listen {listen}: pty:PATH or tcp:PORT is what there is")


if __name__ == "__main__":
    main()
