"""WS-Discovery: which cameras are nearby, and where one is that is known by its urn.

A probe goes out by UDP to the group of the standard, on every network, or to one machine alone.
Nothing proves who answers a probe. For a camera that is known by its urn (`whereabouts.py`):
- the place that let us in is tried first as long as the driver lives, others where it is silent;
- who answers then is given a proof of the password, to guess at, but no stream is opened there and
  a trouble is told, unless it names the make, model and serial number that the camera named before;
- over HTTP it is never sent the password itself.
Who answers in a camera's name as the hub starts is believed: by the video, where FFmpeg does what
the server asks for, that one can ask for the password itself. An address is safer.
"""

import asyncio
import contextlib
import socket
import struct
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from drivers.onvif.client import read_xml

GROUP = ("239.255.255.250", 3702)
DATAGRAM_MOST = 64 * 1024
FOUND_MOST = 256
TEXT_MOST = 128
LISTEN_SECONDS = 2.0  # for answers to one probe: the standard has them wait up to half a second
_TTL = 1
_PORTS = {"http": 80, "https": 443}
_SCOPE = "onvif://www.onvif.org/"
_PROBE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"'
    ' xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><s:Header>'
    "<a:MessageID>{message}</a:MessageID>"
    "<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>"
    "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action></s:Header>"
    "<s:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></s:Body></s:Envelope>"
)

type Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Nearby:
    """A camera that answered."""

    urn: str
    host: str
    port: int
    name: str = ""
    hardware: str = ""

    @property
    def place(self) -> str:
        """Give its address as the configuration wants it."""
        return f"{self.host}:{self.port}"


async def probe(targets: Iterable[Place] = (), seconds: float = LISTEN_SECONDS) -> list[Nearby]:
    """Ask once, and give who answers in time. No network: nobody does."""
    message = f"urn:uuid:{uuid.uuid4()}"
    found: dict[str, Nearby] = {}
    with contextlib.suppress(OSError):
        async with _ears(message, found) as asking:
            _send(asking, _PROBE.format(message=message).encode(), tuple(targets) or (GROUP,))
            await asyncio.sleep(seconds)
    return sorted(found.values(), key=lambda one: (one.host, one.port))


def matches(datagram: bytes, message: str, sender: str) -> Iterator[Nearby]:
    """Read an answer to our probe; nothing where it is to another's, or none."""
    root = read_xml(datagram) if len(datagram) <= DATAGRAM_MOST else None
    if root is None or _first(root, "RelatesTo") != message:
        return
    for match in (one for one in root.iter() if _local(one) == "ProbeMatch"):
        found = _nearby(match, sender)
        if found is not None:
            yield found


def _nearby(match: Any, sender: str) -> Nearby | None:
    urn = _first(match, "Address")
    places = [place for text in _first(match, "XAddrs").split() if (place := _place(text))]
    if not urn or not places:
        return None
    # A camera may list an address for each of its networks: best, where it answered from.
    host, port = next((place for place in places if place[0] == sender), places[0])
    scopes = _first(match, "Scopes").split()
    return Nearby(urn[:TEXT_MOST], host, port, _scope(scopes, "name"), _scope(scopes, "hardware"))


def _place(text: str) -> Place | None:
    try:
        parts = urlsplit(text)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    return (parts.hostname, port) if parts.hostname and port else None


def _scope(scopes: Iterable[str], key: str) -> str:
    begin = f"{_SCOPE}{key}/"
    text = next((unquote(one[len(begin) :]) for one in scopes if one.startswith(begin)), "")
    return "".join(letter for letter in text if letter.isprintable())[:TEXT_MOST]


def _first(root: Any, name: str) -> str:
    return next(((one.text or "").strip() for one in root.iter() if _local(one) == name), "")


def _local(part: Any) -> str:
    return part.tag.rpartition("}")[2] if isinstance(part.tag, str) else ""


class _Ears(asyncio.DatagramProtocol):
    def __init__(self, message: str, found: dict[str, Nearby]) -> None:
        self._message = message
        self._found = found

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        if len(self._found) < FOUND_MOST:
            for one in matches(data, self._message, str(addr[0])):
                self._found.setdefault(one.urn, one)


@contextlib.asynccontextmanager
async def _ears(message: str, found: dict[str, Nearby]) -> Any:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, _TTL)
    sock.bind(("", 0))  # answers come from anywhere
    sock.setblocking(False)  # noqa: FBT003  # its only form
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Ears(message, found), sock=sock)
    try:
        yield sock
    finally:
        transport.close()


def _send(sock: socket.socket, datagram: bytes, targets: Iterable[Place]) -> None:
    for host, port in targets:
        if not host.startswith(("224.", "239.")):
            with contextlib.suppress(OSError):
                sock.sendto(datagram, (host, port))
            continue
        for index, _ in socket.if_nameindex():
            with contextlib.suppress(OSError):  # a network without multicast, or that is down
                where = struct.pack("4s4si", bytes(4), bytes(4), index)
                sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, where)
                sock.sendto(datagram, (host, port))
