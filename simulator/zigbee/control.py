"""The requests of the control socket, as docs/simulator-control.md lists them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from simulator.zigbee.devices.gesture import CannotDo, Gesture
from simulator.zigbee.house import near
from simulator.zigbee.seams import Nanoseconds, Wire

MOST_REPORTS_PER_SECOND = 5000
MOST_TRAFFIC_SECONDS = 24 * 3600


class Stage(Protocol):
    """What the requests act upon."""

    def act(self, device: str, do: str, gesture: Gesture) -> Nanoseconds: ...
    def state(self, device: str | None) -> Mapping[str, object]: ...
    def traffic(self, rate: float, seconds: float) -> int: ...
    def jam(self, *, on: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class _Field:
    """What may stand in one field of a request."""

    fits: Callable[[object], bool]
    expected: str
    needed: bool = True


type _Request = Mapping[str, object]
type _Told = Mapping[str, object]


class Control:
    """Answers one line with one line, whatever the line is."""

    def __init__(self, stage: Stage, wire: Wire) -> None:
        self._stage = stage
        self._wire = wire

    def answer(self, line: bytes, watch: Callable[[], None]) -> bytes:
        """Carry out a request; `watch` shows happenings to who asked, from now on."""
        number: object = None
        try:
            request = _decoded(line)
            number = _number(request)
            told = self._carry_out(_checked(request), watch)
        except (CannotDo, ValueError, OSError, RuntimeError) as error:
            return encode({"id": number, "ok": False, "error": str(error)})
        return encode({"id": number, "ok": True, "at_ns": 0, **told})

    def _carry_out(self, request: _Request, watch: Callable[[], None]) -> _Told:
        do = str(request["do"])
        if do in _GESTURES:
            at = self._stage.act(str(request["device"]), do, _gesture(request))
            return {"at_ns": at}
        match do:
            case "traffic":
                rate, seconds = _float(request["rate"]), _float(request.get("seconds"))
                return {"reports": self._stage.traffic(rate, seconds)}
            case "jam" | "unjam":
                self._stage.jam(on=do == "jam")
            case "state":
                name = request.get("device")
                return self._stage.state(None if name is None else str(name))
            case "watch":
                watch()
            case _:
                return self._drive_wire(do, request)
        return {}

    def _drive_wire(self, do: str, request: _Request) -> _Told:
        match do:
            case "unplug":
                self._wire.unplug()
            case "plug":
                self._wire.plug()
            case "reset":
                self._wire.reset(int(_float(request["code"])))
            case "fault":
                given = {key: _float(value) for key, value in request.items() if key in _FAULTS}
                self._wire.fault(**given)
            case "babble":
                count, seed = int(_float(request["count"])), int(_float(request["seed"]))
                return {"said": self._wire.babble(count, seed)}
            case "statistics":
                return {"statistics": dict(self._wire.statistics())}
            case _:
                raise CannotDo(f"{do!r} is not carried out")
        return {}


def encode(told: Mapping[str, object]) -> bytes:
    return json.dumps(told, separators=(",", ":")).encode() + b"\n"


def _decoded(line: bytes) -> _Request:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise CannotDo(f"the line is not JSON: {error}") from None
    if not isinstance(request, dict):
        raise CannotDo('expected one object, such as {"id": 1, "do": "state"}')
    return request


def _number(request: _Request) -> int | str | None:
    number = request.get("id")
    if isinstance(number, int | str | None):
        return number
    raise CannotDo(f"id: expected a number or a string, found {type(number).__name__}")


def _checked(request: _Request) -> _Request:
    do = request.get("do")
    if not isinstance(do, str):
        raise CannotDo(f"do: expected one of {', '.join(sorted(_REQUESTS))}")
    fields = _REQUESTS.get(do)
    if fields is None:
        raise CannotDo(f"no request {do!r}{near(do, _REQUESTS)}")
    for key in request:
        if key not in fields and key not in ("id", "do"):
            raise CannotDo(f"{do!r} has no field {key!r}{near(key, ['id', 'do', *fields])}")
    for key, field in fields.items():
        if (key in request and not field.fits(request[key])) or (field.needed > (key in request)):
            found = f"found {request[key]!r}" if key in request else "found nothing"
            raise CannotDo(f"{key}: expected {field.expected}, {found}")
    return request


def _gesture(request: _Request) -> Gesture:
    known = Gesture.__dataclass_fields__
    return Gesture(**{key: value for key, value in request.items() if key in known})  # type: ignore[arg-type]  # _checked saw the types


def _float(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_fault(value: object) -> bool:
    return _is_number(value) or _is_flag(value)


def _up_to(most: float) -> Callable[[object], bool]:
    def fits(value: object) -> bool:
        return _is_number(value) and 0 <= _float(value) <= most

    return fits


def _whole_up_to(most: int) -> Callable[[object], bool]:
    def fits(value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most

    return fits


_DEVICE = {"device": _Field(_is_text, "the name of a device")}
_PLAIN = (
    *("join", "leave", "open", "close", "motion", "still", "smoke", "clear", "wet", "dry"),
    *("tamper", "untamper", "mute", "unmute", "check_in"),
)
MOST_BABBLE = 200
_GESTURES: Mapping[str, Mapping[str, _Field]] = {
    **dict.fromkeys(_PLAIN, _DEVICE),
    "battery": {**_DEVICE, "percent": _Field(_is_number, "a number from 0 to 100")},
    "press": {
        **_DEVICE,
        "key": _Field(_is_text, "the name of a key"),
        "code": _Field(_is_text, "a string", needed=False),
    },
    "turn": {
        **_DEVICE,
        "to": _Field(_is_text, "'locked', 'unlocked' or 'jammed'"),
        "slot": _Field(_whole_up_to(0xFFFF), "the number of a PIN's slot", needed=False),
    },
    "switch": {**_DEVICE, "on": _Field(_is_flag, "true or false")},
    "temperature": {**_DEVICE, "celsius": _Field(_is_number, "a number")},
}
_FAULTS: Mapping[str, _Field] = {
    key: _Field(_is_fault, "a number", needed=False)
    for key in (
        *("drop", "garble", "duplicate", "lose_ack", "delay_ms"),
        *("byte_by_byte", "baud", "seed", "clear"),
    )
}
_REQUESTS: Mapping[str, Mapping[str, _Field]] = {
    **_GESTURES,
    "traffic": {
        "rate": _Field(_up_to(MOST_REPORTS_PER_SECOND), "reports a second, 0 (stop) to 5000"),
        "seconds": _Field(_up_to(MOST_TRAFFIC_SECONDS), "seconds, at most a day", needed=False),
    },
    "unplug": {},
    "plug": {},
    "reset": {"code": _Field(_whole_up_to(0xFF), "a reset code, 0 to 255")},
    "babble": {
        "count": _Field(_whole_up_to(MOST_BABBLE), "how many frames, 0 to 200"),
        "seed": _Field(_is_number, "a number"),
    },
    "jam": {},
    "unjam": {},
    "fault": _FAULTS,
    "state": {"device": _Field(_is_text, "the name of a device", needed=False)},
    "statistics": {},
    "watch": {},
}
