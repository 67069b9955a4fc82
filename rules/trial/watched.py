"""Rules that note what their conditions were asked and said. They mean the same as before."""

from collections.abc import Callable, Container
from dataclasses import dataclass, field, replace

from rules.automation.values import counts_unknown
from rules.expression import Compiled, Unknown, Value
from rules.expression.kinds import Values
from rules.rulebook import Rule, RuleBook
from rules.trial.tree import Place, with_conditions


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition that was asked, what it said, and what that counted as."""

    rule: str
    place: Place
    value: Value | Unknown
    counted: bool
    terms: tuple[str, ...] = ()  # of an `if` in vain, where the recorder explains


@dataclass(slots=True)
class Recorder:
    """What was asked since it was last taken away."""

    explains: bool = False
    asked: list[Asked] = field(default_factory=list[Asked])

    def take(self) -> tuple[Asked, ...]:
        """Give what was asked, and forget it."""
        found = tuple(self.asked)
        self.asked.clear()
        return found

    def watch(self, rule: Rule) -> Rule:
        """Give the rule with conditions that note each answer here."""
        return with_conditions(rule, lambda place, condition: self._noting(rule, place, condition))

    def _noting(self, rule: Rule, place: Place, condition: Compiled) -> Compiled:
        counts = counts_as(rule, place)

        def evaluate(values: Values) -> Value | Unknown:
            value = condition.evaluate(values)
            in_vain = self.explains and place == ("if",) and not counts(value)
            terms = tuple(condition.explain(values).lines()) if in_vain else ()
            self.asked.append(Asked(rule.id, place, value, counts(value), terms))
            return value

        return replace(condition, evaluate=evaluate)


def counts_as(rule: Rule, place: Place) -> Callable[[Value | Unknown], bool]:
    """Give what the values of a condition count as: what is unknown ends no wait and no loop."""
    if place[-1] in {"cancel_if", "until"}:
        return lambda value: value is True
    unknown = counts_unknown(rule)
    return lambda value: unknown if isinstance(value, Unknown) else bool(value)


def watched(book: RuleBook, rules: Container[str], recorder: Recorder) -> RuleBook:
    """Give the book with these rules watched."""
    found = {
        name: recorder.watch(rule) if name in rules else rule for name, rule in book.rules.items()
    }
    return replace(book, rules=found)
