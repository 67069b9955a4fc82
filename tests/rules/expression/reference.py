"""What an expression means, said plainly: a walk over the tree, nothing prepared."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from rules.expression.tree import (
    Binary,
    Call,
    Conditional,
    Listing,
    Literal,
    Logic,
    Name,
    Node,
    Quantifier,
    Unary,
)

LIMIT = 2**63


class Nothing(Exception):
    """Unknown, as an exception: CEL's view of it."""


def meaning(node: Node, known: Mapping[Any, Any]) -> Any:
    """Give the value of an expression; raise Nothing where there is none."""
    match node:
        case Literal(value=value):
            return value
        case Name(path=path):
            return _read(path, known)
        case Unary(op="!", operand=operand):
            return not meaning(operand, known)
        case Unary(operand=operand):
            return _bounded(-meaning(operand, known))
        case _:
            return _compound(node, known)


def _compound(node: Node, known: Mapping[Any, Any]) -> Any:
    match node:
        case Binary(op=op, left=left, right=right):
            return _binary(op, meaning(left, known), meaning(right, known))
        case Logic(op=op, terms=terms):
            return _kleene([(term, known) for term in terms], decisive=op == "||")
        case Conditional(test=test, then=then, other=other):
            return meaning(then if meaning(test, known) else other, known)
        case Listing(items=items):
            return [meaning(item, known) for item in items]
        case Call():
            return _call(node, known)
        case Quantifier(op=op, over=over, name=name, body=body):
            each = [(body, {**known, (name,): item}) for item in meaning(over, known)]
            return _kleene(each, decisive=op == "exists")
        case _:
            raise AssertionError(node)


def _read(path: tuple[str, ...], known: Mapping[Any, Any]) -> Any:
    if path in known:
        return known[path]
    owner = known.get(path[:1])
    if len(path) == 2 and isinstance(owner, dict) and path[1] in owner:
        return owner[path[1]]
    raise Nothing


def _kleene(terms: Sequence[tuple[Node, Mapping[Any, Any]]], *, decisive: bool) -> bool:
    said: list[bool | None] = []
    for node, known in terms:
        try:
            said.append(meaning(node, known))
        except Nothing:
            said.append(None)
    if decisive in said:
        return decisive
    if None in said:
        raise Nothing
    return not decisive


def _call(node: Call, known: Mapping[Any, Any]) -> Any:
    if node.name == "has":
        try:
            meaning(node.arguments[0], known)
        except Nothing:
            return False
        return True
    first, *rest = (meaning(argument, known) for argument in node.arguments)
    match node.name:
        case "size":
            return len(first)
        case "min":
            return min(first, *rest)
        case "max":
            return max(first, *rest)
        case "startsWith":
            return first[: len(rest[0])] == rest[0]
        case "endsWith":
            return first[len(first) - len(rest[0]) :] == rest[0] and len(rest[0]) <= len(first)
        case _:
            return first.find(rest[0]) >= 0


def _binary(op: str, left: Any, right: Any) -> Any:
    match op:
        case "==":
            return left == right
        case "!=":
            return left != right
        case "<":
            return left < right
        case ">":
            return right < left
        case "<=":
            return left < right or left == right
        case ">=":
            return right < left or left == right
        case "in":
            return any(left == item for item in right)
        case _:
            return _arithmetic(op, left, right)


def _arithmetic(op: str, left: Any, right: Any) -> Any:
    try:
        match op:
            case "+":
                return _bounded(left + right)
            case "-":
                return _bounded(left - right)
            case "*":
                return _bounded(left * right)
            case _ if isinstance(left, int):
                quotient = _bounded(int(Fraction(left, right)))  # int() cuts towards zero
                return quotient if op == "/" else left - quotient * right
            case _:
                return _bounded(left / right)
    except (ZeroDivisionError, OverflowError):
        raise Nothing from None


def _bounded(value: Any) -> Any:
    match value:
        case int() if not -LIMIT <= value < LIMIT:
            raise Nothing
        case float() if value - value != 0.0:  # inf and nan
            raise Nothing
        case timedelta() if not -LIMIT <= value // timedelta(microseconds=1) * 1000 < LIMIT:
            raise Nothing
        case datetime() | _:
            return value
