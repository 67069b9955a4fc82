"""Binary Switch (0x25) and Multilevel Switch (0x26): plugs, valves and lamps."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from simulator.zwave.devices.part import (
    Action,
    Answer,
    Body,
    Facts,
    Heard,
    Nanoseconds,
    Part,
    Verdict,
    whole,
)

OFF, FULL, ON = 0x00, 0x63, 0xFF
_REPORT, _SUPPORTED = 0x03, 0x07
_UP_DOWN = 0x02  # switch type of the primary move


class Switch(Part):
    """On or off, or how much."""

    LEVELS: ClassVar[range] = range(0x64)

    def __init__(self, body: Body) -> None:
        super().__init__(body)
        self._level = OFF
        self._last = self._full

    @property
    def _full(self) -> int:
        return ON

    def hear(self, heard: Heard) -> Answer:
        match heard.command:
            case 0x01:
                return self._commanded(heard)
            case 0x02:
                return self._report()
            case _:
                return None

    def actions(self) -> Mapping[str, Action]:
        return {"switch": lambda gesture: [self._pressed(on=gesture.on)]}

    def reports(self) -> Sequence[bytes]:
        return [self._report()]

    def facts(self) -> Facts:
        return {"on": self._level != OFF, "level": self._level}

    def dump(self) -> Facts:
        return {"level": self._level, "last": self._last}

    def load(self, memory: Facts) -> None:
        self._level = whole(memory.get("level"), OFF)
        self._last = whole(memory.get("last"), self._full)

    def _commanded(self, heard: Heard) -> Verdict:
        if not heard.payload or heard.payload[0] not in (*self.LEVELS, ON):
            return Verdict.FAIL
        self._put(heard.payload[0], "radio", heard.at)
        if not heard.supervised:
            self.body.say(self._report())
        return Verdict.OK

    def _pressed(self, *, on: bool) -> bytes:
        self._put(ON if on else OFF, "hand", None)
        return self._report()

    def _put(self, level: int, by: str, at: Nanoseconds | None) -> None:
        self._level = self._last if level == ON else level
        self._last = self._level or self._last
        self.body.remember()
        told = {"on": self._level != OFF, "level": self._level, "by": by}
        self.body.happen("switch", told, at)

    def _report(self) -> bytes:
        return self.said(_REPORT, self._level)


class BinarySwitch(Switch):
    CC = 0x25


class MultilevelSwitch(Switch):
    """A dimmer; 255 is the level it was last on."""

    CC = 0x26
    VERSION = 4

    @property
    def _full(self) -> int:
        return FULL

    def hear(self, heard: Heard) -> Answer:
        match heard.command:
            case 0x06:
                return self.said(_SUPPORTED, _UP_DOWN, 0)
            case 0x04 | 0x05:
                return Verdict.OK  # start and stop of a slow change: it is over at once
            case _:
                return super().hear(heard)

    def _report(self) -> bytes:
        return self.said(_REPORT, self._level, self._level, 0)
