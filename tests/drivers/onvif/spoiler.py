"""Stands between the driver and a camera, and spoils the answers to some operations."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping

from aiohttp import ClientSession, web

type Spoil = Callable[[bytes], bytes]


class Spoiler:
    """Passes everything on, as if it were the camera, but for what is to be spoiled."""

    def __init__(self, camera: str) -> None:
        self._camera = camera
        self.spoils: Mapping[bytes, Spoil] = {}  # by a word of the request
        self.place = ""
        self.asked: list[bytes] = []

    async def handle(self, request: web.Request) -> web.Response:
        """Pass on one request."""
        body = await request.read()
        self.asked.append(body)
        url = f"http://{self._camera}{request.path_qs}"
        headers = {"Content-Type": request.headers.get("Content-Type", "")}
        async with ClientSession() as session, session.post(url, data=body, headers=headers) as got:
            answer = (await got.read()).replace(self._camera.encode(), self.place.encode())
            for word, spoil in self.spoils.items():
                if word in body:
                    answer = spoil(answer)
            kind = got.headers.get("Content-Type", "text/xml")
            return web.Response(status=got.status, body=answer, headers={"Content-Type": kind})


@contextlib.asynccontextmanager
async def spoiler(camera: str) -> AsyncIterator[Spoiler]:
    """Stand before a camera."""
    between = Spoiler(camera)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", between.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0]
        between.place = f"{host}:{port}"
        yield between
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def babbler(answer: bytes) -> AsyncIterator[str]:
    """Be a server that says the same to whatever it is asked; give its place."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.read(65536)
            writer.write(answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    try:
        yield f"{host}:{port}"
    finally:
        server.close()
