"""What came of the tests of rules, what they reach and what they do not notice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from gateway.config import Config
from gateway.config.places import Places
from rules.trial.coverage import Coverage
from rules.trial.judge import Failure
from rules.trial.trials import Mutated, Result

type Line = tuple[str, str | None]
"""What is said, and in which style."""

BAD, GOOD, DOUBT, QUIET = "red", "green", "yellow", "dim"


@dataclass
class Report:
    """All that was found out, for people (`lines`) and programs (`as_dict`)."""

    config: Config
    rules: Sequence[str]
    results: Sequence[Result]
    in_full: bool = False  # name the tests that pass too
    coverage: Coverage | None = None
    mutated: Sequence[Mutated] | None = None

    @property
    def failed(self) -> list[Result]:
        """Give the tests that failed."""
        return [result for result in self.results if not result.ok]

    def is_well(self, min_coverage: float | None) -> bool:
        """Tell whether no test failed, and enough is reached."""
        reached = 100.0 if self.coverage is None else self.coverage.percent
        return not self.failed and (min_coverage is None or reached >= min_coverage)

    @cached_property
    def _places(self) -> Places:
        return Places(self.config)

    def _where(self, result: Result) -> str:
        return self._places.where(result.test.rule, "test", result.test.number)

    # -- for people --------------------------------------------------------------------------------

    def lines(self) -> Iterator[Line]:
        """Say it in lines."""
        for result in self.results:
            if not result.ok:
                yield from self._failed(result)
            elif self.in_full:
                yield f"passed: {_title(result)}", GOOD
        yield self._sum()
        if self.mutated is not None:
            yield from self._mutation(self.mutated)
        if self.coverage is not None:
            yield from self._coverage(self.coverage)

    def _failed(self, result: Result) -> Iterator[Line]:
        yield f"FAILED: {_title(result)}, {self._where(result)}", BAD
        for failure in result.failures:
            yield from _told(failure)

    def _sum(self) -> Line:
        tests = _many(len(self.results), "test")
        tested = {result.test.rule for result in self.results}
        of = f"{tests} of {_many(len(tested), 'rule')}"
        if self.failed:
            return f"{of}: {len(self.failed)} failed.", BAD
        return (f"{of}: all passed.", GOOD) if self.results else ("There is no test.", DOUBT)

    def _coverage(self, coverage: Coverage) -> Iterator[Line]:
        for rule in coverage.rules:
            if not rule.tests:
                yield f"{self._places.where(rule.rule)}: {rule.rule} has no test", DOUBT
            if rule.ran:
                for point in rule.missed:
                    where = self._places.where(rule.rule, *point.place)
                    yield f"{where}: {rule.rule}: not reached: {point.what}", DOUBT
            elif rule.tests:
                yield f"{self._places.where(rule.rule)}: {rule.rule} is never started", DOUBT
        ran = sum(rule.ran for rule in coverage.rules)
        rules = f"{ran} of {_many(len(coverage.rules), 'rule')}"
        points = f"{coverage.reached} of {coverage.points} triggers, branches and outcomes"
        style = GOOD if coverage.reached == coverage.points else DOUBT
        yield f"Reached: {rules}, {points} ({coverage.percent:.1f} %).", style

    def _mutation(self, mutated: Sequence[Mutated]) -> Iterator[Line]:
        for rule in mutated:
            for one in rule.survivors:
                where = self._places.where(rule.rule, *one.place)
                yield f"{where}: {rule.rule}: no test notices: {one.change}", DOUBT
            if rule.left_out:
                yield f"{rule.rule}: {rule.left_out} more changes were not tried", QUIET
        tried, noticed = sum(rule.tried for rule in mutated), sum(rule.noticed for rule in mutated)
        style = GOOD if tried == noticed else DOUBT
        yield f"{_many(tried, 'small change')} of the rules, {noticed} noticed.", style

    # -- for programs ------------------------------------------------------------------------------

    def as_dict(self) -> dict[str, object]:
        """Give it for JSON."""
        found: dict[str, object] = {
            "ok": not self.failed,
            "tests": len(self.results),
            "failed": len(self.failed),
            "results": [self._result(result) for result in self.results],
        }
        if self.coverage is not None:
            found["coverage"] = self._coverage_dict(self.coverage)
        if self.mutated is not None:
            found["mutation"] = self._mutation_dict(self.mutated)
        return found

    def _result(self, result: Result) -> dict[str, object]:
        test = result.test
        return {
            "rule": test.rule,
            "test": test.number + 1,
            "name": test.name,
            "source": self._where(result),
            "ok": result.ok,
            "done": list(result.done),
            "failures": [failure.as_dict() for failure in result.failures],
        }

    def _coverage_dict(self, coverage: Coverage) -> dict[str, object]:
        missed = [
            {
                "rule": rule.rule,
                "source": self._places.where(rule.rule, *point.place),
                "what": point.what,
            }
            for rule in coverage.rules
            for point in rule.missed
        ]
        return {
            "rules": len(coverage.rules),
            "reached_rules": sum(rule.ran for rule in coverage.rules),
            "points": coverage.points,
            "reached": coverage.reached,
            "percent": round(coverage.percent, 2),
            "untested": list(coverage.untested),
            "missed": missed,
        }

    def _mutation_dict(self, mutated: Sequence[Mutated]) -> dict[str, object]:
        survivors = [
            {
                "rule": rule.rule,
                "source": self._places.where(rule.rule, *one.place),
                "change": one.change,
            }
            for rule in mutated
            for one in rule.survivors
        ]
        return {
            "tried": sum(rule.tried for rule in mutated),
            "noticed": sum(rule.noticed for rule in mutated),
            "left_out": sum(rule.left_out for rule in mutated),
            "survivors": survivors,
        }


def _title(result: Result) -> str:
    test = result.test
    named = f" ({test.name})" if test.name else ""
    return f"{test.rule}, test {test.number + 1}{named}"


def _told(failure: Failure) -> Iterator[Line]:
    yield f"  expected: {failure.expected}", None
    for word, lines in (("seen", failure.seen), ("why", failure.why)):
        for number, line in enumerate(lines):
            head = f"{word}:" if number == 0 else ""
            yield f"  {head:<9} {line}", None


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
