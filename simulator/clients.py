"""The control socket: a Unix socket of JSON lines, with clients that may come, watch, and hang."""

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST_LINE_BYTES = 64 * 1024
MOST_UNREAD_BYTES = 1024 * 1024  # a client that leaves more unread is dropped, not waited for
_TOO_LONG = b'{"id":null,"ok":false,"error":"the line is longer than 65536 bytes"}\n'


class Client(asyncio.Protocol):
    """One connection."""

    def __init__(self, crowd: "Clients") -> None:
        self._crowd = crowd
        self._buffer = bytearray()
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.WriteTransport):
            self._transport = transport
            self._crowd.everyone.add(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        *lines, rest = self._buffer.split(b"\n")
        self._buffer = bytearray(rest)
        for line in lines:
            if line.strip():
                self.write(self._crowd.answer(bytes(line), self))
        if len(self._buffer) > LONGEST_LINE_BYTES:
            self.write(_TOO_LONG)
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's signature
        self._transport = None
        self._crowd.forget(self)

    def write(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if self._transport.get_write_buffer_size() + len(data) > MOST_UNREAD_BYTES:
            self._transport.abort()
            return
        self._transport.write(data)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class Clients:
    """All connections, and which of them watch."""

    def __init__(self, answer: Callable[[bytes, Client], bytes]) -> None:
        self.answer = answer
        self.everyone: set[Client] = set()
        self._watchers: set[Client] = set()

    def watch(self, client: Client) -> None:
        self._watchers.add(client)

    def forget(self, client: Client) -> None:
        self.everyone.discard(client)
        self._watchers.discard(client)

    @property
    def watched(self) -> bool:
        return bool(self._watchers)

    def show(self, line: bytes) -> None:
        for watcher in tuple(self._watchers):
            watcher.write(line)

    async def serve(self, path: Path) -> None:
        """Listen until cancelled. Clients can connect before this first waits."""
        loop = asyncio.get_running_loop()
        with _listening(path) as listener:
            server = await loop.create_unix_server(lambda: Client(self), sock=listener)
            try:
                await loop.create_future()
            finally:
                server.close()
                for client in tuple(self.everyone):
                    client.close()


@contextmanager
def _listening(path: Path) -> Iterator[socket.socket]:
    """A Unix socket of mode 0600 from the first moment on; a dead one in its place is removed."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _clear(path)
        umask = os.umask(0o177)
        try:
            listener.bind(str(path))
        finally:
            os.umask(umask)
        listener.listen()
        listener.setblocking(False)  # noqa: FBT003  # its only form
        yield listener
    finally:
        listener.close()
        path.unlink(missing_ok=True)


def _clear(path: Path) -> None:
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
