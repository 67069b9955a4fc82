"""`nightlatch rules`: what people and programs are told of rules and their tests."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli.root import app
from tests.gateway.test_rules_config import HEAD, RULES

GARAGE = """
[[rule]]
id = "garage"
when = { device = "garage_door", becomes = "open", for = "10m" }
unless_within = "1h"
do = [{ notify = "The garage is open." }]

[[rule.test]]
name = "long enough"
given = { device.garage_door.contact = "closed" }
events = ["0s garage_door open"]
expect = ["10m notify garage"]

[[rule]]
id = "evening"
when = [{ at = "22:05", days = ["mon-thu"] }, { device = "garage_door", becomes = "open" }]
enabled = false
do = { on = "porch_light" }

[[rule]]
id = "night"
when = { device = "garage_door", becomes = "closed" }
if = 'area.house.mode == "night"'
do = [
  { lock = "front_lock" },
  { wait = "1m", cancel_if = 'device.garage_door.contact == "open"' },
  { on = "porch_light" },
]
"""
WRONG = """
[[rule.test]]
name = "by day too"
given = { device.garage_door.contact = "open" }
events = ["5s garage_door closed"]
expect = ["lock front_lock"]
"""


def call(*words: str) -> Any:
    return CliRunner().invoke(app, ["rules", *words], env={"COLUMNS": "150", "NO_COLOR": "1"})


@pytest.fixture
def good(tmp_path: Path) -> Path:
    file = tmp_path / "house.toml"
    file.write_text(HEAD + GARAGE, "utf-8")
    return file


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    file = tmp_path / "bad.toml"
    file.write_text(HEAD + GARAGE + WRONG, "utf-8")
    return file


def line_of(file: Path, text: str) -> str:
    """Give "file:line" of the first line that holds a text, from the rules on."""
    lines = file.read_text("utf-8").splitlines()
    begin = HEAD.count("\n")
    return f"{file.name}:{next(n for n, line in enumerate(lines, 1) if n > begin and text in line)}"


def asked(*words: str, status: int = 0) -> dict[str, Any]:
    """Ask for JSON."""
    result = call(*words, "--json")
    assert result.exit_code == status, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_rules_are_listed_with_what_starts_them(good: Path) -> None:
    result = call("list", "--config", str(good))

    assert result.exit_code == 0
    assert "garage_door contact becomes open and stays so for 10m" in result.output
    assert "at 22:05; days mon-thu" in result.output
    assert "evening (disabled)" in result.output
    assert line_of(good, "[[rule]]") in result.output
    (garage, evening, night) = asked("list", "-c", str(good))["rules"]
    assert garage["tests"] == 1
    assert (evening["enabled"], night["enabled"]) == (False, True)
    assert evening["when"] == ["at 22:05; days mon-thu", "garage_door contact becomes open"]


def test_good_tests_pass(good: Path) -> None:
    result = call("test", "--config", str(good))

    assert result.exit_code == 0
    assert result.output == "1 test of 1 rule: all passed.\n"
    (passed,) = asked("test", "-c", str(good))["results"]
    assert passed["ok"]
    assert passed["done"] == ["10m notify The garage is open."]


def test_a_test_that_fails_says_where_and_why(bad: Path) -> None:
    result = call("test", "--config", str(bad))

    assert result.exit_code == 1
    (source,) = (one["source"] for one in asked("test", "-c", str(bad), status=1)["results"][1:])
    assert f"FAILED: night, test 1 (by day too), {source}" in result.output
    assert (
        bad.read_text("utf-8").splitlines()[int(source.partition(":")[2])] == 'name = "by day too"'
    )
    assert "expected: lock front_lock" in result.output
    assert "the rule night did nothing" in result.output
    assert "at 5s its condition was false" in result.output
    assert 'area.house.mode is "disarmed"' in result.output
    found = asked("test", "-c", str(bad), status=1)
    assert (found["ok"], found["tests"], found["failed"]) == (False, 2, 1)


def test_only_the_rules_that_are_named_are_tested(bad: Path) -> None:
    result = call("test", "garage", "--config", str(bad))

    assert result.exit_code == 0
    assert result.output.startswith("passed: garage, test 1 (long enough)\n1 test of 1 rule")


def test_coverage_names_what_is_not_reached_and_its_line(good: Path, bad: Path) -> None:
    said = call("test", "-c", str(good), "--coverage").output

    assert "night has no test" in said
    assert "Reached: 1 of 2 rules, 1 of 6 triggers" in said
    found = asked("test", "-c", str(bad), "--coverage", status=1)["coverage"]
    missed = {one["what"]: one["source"] for one in found["missed"]}
    assert missed["the wait is cancelled"] == line_of(bad, "cancel_if")
    assert missed["if is true"] == line_of(bad, "if = ")
    assert found["untested"] == []


def test_too_little_coverage_is_not_so(good: Path) -> None:
    assert call("test", "-c", str(good), "--min-coverage", "10").exit_code == 0
    assert call("test", "-c", str(good), "--min-coverage", "90").exit_code == 1
    assert call("test", "garage", "-c", str(good), "--min-coverage", "100").exit_code == 0


def test_what_no_test_notices_is_named_with_its_line(good: Path) -> None:
    result = call("test", "--mutate", "-c", str(good))

    assert result.exit_code == 0
    where = line_of(good, "unless_within")
    assert f"{where}: garage: no test notices: unless_within 1h is left out" in result.output
    found = asked("test", "--mutate", "-c", str(good))["mutation"]
    assert found["survivors"] == [
        {"rule": "garage", "source": where, "change": "unless_within 1h is left out"}
    ]
    assert found["noticed"] == found["tried"] - 1


def test_bad_input_is_told_in_a_sentence(good: Path, tmp_path: Path) -> None:
    mistyped = call("test", "garag", "-c", str(good))
    assert mistyped.exit_code == 2
    assert "garage" in mistyped.output
    broken = tmp_path / "broken.toml"
    broken.write_text(HEAD + '[[rule]]\nid = "x"\nwhen = { code = "Nobody" }\ndo = []\n', "utf-8")
    for words in (["test"], ["list"]):
        assert call(*words, "-c", str(broken)).exit_code == 2
        assert call(*words, "-c", str(tmp_path / "none.toml")).exit_code == 2
    assert asked("test", "garag", "-c", str(good), status=2)["ok"] is False


def test_a_file_without_rules_has_nothing_to_test(tmp_path: Path) -> None:
    file = tmp_path / "house.toml"
    file.write_text(HEAD, "utf-8")

    assert call("test", "-c", str(file), "--coverage", "--mutate").exit_code == 0
    assert asked("list", "-c", str(file)) == {"rules": []}


def test_the_examples_pass_from_the_command_line_too() -> None:
    found = asked("test", "--coverage", "-c", str(RULES / "fifty.toml"))

    assert found["ok"]
    assert found["coverage"]["percent"] == 100
