"""`python -m benchmarks.echo PATH`: sends back what comes from a terminal, on the hub's loop.

As the hub's serial line: a reader on the event loop, `os.read`, `os.write`, and nothing between.
"""

import asyncio
import os
import sys
import tty
from functools import partial

import uvloop

READ_SIZE = 4096


async def _serve(path: str) -> None:
    terminal = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    tty.setraw(terminal)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(terminal, partial(_echo, terminal, ended))
    print("ready", flush=True)
    await ended.wait()


def _echo(terminal: int, ended: asyncio.Event) -> None:
    try:
        data = os.read(terminal, READ_SIZE)
    except OSError:  # the other end is closed
        data = b""
    if data:
        os.write(terminal, data)
    else:
        asyncio.get_running_loop().remove_reader(terminal)
        ended.set()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(sys.argv[1]))
