"""Messages of HTTP/1.1 and RTSP 1.0, which are framed alike, read from and written to a stream."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

MOST_HEAD_BYTES = 64 * 1024
MOST_BODY_BYTES = 4 * 1024 * 1024
_DOLLAR = b"$"  # RTSP: begins a frame of interleaved data


class Broken(Exception):
    """What came is no message, or the line ended within one."""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    target: str
    version: str
    headers: Mapping[str, str] = field(default_factory=dict)  # names in small letters
    body: bytes = b""

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    reason: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def encoded(self, version: str) -> bytes:
        lines = [f"{version} {self.status} {self.reason}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body or version.startswith("HTTP"):
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode() + self.body


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """Give the next request, past interleaved data; None when the line ended in good order."""
    while True:
        first = await reader.read(1)
        if not first:
            return None
        if first != _DOLLAR:
            break
        await _skip_frame(reader)
    try:
        head = first + await reader.readuntil(b"\r\n\r\n")
        words, headers = _parsed(head.decode("latin-1").lstrip("\r\n"))
        body = await _body(reader, headers)
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError) as error:
        raise Broken(str(error)) from None
    return Request(*words, headers, body)


async def read_response(reader: asyncio.StreamReader) -> Response:
    """Give the answer to a request that we sent."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        (_, status, reason), headers = _parsed(head.decode("latin-1"))
        return Response(int(status), reason, headers, await _body(reader, headers))
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError) as error:
        raise Broken(str(error)) from None


async def _skip_frame(reader: asyncio.StreamReader) -> None:
    """Receiver reports of the client's: channel, length, data."""
    try:
        head = await reader.readexactly(3)
        await reader.readexactly(int.from_bytes(head[1:], "big"))
    except asyncio.IncompleteReadError as error:
        raise Broken(str(error)) from None


def _parsed(head: str) -> tuple[tuple[str, str, str], dict[str, str]]:
    first, *lines = head.split("\r\n")
    words = first.split(" ", 2)
    if len(words) == 2:  # an answer without a reason
        words.append("")
    method, target, version = words
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    return (method, target, version), headers


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return await _chunks(reader)
    length = int(headers.get("content-length") or 0)
    if not 0 <= length <= MOST_BODY_BYTES:
        raise Broken(f"a body of {length} bytes")
    return await reader.readexactly(length)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = bytearray()
    while True:
        size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
        chunk = await reader.readexactly(size + 2)
        if not size:
            return bytes(body)
        body += chunk[:-2]
        if len(body) > MOST_BODY_BYTES:
            raise Broken("a body without end")
