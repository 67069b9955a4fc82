"""One device: its parts, its place in the network, its memory, and what it has heard."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from simulator.gesture import Gesture
from simulator.request import CannotDo
from simulator.zwave.devices.kinds import build_of, parts_of
from simulator.zwave.devices.part import (
    Action,
    Answer,
    Body,
    Facts,
    Heard,
    Nanoseconds,
    Part,
    Verdict,
    table,
    whole,
)
from simulator.zwave.devices.power import WakeUp
from simulator.zwave.house import DeviceSpec, Level, Security, level_of

RESET = bytes((0x5A, 0x01))  # Device Reset Locally: "I am factory-new again"
MOST_HEARD = 64
_ZWAVE_PLUS, _VERSION, _MANUFACTURER, _S2, _SUPERVISION = 0x5E, 0x86, 0x72, 0x9F, 0x6C
_OPEN = ((_ZWAVE_PLUS, 2), (_VERSION, 3), (_MANUFACTURER, 2))  # what every device says to anybody


class Air(Protocol):
    """What a device reaches of the world."""

    def send(
        self, device: "Device", frame: bytes, *, s2: bool, sup: bool
    ) -> Awaitable[Nanoseconds]:
        """Send from a device that is in the network; give when it was on the host's line."""
        ...

    def happen(self, device: "Device", what: str, facts: Facts, at: Nanoseconds | None) -> None: ...
    def sleep(self, device: "Device") -> None: ...
    def remember(self) -> None: ...


class Device(Body):
    """What one [[device]] table stands for."""

    def __init__(self, spec: DeviceSpec, air: Air) -> None:
        self._spec = spec
        self._air = air
        self.dsk = ""
        self.node = 0  # 0: in no network
        self.keys: dict[int, str] = {}  # what it was given at its inclusion
        self.muted = False
        self._heard: deque[Facts] = deque(maxlen=MOST_HEARD)
        self._parts = parts_of(spec, self)
        self._by_class = {part.CC: part for part in self._parts}

    @property
    def spec(self) -> DeviceSpec:
        return self._spec

    # Body

    def say(self, frame: bytes) -> Awaitable[Nanoseconds]:
        if not self.node:
            nothing: asyncio.Future[Nanoseconds] = asyncio.get_running_loop().create_future()
            nothing.set_result(0)
            return nothing
        secure = bool(self.keys)
        supervised = secure and frame[:2] != _AWAKE
        return self._air.send(self, frame, s2=secure, sup=supervised)

    def happen(self, what: str, facts: Facts, at: Nanoseconds | None = None) -> None:
        self._air.happen(self, what, facts, at)

    def later(self, seconds: float, do: Callable[[], object]) -> Callable[[], None]:
        return asyncio.get_running_loop().call_later(seconds, do).cancel

    def remember(self) -> None:
        self._air.remember()

    def sleep(self) -> None:
        self._air.sleep(self)

    # What is done to it.

    async def act(self, do: str, gesture: Gesture) -> Nanoseconds:
        """Do it; give when the first that is said of it was on the host's line, 0 if never."""
        action = self._actions().get(do)
        if action is None:
            raise CannotDo(f"{self.spec.name!r} is a {self.spec.kind}: it cannot {do!r}")
        return await self._say_all(action(gesture))

    async def check_in(self) -> Nanoseconds:
        """Say that it is there: a sleeper wakes up, another repeats its readings."""
        wake = self._by_class.get(WakeUp.CC)
        if isinstance(wake, WakeUp):
            return await self._say_all([wake.awake()])
        reports = [report for part in self._parts for report in part.reports()]
        if not reports:
            raise CannotDo(f"{self.spec.name!r} has nothing to report")
        return await self._say_all(reports)

    async def _say_all(self, frames: Sequence[bytes]) -> Nanoseconds:
        said = await asyncio.gather(*(self.say(frame) for frame in frames))
        return said[0] if said else 0

    def _actions(self) -> Mapping[str, Action]:
        return {name: action for part in self._parts for name, action in part.actions().items()}

    # What it hears.

    def hear(self, raw: bytes, *, s2: bool, sup: bool, at: Nanoseconds) -> Answer:
        """Answer a command; None for one that is not a part's."""
        self._heard.append({"hex": raw.hex(), "s2": s2, "sup": sup, "at_ns": at})
        part = self._by_class.get(raw[0]) if len(raw) > 1 else None
        if part is None:
            return None
        if not s2 and (self.keys or self.spec.security is Security.ACCESS):
            return Verdict.SILENT  # not from the open air; what opens doors never takes it there
        return part.hear(Heard(raw[1], raw[2:], at, sup))

    # What it is.

    def wish(self) -> Facts:
        """Say what the stick must know to have it on the air."""
        build = build_of(self.spec.kind)
        level = level_of(self.spec.security)
        return {
            "node": self.node,
            "secret": self.spec.secret,
            "sleepy": self.spec.sleepy,
            "beamed": build.beamed,
            "generic": build.generic,
            "specific": build.specific,
            "product": 0x1000 + list(type(self.spec.kind)).index(self.spec.kind),
            "latency_ms": self.spec.latency_ms,
            "security": [] if level is None else [int(level)],
            "keys": self.keys,
            "ccs": self._classes(),
            "info": self.node_info(),
        }

    def node_info(self) -> Sequence[int]:
        """Name the classes that it has for whoever asks: a door opener has few without its keys."""
        secure = self.spec.security is not Security.NONE
        first = [_ZWAVE_PLUS, *([_S2, _SUPERVISION] if secure else []), _VERSION, _MANUFACTURER]
        hidden = self.keys or self.spec.security is Security.ACCESS
        return first if hidden else [*first, *self._by_class, RESET[0]]

    def state(self) -> Facts:
        granted = [Level(int(level)).name.lower() for level in sorted(self.keys)]
        place = {"node": self.node, "joined": bool(self.node), "granted": granted}
        about = {"name": self.spec.name, "kind": self.spec.kind, "security": self.spec.security}
        own: dict[str, object] = {}
        for part in self._parts:
            own |= part.facts()
        heard = {"muted": self.muted, "rx": list(self._heard)}
        return {**about, **place, "dsk": self.dsk, "pin": self.dsk[:5], **own, **heard}

    def leave(self) -> None:
        """Be factory-new again."""
        self.node = 0
        self.keys = {}
        self.remember()

    def dump(self) -> Facts:
        parts = {f"{part.CC:02x}": part.dump() for part in self._parts}
        return {"node": self.node, "keys": self.keys, "parts": parts}

    def load(self, memory: Facts) -> None:
        self.node = whole(memory.get("node"), 0)
        self.keys = {int(level): str(key) for level, key in table(memory.get("keys")).items()}
        parts = table(memory.get("parts"))
        for part in self._parts:
            part.load(table(parts.get(f"{part.CC:02x}")))

    def has(self, part: type[Part]) -> bool:
        return part.CC in self._by_class

    def _classes(self) -> Sequence[tuple[int, int, bool]]:
        secure = self.spec.security is not Security.NONE
        own = [(part.CC, part.VERSION, secure) for part in self._parts]
        keyed = [(_S2, 1, False), (_SUPERVISION, 1, False)] if secure else []
        return [
            *((cc, version, False) for cc, version in _OPEN),
            *keyed,
            *own,
            (RESET[0], 1, secure),
        ]


_AWAKE = bytes((WakeUp.CC, 0x07))
