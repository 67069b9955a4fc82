"""What of the journal is news to people: a line is an entry as the hub's socket tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

type Line = dict[str, Any]

UNKNOWN = "unknown"


@dataclass(slots=True)
class News:
    """Sorts lines, in their order, by what the lines before them told already."""

    everything: bool = False
    known: frozenset[str] = frozenset()  # devices of the configuration
    _readings: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    _met: set[str] = field(default_factory=set[str])
    _wrong: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])  # of whom, what
    _open: bool = False  # may devices join?

    def forget(self) -> None:
        """Begin anew, at another place in the journal."""
        self._readings.clear()
        self._met.clear()
        self._wrong.clear()
        self._open = False

    def wants(self, line: Line) -> bool:
        """Tell whether a line is to be told. What people were told and what rules did is."""
        news = self._is_news(line["event"])
        return news or self.everything or bool(line["notices"] or line["rules"])

    def _is_news(self, event: Mapping[str, Any]) -> bool:
        match event:
            case {"is": "Reported", "device": device, "reading": reading}:
                return self._changes(device, reading)
            case {"is": "DeviceJoined", "device": {"id": device}}:
                return self._is_new(device)
            case {"is": "DeviceLeft", "device": device}:
                self._met.discard(device)
                return True
            case {"is": "JoiningChanged", "open": is_open}:
                before, self._open = self._open, bool(is_open)
                return before != self._open
            case {"is": "DeviceFault", "device": device, "fault": fault, "present": is_so}:
                return self._turns(device, fault, is_so=is_so)
            case {"is": "JamChanged", "driver": driver, "jammed": is_so}:
                return self._turns(driver, "jammed", is_so=is_so)
            case {"is": "DeviceHeard" | "Ticked" | "WallTold"}:
                return False
            case {"is": "CommandConfirmed", "command": {"is": "ShowPanel" | "ReadLockCode"}}:
                return False
            case _:
                return True

    def _changes(self, device: str, told: str) -> bool:
        """Tell whether a reading is another. Unknown and back, as at each start, is no change."""
        capability, _, reading = told.partition(":")
        if reading == UNKNOWN:
            return False
        before = self._readings.get((device, capability))
        self._readings[device, capability] = reading
        return reading != before

    def _turns(self, whose: str, what: str, *, is_so: bool) -> bool:
        """Tell whether something is wrong that was not, or is no longer. At each start it is told
        too that nothing is wrong."""
        was = (whose, what) in self._wrong
        (self._wrong.add if is_so else self._wrong.discard)((whose, what))
        return was is not is_so

    def _is_new(self, device: str) -> bool:
        """Tell whether a device is here for the first time, or again while devices may join."""
        new = device not in self._met and device not in self.known
        self._met.add(device)
        return new or self._open


def with_effects_told(line: Line) -> Line:
    """Put in the place of a watched entry's effects what people were told, and what rules did."""
    effects = [order.get("effect", order) for order in line.get("effects", ())]
    told = {key: value for key, value in line.items() if key != "effects"}
    told["notices"] = [_less(effect, "is") for effect in effects if effect["is"] == "Notify"]
    told["rules"] = [_less(effect, "is") for effect in effects if effect["is"] == "RuleRan"]
    return told


def _less(effect: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in effect.items() if name != key}
