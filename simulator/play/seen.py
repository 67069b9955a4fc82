"""What was seen, in words: happenings on the air and in the hub, each at its moment. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

type Message = Mapping[str, Any]

NANOSECONDS_PER_MICROSECOND = 1000
MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RUNS: Mapping[str, str] = {
    "ran": "runs", "went on": "continues", "queued": "queues", "cancelled": "cancels",
    "dropped": "drops", "stopped": "stops",
}  # fmt: skip
"""What the hub does with a rule, by what it writes down of a run."""
SIGHTS: Mapping[str, str] = {
    "PersonSeen": "a person", "VehicleSeen": "a vehicle", "AnimalSeen": "an animal",
}  # fmt: skip
"""What a camera sees, by what the hub writes down of it."""
STICK = "stick"
_CAMERAS = "onvif"  # the hub's driver: what the ids of its cameras begin with
_PICTURE = "camera"  # the reading that says how well one sees
_COMES_AND_GOES: Mapping[str, str] = {
    "joined": "joins", "left": "leaves", "enrolled": "enrols", "secured": "gets",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody did something: `hall_siren sounds`, `house is armed`, `hub says …`."""

    at_ns: int  # CLOCK_BOOTTIME: on the air, when the last byte passed the host's wire
    subject: str
    verb: str
    rest: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.subject, self.verb, self.rest) if part)


def from_air(message: Message) -> Seen | None:
    """Put a happening of a simulated network into words; None for what has none."""
    words = _air_words(message)
    if words is None:
        return None
    verb, rest = words
    stick = f"{message['radio']}_{STICK}" if "radio" in message else STICK
    return Seen(int(message.get("at_ns", 0)), str(message.get("device", stick)), verb, rest)


def from_camera(event: Message, at_ns: int) -> Seen | None:
    """Put what the hub heard of a camera into words; None for what has none."""
    driver, _, rest = str(event.get("device", "")).partition(":")
    words = _camera_words(event) if driver == _CAMERAS else None
    return None if words is None else Seen(at_ns, rest.partition("/")[0], *words)


def _camera_words(event: Message) -> tuple[str, str] | None:
    match event:
        case {"is": "PersonSeen" | "VehicleSeen" | "AnimalSeen" as sight, "score": score}:
            said = f"{SIGHTS[sight]} {float(score):.2f} {event.get('picture', '')}"
            return "sees", said.strip()
        case {"is": "Reported", "reading": str(reading)}:
            what, _, value = reading.partition(":")
            return ("is", value) if what == _PICTURE else None
        case {"is": "ButtonPressed"}:
            return "rings", ""
        case {"is": "ClipKept", "clip": clip}:
            return "keeps", f"a clip {clip}"
        case {"is": "ClipFailed"}:
            return "loses", "a clip"
        case _:
            return None


def _air_words(message: Message) -> tuple[str, str] | None:
    match message:
        case {"happening": "siren", "sounding": True}:
            return "sounds", _number(message.get("seconds"))
        case {"happening": "siren"}:
            return "stops", ""
        case {"happening": "lock", "state": state}:
            verb = {"locked": "locks", "unlocked": "unlocks", "jammed": "jams"}
            return verb.get(str(state), str(state)), ""
        case {"happening": "switch", "on": on}:
            return "goes", "on" if on else "off"
        case {"happening": "joined" | "left" | "enrolled" | "secured" as what}:
            return _COMES_AND_GOES[what], "keys" if what == "secured" else ""
        case {"happening": "keypad", "state": state}:
            return "shows", f"{state} {_number(message.get('seconds'))}".strip()
        case {"happening": "arm_response", "notification": answer}:
            return "hears", str(answer)
        case {"happening": "stick"}:
            return _stick_words(message)
        case _:
            return None


def _stick_words(message: Message) -> tuple[str, str] | None:
    if message.get("host_connected"):
        return "connects", ""
    if message.get("host_gone"):
        return "disconnects", ""
    if message.get("formed"):
        return "forms", ""
    return None


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) and value else ""


@dataclass(slots=True)
class HubEye:
    """Turns the hub's entries and states into what was seen, each thing once."""

    offset_us: int = 0  # house time less CLOCK_BOOTTIME, within this boot
    last_entry: int = 0
    wall_offset_us: int | None = None  # its wall clock less CLOCK_BOOTTIME, at its last step
    _phases: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])
    _troubles: dict[str, int] = field(default_factory=dict[str, int])
    _bypassed: frozenset[str] = frozenset()
    _looked: bool = False

    def nanoseconds(self, house_us: int) -> int:
        """Turn house time into CLOCK_BOOTTIME."""
        return (house_us - self.offset_us) * NANOSECONDS_PER_MICROSECOND

    def entry(self, message: Message) -> Iterator[Seen]:
        """See a journal entry: its own text, what people are told, and which rules run."""
        self.last_entry = max(self.last_entry, int(message["entry"]))
        at_ns = self.nanoseconds(int(message["at_us"]))
        if message.get("event", {}).get("is") == "ClockStepped":
            boottime_us = int(message["at_us"]) - self.offset_us
            self.wall_offset_us = _microseconds(message["wall"]) - boottime_us
        if message.get("text"):
            yield Seen(at_ns, "hub", "says", str(message["text"]))
        camera = from_camera(message.get("event", {}), at_ns)
        if camera is not None:
            yield camera
        for verb, rest in _effects(message.get("effects", [])):
            yield Seen(at_ns, "hub", verb, rest)

    def state(self, state: Message) -> list[Seen]:
        """See what changed since the last state; how things stood at first is no news."""
        self.offset_us = int(state["boottime_offset_us"])
        now_ns = self.nanoseconds(int(state["house_time_us"]))
        seen = [
            *self._see_phases(state["areas"]),
            *self._see_troubles(state["troubles"], now_ns),
            *self._see_bypassed(state["areas"], now_ns),
        ]
        first, self._looked = not self._looked, True
        return [] if first else seen

    def _see_phases(self, areas: Message) -> Iterator[Seen]:
        for name, area in areas.items():
            phase = str(area["phase"]), int(area["since_us"])
            if self._phases.get(name) != phase:
                self._phases[name] = phase
                yield Seen(self.nanoseconds(phase[1]), name, "is", phase[0])

    def _see_troubles(self, troubles: list[Message], now_ns: int) -> Iterator[Seen]:
        there = {f"trouble {t['kind']} {t['subject']}": int(t["since_us"]) for t in troubles}
        for name, since_us in there.items():
            if self._troubles.get(name) != since_us:
                yield Seen(self.nanoseconds(since_us), "hub", "has", name)
        for name in self._troubles.keys() - there.keys():
            yield Seen(now_ns, "hub", "loses", name)
        self._troubles = there

    def _see_bypassed(self, areas: Message, now_ns: int) -> Iterator[Seen]:
        there = frozenset(str(z) for area in areas.values() for z in area["bypassed"])
        for zone in sorted(there - self._bypassed):
            yield Seen(now_ns, zone, "is", "bypassed")
        for zone in sorted(self._bypassed - there):
            yield Seen(now_ns, zone, "is", "back")
        self._bypassed = there


def _microseconds(wall: str) -> int:
    """Turn a wall time as the hub writes it into microseconds of the epoch."""
    return (datetime.fromisoformat(wall) - EPOCH) // MICROSECOND


def _effects(effects: object) -> Iterator[tuple[str, str]]:
    """Find what has words among an entry's effects, however deep the codec put them."""
    if isinstance(effects, list):
        for effect in effects:
            yield from _effects(effect)
    elif isinstance(effects, dict):
        words = _effect_words(effects)
        if words is not None:
            yield words
        else:
            yield from _effects(list(effects.values()))


def _effect_words(effect: Message) -> tuple[str, str] | None:
    match effect:
        case {"is": "Notify", "text": text}:
            return "tells", str(text)
        case {"is": "RuleRan", "rule": rule, "outcome": outcome}:
            return RUNS.get(str(outcome), str(outcome)), str(rule)
        case _:
            return None
