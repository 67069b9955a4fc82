"""Barrier Operator (0x66): a garage door that takes its time."""

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum

from simulator.gesture import Gesture
from simulator.zwave.devices.part import (
    Action,
    Answer,
    Body,
    Facts,
    Heard,
    Nanoseconds,
    Part,
    Verdict,
    mask,
    whole,
)

TRAVEL_SECONDS = 0.5
_REPORT, _SIGNALS, _SIGNAL = 0x03, 0x05, 0x08
_AUDIBLE, _VISUAL = 0x01, 0x02


class Barrier(IntEnum):
    CLOSED = 0x00
    CLOSING = 0xFC
    STOPPED = 0xFD
    OPENING = 0xFE
    OPEN = 0xFF


class BarrierOperator(Part):
    CC = 0x66

    def __init__(self, body: Body) -> None:
        super().__init__(body)
        self._state = Barrier.CLOSED
        self._signals = {_AUDIBLE: 0xFF, _VISUAL: 0xFF}
        self._call_off: Callable[[], None] = lambda: None

    def hear(self, heard: Heard) -> Answer:
        payload = heard.payload
        match heard.command:
            case 0x01:
                return self._commanded(heard)
            case 0x02:
                return self._report()
            case 0x04:
                return self.said(_SIGNALS, mask(self._signals, first=1))
            case 0x06 if len(payload) > 1 and payload[0] in self._signals:
                self._signals[payload[0]] = payload[1]
                return Verdict.OK
            case 0x07 if payload and payload[0] in self._signals:
                return self.said(_SIGNAL, payload[0], self._signals[payload[0]])
            case _:
                return None

    def actions(self) -> Mapping[str, Action]:
        return {
            "open": lambda _: [self._start(Barrier.OPEN, "hand", None)],
            "close": lambda _: [self._start(Barrier.CLOSED, "hand", None)],
            "stop": self._stop,
        }

    def reports(self) -> Sequence[bytes]:
        return [self._report()]

    def facts(self) -> Facts:
        return {"barrier": self._state.name.lower()}

    def dump(self) -> Facts:
        return {"state": int(self._state)}

    def load(self, memory: Facts) -> None:
        kept = whole(memory.get("state"), Barrier.CLOSED)
        self._state = Barrier.OPEN if kept else Barrier.CLOSED

    def _commanded(self, heard: Heard) -> Verdict:
        if heard.payload[:1] not in (b"\x00", b"\xff"):
            return Verdict.FAIL
        self.body.say(self._start(Barrier(heard.payload[0]), "radio", heard.at))
        return Verdict.OK

    def _start(self, to: Barrier, by: str, at: Nanoseconds | None) -> bytes:
        self._call_off()
        self._be(Barrier.OPENING if to is Barrier.OPEN else Barrier.CLOSING, by, at)
        self._call_off = self.body.later(TRAVEL_SECONDS, lambda: self._arrive(to, by))
        return self._report()

    def _stop(self, _: Gesture) -> Sequence[bytes]:
        """Something is in the way."""
        self._call_off()
        self._be(Barrier.STOPPED, "hand", None)
        return [self._report()]

    def _arrive(self, at_last: Barrier, by: str) -> None:
        self._be(at_last, by, None)
        self.body.say(self._report())

    def _be(self, state: Barrier, by: str, at: Nanoseconds | None) -> None:
        self._state = state
        self.body.remember()
        self.body.happen("barrier", {"state": state.name.lower(), "by": by}, at)

    def _report(self) -> bytes:
        return self.said(_REPORT, self._state)
