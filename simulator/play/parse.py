"""Reads a scenario file, and names everything that is wrong with it at once.

ScenarioError
"""

import contextlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from simulator.play import deeds, keys, rule_text
from simulator.play.house import HOUSES, Home, house_file, known_houses, open_home
from simulator.play.keys import Key
from simulator.play.lines import Lines
from simulator.play.scenario import Expectation, Scenario, Step
from simulator.play.sentence import near
from simulator.table import HouseError

SCENARIOS = HOUSES.parent / "scenarios"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in a file: where, and a sentence."""

    line: int
    text: str


class ScenarioError(Exception):
    """A scenario cannot be played: `file:line: what was found; what was expected`, a line each."""

    def __init__(self, file: Path, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(f"{file}:{p.line}: {p.text}" for p in problems))
        self.file = file
        self.problems = problems


def shipped() -> Mapping[str, Path]:
    """The scenarios that come with the simulator, by name."""
    return {file.stem: file for file in sorted(SCENARIOS.glob("*.toml"))}


def load(name: str | Path) -> Scenario:
    """Read a scenario by path, or one of ours by name; raise ScenarioError."""
    file = shipped().get(str(name), Path(name))
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        hint = near(str(name), shipped()) if file.suffix != ".toml" else ""
        raise ScenarioError(file, (Problem(1, f"cannot be read: {reason}{hint}"),)) from error
    return parse(text, file)


def parse(text: str, file: Path) -> Scenario:
    """Understand a scenario, or raise ScenarioError with all that is wrong in it."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, reason = _toml_problem(text, str(error))
        raise ScenarioError(file, (Problem(line, f"not TOML: {reason}"),)) from error
    lines = Lines(text)
    problems = [Problem(lines.top(key), text) for key, text in check(table, keys.TOP, "a scenario")]
    if problems:
        raise ScenarioError(file, tuple(sorted(problems)))
    home = _home(table, file, lines)
    try:
        home = replace(home, rules=home.rules | _rules(table))
    except rule_text.RulesError as error:
        problems.append(Problem(lines.top("rules"), str(error)))
    outside = frozenset(table.get("outside", []))
    for name in sorted(outside - home.devices.keys()):
        text = f"no device is called {name!r}{near(name, home.devices)}"
        problems.append(Problem(lines.top("outside"), text))
    steps = _Steps(home, lines, problems).read(table["step"])
    if problems:
        raise ScenarioError(file, tuple(sorted(problems)))
    rules = table.get("rules", "")
    return Scenario(file, table["name"], table["about"], home, steps, rules, outside)


def check(
    table: Mapping[str, object], known: Mapping[str, Key], what: str
) -> Iterator[tuple[str, str]]:
    """Hold a table against its keys; give (key, sentence) for each thing that is wrong."""
    for key, value in table.items():
        if key not in known:
            yield key, f"{what} has no key {key!r}{near(key, known)}"
        elif not known[key].fits(value):
            yield key, f"{key}: found {value!r}, expected {known[key].expected}"
    for key, spec in known.items():
        if spec.needed and key not in table:
            yield "", f"{what} needs {key!r}: {spec.expected}"


def _toml_problem(text: str, message: str) -> tuple[int, str]:
    """Take the line out of tomllib's `… (at line 3, column 5)`."""
    reason, _, place = message.partition(" (at ")
    number = place.removeprefix("line ").partition(",")[0]
    return (int(number) if number.isdigit() else text.count("\n") + 1), reason


def _home(table: Mapping[str, str], file: Path, lines: Lines) -> Home:
    name, line = table["house"], lines.top("house")
    found = house_file(name, file.parent)
    if not found.exists():
        text = f"there is no house {name!r}{near(name, known_houses())}"
        raise ScenarioError(file, (Problem(line, text),))
    try:
        return open_home(found)
    except HouseError as error:
        raise ScenarioError(file, (Problem(line, f"the house {name!r}: {error}"),)) from error


def _rules(table: Mapping[str, Any]) -> frozenset[str]:
    """Name the rules that stand in the configuration at any time of the play."""
    names = rule_text.names_of(table.get("rules", ""))
    for step in table["step"]:
        text = step.get("reload") if isinstance(step, dict) else None
        with contextlib.suppress(rule_text.RulesError):  # it is told of at its step
            names |= rule_text.names_of(text) if isinstance(text, str) else frozenset()
    return names


class _Steps:
    """Reads the steps in order, and knows the moments named so far."""

    def __init__(self, home: Home, lines: Lines, problems: list[Problem]) -> None:
        self._home = home
        self._lines = lines
        self._problems = problems
        self._moments: dict[str, int] = {}

    def read(self, tables: list[object]) -> tuple[Step, ...]:
        read = (self._step(number, table) for number, table in enumerate(tables))
        return tuple(step for step in read if step is not None)

    def _step(self, number: int, table: object) -> Step | None:
        found = len(self._problems)
        if not isinstance(table, dict):
            self._wrong(number, "", f"found {table!r}, expected a [[step]] table")
            return None
        verb = next((verb for verb in keys.VERBS if verb in table), None)
        if verb is None:
            # Whichever key is nearest to a verb is what was meant.
            hint = near(next(iter(table), ""), keys.VERBS)
            self._wrong(number, "", f"the step has none of the keys that say what it is{hint}")
            return None
        self._check_step(number, verb, table)
        if len(self._problems) > found:
            return None
        try:
            deed = deeds.deed(verb, table, self._home)
        except deeds.DeedError as error:
            self._wrong(number, error.key, str(error))
            return None
        if isinstance(deed, Expectation) and deed.after == "" and number == 0:
            self._wrong(number, verb, "nothing was done yet that this could be expected after")
        return Step(self._lines.step(number), deed, table.get("as", ""))

    def _check_step(self, number: int, verb: str, table: Mapping[str, object]) -> None:
        try:
            known, what = deeds.keys_of(verb, table, self._home)
        except deeds.DeedError as error:
            self._wrong(number, error.key, str(error))
            return
        for key, text in check(table, known, what):
            self._wrong(number, key, text)
        for key in keys.MOMENTS:
            self._check_moment(number, key, table.get(key))
        self._remember(number, table.get("as"))

    def _check_moment(self, number: int, key: str, after: object) -> None:
        if isinstance(after, str) and after not in self._moments:
            hint = near(after, self._moments) or '; name one with as = "…" in an earlier step'
            self._wrong(number, key, f"no step before this one is named {after!r}{hint}")

    def _remember(self, number: int, moment: object) -> None:
        if isinstance(moment, str) and moment:
            if moment in self._moments:
                line = self._moments[moment]
                self._wrong(number, "as", f"{moment!r} names the step of line {line} already")
            self._moments.setdefault(moment, self._lines.step(number))

    def _wrong(self, number: int, key: str, text: str) -> None:
        self._problems.append(Problem(self._lines.step(number, key), text))
