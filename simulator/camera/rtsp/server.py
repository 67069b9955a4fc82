"""The RTSP server of one camera: its streams, over TCP, to any number of clients."""

import asyncio
import random
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from simulator.camera.auth import Gate, Login
from simulator.camera.door import Door
from simulator.camera.message import Request, Response, read_request
from simulator.camera.rtsp.broadcast import Broadcast
from simulator.camera.rtsp.rtp import Packets
from simulator.camera.rtsp.sdp import CONTROL, describe

VERSION = "RTSP/1.0"
REPORT_SECONDS = 5.0
SESSION_SECONDS = 60
MOST_UNREAD_BYTES = 16 * 1024 * 1024  # a client that leaves more unread is dropped
_METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN"


@dataclass(slots=True)
class Manners:
    """How the server behaves; a fault changes it."""

    login: Login
    clock: Callable[[], float]  # the camera's own, in seconds since 1970
    garbage: random.Random | None = None  # noise in the place of pictures
    unknown_codec: bool = False


class Server(Door):
    """Answers and plays while it is open."""

    def __init__(self, streams: Mapping[str, Broadcast], gate: Gate, manners: Manners) -> None:
        super().__init__(self._answer)
        self.streams = streams
        self.gate = gate
        self.manners = manners

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = _Visit(self, writer)
        try:
            while request := await read_request(reader):
                writer.write(visit.answer(request).encoded(VERSION))
                visit.begin()
        finally:
            visit.end()


class _Visit:
    """One client on its line."""

    def __init__(self, server: Server, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._writer = writer
        self._session = ""
        self._channel = 0
        self._stream: Broadcast | None = None
        self._player: _Player | None = None
        self._wishes_to_play = False

    def answer(self, request: Request) -> Response:
        headers = {"CSeq": request.header("cseq")}
        answer = self._answer(request)
        return Response(answer.status, answer.reason, {**headers, **answer.headers}, answer.body)

    def begin(self) -> None:
        """Send pictures, once the answer that says so is out."""
        if self._wishes_to_play and self._stream is not None and self._player is not None:
            self._wishes_to_play = False
            self._stream.join(self._player)

    def end(self) -> None:
        if self._stream is not None and self._player is not None:
            self._stream.leave(self._player)
        self._player = None

    def _answer(self, request: Request) -> Response:
        gate, login = self._server.gate, self._server.manners.login
        match request.method:
            case "OPTIONS":
                return _ok({"Public": _METHODS})
            case "DESCRIBE" | "SETUP":
                if not gate.admits(login, request.method, request.header("authorization")):
                    return Response(401, "Unauthorized", {"WWW-Authenticate": gate.challenge()})
                return self._introduce(request)
            case "PLAY" | "GET_PARAMETER" | "TEARDOWN":
                return self._continue(request)
            case _:
                return Response(501, "Not Implemented", {"Public": _METHODS})

    def _introduce(self, request: Request) -> Response:
        path = urlsplit(request.target).path.removesuffix("/").removesuffix(f"/{CONTROL}")
        stream = self._server.streams.get(path.removeprefix("/"))
        if stream is None:
            return Response(404, "Not Found")
        if request.method == "DESCRIBE":
            return self._describe(request, stream)
        return self._set_up(request, stream)

    def _describe(self, request: Request, stream: Broadcast) -> Response:
        address = self._writer.get_extra_info("sockname")[0]
        text = describe(stream.reel, address, unknown=self._server.manners.unknown_codec)
        base = request.target.removesuffix("/") + "/"
        return _ok({"Content-Base": base, "Content-Type": "application/sdp"}, text.encode())

    def _set_up(self, request: Request, stream: Broadcast) -> Response:
        wished = request.header("transport").split(",")[0]
        if not wished.startswith("RTP/AVP/TCP"):
            return Response(461, "Unsupported Transport")
        _, _, channels = wished.partition("interleaved=")
        first = channels.split(";")[0].partition("-")[0]
        self._channel = int(first) if first.isdecimal() and int(first) < 255 else 0
        self.end()
        self._stream = stream
        self._session = self._session or secrets.token_hex(8)
        packets = Packets(*(secrets.randbits(bits) for bits in (32, 16, 32)))
        self._player = _Player(self._writer, self._channel, packets, self._server.manners)
        pair = f"{self._channel}-{self._channel + 1}"
        transport = f"RTP/AVP/TCP;unicast;interleaved={pair};ssrc={packets.ssrc:08X}"
        return _ok(
            {"Transport": transport, "Session": f"{self._session};timeout={SESSION_SECONDS}"}
        )

    def _continue(self, request: Request) -> Response:
        named = request.header("session").partition(";")[0]
        if request.method == "GET_PARAMETER" and not named:
            return _ok({})
        if not self._session or named != self._session or self._player is None:
            return Response(454, "Session Not Found")
        headers = {"Session": self._session}
        if request.method == "PLAY":
            self._wishes_to_play = True
            place = f"url={request.target.removesuffix('/')}/{CONTROL}"
            headers |= {
                "Range": "npt=now-",
                "RTP-Info": f"{place};seq={self._player.packets.sequence}",
            }
        elif request.method == "TEARDOWN":
            self.end()
            self._session = ""
        return _ok(headers)


class _Player:
    """Puts one client's packets on its line, from the first key picture on."""

    def __init__(
        self, writer: asyncio.StreamWriter, channel: int, packets: Packets, manners: Manners
    ) -> None:
        self.packets = packets
        self._writer = writer
        self._channel = channel
        self._manners = manners
        self._began = False
        self._reported = 0.0

    def hear(self, pieces: list[bytes], at: float, *, key: bool) -> None:
        self._began = self._began or key
        if not self._began or self._writer.is_closing():
            return
        if self._writer.transport.get_write_buffer_size() > MOST_UNREAD_BYTES:
            self._writer.transport.abort()
            return
        frames = [
            self._frame(0, self.packets.wrap(self._spoilt(piece), at, last=piece is pieces[-1]))
            for piece in pieces
        ]
        if not self._reported or at >= self._reported + REPORT_SECONDS:
            self._reported = at
            frames.append(self._frame(1, self.packets.report(at, self._manners.clock())))
        self._writer.write(b"".join(frames))

    def _spoilt(self, piece: bytes) -> bytes:
        noise = self._manners.garbage
        return piece if noise is None else noise.randbytes(len(piece))

    def _frame(self, offset: int, packet: bytes) -> bytes:
        return b"$" + bytes([self._channel + offset]) + len(packet).to_bytes(2, "big") + packet


def _ok(headers: Mapping[str, str], body: bytes = b"") -> Response:
    return Response(200, "OK", headers, body)
