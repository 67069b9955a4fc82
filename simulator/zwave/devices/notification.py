"""Notification (0x71): alarms that stand until they are over, and events that pass."""

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum

from simulator.zwave.devices.part import Action, Answer, Body, Heard, Part, Verdict, mask


class Type(IntEnum):
    SMOKE = 0x01
    CO = 0x02
    WATER = 0x05
    ACCESS = 0x06
    BURGLAR = 0x07
    POWER = 0x08


IDLE = 0x00
DETECTED = 0x02  # smoke, CO or water, as all that follow: without a text that says where
COVER_OPENED = 0x03
GLASS_BROKEN = 0x06
MOTION = 0x08
DOOR_OPEN = 0x16
DOOR_CLOSED = 0x17
MAINS_LOST, MAINS_BACK = 0x02, 0x03
_PAIRS = ((DOOR_OPEN, DOOR_CLOSED), (MAINS_LOST, MAINS_BACK))
"""States of which one always stands."""
_ON = 0xFF
_NOTHING = 0xFE  # no such event in the queue
_GET, _REPORT, _SUPPORTED_GET, _SUPPORTED = 0x04, 0x05, 0x07, 0x08
_EVENTS_GET, _EVENTS = 0x01, 0x02


class Notification(Part):
    CC = 0x71
    VERSION = 8

    def __init__(self, body: Body, events: Mapping[Type, Sequence[int]]) -> None:
        super().__init__(body)
        self._events: Mapping[Type, Sequence[int]] = {
            **events,
            Type.BURGLAR: (*events.get(Type.BURGLAR, ()), COVER_OPENED),
        }
        self._standing: dict[int, list[int]] = {type_: [] for type_ in self._events}
        for type_, known in events.items():
            self._standing[type_] = [usual for other, usual in _PAIRS if {other, usual} <= {*known}]

    def hear(self, heard: Heard) -> Answer:
        match heard.command:
            case 0x04:
                return self._standing_of(heard.payload)
            case 0x07:
                types = mask(self._events)
                return self.said(_SUPPORTED, len(types), types)
            case 0x01:
                return self._events_of(heard.payload[:1])
            case _:
                return None

    def actions(self) -> Mapping[str, Action]:
        return {
            "tamper": lambda _: [self.raised(Type.BURGLAR, COVER_OPENED)],
            "untamper": lambda _: [self.idle(Type.BURGLAR, COVER_OPENED)],
        }

    def reports(self) -> Sequence[bytes]:
        return [
            self._report(type_, standing[-1])
            for type_, standing in self._standing.items()
            if standing
        ]

    def facts(self) -> Mapping[str, object]:
        names = {Type(type_).name.lower(): events for type_, events in self._standing.items()}
        return {"standing": {name: list(events) for name, events in names.items() if events}}

    def raised(self, type_: Type, event: int) -> bytes:
        """Have a state begin, in place of the one it excludes; give the report of it."""
        standing = self._standing[type_]
        excluded = next((pair for pair in _PAIRS if event in pair), (event,))
        standing[:] = [one for one in standing if one not in excluded] + [event]
        return self._report(type_, event)

    def idle(self, type_: Type, event: int) -> bytes:
        """Have a state end; the report names which."""
        standing = self._standing[type_]
        standing[:] = [one for one in standing if one != event]
        return self._report(type_, IDLE, bytes((event,)))

    def passing(self, type_: Type, event: int, parameters: bytes = b"") -> bytes:
        """Report an event that leaves no state."""
        return self._report(type_, event, parameters)

    def _report(self, type_: int, event: int, parameters: bytes = b"") -> bytes:
        head = (0x00, 0x00, 0x00, _ON, type_, event, len(parameters))
        return self.said(_REPORT, *head, parameters)

    def _standing_of(self, asked: bytes) -> Answer:
        """A Get with an event asks for that state, one without for any of its type."""
        type_ = asked[1] if len(asked) > 1 else _ON
        standing = self._standing.get(type_)
        if standing is None:
            return self._report(type_, _NOTHING)
        return self._report(type_, standing[-1] if standing else IDLE)

    def _events_of(self, asked: bytes) -> Answer:
        if not asked or asked[0] not in self._standing:
            return Verdict.SILENT
        events = mask(self._events[Type(asked[0])])
        return self.said(_EVENTS, asked[0], len(events), events)


class Alarm(Notification):
    """A detector of one thing: the gestures that set it off and that end it."""

    def __init__(self, body: Body, type_: Type, event: int, begins: str, ends: str) -> None:
        super().__init__(body, {type_: (event,)})
        self._own = {
            begins: lambda: self.raised(type_, event),
            ends: lambda: self.idle(type_, event),
        }

    def actions(self) -> Mapping[str, Action]:
        own = {name: _of(make) for name, make in self._own.items()}
        return {**super().actions(), **own}


class Door(Notification):
    """A contact: open and closed are both states, and one of them always stands."""

    def __init__(self, body: Body) -> None:
        super().__init__(body, {Type.ACCESS: (DOOR_OPEN, DOOR_CLOSED)})

    def actions(self) -> Mapping[str, Action]:
        return {
            **super().actions(),
            "open": lambda _: [self.raised(Type.ACCESS, DOOR_OPEN)],
            "close": lambda _: [self.raised(Type.ACCESS, DOOR_CLOSED)],
        }


class Mains(Notification):
    """A device on mains with a battery behind it."""

    def __init__(self, body: Body) -> None:
        super().__init__(body, {Type.POWER: (MAINS_LOST, MAINS_BACK)})

    def actions(self) -> Mapping[str, Action]:
        def mains(*, on: bool) -> bytes:
            return self.raised(Type.POWER, MAINS_BACK if on else MAINS_LOST)

        return {**super().actions(), "mains": lambda gesture: [mains(on=gesture.on)]}


def _of(make: Callable[[], bytes]) -> Action:
    return lambda _: [make()]
