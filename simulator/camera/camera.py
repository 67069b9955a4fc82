"""One camera: its state behind two servers, which can go away and come back."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping
from typing import Any
from urllib.parse import urlsplit

from simulator.camera.auth import Gate
from simulator.camera.footage.programme import Which
from simulator.camera.footage.studio import jpeg, still
from simulator.camera.message import Request, Response
from simulator.camera.onvif import device, imaging, media
from simulator.camera.onvif.device import Answer
from simulator.camera.onvif.events import PATH, EventService, action
from simulator.camera.rtsp.broadcast import Broadcast
from simulator.camera.rtsp.server import Manners, Server
from simulator.camera.soap import (
    CONTENT_TYPE,
    Call,
    NotAuthorized,
    NotSupported,
    SoapFault,
    envelope,
    fault,
    parse,
)
from simulator.camera.state import State
from simulator.camera.web import Web

MOST_SKEW_SECONDS = 10.0  # between the camera's clock and that of a UsernameToken
SERVICES = {
    "device": ("tds",),
    "media": ("trt",),
    "events": ("tev", "wsnt"),
    "imaging": ("timg",),
    "ptz": ("tptz",),
    "io": ("tmd",),
}
_ANSWERS: Mapping[str, Answer] = {
    **device.ANSWERS,
    **media.ANSWERS,
    **imaging.IMAGING,
    **imaging.PTZ,
}
_ANSWER_SECONDS = 0.1  # for the answer to a wish to reboot to get out
_UNDECLARED = b"<vendor:Extra/>"

type Run = Callable[[Coroutine[Any, Any, None]], None]


class Camera:
    """Answers at its ports while it is open."""

    def __init__(self, state: State, run: Run) -> None:
        self.state = state
        self.streams = {which: Broadcast(state.programme, which) for which in state.streams}
        self.manners = Manners(state.login, state.clock)
        self._rtsp = Server(
            {str(which): one for which, one in self.streams.items()},
            Gate(state.spec.rtsp_auth, state.refuse),
            self.manners,
        )
        self._web = Web(self._handle)
        self._snapshot_gate = Gate(state.spec.snapshot_auth, state.refuse)
        self._soap_gate = Gate("digest", state.refuse)
        self._events = EventService(state, run)
        self.is_open = False

    async def open(self) -> None:
        """Switch it on, at the ports that it had."""
        self.state.establish()
        await self._listen()

    async def close(self) -> None:
        """Switch it off: nobody is told, and subscriptions are forgotten."""
        self.is_open = False
        await self._web.close()
        await self._rtsp.close()
        self.state.events.forget_all()

    async def move(self) -> None:
        """Have other ports, as a camera with a new address."""
        await self.close()
        self.state.port = self.state.rtsp_port = 0
        await self.open()

    async def gone(self, seconds: float, *, after_answer: bool = False) -> None:
        """Be off for a while."""
        if after_answer:
            await asyncio.sleep(_ANSWER_SECONDS)
        await self.close()
        self.state.happened("reboot", {"seconds": seconds})
        await asyncio.sleep(seconds)
        await self.open()
        self.state.happened("booted", {})

    def apply(self, dice: random.Random) -> None:
        """Have the streams follow the faults. `dice` give the garbage."""
        faults = self.state.faults
        for stream in self.streams.values():
            stream.silent = faults.stream_stop
        self.manners.login = self.state.login
        self.manners.garbage = dice if faults.garbage_rtp else None
        self.manners.unknown_codec = faults.unknown_codec

    async def _listen(self) -> None:
        state = self.state
        state.rtsp_port = await self._rtsp.open(state.address, state.rtsp_port)
        if state.spec.onvif:
            state.port = await self._web.open(state.address, state.port)
        self.is_open = True

    async def _handle(self, request: Request) -> Response:
        path = urlsplit(request.target)
        if path.path == "/onvif/snapshot" and request.method == "GET":
            return await self._snapshot(request, path.query)
        if not path.path.startswith("/onvif/") or request.method != "POST":
            return Response(404, "Not Found")
        await asyncio.sleep(self.state.faults.slow)
        name = path.path.removeprefix(f"/onvif/{PATH}/") if PATH in path.path else ""
        try:
            return await self._soap(request, name)
        except SoapFault as refused:
            headers = {"Content-Type": CONTENT_TYPE}
            if refused.status == 401:
                headers["WWW-Authenticate"] = self._soap_gate.challenge()
            return Response(refused.status, "Refused", headers, fault(refused))

    async def _soap(self, request: Request, name: str) -> Response:
        call = parse(request.body)
        self.state.calls[call.operation.partition(":")[2]] += 1
        if call.operation not in device.OPEN:
            self._admit(request, call)
        text = await self._answer(call, name)
        body = envelope(text, action=action(call.operation), relates_to=call.message_id)
        if call.operation.partition(":")[0] in SERVICES.get(self.state.faults.malformed, ()):
            body = body.replace(b"<env:Body>", b"<env:Body>" + _UNDECLARED)
        return Response(200, "OK", {"Content-Type": CONTENT_TYPE}, body)

    async def _answer(self, call: Call, name: str) -> str:
        if call.operation.partition(":")[0] in SERVICES["events"]:
            return await self._events.answer(call, name)
        known = _ANSWERS.get(call.operation)
        if known is None:
            raise NotSupported(call.operation)
        return known(self.state, call)

    def _admit(self, request: Request, call: Call) -> None:
        """Let pass who proves itself by a fresh UsernameToken or by HTTP digest."""
        if call.token is not None:
            if self._is_fresh_and_true(call):
                return
            self.state.refuse("soap")
            raise NotAuthorized
        header = request.header("authorization")
        if not self._soap_gate.admits(self.state.login, request.method, header):
            raise NotAuthorized

    def _is_fresh_and_true(self, call: Call) -> bool:
        if call.token is None:
            return False
        try:
            age = call.token.age(self.state.clock())
            return abs(age) <= MOST_SKEW_SECONDS and call.token.proves(self.state.login)
        except ValueError:
            return False

    async def _snapshot(self, request: Request, query: str) -> Response:
        if not self._snapshot_gate.admits(
            self.state.login, request.method, request.header("authorization")
        ):
            challenge = {"WWW-Authenticate": self._snapshot_gate.challenge()}
            return Response(401, "Unauthorized", challenge)
        which = Which.SUB if query == Which.SUB else Which.MAIN
        showing = self.state.programme.showing
        _, into = self.state.programme.place(showing)
        picture = await asyncio.to_thread(still, showing.scene.reel(which), into)
        body = await asyncio.to_thread(jpeg, picture)
        return Response(200, "OK", {"Content-Type": "image/jpeg"}, body)
