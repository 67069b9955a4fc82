"""The requests of the control socket, as docs/simulator-control.md lists them."""

from collections.abc import Callable, Mapping
from typing import Protocol

from simulator.gesture import DEVICE, Gesture, gesture, gestures
from simulator.request import (
    TROUBLES,
    Asked,
    CannotDo,
    Field,
    Request,
    Requests,
    amount,
    is_flag,
    is_number,
    is_text,
    up_to,
    whole_up_to,
)
from simulator.zigbee.seams import Nanoseconds, Wire

MOST_REPORTS_PER_SECOND = 5000
MOST_TRAFFIC_SECONDS = 24 * 3600


class Stage(Protocol):
    """What the requests act upon."""

    def act(self, device: str, do: str, gesture: Gesture) -> Nanoseconds: ...
    def state(self, device: str | None) -> Mapping[str, object]: ...
    def traffic(self, rate: float, seconds: float) -> int: ...
    def jam(self, *, on: bool) -> None: ...


type _Told = Mapping[str, object]


class Control:
    """Answers one line with one line, whatever the line is."""

    def __init__(self, stage: Stage, wire: Wire) -> None:
        self._stage = stage
        self._wire = wire

    def answer(self, line: bytes, watch: Callable[[], None]) -> bytes:
        """Carry out a request; `watch` shows happenings to who asked, from now on."""
        asked = Asked(line, _REQUESTS)
        try:
            return asked.done(self._carry_out(asked.request, watch))
        except TROUBLES as error:
            return asked.failed(error)

    def _carry_out(self, request: Request, watch: Callable[[], None]) -> _Told:
        do = str(request["do"])
        if do in _GESTURES:
            at = self._stage.act(str(request["device"]), do, gesture(request))
            return {"at_ns": at}
        match do:
            case "traffic":
                rate, seconds = amount(request["rate"]), amount(request.get("seconds"))
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

    def _drive_wire(self, do: str, request: Request) -> _Told:
        match do:
            case "unplug":
                self._wire.unplug()
            case "plug":
                self._wire.plug()
            case "reset":
                self._wire.reset(int(amount(request["code"])))
            case "fault":
                given = {key: amount(value) for key, value in request.items() if key in _FAULTS}
                self._wire.fault(**given)
            case "babble":
                count, seed = int(amount(request["count"])), int(amount(request["seed"]))
                return {"said": self._wire.babble(count, seed)}
            case "statistics":
                return {"statistics": dict(self._wire.statistics())}
            case _:
                raise CannotDo(f"{do!r} is not carried out")
        return {}


def _is_fault(value: object) -> bool:
    return is_number(value) or is_flag(value)


MOST_BABBLE = 200
_GESTURES: Requests = {
    **gestures((), slots_most=0xFFFF),
    "press": {
        **DEVICE,
        "key": Field(is_text, "the name of a key"),
        "code": Field(is_text, "a string", needed=False),
    },
}
_FAULTS: Mapping[str, Field] = {
    key: Field(_is_fault, "a number", needed=False)
    for key in (
        *("drop", "garble", "duplicate", "lose_ack", "delay_ms"),
        *("byte_by_byte", "baud", "seed", "clear"),
    )
}
_REQUESTS: Requests = {
    **_GESTURES,
    "traffic": {
        "rate": Field(up_to(MOST_REPORTS_PER_SECOND), "reports a second, 0 (stop) to 5000"),
        "seconds": Field(up_to(MOST_TRAFFIC_SECONDS), "seconds, at most a day", needed=False),
    },
    "unplug": {},
    "plug": {},
    "reset": {"code": Field(whole_up_to(0xFF), "a reset code, 0 to 255")},
    "babble": {
        "count": Field(whole_up_to(MOST_BABBLE), "how many frames, 0 to 200"),
        "seed": Field(is_number, "a number"),
    },
    "jam": {},
    "unjam": {},
    "fault": _FAULTS,
    "state": {"device": Field(is_text, "the name of a device", needed=False)},
    "statistics": {},
    "watch": {},
}
