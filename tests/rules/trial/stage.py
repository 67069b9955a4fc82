"""Tests of rules in a few lines, in the house of the engine's own stories."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from gateway.model.event import Event
from rules.expression import Value
from rules.rulebook import Rule
from rules.trial import CallAsked, Expectation, Moment, RuleTest
from rules.trial.trials import Result, Trials
from tests.rules.automation.home import home


def at(seconds: float | None, verb: str, subject: str = "", mode: str = "") -> Expectation:
    """Expect something; None: at any time."""
    after = None if seconds is None else timedelta(seconds=seconds)
    return Expectation(after, verb, subject, mode)


def a_test(  # noqa: PLR0913 - the keys of a test
    *story: tuple[float, Event | CallAsked | None],
    expect: tuple[Expectation, ...] = (),
    expect_not: tuple[Expectation, ...] = (),
    given: Mapping[Any, Value | None] | None = None,
    time: str = "",
    at_rest: bool = False,
    rule: str = "rule",
) -> RuleTest:
    """Give a test of a rule."""
    moments = tuple(Moment(timedelta(seconds=seconds), what) for seconds, what in story)
    begin = datetime.fromisoformat(time) if time else None
    return RuleTest(rule, "", given or {}, begin, moments, expect, expect_not, at_rest=at_rest)


def tried(test: RuleTest, *rules: Rule) -> Result:
    """Run a test in the house with these rules."""
    return Trials(home(*rules), [test]).run(test)


def words(result: Result) -> str:
    """Give all that is told of a test that failed."""
    return "\n".join(
        line for one in result.failures for line in (one.expected, *one.seen, *one.why)
    )
