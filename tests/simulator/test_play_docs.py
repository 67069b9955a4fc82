"""docs/simulator.md documents every word that a scenario may use, and every scenario of ours."""

import re
from pathlib import Path

import pytest

from simulator.play import keys
from simulator.play.parse import parse, shipped
from simulator.play.seen import RUNS
from simulator.play.sentence import ANSWERS, PANEL, PHASES, TROUBLES
from simulator.zigbee.house import Kind

DOCS = Path(__file__).parents[2] / "docs" / "simulator.md"
TEXT = DOCS.read_text("utf-8")
CODE = set(re.findall(r"`([^`\n]+)`", TEXT))


def used() -> set[str]:
    tables = [keys.TOP, *keys.VERBS.values(), *keys.HUB.values(), *keys.STICK.values()]
    acts = [keys.acts_of(kind) for kind in Kind]
    fields = [fields for table in acts for fields in table.values()]
    words = {*PHASES, *PANEL, *ANSWERS, *TROUBLES, *keys.PHASE_DELAYS, *keys.HUB, *keys.STICK}
    words |= {"says", "tells", *RUNS.values()}
    return words | set().union(*tables, *acts, *fields)


@pytest.mark.parametrize("word", sorted(used()))
def test_every_word_of_the_language_is_documented(word: str) -> None:
    assert any(word == code or word in code.split() for code in CODE), word


def test_every_scenario_that_comes_with_it_is_named() -> None:
    assert set(shipped()) <= CODE


def test_the_example_is_a_scenario() -> None:
    example = re.search(r"```toml\n(.*?)```", TEXT, re.DOTALL)

    assert example is not None
    assert parse(example[1], DOCS).name == "break-in"
