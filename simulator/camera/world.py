"""All cameras of one house, what happens before them, and the control socket beside them."""

import asyncio
import random
import time
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any

from simulator.camera import topics
from simulator.camera.auth import Login
from simulator.camera.camera import Camera
from simulator.camera.control import Control, Gesture
from simulator.camera.discovery import Found, Responder
from simulator.camera.events import Message
from simulator.camera.footage.library import REST, Library
from simulator.camera.footage.programme import Programme, Scene
from simulator.camera.footage.reel import ReelError
from simulator.camera.house import CameraSpec, House, Kind
from simulator.camera.onvif.device import scopes
from simulator.camera.state import Faults, State
from simulator.clients import Client, Clients
from simulator.request import CannotDo, encode
from simulator.table import near

RING_SECONDS = 1.0  # that a doorbell says that it is pressed
_GARBAGE_SEED = 11

type Facts = Mapping[str, object]
type Nanoseconds = int


class World:
    """The cameras, from their building to their end."""

    def __init__(self, house: House, folder: Path) -> None:
        self._house = house
        self._library = Library(folder)
        self._cameras: dict[str, Camera] = {}
        self._responder = Responder(self._present)
        self._tasks: set[asyncio.Task[None]] = set()
        self._clients = Clients(self._asked)
        self._control = Control(self)

    async def build(self) -> None:
        """Load what they look at, and switch them on. Raises ReelError, OSError."""
        for spec in self._house.cameras:
            rest = await self._library.scene(REST, spec.scenes)
            camera = self._cameras[spec.name] = self._camera(spec, rest)
            await camera.open()
            for stream in camera.streams.values():
                self.run(stream.run())
        await self._responder.open(self._house.address, self._house.discovery_port)

    async def close(self) -> None:
        self._responder.close()
        for camera in self._cameras.values():
            await camera.close()
        for task in tuple(self._tasks):
            task.cancel()

    async def serve(self, control_path: Path) -> None:
        """Serve the control socket until cancelled."""
        await self._clients.serve(control_path)

    def addresses(self) -> Facts:
        """Say where everything is."""
        cameras = {name: _addresses(camera.state) for name, camera in self._cameras.items()}
        responder = self._responder
        discovery = {"port": responder.port, "multicast": responder.multicast}
        return {"cameras": cameras, "discovery": discovery}

    @property
    def first(self) -> str:
        """Where the first camera answers; "": there is none."""
        return next((_first(one.state) for one in self._cameras.values()), "")

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Have something run beside, until we end."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # control.Stage

    async def act(self, device: str, do: str, gesture: Gesture) -> Nanoseconds:
        camera = self._find(device)
        match do:
            case "reboot":
                self.run(camera.gone(gesture.seconds))
            case "unplug":
                await camera.close()
            case "plug":
                if not camera.is_open:
                    await camera.open()
            case "move":
                await camera.move()
            case "show":
                return await self._show(camera, gesture)
            case "rest":
                camera.state.programme.show(camera.state.programme.rest, again=True)
            case "cover" | "spray" | "turn" | "freeze":
                return await self._meddle(camera, do)
            case _:
                return _at(told=self._tell_of(camera.state, do, gesture))
        return _now()

    def fault(self, device: str, faults: Facts) -> None:
        """Break it, or mend it."""
        camera = self._find(device)
        state = camera.state
        if faults.get("clear"):
            state.faults = Faults()
            state.login = Login(state.spec.user, state.spec.password)
        for name, value in faults.items():
            if name == "password":
                state.login = Login(state.spec.user, str(value))
            elif name != "clear":
                setattr(state.faults, name, value)
        camera.apply(random.Random(_GARBAGE_SEED))  # noqa: S311  # noise, the same every time

    def say(self, device: str, topic: str, facts: Facts) -> Nanoseconds:
        """Say anything on any topic."""
        events = self._find(device).state.events
        source, data = _items(facts.get("source")), _items(facts.get("data"))
        operation = str(facts.get("operation", ""))
        if operation == "Changed":
            return _at(told=events.change(topic, source, data))
        at = self._find(device).state.clock()
        return _at(told=events.say(Message(topic, source, data, operation, at)))

    def state(self, device: str | None) -> Facts:
        if device is not None:
            return {"device": _state(self._find(device))}
        return {"devices": {name: _state(one) for name, one in self._cameras.items()}}

    # What happens before a camera.

    async def _show(self, camera: Camera, gesture: Gesture) -> Nanoseconds:
        state = camera.state
        try:
            if gesture.file:
                main, sub = Path(gesture.file), Path(gesture.sub or gesture.file)
                scene = await self._library.open(main.stem, (main, sub))
            else:
                scene = await self._library.scene(gesture.scene, state.spec.scenes)
        except ReelError as wrong:
            raise CannotDo(str(wrong)) from None
        state.programme.show(scene, again=gesture.again)
        return _now()

    async def _meddle(self, camera: Camera, how: str) -> Nanoseconds:
        programme = camera.state.programme
        showing = programme.showing
        _, into = programme.place(showing)
        scene = await self._library.spoil(how, showing, into)
        programme.show(scene, again=True)
        return _now()

    def _tell_of(self, state: State, do: str, gesture: Gesture) -> bool:
        """Have the camera's own analytics, contacts or button say something."""
        match do:
            case "line":
                data = {"ObjectId": str(gesture.object)}
                return state.events.occur(topics.LINE, topics.LINE_SOURCE, data)
            case "input":
                token = f"input{gesture.input}"
                if token not in state.inputs:
                    raise CannotDo(f"{state.spec.name!r} has {len(state.inputs)} inputs")
                return state.turn_input(token, on=gesture.on)
            case "ring":
                return self._ring(state)
            case _ if do in topics.SIGHTS:
                one = topics.SIGHTS[do]
                return state.events.change(one.topic, one.source, one.data(on=gesture.on))
            case _:
                turn = topics.TURNS[do]
                became = turn.what.data(on=turn.on)
                return state.events.change(turn.what.topic, turn.what.source, became)

    def _ring(self, state: State) -> bool:
        if state.spec.kind is not Kind.DOORBELL:
            raise CannotDo(f"{state.spec.name!r} is no doorbell")
        bell = topics.VISITOR
        told = state.events.change(bell.topic, bell.source, bell.data(on=True))
        off = (bell.topic, bell.source, bell.data(on=False))
        asyncio.get_running_loop().call_later(RING_SECONDS, state.events.change, *off)
        return told

    # What carries it.

    def _camera(self, spec: CameraSpec, rest: Scene) -> Camera:
        now = asyncio.get_running_loop().time
        state = State(
            spec=spec,
            address=self._house.address,
            programme=Programme(rest, now),
            now=now,
            wall=_wall,
            happened=lambda what, facts: self._happened(spec.name, what, facts),
            login=Login(spec.user, spec.password),
            port=spec.port,
            rtsp_port=spec.rtsp_port,
            relays={f"relay{number}": False for number in range(1, spec.relays + 1)},
            inputs={f"input{number}": False for number in range(1, spec.inputs + 1)},
        )
        camera = Camera(state, self.run)
        state.reboot = lambda seconds: self.run(camera.gone(seconds, after_answer=True))
        return camera

    def _present(self) -> list[Found]:
        return [
            Found(camera.state.spec.urn, camera.state.url("device_service"), scopes(camera.state))
            for camera in self._cameras.values()
            if camera.is_open and camera.state.spec.onvif
        ]

    def _happened(self, device: str, what: str, facts: Facts) -> None:
        if self._clients.watched:
            told = {"happening": what, "device": device, "at_ns": _now(), **facts}
            self._clients.show(encode(told))

    def _asked(self, line: bytes, client: Client) -> bytes:
        self.run(self._answer(line, client))
        return b""

    async def _answer(self, line: bytes, client: Client) -> None:
        client.write(await self._control.answer(line, lambda: self._clients.watch(client)))

    def _find(self, name: str) -> Camera:
        camera = self._cameras.get(name)
        if camera is None:
            raise CannotDo(f"no device {name!r}{near(name, self._cameras)}")
        return camera


def _addresses(state: State) -> Facts:
    told: dict[str, object] = {str(which): state.stream_url(which) for which in state.streams}
    if state.spec.onvif:
        told["onvif"] = f"{state.address}:{state.port}"
    return told


def _first(state: State) -> str:
    return f"{state.address}:{state.port or state.rtsp_port}"


def _state(camera: Camera) -> Facts:
    state = camera.state
    return {
        **_addresses(state),
        "is_open": camera.is_open,
        "scene": state.programme.showing.scene.name,
        "audience": {str(which): one.audience for which, one in camera.streams.items()},
        "subscriptions": [
            {"push": bool(one.consumer), "left": state.events.left(one), "untold": len(one.untold)}
            for one in state.events.subscriptions
        ],
        "relays": dict(state.relays),
        "inputs": dict(state.inputs),
        "infrared": state.infrared,
        "position": state.position,
        "refused": state.refused,
        "calls": dict(state.calls),
    }


def _items(given: object) -> Mapping[str, str]:
    return {str(k): str(v) for k, v in given.items()} if isinstance(given, dict) else {}


def _at(*, told: bool) -> Nanoseconds:
    return _now() if told else 0


def _now() -> Nanoseconds:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def _wall() -> float:
    return time.clock_gettime(time.CLOCK_REALTIME)
