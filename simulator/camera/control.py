"""The requests of the control socket, as docs/simulator-control-camera.md lists them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from simulator.camera import topics
from simulator.camera.camera import SERVICES
from simulator.request import (
    CannotDo,
    Field,
    Request,
    Requests,
    checked,
    decoded,
    encode,
    is_flag,
    is_number,
    is_text,
    number_of,
    up_to,
    whole_up_to,
)

MOST_GONE_SECONDS = 3600.0
MOST_SLOW_SECONDS = 600.0

type Told = Mapping[str, object]
type Nanoseconds = int


@dataclass(frozen=True, slots=True)
class Gesture:
    """What comes with an act. The names are those of the requests' fields."""

    on: bool = True
    object: int = 1
    input: int = 1
    seconds: float = 3.0
    scene: str = ""
    file: str = ""
    sub: str = ""
    again: bool = False


class Stage(Protocol):
    """What the requests act upon."""

    def act(self, device: str, do: str, gesture: Gesture) -> Awaitable[Nanoseconds]: ...
    def fault(self, device: str, faults: Told) -> None: ...
    def say(self, device: str, topic: str, facts: Told) -> Nanoseconds: ...
    def state(self, device: str | None) -> Told: ...


class Control:
    """Answers one line with one line, whatever the line is."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    async def answer(self, line: bytes, watch: Callable[[], None]) -> bytes:
        """Carry out a request; `watch` shows happenings to who asked, from now on."""
        number: object = None
        try:
            request = decoded(line)
            number = number_of(request)
            told = await self._carry_out(checked(request, REQUESTS), watch)
        except (CannotDo, ValueError, OSError, RuntimeError) as error:
            return encode({"id": number, "ok": False, "error": str(error)})
        return encode({"id": number, "ok": True, "at_ns": 0, **told})

    async def _carry_out(self, request: Request, watch: Callable[[], None]) -> Told:
        do, device = str(request["do"]), request.get("device")
        match do:
            case "fault":
                given = {key: value for key, value in request.items() if key in _FAULTS}
                self._stage.fault(str(device), given)
            case "say":
                at = self._stage.say(str(device), str(request["topic"]), request)
                return {"at_ns": at}
            case "state":
                return self._stage.state(None if device is None else str(device))
            case "watch":
                watch()
            case _:
                return {"at_ns": await self._stage.act(str(device), do, _gesture(request))}
        return {}


def _gesture(request: Request) -> Gesture:
    known = Gesture.__dataclass_fields__
    gesture = Gesture(**{key: value for key, value in request.items() if key in known})  # type: ignore[arg-type]  # checked saw the types
    if request["do"] == "show" and bool(gesture.scene) == bool(gesture.file):
        raise CannotDo("show: expected either a scene or a file")
    return gesture


def _is_number(value: object) -> bool:
    return is_number(value)


def _is_service(value: object) -> bool:
    return value == "" or value in SERVICES


def _is_table(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())


_DEVICE = {"device": Field(is_text, "the name of a device")}
_ON = {"on": Field(is_flag, "true or false", needed=False)}
_FLAG = Field(is_flag, "true or false", needed=False)
_FAULTS: Mapping[str, Field] = {
    **dict.fromkeys(("refuse_renewal", "no_events", "push_only", "stream_stop"), _FLAG),
    **dict.fromkeys(("garbage_rtp", "unknown_codec", "clear"), _FLAG),
    "slow": Field(up_to(MOST_SLOW_SECONDS), f"0 to {MOST_SLOW_SECONDS:g} seconds", needed=False),
    "clock": Field(_is_number, "seconds, ahead or behind", needed=False),
    "malformed": Field(_is_service, f"'' or one of {', '.join(SERVICES)}", needed=False),
    "xaddr": Field(is_text, "a host, or host:port", needed=False),
    "password": Field(is_text, "the new password", needed=False),
}
_PLAIN = (
    *("motion", "still", "tamper", "untamper", "ring", "rest", "cover", "spray", "turn", "freeze"),
    *("unplug", "plug", "move"),
)
REQUESTS: Requests = {
    **dict.fromkeys(_PLAIN, _DEVICE),
    **{sight: {**_DEVICE, **_ON} for sight in topics.SIGHTS},
    "line": {**_DEVICE, "object": Field(whole_up_to(10**9), "a number", needed=False)},
    "input": {
        **_DEVICE,
        **_ON,
        "input": Field(whole_up_to(16), "the number of an input", needed=False),
    },
    "show": {
        **_DEVICE,
        "scene": Field(is_text, "the name of a scene", needed=False),
        "file": Field(is_text, "a path", needed=False),
        "sub": Field(is_text, "a path", needed=False),
        "again": _FLAG,
    },
    "say": {
        **_DEVICE,
        "topic": Field(is_text, "a topic"),
        "source": Field(_is_table, "names with values", needed=False),
        "data": Field(_is_table, "names with values", needed=False),
        "operation": Field(is_text, "Initialized, Changed, Deleted or ''", needed=False),
    },
    "reboot": {
        **_DEVICE,
        "seconds": Field(up_to(MOST_GONE_SECONDS), "0 to 3600 seconds", needed=False),
    },
    "fault": {**_DEVICE, **_FAULTS},
    "state": {"device": Field(is_text, "the name of a device", needed=False)},
    "watch": {},
}
