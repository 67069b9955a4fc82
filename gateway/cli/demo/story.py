"""What is seen in the demo, in order, and how long the hub took. Pure: it only adds up moments."""

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from gateway.cli.shapes import State
from simulator.play.clips import Clip

type Message = Mapping[str, Any]
type Take = Callable[[Message], None]

LINES = 400
MICROSECOND_NS = 1_000
MILLISECOND_NS = 1_000_000
SECOND_NS = 1_000_000_000
QUIET = {
    "DeviceHeard", "Ticked", "Notified", "CommandConfirmed", "DeviceJoined", "Started", "WallTold",
    "Inspected",
}  # fmt: skip
"""Entries that tell an onlooker nothing, or nothing that is not shown otherwise."""
_VERDICT = re.compile(r"(?:,| is) ((?:un)?confirmed\b.*)$")
"""The end of what people are told of an alarm that waited for a camera."""


class Kind(StrEnum):
    """Who says a line."""

    STAGE = "stage"  # the one who plays tricks
    WIRE = "wire"  # the stick and its devices
    HUB = "hub"  # the journal
    RULE = "rule"
    TOLD = "told"  # what people are told
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was seen."""

    kind: Kind
    text: str
    note: str = ""  # the latency, in words
    at_ns: int = 0  # CLOCK_BOOTTIME


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


@dataclass(frozen=True, slots=True)
class Person:
    """A camera saw somebody."""

    camera: str
    score: float
    picture: str  # its name in the evidence store
    at_ns: int


@dataclass(slots=True)
class Story:
    """All that was seen."""

    lines: deque[Line] = field(default_factory=lambda: deque[Line](maxlen=LINES))
    told: int = 0  # how many lines there ever were
    ready_ns: int = 0  # when the house was built; before, only who joins is of interest
    state: State | None = None  # None: the hub does not answer
    paired: set[str] = field(default_factory=set[str])
    sounding: set[str] = field(default_factory=set[str])
    soundings: list[Sounding] = field(default_factory=list[Sounding])
    entry_ms: list[float] = field(default_factory=list[float])  # wire -> journal
    persons: dict[str, Person] = field(default_factory=dict[str, Person])  # camera -> the first
    verdict: str = ""  # of the last alarm that waited for a camera
    clips: tuple[Clip, ...] = ()  # what was recorded, known at the end
    tripped_ns: int = 0  # when the first cause of an alarm was on the wire
    _acts: dict[str, int] = field(default_factory=dict[str, int])  # device -> when it spoke
    _last_act: str = ""
    _acting: int = 0
    _held: list[tuple[Take, Message]] = field(default_factory=list[tuple[Take, Message]])
    _due_ns: int = 0  # the end of the last entry delay
    _offset_us: int = 0
    _readings: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    _faults: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    _names: dict[str, str] = field(default_factory=dict[str, str])

    def add(self, kind: Kind, text: str, at_ns: int, note: str = "") -> None:
        """Add a line."""
        self.lines.append(Line(kind, text, note, at_ns))
        self.told += 1

    def seconds(self, line: Line) -> float | None:
        """Give how long after the house was built a line was; None for one before."""
        if not self.ready_ns or line.at_ns < self.ready_ns:
            return None
        return (line.at_ns - self.ready_ns) / SECOND_NS

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Hold back what comes meanwhile: the hub is faster than the answer that says when."""
        self._acting += 1
        try:
            yield
        finally:
            self._acting -= 1
            held, self._held = self._held, []
            for take, message in held:
                take(message)

    def acted(self, device: str, at_ns: int, *, cause: bool) -> None:
        """A device was made to speak, perhaps as the cause of an alarm; 0: the wire was dead."""
        if at_ns:
            self._acts[device] = at_ns
            if cause:
                self._last_act = device
                self.tripped_ns = self.tripped_ns or at_ns

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
        if self._acting:
            self._held.append((self.happened, message))
            return
        device = str(message.get("device", "the stick"))
        at_ns = int(message.get("at_ns", 0))
        match message:
            case {"happening": "siren", "sounding": True}:
                self._sounds(device, at_ns)
            case {"happening": "siren"} if device in self.sounding:
                self.sounding.discard(device)
                self.add(Kind.WIRE, f"{device} is silent", at_ns)
            case {"happening": "joined"}:
                self.paired.add(device)
                self.add(Kind.WIRE, f"{device} joined the network", at_ns)
            case {"happening": "left"}:
                self.add(Kind.WIRE, f"{device} left the network", at_ns)
            case {"happening": "lock", "state": state}:
                self.add(Kind.WIRE, f"{device} is {state}", at_ns)
            case {"happening": "switch", "on": on}:
                self.add(Kind.WIRE, f"{device} is {'on' if on else 'off'}", at_ns)
            case _:
                pass

    def entered(self, message: Message) -> None:
        """Take in an entry of the hub's journal."""
        if self._acting:
            self._held.append((self.entered, message))
            return
        event, at_ns = message["event"], self._nanoseconds(message["at_us"])
        self._sees(event, at_ns)
        if self._is_news(event) and self.ready_ns:
            self.add(Kind.HUB, str(message["text"]), at_ns, self._entry_note(event, at_ns))
        for order in message["effects"]:
            self._ordered(order.get("effect", order), at_ns)

    def _sees(self, event: Message, at_ns: int) -> None:
        """Take in that a camera saw somebody; its own analytics keep no picture."""
        match event:
            case {"is": "PersonSeen", "device": device, "score": score, "picture": str(picture)}:
                camera = self._names.get(str(device), str(device))
                self.persons.setdefault(camera, Person(camera, float(score), picture, at_ns))
            case _:
                pass

    def _ordered(self, effect: Message, at_ns: int) -> None:
        """Take in what the rules want done, as far as it has words."""
        match effect:
            case {"is": "Notify", "text": text, **more}:
                alarm = more.get("level") == "alarm"
                verdict = _VERDICT.search(str(text)) if alarm else None
                self.verdict = verdict[1] if verdict else self.verdict
                self.add(Kind.ALARM if alarm else Kind.TOLD, str(text), at_ns)
            case {"is": "RuleRan", "rule": rule, "outcome": outcome, "trigger": trigger, **more}:
                why = more.get("why") or trigger
                self.add(Kind.RULE, f"the rule {rule} {outcome}: {why}", at_ns)
            case _:
                pass

    def _is_news(self, event: Message) -> bool:
        """Tell whether an onlooker learns something: a hub that starts asks for all anew."""
        if event.get("is") == "DeviceFault":
            return self._is_new_fault(event)
        if event.get("is") != "Reported":
            return event.get("is") not in QUIET
        device, reading = str(event["device"]), str(event["reading"])
        what, _, value = reading.partition(":")
        before = self._readings.get((device, what))
        self._readings[device, what] = value
        return before is not None and value not in ("unknown", before)

    def _is_new_fault(self, event: Message) -> bool:
        """Tell whether a fault came or went: of a device that is well, a driver says so too."""
        fault = str(event["device"]), str(event["fault"])
        was, here = fault in self._faults, bool(event["present"])
        (self._faults.add if here else self._faults.discard)(fault)
        return here or was

    def _sounds(self, siren: str, at_ns: int) -> None:
        if siren in self.sounding:
            return  # the hub repeats the order before the siren's own time runs out
        self.sounding.add(siren)
        cause_ns = self._acts.get(self._last_act, at_ns)
        due_ns = self._due_ns if cause_ns < self._due_ns <= at_ns else cause_ns
        sounding = Sounding(siren, at_ns, self._last_act, cause_ns, due_ns)
        self.soundings.append(sounding)
        self.add(Kind.ALARM, f"{siren} SOUNDS", at_ns, sounding_note(sounding))

    def _entry_note(self, event: Message, at_ns: int) -> str:
        if event.get("picture"):
            return f"picture {event['picture']}"
        name = self._names.get(str(event.get("device")), "")
        acted_ns = self._acts.get(name)
        if event.get("is") != "Reported" or acted_ns is None:
            return ""
        took = (at_ns - acted_ns) / MILLISECOND_NS
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
