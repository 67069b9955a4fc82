"""From a checked tree to functions of what is known: built once, called at every event."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, cast

from rules.expression.arithmetic import OPERATIONS, Operation, negated
from rules.expression.kinds import (
    ANY,
    Fields,
    OneOf,
    Path,
    Type,
    Unknown,
    Value,
    Values,
    admitted,
)
from rules.expression.printer import path_text
from rules.expression.scope import Bound, Scope, look_up
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
    names,
)

type Evaluate = Callable[[Values], Value | Unknown]
type Each = Callable[[Value, Values], Values]
"""What is known while a quantifier looks at one item."""


class Closures:
    """The function of a checked tree and those of all its terms, so that a trace asks the same."""

    def __init__(self, node: Node, scope: Scope, items: Mapping[int, Type]) -> None:
        self._scope = scope
        self._items = items
        self._functions: dict[int, Evaluate] = {}
        self._each: dict[int, Each] = {}
        self._build(node, {})

    def of(self, node: Node) -> Evaluate:
        """Give the function of a term, the very node of the tree."""
        return self._functions[id(node)]

    def each(self, node: Quantifier) -> Each:
        """Give what makes the values of a quantifier's body."""
        return self._each[id(node)]

    def _build(self, node: Node, bound: Bound) -> Evaluate:
        function = self._function(node, bound)
        self._functions[id(node)] = function
        return function

    def _function(self, node: Node, bound: Bound) -> Evaluate:
        match node:
            case Literal(value=value):
                return lambda _: value
            case Name(path=path):
                return _read(path, look_up(path, self._scope, bound) or ANY)
            case Unary(op=op, operand=operand):
                change = _not if op == "!" else negated
                return _single(change, self._build(operand, bound))
            case Binary(op=op, left=left, right=right):
                terms = self._build(left, bound), self._build(right, bound)
                return _double(OPERATIONS[op], *terms)
            case Logic(op=op, terms=terms):
                built = tuple(self._build(term, bound) for term in terms)
                return _logic(built, decisive=op == "||")
            case Conditional(test=test, then=then, other=other):
                return _conditional(*(self._build(part, bound) for part in (test, then, other)))
            case Listing(items=items):
                return _listing(tuple(self._build(item, bound) for item in items), tuple)
            case Call():
                return self._call(node, bound)
            case Quantifier():
                return self._quantifier(node, bound)

    def _call(self, node: Call, bound: Bound) -> Evaluate:
        built = tuple(self._build(argument, bound) for argument in node.arguments)
        match node.name:
            case "has":
                return _has(built[0])
            case "size":
                return _single(len, built[0])
            case "min" | "max":
                return _listing(built, min if node.name == "min" else max)
            case _:
                return _double(OPERATIONS[node.name], *built)

    def _quantifier(self, node: Quantifier, bound: Bound) -> Evaluate:
        over = self._build(node.over, bound)
        inner = {**bound, node.name: self._items[id(node)]}
        body = self._build(node.body, inner)
        each = self._each[id(node)] = _binding(node)
        decisive = node.op == "exists"

        def run(values: Values) -> Value | Unknown:
            items = over(values)
            if isinstance(items, Unknown):
                return items
            results = (body(each(item, values)) for item in cast("Collection[Value]", items))
            return _decided(results, decisive=decisive)

        return run


# -- the shapes of a function ---------------------------------------------------------------------


def _read(path: Path, kind: Type) -> Evaluate:
    if isinstance(kind, OneOf):
        return _read_word(path, frozenset(kind.words))
    missing = Unknown(f"{path_text(path)} is not known")
    wrong = Unknown(f"{path_text(path)} is not what it should be")

    def read(values: Values) -> Value | Unknown:
        value = values.get(path, missing)
        if isinstance(value, Unknown):
            return value
        known = admitted(kind, value)
        return wrong if known is None else known

    return read


def _read_word(path: Path, words: frozenset[str]) -> Evaluate:
    """Read an enum: the commonest, so it has its own short way."""
    missing = Unknown(f"{path_text(path)} is not known")

    def read(values: Values) -> Value | Unknown:
        value = values.get(path, missing)
        if isinstance(value, Unknown) or (isinstance(value, str) and value in words):
            return value
        return missing

    return read


def _single(operation: Callable[[Any], Value | Unknown], term: Evaluate) -> Evaluate:
    def run(values: Values) -> Value | Unknown:
        value = term(values)
        return value if isinstance(value, Unknown) else operation(value)

    return run


def _double(operation: Operation, first: Evaluate, second: Evaluate) -> Evaluate:
    def run(values: Values) -> Value | Unknown:
        left = first(values)
        if isinstance(left, Unknown):
            return left
        right = second(values)
        return right if isinstance(right, Unknown) else operation(left, right)

    return run


def _logic(terms: tuple[Evaluate, ...], *, decisive: bool) -> Evaluate:
    """Join by `||`, which true decides, or by `&&`, which false decides, whatever is unknown."""

    def run(values: Values) -> Value | Unknown:
        unknown = None
        for term in terms:
            value = term(values)
            if value is decisive:
                return decisive
            if unknown is None and isinstance(value, Unknown):
                unknown = value
        return not decisive if unknown is None else unknown

    return run


def _decided(results: Iterable[Value | Unknown], *, decisive: bool) -> Value | Unknown:
    """Join as `_logic` does, lazily."""
    unknown = None
    for value in results:
        if value is decisive:
            return decisive
        if unknown is None and isinstance(value, Unknown):
            unknown = value
    return not decisive if unknown is None else unknown


def _conditional(test: Evaluate, then: Evaluate, other: Evaluate) -> Evaluate:
    def run(values: Values) -> Value | Unknown:
        value = test(values)
        if isinstance(value, Unknown):
            return value
        return then(values) if value else other(values)

    return run


def _listing(items: tuple[Evaluate, ...], finish: Callable[[Any], Value]) -> Evaluate:
    def run(values: Values) -> Value | Unknown:
        known: list[Value] = []
        for item in items:
            value = item(values)
            if isinstance(value, Unknown):
                return value
            known.append(value)
        return finish(known)

    return run


def _has(term: Evaluate) -> Evaluate:
    return lambda values: not isinstance(term(values), Unknown)


def _not(value: Any) -> bool:
    return not value


def _binding(node: Quantifier) -> Each:
    """Give what lays one item over what is known: only what the body reads is laid out."""
    read = set(names(node.body))
    own = [path for path in read if path[0] == node.name]
    others = [path for path in read if path[0] != node.name]

    def each(item: Value, values: Values) -> Values:
        known = {path: values[path] for path in others if path in values}
        for path in own:
            value = _field(item, path[1:])
            if value is not None:
                known[path] = value
        return known

    return each


def _field(item: Value | Unknown, path: Path) -> Value | Unknown | None:
    value: Value | Unknown | None = item
    for name in path:
        value = cast("Fields", value).get(name) if isinstance(value, Mapping) else None
    return value
