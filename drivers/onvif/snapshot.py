"""A picture of now, by HTTP: with a digest.

The password itself is sent where a camera asks for it; to one that is looked for by its urn, never:
nothing proves who answers in its name.
"""

import asyncio
from base64 import b64encode

import aiohttp

from drivers.onvif.client import why
from drivers.onvif.faults import CameraFault
from drivers.onvif.link import Link
from drivers.onvif.settings import CameraSettings
from gateway.model.driver import CommandRefused, DeviceUnreachable

PICTURE_MOST = 16 * 1024 * 1024  # bytes
_JPEG = b"\xff\xd8"
_DENIED = 401


async def taken(link: Link, seconds: float) -> bytes:
    """Give a JPEG; raise DeviceUnreachable or CommandRefused with a sentence."""
    name = link.settings.name
    try:
        address = await link.snapshot_address()
        async with asyncio.timeout(seconds):
            picture = await _fetched(address, link.settings)
    except CameraFault as fault:
        raise CommandRefused(f"{name} gives no picture: {fault}") from None
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise DeviceUnreachable(f"{name} gives no picture: {why(error)}") from None
    if picture is None or not picture.startswith(_JPEG):
        raise CommandRefused(f"{name} gives no picture")
    return picture


async def _fetched(address: str, settings: CameraSettings) -> bytes | None:
    user, password = settings.user, settings.password.text
    digest = aiohttp.DigestAuthMiddleware(user, password) if user else None
    middlewares = () if digest is None else (digest,)
    connector = aiohttp.TCPConnector(ssl=False)  # cameras sign for themselves
    async with aiohttp.ClientSession(connector=connector) as session:
        async with session.get(address, middlewares=middlewares, allow_redirects=False) as answer:
            if answer.status != _DENIED or not user:
                return await _body(answer)
            ways = answer.headers.getall("WWW-Authenticate", [])
        if settings.is_looked_for or not any(way.lower().startswith("basic") for way in ways):
            return None
        login = b64encode(f"{user}:{password}".encode()).decode()
        headers = {"Authorization": f"Basic {login}"}
        async with session.get(address, headers=headers, allow_redirects=False) as answer:
            return await _body(answer)


async def _body(answer: aiohttp.ClientResponse) -> bytes | None:
    if not answer.ok:
        return None
    body = bytearray()
    async for chunk in answer.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > PICTURE_MOST:
            return None
    return bytes(body)
