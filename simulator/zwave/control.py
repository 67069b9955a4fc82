"""The requests of the control socket, as docs/simulator-control-zwave.md lists them."""

import re
from collections.abc import Awaitable, Callable, Mapping
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
from simulator.zwave.devices.part import Nanoseconds

MOST_GONE_MS = 600_000
MOST_FRAME_BYTES = 46

type Told = Mapping[str, object]


class Stage(Protocol):
    """What the requests act upon."""

    def act(self, device: str, do: str, gesture: Gesture) -> Awaitable[Nanoseconds]: ...
    def say(
        self, device: str, frame: bytes, *, s2: bool | None, sup: bool
    ) -> Awaitable[Nanoseconds]: ...
    def state(self, device: str | None) -> Told: ...
    def jam(self, *, on: bool) -> Awaitable[object]: ...
    def noise(self, dbm: float) -> Awaitable[object]: ...
    def plug(self) -> Awaitable[object]: ...
    def unplug(self) -> Awaitable[object]: ...
    def gone(self, milliseconds: float) -> Awaitable[object]: ...


class Control:
    """Answers one line with one line, whatever the line is."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    async def answer(self, line: bytes, watch: Callable[[], None]) -> bytes:
        """Carry out a request; `watch` shows happenings to who asked, from now on."""
        asked = Asked(line, REQUESTS)
        try:
            return asked.done(await self._carry_out(asked.request, watch))
        except TROUBLES as error:
            return asked.failed(error)

    async def _carry_out(self, request: Request, watch: Callable[[], None]) -> Told:
        do, device = str(request["do"]), request.get("device")
        if do in _GESTURES:
            return {"at_ns": await self._stage.act(str(device), do, gesture(request))}
        match do:
            case "cc":
                s2 = bool(request["s2"]) if "s2" in request else None
                return await self._say(request, s2=s2, sup=bool(request.get("sup")))
            case "spoof":
                return await self._say(request, s2=False, sup=False)
            case "state":
                return self._stage.state(None if device is None else str(device))
            case "watch":
                watch()
            case _:
                await self._drive_stick(do, request)
        return {}

    async def _say(self, request: Request, *, s2: bool | None, sup: bool) -> Told:
        frame = bytes.fromhex(str(request["hex"]))
        return {"at_ns": await self._stage.say(str(request["device"]), frame, s2=s2, sup=sup)}

    async def _drive_stick(self, do: str, request: Request) -> None:
        match do:
            case "jam" | "unjam":
                await self._stage.jam(on=do == "jam")
            case "rssi":
                await self._stage.noise(amount(request["dbm"]))
            case "unplug":
                await self._stage.unplug()
            case "plug":
                await self._stage.plug()
            case "gone":
                await self._stage.gone(amount(request["ms"]))
            case _:
                raise CannotDo(f"{do!r} is not carried out")


def _is_frame(value: object) -> bool:
    most = 2 * MOST_FRAME_BYTES
    return (
        isinstance(value, str)
        and re.fullmatch(rf"([0-9a-fA-F]{{2}}){{2,{most // 2}}}", value) is not None
    )


def _is_dbm(value: object) -> bool:
    return is_number(value) and -128 <= amount(value) <= 0


_FRAME = {**DEVICE, "hex": Field(_is_frame, f"2 to {MOST_FRAME_BYTES} bytes in hex")}
_GESTURES: Requests = {
    **gestures(("stop", "glass", "co", "wake"), slots_most=0xFF),
    "press": {
        **DEVICE,
        "key": Field(is_text, "the name of a key", needed=False),
        "code": Field(is_text, "a string", needed=False),
        "slot": Field(whole_up_to(0xFF), "the number of a button", needed=False),
    },
    "mains": {**DEVICE, "on": Field(is_flag, "true or false")},
}
REQUESTS: Requests = {
    **_GESTURES,
    "cc": {
        **_FRAME,
        "s2": Field(is_flag, "true or false", needed=False),
        "sup": Field(is_flag, "true or false", needed=False),
    },
    "spoof": _FRAME,
    "rssi": {"dbm": Field(_is_dbm, "a number from -128 to 0")},
    "unplug": {},
    "plug": {},
    "gone": {"ms": Field(up_to(MOST_GONE_MS), f"a number from 0 to {MOST_GONE_MS}")},
    "jam": {},
    "unjam": {},
    "state": {"device": Field(is_text, "the name of a device", needed=False)},
    "watch": {},
}
