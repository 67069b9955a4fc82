"""Runs tests of rules: each among the rules that have a say in it, from an opening to a verdict."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from rules.automation.names import Names
from rules.automation.program import prepare
from rules.rulebook import Rule, RuleBook
from rules.site import Site
from rules.trial.coverage import Coverage, Point, coverage, reached
from rules.trial.deeds import Deed, deeds_of
from rules.trial.judge import Failure, failures, holds, said
from rules.trial.kinds import RuleTest
from rules.trial.mutants import MUTANTS_MAX, RuleMutant, mutants_of
from rules.trial.opening import empty_house, opened
from rules.trial.play import Played, play
from rules.trial.slices import Slices
from rules.trial.watched import Recorder, watched


@dataclass(frozen=True, slots=True)
class Result:
    """How a test went, and what of the rules it reached."""

    test: RuleTest
    failures: tuple[Failure, ...]
    done: tuple[str, ...]  # what the rule did, in words
    reached: frozenset[Point]

    @property
    def ok(self) -> bool:
        """Tell whether all is as expected."""
        return not self.failures


@dataclass(frozen=True, slots=True)
class Mutated:
    """What became of the small changes of one rule."""

    rule: str
    tried: int
    survivors: tuple[RuleMutant, ...]
    left_out: int = 0  # beyond the most that are tried of a rule

    @property
    def noticed(self) -> int:
        """Count the changes that made a test fail."""
        return self.tried - len(self.survivors)


@dataclass(frozen=True, slots=True)
class _Story:
    """A test that was played."""

    site: Site
    played: Played
    deeds: tuple[Deed, ...]


class Trials:
    """The tests of a site's rules."""

    def __init__(self, site: Site, tests: Iterable[RuleTest]) -> None:
        self.site = site
        self.tests: dict[str, list[RuleTest]] = defaultdict(list)
        for test in tests:
            self.tests[test.rule].append(test)
        self._plain = replace(site, rules=replace(site.rules, rules={}))
        self._names = Names(self._plain)
        self._empty = empty_house(self._plain)
        self._slices = Slices(site)

    def run(self, test: RuleTest, *, disabled: bool = False) -> Result:
        """Run a test; tell why it fails. With `disabled` its rule is, as if it were not there."""
        book = self._slices.of(test.rule)
        if disabled:
            book = _put(book, replace(book.rules[test.rule], enabled=False))
        story = self._play(test, book, Recorder())
        used = self._slices.used(test.rule)
        points = frozenset(reached(story.site, used, story.played))
        done = tuple(said(self.site, deed) for deed in story.deeds)
        wrong: list[Failure] = []
        if not holds(test, story.played, story.deeds):
            again = self._play(test, book, Recorder(explains=True))
            wrong = failures(again.site, test, again.played, again.deeds)
        return Result(test, tuple(wrong), done, points)

    def coverage(self, results: Iterable[Result], rules: Iterable[str]) -> Coverage:
        """Sum up what tests that were run reach of some rules."""
        found = list(results)
        counted = Counter(result.test.rule for result in found)
        points = {point for one in found for point in one.reached}
        return coverage(self.site, rules, counted, points)

    def mutate(self, rule: str) -> Mutated:
        """Try the small changes of a rule against its tests, and those of the rules that use it.

        Tests that fail anyhow notice nothing. A change that nobody could notice is none.
        """
        users = sorted(self._slices.users(rule), key=lambda name: (name != rule, name))
        books = {name: self._slices.of(name) for name in users if name in self.tests}
        tests = [
            (test, book)
            for name, book in books.items()
            for test in self.tests[name]
            if self._passes(test, book)
        ]
        if not tests:
            return Mutated(rule, 0, ())
        every = [*mutants_of(self.site, self.site.rules.rules[rule], self._names)]
        tried = every[:MUTANTS_MAX]
        survivors = tuple(mutant for mutant in tried if not self._is_noticed(mutant, tests))
        return Mutated(rule, len(tried), survivors, len(every) - len(tried))

    def _is_noticed(self, mutant: RuleMutant, tests: Iterable[tuple[RuleTest, RuleBook]]) -> bool:
        return any(not self._passes(test, _put(book, mutant.rule)) for test, book in tests)

    def _passes(self, test: RuleTest, book: RuleBook) -> bool:
        story = self._play(test, book, None)
        return holds(test, story.played, story.deeds)

    def _play(self, test: RuleTest, book: RuleBook, recorder: Recorder | None) -> _Story:
        rules = book
        if recorder is not None:
            rules = watched(book, self._slices.used(test.rule), recorder)
        opening = opened(self._plain, rules, self._empty, test)
        prepare(opening.site, self._names, guarded=recorder is None)
        played = play(opening, test, tuple if recorder is None else recorder.take)
        return _Story(opening.site, played, tuple(deeds_of(opening.site, test.rule, played)))


def run_all(trials: Trials, rules: Iterable[str]) -> Iterator[Result]:
    """Run all tests of some rules, in order."""
    for rule in rules:
        for test in trials.tests.get(rule, ()):
            yield trials.run(test)


def _put(book: RuleBook, rule: Rule) -> RuleBook:
    found = {name: rule if name == rule.id else one for name, one in book.rules.items()}
    return replace(book, rules=found)
