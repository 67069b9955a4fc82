"""WS-Discovery: answers to probes, sent to the group or to this machine alone."""

import asyncio
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape
from uuid import uuid4
from xml.etree import ElementTree as ET

GROUP = "239.255.255.250"
PORT = 3702
MOST_BYTES = 16 * 1024
_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
_DEVICE = "http://www.onvif.org/ver10/network/wsdl"
_TDS = "http://www.onvif.org/ver10/device/wsdl"
_OURS = frozenset({"", "NetworkVideoTransmitter", "Device"})


@dataclass(frozen=True, slots=True)
class Found:
    """What a camera says of itself."""

    urn: str
    url: str
    scopes: tuple[str, ...]


type Present = Callable[[], Iterable[Found]]


class Responder:
    """Listens while it is open, where the network lets it."""

    def __init__(self, present: Present) -> None:
        self._present = present
        self._transports: list[asyncio.DatagramTransport] = []
        self.port = 0  # 0: it does not listen
        self.multicast = False

    async def open(self, address: str, port: int) -> None:
        """Listen at the address, and to the group where that can be joined there."""
        try:
            alone = _socket(address, port)
        except OSError:
            return
        self.port = int(alone.getsockname()[1])
        await self._serve(alone)
        try:
            group = _socket(GROUP, self.port)
            member = socket.inet_aton(GROUP) + socket.inet_aton(address)
            group.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        except OSError:
            return
        self.multicast = True
        await self._serve(group)

    def close(self) -> None:
        for transport in self._transports:
            transport.close()
        self._transports.clear()

    async def _serve(self, bound: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Ears(self._present), sock=bound)
        self._transports.append(transport)


class _Ears(asyncio.DatagramProtocol):
    def __init__(self, present: Present) -> None:
        self._present = present
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.DatagramTransport):
            self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        asked = probe(data)
        if asked is None or self._transport is None:
            return
        for found in self._present():
            self._transport.sendto(match(found, asked), addr)


def probe(data: bytes) -> str | None:
    """Give the id of a probe for what we are; None for anything else."""
    if len(data) > MOST_BYTES:
        return None
    try:
        root = ET.fromstring(data)  # noqa: S314  # our own hub says it
    except (ET.ParseError, ValueError):
        return None
    wish = root.find(f".//{{{_DISCOVERY}}}Probe")
    message = root.find(f".//{{{_ADDRESSING}}}MessageID")
    if wish is None or message is None:
        return None
    kinds = (wish.findtext(f"{{{_DISCOVERY}}}Types") or "").split() or [""]
    ours = any(kind.rpartition(":")[2] in _OURS for kind in kinds)
    return (message.text or "").strip() if ours else None


def match(found: Found, asked: str) -> bytes:
    """Give the answer of one camera to a probe."""
    head = (
        f"<a:MessageID>urn:uuid:{uuid4()}</a:MessageID><a:RelatesTo>{escape(asked)}</a:RelatesTo>"
        f"<a:To>{_ADDRESSING}/role/anonymous</a:To><a:Action>{_DISCOVERY}/ProbeMatches</a:Action>"
    )
    one = (
        f"<a:EndpointReference><a:Address>{found.urn}</a:Address></a:EndpointReference>"
        f"<d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types>"
        f"<d:Scopes>{' '.join(found.scopes)}</d:Scopes><d:XAddrs>{found.url}</d:XAddrs>"
        "<d:MetadataVersion>1</d:MetadataVersion>"
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{_SOAP}"'
        f' xmlns:a="{_ADDRESSING}" xmlns:d="{_DISCOVERY}" xmlns:dn="{_DEVICE}" xmlns:tds="{_TDS}">'
        f"<s:Header>{head}</s:Header><s:Body><d:ProbeMatches><d:ProbeMatch>{one}</d:ProbeMatch>"
        "</d:ProbeMatches></s:Body></s:Envelope>"
    ).encode()


def _socket(address: str, port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((address, port))
    except OSError:
        bound.close()
        raise
    bound.setblocking(False)  # noqa: FBT003  # its only form
    return bound
