"""The map of topics, read from `topics.toml`. Pure: made once, never changed."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any


class Word(StrEnum):
    """What a camera can say, in the words of the house."""

    MOTION = "motion"
    PERSON = "person"
    VEHICLE = "vehicle"
    ANIMAL = "animal"
    INTRUSION = "intrusion"
    LINE = "line"
    TAMPER = "tamper"  # a switch in the housing
    SCENE = "scene"  # the picture is another one, or a bad one: so says an analysis of it
    VISITOR = "visitor"
    INPUT = "input"
    RELAY = "relay"


@dataclass(frozen=True, slots=True)
class Entry:
    """How the messages of one topic are read: by one of the three."""

    word: Word | None = None
    items: tuple[str, ...] = ()  # that say whether `word` is so, the first that is there
    all_items: bool = False  # each item has a word of its own
    classes: str = ""  # the item that lists classes


@dataclass(frozen=True, slots=True)
class Map:
    """Everything a topic can mean."""

    topics: Mapping[str, Entry]
    items: Mapping[str, Word]
    classes: Mapping[str, Word]
    names: Mapping[str, Word]  # of the entities of onvif-parsers
    quiet: tuple[str, ...]  # branches without a use

    def is_quiet(self, topic: str) -> bool:
        """Tell whether nobody minds that a topic has no word."""
        return any(topic == branch or topic.startswith(f"{branch}/") for branch in self.quiet)


@cache
def standard() -> Map:
    """Give the map that holds for every camera."""
    text = resources.files("drivers.onvif").joinpath("topics.toml").read_text("utf-8")
    return parse(tomllib.loads(text))


def parse(table: Mapping[str, Any]) -> Map:
    """Make a map of its TOML; raise ValueError or KeyError where that says nothing sensible."""
    entries: dict[str, Entry] = {}
    for topic, entry in _entries(table["topic"]):
        if topic in entries:
            raise ValueError(f"{topic} stands there twice")
        entries[topic] = entry
    return Map(
        MappingProxyType(entries),
        _words(table["items"]),
        _words(table["classes"]),
        _words(table["names"]),
        tuple(table["quiet"]["topics"]),
    )


def _entries(tables: list[Mapping[str, Any]]) -> Iterator[tuple[str, Entry]]:
    for table in tables:
        entry = Entry(
            word=Word(table["word"]) if "word" in table else None,
            items=tuple(table.get("items", ())),
            all_items=table.get("all_items", False),
            classes=table.get("classes", ""),
        )
        ways = (entry.word is not None, entry.all_items, bool(entry.classes))
        if sum(ways) != 1:
            raise ValueError(f"{table['topics']}: one way to read it, not {sum(ways)}")
        for topic in table["topics"]:
            yield topic, entry


def _words(table: Mapping[str, str]) -> Mapping[str, Word]:
    return MappingProxyType({name: Word(word) for name, word in table.items()})
