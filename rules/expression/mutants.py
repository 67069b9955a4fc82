"""Small changes of meaning: a user's tests that pass with one of them have not tested it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rules.expression.checker import check
from rules.expression.errors import Span
from rules.expression.kinds import BOOL, INT_MAX, OneOf, Type
from rules.expression.printer import text
from rules.expression.scope import Scope, look_up
from rules.expression.tree import (
    Binary,
    Conditional,
    Literal,
    Logic,
    Name,
    Node,
    Quantifier,
    Unary,
    children,
    rebuilt,
)

_OTHERS = {
    "==": ("!=",),
    "!=": ("==",),
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
    "+": ("-",),
    "-": ("+",),
}
_OTHER = {"&&": "||", "||": "&&", "exists": "all", "all": "exists"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """An expression that differs in one thing; where, and what was done there."""

    description: str
    span: Span
    node: Node


def mutants(node: Node, scope: Scope, expect: Type = BOOL) -> Iterator[Mutant]:
    """Give every small change of a checked tree that is still an expression."""
    seen = {node}
    for mutant in _within(node, scope):
        if mutant.node not in seen and not check(mutant.node, scope, expect).errors:
            seen.add(mutant.node)
            yield mutant


def _within(node: Node, scope: Scope) -> Iterator[Mutant]:
    yield from _changed(node, scope)
    parts = children(node)
    for position, part in enumerate(parts):
        for mutant in _within(part, scope):
            others = (*parts[:position], mutant.node, *parts[position + 1 :])
            yield replace(mutant, node=rebuilt(node, others))


def _changed(node: Node, scope: Scope) -> Iterator[Mutant]:
    """Change the node itself."""
    match node:
        case Binary():
            yield from _operator(node)
            yield from _words(node, scope)
        case Logic():
            yield from _logic(node)
        case Unary(op="!", operand=operand):
            yield Mutant(f"{text(node)} is not negated", node.span, operand)
        case Conditional():
            other = replace(node, then=node.other, other=node.then)
            yield Mutant("the two choices are swapped", node.span, other)
        case Quantifier(op=op):
            flipped = replace(node, op=_OTHER[op])
            yield Mutant(f"{op} becomes {_OTHER[op]}", node.span, flipped)
        case Literal():
            yield from _constant(node)
        case Name():
            # Of a name that is no bool, it will not be an expression.
            yield Mutant(f"{text(node)} is negated", node.span, Unary("!", node, node.span))
        case _:
            pass


def _operator(node: Binary) -> Iterator[Mutant]:
    for other in _OTHERS.get(node.op, ()):
        yield Mutant(f"{node.op} becomes {other}", node.span, replace(node, op=other))
    if node.op == "in":
        yield Mutant(f"{text(node)} is negated", node.span, Unary("!", node, node.span))


def _logic(node: Logic) -> Iterator[Mutant]:
    other = _OTHER[node.op]
    yield Mutant(f"{node.op} becomes {other}", node.span, replace(node, op=other))
    for position, term in enumerate(node.terms):
        rest = [*node.terms[:position], *node.terms[position + 1 :]]
        left = replace(node, terms=tuple(rest)) if len(rest) > 1 else rest[0]
        yield Mutant(f"{text(term)} is left out", term.span, left)


def _words(node: Binary, scope: Scope) -> Iterator[Mutant]:
    """Put another word of the enum in a comparison."""
    for name, side in ((node.left, "right"), (node.right, "left")):
        literal = node.right if side == "right" else node.left
        # Variables are looked up in vain: their words are those of no path.
        kind = look_up(name.path, scope, {}) if isinstance(name, Name) else None
        if isinstance(kind, OneOf) and isinstance(literal, Literal):
            for word in kind.words:
                other = replace(literal, value=word)
                changed = (
                    replace(node, right=other) if side == "right" else replace(node, left=other)
                )
                yield Mutant(f"{text(literal)} becomes {text(other)}", literal.span, changed)


def _constant(node: Literal) -> Iterator[Mutant]:
    others: tuple[bool | float | timedelta | datetime, ...]
    match node.value:
        case bool():
            others = (not node.value,)
        case int() if abs(node.value) < INT_MAX:
            others = node.value - 1, node.value + 1
        case float():
            others = node.value - 1, node.value + 1
        case timedelta() | datetime():
            others = _later(node.value)
        case _:
            others = ()
    for value in others:
        other = Literal(node.kind, value, node.span)
        yield Mutant(f"{text(node)} becomes {text(other)}", node.span, other)


def _later(value: timedelta | datetime) -> tuple[timedelta | datetime, ...]:
    second = timedelta(seconds=1)
    try:
        return value - second, value + second
    except OverflowError:
        return ()
