"""What conditions and messages may name, of what type each is, and how it is read.

One table for both: `scope` is what the configuration compiles against, `Names.read` is what the
engine answers, so that neither can know a name that the other does not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches

from gateway.model.capability import READINGS, Capability
from gateway.model.device import DeviceId
from rules.automation.openings import Openings
from rules.automation.view import View
from rules.expression import (
    BOOL,
    DURATION,
    INSTANT,
    TEXT,
    ListOf,
    Number,
    OneOf,
    Path,
    Record,
    Scope,
    Type,
    Unknown,
    Value,
    path_text,
)
from rules.site import Site, Zone
from rules.state import Phase, State

DISARMED = "disarmed"
"""The word for the mode of an area that is not armed."""

EVENT = {
    "device": "the device that triggered",
    "value": "what it reads now",
    "before": "what it read before",
    "area": "the area that triggered",
    "person": "whose code was used",
    "what": "what for: arm, disarm or unlock",
    "via": "where a code was typed",
    "trouble": "the kind of trouble",
    "subject": "whom the trouble is of",
    "by": "who called the rule",
    "zone": "the camera's own zone that somebody is in",
    "line": "the camera's line that was crossed",
    "way": "inward or outward, over a line",
    "score": "how sure a camera is, as 0.84",
    "picture": "the name of the picture in the evidence",
    "button": "the number of the button",
}
"""The fields of `event`: of what triggered the run; unknown where its trigger has no such thing."""

ZONE = Record("a zone", (("name", TEXT), ("area", TEXT), ("tripped", BOOL), ("bypassed", BOOL)))

WEEKDAYS = OneOf("a weekday", ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))


def _since_midnight(label: datetime) -> timedelta:
    return timedelta(
        hours=label.hour,
        minutes=label.minute,
        seconds=label.second,
        microseconds=label.microsecond,
    )


TIME: Mapping[str, tuple[Type, Callable[[datetime], Value]]] = {
    "hour": (Number(whole=True, low=0, high=23), lambda label: label.hour),
    "minute": (Number(whole=True, low=0, high=59), lambda label: label.minute),
    "weekday": (WEEKDAYS, lambda label: WEEKDAYS.words[label.weekday()]),
    "of_day": (DURATION, _since_midnight),
}
"""The fields of `time`: of what the clock on the wall of the house shows."""

type Read = Callable[[View], Value | Unknown]


@dataclass(frozen=True, slots=True)
class Name:
    """One path: its type, and how to read it."""

    kind: Type
    read: Read


class Names:
    """All paths of a site. Each is made when it is first asked for."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._devices = {name: device for device, name in site.names.items()}
        self._known: dict[Path, Name | None] = {}
        self._openings = Openings(site.windows)

    def find(self, path: Path) -> Name | None:
        """Give what a path is, None if there is no such path."""
        if path not in self._known:
            self._known[path] = self._made(path)
        return self._known[path]

    def type_of(self, path: Path, /) -> Type | None:
        """Give what a path is of, None if there is no such path."""
        found = self.find(path)
        return None if found is None else found.kind

    def next_change(self, path: Path, now: datetime) -> datetime:
        """Give when what the clock says under a path may be another."""
        return self._openings.next_change(path, now)

    def near(self, path: Path, /) -> list[str]:
        """Give paths that may have been meant, the likeliest first."""
        words = {path_text(known): None for known in self._alike(path)}
        return get_close_matches(path_text(path), words, n=3)

    def _made(self, path: Path) -> Name | None:
        match path:
            case ("now" | "sun" | "time" | "window", *_):
                return self._clock(path)
            case ("trouble", "any"):
                return Name(BOOL, lambda view: bool(view.state.troubles))
            case ("zones",):
                return Name(ListOf(ZONE), self._zones)
            case ("event", field) if field in EVENT:
                return Name(TEXT, _of_event(field))
            case ("area", name, field) if name in self._site.areas:
                return self._area(name, field)
            case ("zone", name, field) if name in self._site.zones:
                return _zone(self._site.zones[name], field)
            case ("device", name, field) if name in self._devices:
                return _device(self._devices[name], field)
            case _:
                return None

    def _clock(self, path: Path) -> Name | None:
        """Give what changes by itself, as time goes by."""
        match path:
            case ("now",):
                return Name(INSTANT, lambda view: view.now())
            case ("sun", "is_up"):
                return Name(BOOL, lambda view: view.sun_is_up())
            case ("time", field) if field in TIME:
                return Name(TIME[field][0], _of_clock(TIME[field][1]))
            case ("window", name, "open") if name in self._site.windows:
                return Name(BOOL, lambda view: self._openings.is_open(name, view.now()))
            case _:
                return None

    def _area(self, area: str, field: str) -> Name | None:
        match field:
            case "mode":
                words = (DISARMED, *self._site.areas[area].modes)
                return Name(OneOf("a mode", words), lambda view: mode_of(view.state, area))
            case "phase":
                kind = OneOf("a phase", tuple(str(phase) for phase in Phase))
                return Name(kind, lambda view: str(view.state.areas[area].phase))
            case "armed":
                return Name(BOOL, lambda view: is_armed(view.state, area))
            case "alarmed":
                return Name(BOOL, lambda view: view.state.areas[area].alarmed)
            case _:
                return None

    def _zones(self, view: View) -> Value:
        return tuple(
            {
                "name": zone.name,
                "area": zone.area,
                "tripped": view.tripped(zone),
                "bypassed": _is_bypassed(view.state, zone),
            }
            for zone in self._site.zones.values()
        )

    def _alike(self, path: Path) -> list[Path]:
        """Give the paths of the same root, or all roots where the root itself is unknown."""
        devices = [
            ("device", name, str(capability)) for name in self._devices for capability in _READ
        ]
        zones = [("zone", name, f) for name in self._site.zones for f in ("tripped", "bypassed")]
        fields = ("mode", "phase", "armed", "alarmed")
        areas = [("area", name, field) for name in self._site.areas for field in fields]
        events = [("event", field) for field in EVENT]
        windows = [("window", name, "open") for name in self._site.windows]
        times = [("time", field) for field in TIME]
        rest = [("now",), ("sun", "is_up"), ("trouble", "any"), ("zones",)]
        every: list[Path] = [*devices, *zones, *areas, *events, *windows, *times, *rest]
        same = [known for known in every if known[0] == path[0]]
        return same or every


def scope(site: Site) -> Scope:
    """Give what the conditions and messages of a site's rules may name."""
    return Names(site)


def mode_of(state: State, area: str) -> str:
    """Give the word for an area's mode."""
    return state.areas[area].mode or DISARMED


def is_armed(state: State, area: str) -> bool:
    """Tell whether an area guards: the exit delay is over."""
    now = state.areas[area]
    return now.mode is not None and now.phase is not Phase.EXIT


_READ = tuple(capability for capability in Capability if len(READINGS[capability]) > 1)
"""Capabilities that have a value besides UNKNOWN."""


def _device(device: DeviceId, field: str) -> Name | None:
    if field not in set(_READ):
        return None
    capability = Capability(field)
    words = tuple(str(word) for word in READINGS[capability] if word != "unknown")
    return Name(OneOf(f"a {field}", words), lambda view: view.reading(device, capability))


def _zone(zone: Zone, field: str) -> Name | None:
    match field:
        case "tripped":
            return Name(BOOL, lambda view: view.tripped(zone))
        case "bypassed":
            return Name(BOOL, lambda view: _is_bypassed(view.state, zone))
        case _:
            return None


def _is_bypassed(state: State, zone: Zone) -> bool:
    return zone.name in state.areas[zone.area].bypassed


def _of_event(field: str) -> Read:
    missing = Unknown(f"nothing of what happened is a {field}")
    return lambda view: view.event.get(field, missing)


def _of_clock(part: Callable[[datetime], Value]) -> Read:
    def read(view: View) -> Value | Unknown:
        label = view.local()
        return label if isinstance(label, Unknown) else part(label)

    return read
