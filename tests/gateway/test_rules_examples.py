"""The examples do what their tests say, the tests reach all of them, and notice every change."""

from functools import cache
from pathlib import Path

import pytest

from gateway.config import Config, load
from rules.trial.trials import Trials, run_all

RULES = Path(__file__).parents[2] / "docs" / "examples" / "rules"
FILES = ("fifty.toml", "every_key.toml", "cameras.toml")


@cache
def loaded(name: str) -> Config:
    """Load an example."""
    return load(RULES / name)


@cache
def trials(name: str) -> Trials:
    """Give the tests of an example."""
    config = loaded(name)
    return Trials(config.site(), config.rule_tests())


def rules_with_tests() -> list[tuple[str, str]]:
    """Name every rule of the examples that has tests."""
    return [(name, rule) for name in FILES for rule in trials(name).tests]


@pytest.mark.parametrize(("name", "rule"), rules_with_tests())
def test_a_rule_does_what_its_tests_say_and_not_when_it_is_disabled(name: str, rule: str) -> None:
    played = trials(name)

    results = [*run_all(played, [rule])]

    assert results
    assert [one.failures for one in results if not one.ok] == []
    assert not all(played.run(test, disabled=True).ok for test in played.tests[rule])


@pytest.mark.parametrize("name", FILES)
def test_the_tests_reach_every_trigger_branch_and_outcome(name: str) -> None:
    rules = loaded(name).rulebook().rules
    found = trials(name).coverage(run_all(trials(name), rules), rules)

    missed = [(point.rule, point.what) for rule in found.rules for point in rule.missed]
    assert missed == []
    assert len(found.rules) == sum(rule.enabled for rule in rules.values())


def test_every_one_of_the_fifty_has_a_test() -> None:
    assert len(trials("fifty.toml").tests) == 50
    assert trials("every_key.toml").tests


@pytest.mark.parametrize(("name", "rule"), rules_with_tests())
def test_every_small_change_of_an_example_is_noticed(name: str, rule: str) -> None:
    found = trials(name).mutate(rule)

    assert found.tried > 0
    assert [(one.place, one.change) for one in found.survivors] == []
    assert found.left_out == 0
