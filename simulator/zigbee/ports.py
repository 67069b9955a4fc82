"""Where a host plugs in: a pseudo-terminal behind a path, or a TCP port. One host at a time."""

import asyncio
import os
import pty
import select
import socket
import struct
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from simulator.zigbee.tally import Tally

PTY_POLL_SECONDS = 0.01  # a pty does not say when its other end is opened; it must be asked
LOOPBACK = "127.0.0.1"
_LINGER_NOT = struct.pack("ii", 1, 0)  # closing with this sends a reset

type Opened = Callable[[int], None]
"""Takes the file descriptor of a host that came."""


class Port(Protocol):
    """A place to plug in."""

    resets: bool
    """Whether the stick is reset for each host that comes, as network bridges do."""

    @property
    def address(self) -> str:
        """What a host opens."""
        ...

    def open(self, opened: Opened) -> None:
        """Appear, and wait for a host."""
        ...

    def hang_up(self) -> None:
        """End with the host at hand, and wait for the next."""
        ...

    def close(self) -> None:
        """Disappear, as a stick that is pulled."""
        ...


class PtyPort:
    """A pseudo-terminal with a symlink at a path, as udev makes one."""

    resets = False

    def __init__(self, path: Path) -> None:
        """Use the path."""
        self._path = path
        self._master = -1
        self._opened: Opened | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def address(self) -> str:
        """The symlink."""
        return str(self._path)

    def open(self, opened: Opened) -> None:
        """Make the terminal, raw from the start: nothing may echo or translate."""
        self._opened = opened
        self._master, slave = pty.openpty()
        tty.setraw(slave)
        os.set_blocking(self._master, False)
        target = os.ttyname(slave)
        os.close(slave)
        if self._path.is_symlink():
            self._path.unlink()
        self._path.symlink_to(target)
        self._look()

    def hang_up(self) -> None:
        """Wait until the other end is opened again."""
        self._timer = asyncio.get_running_loop().call_later(PTY_POLL_SECONDS, self._look)

    def close(self) -> None:
        """Take the symlink away and hang up on the host."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._path.unlink(missing_ok=True)
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def _look(self) -> None:
        self._timer = None
        poll = select.poll()
        poll.register(self._master, select.POLLIN)
        if any(events & select.POLLHUP for _, events in poll.poll(0)):
            self.hang_up()
        elif self._opened is not None:
            self._opened(self._master)


class TcpPort:
    """A TCP port on the loopback interface."""

    resets = True

    def __init__(self, number: int, tally: Tally) -> None:
        """Use this port; 0 picks one, and keeps it over an unplugging."""
        self._number = number
        self._tally = tally
        self._listener: socket.socket | None = None
        self._host: socket.socket | None = None
        self._opened: Opened | None = None

    @property
    def address(self) -> str:
        """The URL hosts use for it."""
        return f"socket://{LOOPBACK}:{self._number}"

    def open(self, opened: Opened) -> None:
        """Listen."""
        self._opened = opened
        self._listener = socket.create_server((LOOPBACK, self._number))
        self._listener.setblocking(False)  # noqa: FBT003 - as above
        self._number = self._listener.getsockname()[1]
        asyncio.get_running_loop().add_reader(self._listener, self._accept)

    def hang_up(self) -> None:
        """Close the host's connection."""
        if self._host is not None:
            self._host.close()
            self._host = None

    def close(self) -> None:
        """Reset the host's connection and listen no more."""
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None
        if self._host is not None:
            _reset(self._host)
            self._host = None

    def _accept(self) -> None:
        if self._listener is None:
            return
        try:
            came, _ = self._listener.accept()
        except OSError:  # it was gone again before we looked
            return
        if self._host is not None or self._opened is None:
            self._tally.refused_clients += 1
            _reset(came)
            return
        came.setblocking(False)  # noqa: FBT003 - positional in the standard library
        came.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._host = came
        self._opened(came.fileno())


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    connection.close()
