"""What commands draw on: the terminal as wide as it is, or a pipe that somebody may close."""

import asyncio
import os
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

from rich.console import Console

from gateway.cli.output import in_colour

PIPE_COLUMNS = 200  # nobody reads a pipe by its width: nothing need be cut


class Paper(Console):
    """A console that takes NO_COLOR at its word and tells a closed pipe as one."""

    def __init__(self, *, wide: bool = False) -> None:
        """`wide`: a pipe is taken to be so wide that nothing need be cut."""
        if in_colour():
            super().__init__(highlight=False)
        else:
            super().__init__(highlight=False, color_system=None)
        if wide and not self.is_terminal and "COLUMNS" not in os.environ:
            self.width = PIPE_COLUMNS

    def on_broken_pipe(self) -> NoReturn:
        """Leave it to the one place that tells what went wrong."""
        raise BrokenPipeError


@asynccontextmanager
async def while_read() -> AsyncIterator[None]:
    """Do what stands inside until nobody reads it any more (`| head`): then BrokenPipeError."""
    pipe = _pipe()
    inside = asyncio.current_task()
    if pipe is None or inside is None:
        yield
        return
    loop = asyncio.get_running_loop()
    gone = False

    def hang_up() -> None:
        nonlocal gone
        gone = True
        loop.remove_reader(pipe)
        inside.cancel()

    loop.add_reader(pipe, hang_up)  # the writing end of a pipe wakes only when the other is closed
    try:
        yield
    except asyncio.CancelledError:
        if gone:
            raise BrokenPipeError from None
        raise
    finally:
        loop.remove_reader(pipe)


def _pipe() -> int | None:
    try:
        number = sys.stdout.fileno()
        return number if stat.S_ISFIFO(os.fstat(number).st_mode) else None
    except (OSError, ValueError):  # it is no file at all
        return None
