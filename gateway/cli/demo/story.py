"""What is seen in the demo, in order, and how long the hub took. Pure: it only adds up moments."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from gateway.cli.shapes import State

type Message = Mapping[str, Any]

LINES = 400
MICROSECOND_NS = 1_000
MILLISECOND_NS = 1_000_000
QUIET = {"DeviceHeard", "Ticked", "Notified", "CommandConfirmed", "DeviceJoined", "Started"}
"""Entries that tell an onlooker nothing, or nothing that is not shown otherwise."""


class Kind(StrEnum):
    """Who says a line."""

    STAGE = "stage"  # the one who plays tricks
    WIRE = "wire"  # the stick and its devices
    HUB = "hub"  # the journal
    TOLD = "told"  # what people are told
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was seen."""

    kind: Kind
    text: str
    note: str = ""  # the latency, in words


@dataclass(frozen=True, slots=True)
class Sounding:
    """A siren began to sound."""

    siren: str
    at_ns: int
    cause: str
    cause_ns: int
    due_ns: int  # when the hub had to sound it: the cause, or the end of the entry delay

    @property
    def late_ms(self) -> float:
        """How long after it was due the last byte of the order was on the wire."""
        return (self.at_ns - self.due_ns) / MILLISECOND_NS


@dataclass(slots=True)
class Story:
    """All that was seen."""

    lines: deque[Line] = field(default_factory=lambda: deque[Line](maxlen=LINES))
    told: int = 0  # how many lines there ever were
    state: State | None = None  # None: the hub does not answer
    paired: set[str] = field(default_factory=set[str])
    sounding: set[str] = field(default_factory=set[str])
    soundings: list[Sounding] = field(default_factory=list[Sounding])
    entry_ms: list[float] = field(default_factory=list[float])  # wire -> journal
    _acts: dict[str, int] = field(default_factory=dict[str, int])  # device -> when it spoke
    _last_act: str = ""
    _due_ns: int = 0  # the end of the last entry delay
    _offset_us: int = 0
    _names: dict[str, str] = field(default_factory=dict[str, str])

    def add(self, kind: Kind, text: str, note: str = "") -> None:
        """Add a line."""
        self.lines.append(Line(kind, text, note))
        self.told += 1

    def acted(self, device: str, at_ns: int) -> None:
        """A device was made to speak; 0: nothing of it reached the wire."""
        if at_ns:
            self._acts[device] = at_ns
            self._last_act = device

    def see(self, state: State | None) -> None:
        """Take in how the hub stands."""
        self.state = state
        if state is None:
            return
        self._offset_us = state["boottime_offset_us"]
        self._names = {device["id"]: name for name, device in state["devices"].items()}
        for area in state["areas"].values():
            deadline = area.get("deadline_us")
            if area["phase"] == "entry" and deadline is not None:
                self._due_ns = self._nanoseconds(deadline)

    def happened(self, message: Message) -> None:
        """Take in what happened on the air."""
        device = str(message.get("device", "the stick"))
        match message:
            case {"happening": "siren", "sounding": True, "at_ns": int(at_ns)}:
                self._sounds(device, at_ns)
            case {"happening": "siren"}:
                self.sounding.discard(device)
                self.add(Kind.WIRE, f"{device} is silent")
            case {"happening": "joined"}:
                self.paired.add(device)
                self.add(Kind.WIRE, f"{device} joined the network")
            case {"happening": "left"}:
                self.add(Kind.WIRE, f"{device} left the network")
            case {"happening": "lock", "state": state}:
                self.add(Kind.WIRE, f"{device} is {state}")
            case {"happening": "switch", "on": on}:
                self.add(Kind.WIRE, f"{device} is {'on' if on else 'off'}")
            case _:
                pass

    def entered(self, message: Message) -> None:
        """Take in an entry of the hub's journal."""
        event = message["event"]
        if event.get("is") not in QUIET:
            self.add(Kind.HUB, str(message["text"]), self._entry_note(event, message["at_us"]))
        for effect in message["effects"]:
            told = _notice(effect)
            if told is not None:
                alarm = told.get("level") == "alarm"
                self.add(Kind.ALARM if alarm else Kind.TOLD, str(told["text"]))

    def _sounds(self, siren: str, at_ns: int) -> None:
        if siren in self.sounding:
            return  # the hub repeats the order before the siren's own time runs out
        self.sounding.add(siren)
        cause_ns = self._acts.get(self._last_act, at_ns)
        due_ns = self._due_ns if cause_ns < self._due_ns <= at_ns else cause_ns
        sounding = Sounding(siren, at_ns, self._last_act, cause_ns, due_ns)
        self.soundings.append(sounding)
        self.add(Kind.ALARM, f"{siren} SOUNDS", sounding_note(sounding))

    def _entry_note(self, event: Message, at_us: int) -> str:
        name = self._names.get(str(event.get("device")), "")
        acted_ns = self._acts.get(name)
        if event.get("is") != "Reported" or acted_ns is None:
            return ""
        took = (self._nanoseconds(at_us) - acted_ns) / MILLISECOND_NS
        if not 0 <= took < 1000:  # an old act, told again
            return ""
        self.entry_ms.append(took)
        return f"{took:.1f} ms after the wire"

    def _nanoseconds(self, house_us: int) -> int:
        return (house_us - self._offset_us) * MICROSECOND_NS


def sounding_note(sounding: Sounding) -> str:
    """Say how fast a siren was ordered to sound."""
    if sounding.due_ns > sounding.cause_ns:
        return f"{sounding.late_ms:.1f} ms after the entry delay ended"
    return f"{sounding.late_ms:.1f} ms from wire to wire"


def _notice(effect: Message) -> Message | None:
    """Find what people are told in an effect, as the journal writes it."""
    if effect.get("is") == "Notify":
        return effect
    inner = effect.get("effect")
    return _notice(inner) if isinstance(inner, Mapping) else None
