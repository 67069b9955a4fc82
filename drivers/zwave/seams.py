"""What the driver asks of a Z-Wave server: a place to connect to, and word of its end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Served:
    """A server that listens."""

    url: str  # ws://127.0.0.1:PORT
    ended: asyncio.Future[str]  # why the server is gone, once it is; cancelled: it never tells
    kill: Callable[[], None] = lambda: None  # end one of ours that hangs


class Server(Protocol):
    """Where a server comes from: started as a child, or somebody else's."""

    def serving(self) -> AbstractAsyncContextManager[Served]:
        """Serve for one life of the driver; raise RadioLost with a sentence where that fails."""
        ...


@dataclass(frozen=True, slots=True)
class External:
    """A server that somebody else runs."""

    url: str

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[Served]:
        """Give its address. Its end shows on the connection, not here."""
        ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        ended.cancel()
        yield Served(self.url, ended)
