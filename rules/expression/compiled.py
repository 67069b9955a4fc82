"""An expression ready for use: checked against what there is, and built into functions."""

from collections.abc import Callable
from dataclasses import dataclass, field

from rules.expression.checker import check
from rules.expression.closures import Closures
from rules.expression.errors import ExpressionErrors
from rules.expression.kinds import BOOL, Path, Type, Unknown, Value, Values
from rules.expression.parser import parse
from rules.expression.scope import Scope
from rules.expression.trace import Trace, traced
from rules.expression.tree import Node, paths


@dataclass(frozen=True, slots=True)
class Compiled:
    """What an expression means. Two are equal when their texts, trees and types are."""

    text: str
    node: Node
    kind: Type
    footprint: frozenset[Path]
    """All that it reads: nothing else can change what it says."""
    evaluate: Callable[[Values], Value | Unknown] = field(compare=False, repr=False)
    """Give its value, Unknown where what is known does not decide it. It never raises."""
    _closures: Closures = field(compare=False, repr=False)

    def explain(self, values: Values) -> Trace:
        """Give the value of every term; the trace's own value is what `evaluate` gives."""
        return traced(self.node, self.text, self._closures, values)


def compile_text(text: str, scope: Scope, expect: Type = BOOL) -> Compiled:
    """Compile an expression of a type, or raise ExpressionErrors with all that is wrong."""
    node = parse(text)
    checked = check(node, scope, expect)
    if checked.errors:
        raise ExpressionErrors(text, checked.errors)
    closures = Closures(node, scope, checked.items)
    return Compiled(text, node, checked.kind, frozenset(paths(node)), closures.of(node), closures)
