"""A TCP port that can go away in the middle of whatever it is, as a camera's does."""

import asyncio
import contextlib
import errno
from collections.abc import Awaitable, Callable

from simulator.camera.message import MOST_HEAD_BYTES, Broken

PORT_SECONDS = 30.0

type Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Door:
    """Hands each line to `serve` while it is open."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.StreamWriter] = set()
        self._is_open = False

    async def open(self, address: str, port: int) -> int:
        """Listen; give the port."""
        self._is_open = True
        self._server = await self._listen(address, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def _listen(self, address: str, port: int) -> asyncio.Server:
        """Listen. While we were closed, somebody's connection may have been given our port."""
        clock = asyncio.get_running_loop().time
        until = clock() + (PORT_SECONDS if port else 0.0)
        while True:
            try:
                return await asyncio.start_server(self._enter, address, port, limit=MOST_HEAD_BYTES)
            except OSError as taken:
                if taken.errno != errno.EADDRINUSE or clock() >= until:
                    raise
            await asyncio.sleep(PORT_SECONDS / 100)

    async def close(self) -> None:
        """Cut every line, and listen no more."""
        self._is_open = False
        for line in tuple(self._lines):
            line.transport.abort()
        # A line that was accepted in this very turn would be left hanging by Server.close.
        await asyncio.sleep(0)
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._is_open:
            writer.transport.abort()
            return
        self._lines.add(writer)
        try:
            with contextlib.suppress(Broken, ConnectionError):
                await self._serve(reader, writer)
        finally:
            self._lines.discard(writer)
            writer.close()
