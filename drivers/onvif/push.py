"""Where cameras post their events to: a small listener, with a path that nobody can guess for each.

It is there only while a camera pushes, at the address of ours that this camera is reached from.
"""

import contextlib
import secrets
import socket
from asyncio import get_running_loop
from collections.abc import AsyncIterator, Callable

from aiohttp import web

from drivers.onvif.client import read_xml
from drivers.onvif.faults import EventsLost
from drivers.onvif.message import Message, messages

BODY_MOST = 256 * 1024
_TOKEN_BYTES = 16

type Posted = Callable[[list[Message]], None]


class PostOffice:
    """One for all cameras."""

    def __init__(self) -> None:
        self._boxes: dict[str, Posted] = {}
        self._runner: web.AppRunner | None = None
        self._places: dict[str, int] = {}  # the port at each address of ours

    @contextlib.asynccontextmanager
    async def box(self, camera: tuple[str, int], posted: Posted) -> AsyncIterator[str]:
        """Take a camera's posts; give the address that it is to post to."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        try:
            host = await _reached_from(camera)
            port = await self._open(host)
        except OSError as error:
            raise EventsLost(f"no listener for its posts: {error.strerror or error}") from None
        self._boxes[token] = posted
        try:
            place = f"[{host}]" if ":" in host else host
            yield f"http://{place}:{port}/{token}"
        finally:
            del self._boxes[token]

    async def close(self) -> None:
        """Listen no more."""
        runner, self._runner = self._runner, None
        self._places.clear()
        if runner is not None:
            await runner.cleanup()

    async def _open(self, host: str) -> int:
        if host in self._places:
            return self._places[host]
        if self._runner is None:
            app = web.Application(client_max_size=BODY_MOST)
            app.router.add_post("/{token}", self._post)
            self._runner = web.AppRunner(app, access_log=None)
            await self._runner.setup()
        if host in self._places:  # another camera was faster
            return self._places[host]
        site = web.TCPSite(self._runner, host, 0)
        await site.start()
        port = next(place[1] for place in reversed(self._runner.addresses))
        self._places[host] = int(port)
        return int(port)

    async def _post(self, request: web.Request) -> web.Response:
        posted = self._boxes.get(request.match_info["token"])
        if posted is None:
            return web.Response(status=404)
        root = read_xml(await request.read())
        if root is None:
            return web.Response(status=400)
        posted(list(messages(root)))
        return web.Response()


async def _reached_from(camera: tuple[str, int]) -> str:
    """Give the address of ours from which a camera is reached. Nothing is sent."""
    found = await get_running_loop().getaddrinfo(*camera, type=socket.SOCK_DGRAM)
    family, kind, protocol, _, place = found[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.connect(place)
        return str(probe.getsockname()[0])
