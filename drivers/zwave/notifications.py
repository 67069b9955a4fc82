"""The map of notifications, read from `notifications.toml`. Pure: made once, never changed."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from gateway.model.capability import READINGS, Capability, Lock, Reading, capability_of, unknown
from gateway.model.event import Panic

_MOMENTS = {Capability.MOTION, Capability.GLASS}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the numbers of one value mean."""

    capability: Capability
    readings: Mapping[int, Reading]
    votes: bool = False  # one of several the device has: the worst counts
    passes: bool = False  # where no end of it is told, it is over after a while

    def read(self, value: object) -> Reading | None:
        """Read a value: UNKNOWN where Z-Wave JS has none, None for a number without a word."""
        if value is None or value == "unknown":
            return unknown(self.capability)
        return self.readings.get(int(value)) if isinstance(value, int) else None


@dataclass(frozen=True, slots=True)
class Map:
    """Everything a notification or a sensor can mean."""

    states: Mapping[tuple[str, str], Meaning]  # by type and variable
    events: Mapping[tuple[int, int], Meaning]  # by type and event
    bolts: Mapping[tuple[int, int], tuple[Lock, str]]  # where the bolt went, and who moved it
    panics: Mapping[tuple[int, int], Panic]
    sensors: Mapping[str, Meaning]  # by the type of a binary sensor


@cache
def standard() -> Map:
    """Give the map that holds for every device."""
    text = resources.files("drivers.zwave").joinpath("notifications.toml").read_text("utf-8")
    return parse(tomllib.loads(text))


def parse(table: Mapping[str, Any]) -> Map:
    """Make a map of its TOML; raise ValueError or KeyError where that says nothing sensible."""
    states = {(s["type"], s["variable"]): _meaning(s) for s in table["state"]}
    events = {(e["type"], n): _event(e, n) for e in table["event"] for n in e["events"]}
    sensors = {name: _binary(s) for s in table["binary"] for name in s["types"]}
    return Map(
        MappingProxyType(states),
        MappingProxyType(events),
        MappingProxyType(dict(_bolts(table["bolt"]))),
        MappingProxyType(dict(_panics(table["panic"]))),
        MappingProxyType(sensors),
    )


def meaning(reads: Mapping[int, str], *, votes: bool = False, passes: bool = False) -> Meaning:
    """Make a meaning of words; raise ValueError where they are of different things.

    What moves and what breaks passes of itself: each time is told. An open cover stays open.
    """
    readings = {int(number): word(text) for number, text in reads.items()}
    capabilities = {capability_of(reading) for reading in readings.values()}
    if len(capabilities) != 1:
        raise ValueError(f"one value is one reading, not {sorted(capabilities)}")
    (capability,) = capabilities
    passes = passes or capability in _MOMENTS
    return Meaning(capability, MappingProxyType(readings), votes, passes)


def word(text: str) -> Reading:
    """Read a word such as `contact.open`."""
    capability, _, value = text.partition(".")
    return READINGS[Capability(capability)](value)


def _meaning(entry: Mapping[str, Any]) -> Meaning:
    reads, passes = entry.get("reads") or entry["votes"], entry.get("passes", False)
    return meaning(reads, votes="votes" in entry, passes=passes)


def _event(entry: Mapping[str, Any], number: int) -> Meaning:
    reads = {number: entry.get("reads") or entry["votes"]}
    return meaning(reads, votes="votes" in entry, passes=True)  # told once, its end never


def _binary(entry: Mapping[str, Any]) -> Meaning:
    off, on = entry.get("reads") or entry["votes"]
    return meaning({0: off, 1: on, 255: on}, votes="votes" in entry)


def _panics(entries: Iterable[Mapping[str, Any]]) -> Iterator[tuple[tuple[int, int], Panic]]:
    for entry in entries:
        for number, kind in entry["kinds"].items():
            yield (entry["type"], int(number)), Panic(kind)


def _bolts(
    entries: Iterable[Mapping[str, Any]],
) -> Iterator[tuple[tuple[int, int], tuple[Lock, str]]]:
    for entry in entries:
        for state in (Lock.LOCKED, Lock.UNLOCKED, Lock.JAMMED):
            for number in entry[state.value]:
                yield (entry["type"], number), (state, entry["sources"][str(number)])
