"""The tree of an expression. Nodes that mean the same are equal, wherever they stand."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from rules.expression.errors import Span
from rules.expression.kinds import Path, Type

type Scalar = bool | int | float | str | timedelta | datetime

NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant. It carries its type: 1, 1.0 and true are not the same."""

    kind: Type
    value: Scalar
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A path into the house, or the variable of a quantifier."""

    path: Path
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Unary:
    """`!` or `-`."""

    op: str
    operand: "Node"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """A comparison, `in`, or arithmetic."""

    op: str
    left: "Node"
    right: "Node"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Logic:
    """Terms joined by `&&` or by `||`, as many as stand in a row."""

    op: str
    terms: tuple["Node", ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Conditional:
    """`test ? then : other`."""

    test: "Node"
    then: "Node"
    other: "Node"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Listing:
    """`["away", "night"]`."""

    items: tuple["Node", ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """`size(x)`, or as a method, with what stands before the dot as the first argument."""

    name: str
    arguments: tuple["Node", ...]
    method: bool = False
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Quantifier:
    """`over.exists(name, body)` or `over.all(name, body)`."""

    op: str
    over: "Node"
    name: str
    body: "Node"
    span: Span = field(default=NOWHERE, compare=False)


type Node = Literal | Name | Unary | Binary | Logic | Conditional | Listing | Call | Quantifier


def children(node: Node) -> tuple[Node, ...]:
    """Give what a node is made of, in the order of the text."""
    match node:
        case Literal() | Name():
            return ()
        case Unary(operand=operand):
            return (operand,)
        case Binary(left=left, right=right):
            return left, right
        case Logic(terms=terms):
            return terms
        case Conditional(test=test, then=then, other=other):
            return test, then, other
        case Listing(items=items):
            return items
        case Call(arguments=arguments):
            return arguments
        case Quantifier(over=over, body=body):
            return over, body


def rebuilt(node: Node, parts: tuple[Node, ...]) -> Node:
    """Give the node made of other parts, as many as `children` gave."""
    match node:
        case Literal() | Name():
            return node
        case Unary():
            return replace(node, operand=parts[0])
        case Binary():
            return replace(node, left=parts[0], right=parts[1])
        case Logic():
            return replace(node, terms=parts)
        case Conditional():
            return replace(node, test=parts[0], then=parts[1], other=parts[2])
        case Listing():
            return replace(node, items=parts)
        case Call():
            return replace(node, arguments=parts)
        case Quantifier():
            return replace(node, over=parts[0], body=parts[1])


def names(node: Node) -> Iterator[Path]:
    """Give each path and each variable that a node reads, as often as it stands there."""
    if isinstance(node, Name):
        yield node.path
    for child in children(node):
        yield from names(child)


def paths(node: Node) -> Iterator[Path]:
    """Give each path that a node reads of the house: no variables."""
    match node:
        case Name(path=path):
            yield path
        case Quantifier(over=over, name=name, body=body):
            yield from paths(over)
            yield from (path for path in paths(body) if path[0] != name)
        case _:
            for child in children(node):
                yield from paths(child)
