"""Single keys from a terminal, without Enter and without echo."""

import asyncio
import os
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager

KEYS_AT_ONCE = 16


@contextmanager
def listening(pressed: Callable[[str], None]) -> Iterator[None]:
    """Hand on each key while it lasts. The terminal is as before afterwards, whatever happens.

    Ctrl-C stays what it is: cbreak, not raw.
    """
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    loop = asyncio.get_running_loop()

    def read() -> None:
        typed = os.read(terminal, KEYS_AT_ONCE)
        if not typed:  # the terminal is gone: without this the loop would spin
            loop.remove_reader(terminal)
        for key in typed.decode(errors="ignore"):
            pressed(key)

    tty.setcbreak(terminal)
    loop.add_reader(terminal, read)
    try:
        yield
    finally:
        loop.remove_reader(terminal)
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
