"""The HTTP server of one camera, and the one request that a camera makes itself."""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from simulator.camera.door import Door
from simulator.camera.message import Request, Response, read_request, read_response

VERSION = "HTTP/1.1"
POST_SECONDS = 10.0

type Handler = Callable[[Request], Awaitable[Response]]


class Web(Door):
    """Answers requests while it is open."""

    def __init__(self, handler: Handler) -> None:
        super().__init__(self._answer)
        self._handler = handler

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while request := await read_request(reader):
            writer.write((await self._handler(request)).encoded(VERSION))
            await writer.drain()
            if request.header("connection").lower() == "close":
                return


async def post(url: str, body: bytes, content_type: str) -> int:
    """Post, and give the status; OSError, Broken or TimeoutError where nobody answers."""
    parts = urlsplit(url)
    async with asyncio.timeout(POST_SECONDS):
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            head = (
                f"POST {target} {VERSION}\r\nHost: {parts.netloc}\r\nConnection: close\r\n"
                f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode() + body)
            return (await read_response(reader)).status
        finally:
            writer.close()
