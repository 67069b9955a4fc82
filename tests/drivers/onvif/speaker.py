"""Answers probes in the name of a camera, with whatever place it is told to give."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any

_MATCH = """<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><e:Header>
<a:RelatesTo>{message}</a:RelatesTo></e:Header><e:Body><d:ProbeMatches><d:ProbeMatch>
<a:EndpointReference><a:Address>{urn}</a:Address></a:EndpointReference>
<d:XAddrs>http://{place}/onvif/device_service</d:XAddrs>
</d:ProbeMatch></d:ProbeMatches></e:Body></e:Envelope>"""


class Speaker(asyncio.DatagramProtocol):
    """Speaks for a camera."""

    def __init__(self, urn: str, place: str) -> None:
        self._urn = urn
        self.place = place
        self.asked = 0
        self.probed = ("", 0)  # where it listens
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport, self.probed = transport, transport.get_extra_info("sockname")

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        self.asked += 1
        found = re.search(rb"MessageID>([^<]+)<", data)
        message = "" if found is None else found[1].decode()
        answer = _MATCH.format(message=message, urn=self._urn, place=self.place)
        self._transport.sendto(answer.encode(), addr)


@contextlib.asynccontextmanager
async def speaker(urn: str, place: str) -> AsyncIterator[Speaker]:
    """Listen for probes."""
    loop = asyncio.get_running_loop()
    transport, made = await loop.create_datagram_endpoint(
        lambda: Speaker(urn, place), local_addr=("127.0.0.1", 0)
    )
    try:
        yield made
    finally:
        transport.close()
