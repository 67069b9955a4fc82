"""How a far side begins and ends, whatever radio it is of: who started it waits for one line."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path


def end_when_told(end: Callable[[], None]) -> None:
    """End as people end programs."""
    loop = asyncio.get_running_loop()
    for wish in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(wish, end)


def end_with_stdin(end: Callable[[], None]) -> None:
    """End when who started us closes our standard input, or is gone."""
    asyncio.get_running_loop().add_reader(sys.stdin, _follow, end)


async def appears(control: Path, serving: asyncio.Task[None]) -> None:
    """Wait until the socket is there: "ready" is a promise to whoever reads it."""
    # A file sets no event, and looking for it does not block.
    while not control.exists() and not serving.done():  # noqa: ASYNC110, ASYNC240 - see above
        await asyncio.sleep(0.005)


def announce(port: str, control: Path) -> None:
    """Say that all is there."""
    ready = {"ready": True, "port": port, "control": str(control)}
    print(json.dumps(ready), flush=True)  # noqa: T201 - the line who started us waits for


def _follow(end: Callable[[], None]) -> None:
    if not os.read(sys.stdin.fileno(), 4096):
        asyncio.get_running_loop().remove_reader(sys.stdin)
        end()
