"""docs/simulator.md documents every word of a scenario, and every house and scenario of ours."""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

import pytest

from simulator.play import keys
from simulator.play.house import Radio, known_houses
from simulator.play.keys import Key
from simulator.play.parse import parse, shipped
from simulator.play.seen import RUNS, SIGHTS
from simulator.play.sentence import ANSWERS, INDICATED, PANEL, PHASES, PICTURES, TROUBLES

DOCS = Path(__file__).parents[2] / "docs" / "simulator.md"
TEXT = DOCS.read_text("utf-8")
CODE = set(re.findall(r"`([^`\n]+)`", TEXT))
CHOICES = "one of: "


def tables() -> Iterator[Mapping[str, Key]]:
    """All keys that may stand anywhere."""
    yield from (keys.TOP, *keys.VERBS.values(), *keys.HUB.values())
    for radio in Radio:
        yield from keys.STICK[radio].values()
        for kind in keys.kinds_of(radio):
            yield from keys.acts_of(radio, kind).values()


def choices(table: Mapping[str, Key]) -> Iterator[str]:
    """The words that keys take, where they take only some."""
    for key in table.values():
        if key.expected.startswith(CHOICES):
            yield from key.expected.removeprefix(CHOICES).split(", ")


def used() -> set[str]:
    words = {*PHASES, *PANEL, *ANSWERS, *INDICATED, *TROUBLES, *keys.PHASE_DELAYS, *keys.HUB}
    words |= {"says", "tells", *RUNS.values(), *PICTURES, *SIGHTS.values()}
    for radio in Radio:
        words |= {radio.value, *keys.STICK[radio], *keys.kinds_of(radio)}
        words |= {act for kind in keys.kinds_of(radio) for act in keys.acts_of(radio, kind)}
    return words | set(chain(*tables())) | set(chain.from_iterable(map(choices, tables())))


def test_the_words_of_all_radios_are_looked_for() -> None:
    assert {"arm_night", "enter", "spoof", "glass", "reset", "rssi", "hang"} <= used()
    assert {"ring", "show", "stream_stop", "skew_ms", "cut short", "an animal"} <= used()


@pytest.mark.parametrize("word", sorted(used()))
def test_every_word_of_the_language_is_documented(word: str) -> None:
    assert any(word == code or word in code.split() for code in CODE), word


@pytest.mark.parametrize("name", [*shipped(), *known_houses()])
def test_every_scenario_and_house_that_comes_with_it_is_named(name: str) -> None:
    assert name in CODE


def test_the_example_is_a_scenario() -> None:
    example = re.search(r"```toml\n(.*?)```", TEXT, re.DOTALL)

    assert example is not None
    assert parse(example[1], DOCS).name == "break-in"
