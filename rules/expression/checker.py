"""Whether a tree can mean anything: names, types, units, ranges and words. All faults are found."""

from collections.abc import Mapping
from dataclasses import dataclass

from rules.expression.errors import ExpressionError, did_you_mean
from rules.expression.kinds import (
    ANY,
    BOOL,
    DURATION,
    INSTANT,
    INT,
    TEXT,
    ListOf,
    Number,
    OneOf,
    Plain,
    Record,
    Type,
    fits,
    named,
)
from rules.expression.printer import BINDING, RELATION, path_text, text
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
)
from rules.expression.units import ARITHMETIC, common

METHODS = frozenset({"startsWith", "endsWith", "contains"})
FUNCTIONS = frozenset({"size", "has", "min", "max"})


@dataclass(frozen=True, slots=True)
class Checked:
    """What a tree is of, and what is wrong with it."""

    kind: Type
    errors: tuple[ExpressionError, ...]
    items: Mapping[int, Type]  # what the variable of a quantifier (by id) is of


def check(node: Node, scope: Scope, expect: Type) -> Checked:
    """Find all that keeps a tree from being an expression of a type."""
    checker = _Checker(scope)
    checker.want(node, expect, {})
    return Checked(checker.kind, tuple(checker.errors), checker.items)


class _Checker:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.errors: list[ExpressionError] = []
        self.items: dict[int, Type] = {}
        self.kind: Type = ANY  # of the term that was wanted last, so in the end of the whole

    def want(self, node: Node, expected: Type, bound: Bound) -> None:
        """Check a term that must be of a type."""
        found = self._met(node, self._of(node, bound), expected)
        if not fits(found, expected):
            self._note(node, named(found), named(expected))
        self.kind = found

    def _of(self, node: Node, bound: Bound) -> Type:
        match node:
            case Literal(kind=kind):
                return kind
            case Name():
                return self._name(node, bound)
            case Unary():
                return self._unary(node, bound)
            case Binary():
                return self._binary(node, bound)
            case Call():
                return self._call(node, bound)
            case Logic() | Conditional() | Listing() | Quantifier():
                return self._compound(node, bound)

    def _compound(self, node: Logic | Conditional | Listing | Quantifier, bound: Bound) -> Type:
        match node:
            case Logic(terms=terms):
                for term in terms:
                    self.want(term, BOOL, bound)
                return BOOL
            case Conditional():
                self.want(node.test, BOOL, bound)
                return self._alike((node.then, node.other), bound)
            case Listing(items=items):
                return ListOf(self._alike(items, bound))
            case Quantifier():
                return self._quantifier(node, bound)

    # -- terms -------------------------------------------------------------------------------------

    def _name(self, node: Name, bound: Bound) -> Type:
        kind = look_up(node.path, self._scope, bound)
        if kind is not None:
            return kind
        owner = bound.get(node.path[0])
        if isinstance(owner, Record):
            near = [f"{node.path[0]}.{field}" for field, _ in owner.fields]
        else:
            near = [] if owner else self._scope.near(node.path)
        written = path_text(node.path)
        hint = did_you_mean(written, near) or (f"there is {', '.join(near[:3])}" if near else "")
        self._note(node, written, "a path that there is", hint)
        return ANY

    def _unary(self, node: Unary, bound: Bound) -> Type:
        if node.op == "!":
            self.want(node.operand, BOOL, bound)
            return BOOL
        kind = self._of(node.operand, bound)
        match kind:
            case Number(whole=whole, unit=unit):
                return Number(whole, unit)
            case Plain.ANY:
                return ANY
            case _:
                self._note(node.operand, named(kind), "a number")
                return ANY

    def _binary(self, node: Binary, bound: Bound) -> Type:
        left, right = self._of(node.left, bound), self._of(node.right, bound)
        if node.op == "in":
            return self._membership(node, left, right)
        if BINDING[node.op] == RELATION:
            return self._comparison(node, left, right)
        return self._arithmetic(node, left, right)

    def _membership(self, node: Binary, left: Type, right: Type) -> Type:
        if right is ANY:
            return BOOL
        if not isinstance(right, ListOf):
            self._note(node.right, named(right), "a list")
            return BOOL
        item = self._met(node.left, left, right.item)
        held = self._met(node.right, right, left)
        if isinstance(left, Record) or not (fits(item, _item(held)) or fits(_item(held), item)):
            self._note(node.left, named(left), named(right.item))
        return BOOL

    def _comparison(self, node: Binary, left: Type, right: Type) -> Type:
        met = self._met(node.left, left, right), self._met(node.right, right, left)
        if node.op not in {"==", "!="}:
            for term, kind in zip((node.left, node.right), met, strict=True):
                if not isinstance(kind, Number) and kind not in {DURATION, INSTANT, ANY}:
                    chained = isinstance(term, Binary) and BINDING[term.op] == RELATION
                    hint = "write low < x && x < high" if chained else ""
                    self._note(term, named(kind), "a number, a duration or an instant", hint)
                    return BOOL
        elif any(isinstance(kind, ListOf | Record) for kind in met):
            self._note(node, f"{named(left)} {node.op} {named(right)}", "values that are no lists")
        if not _together(*met):
            self._note(node.right, named(right), named(left))
        return BOOL

    def _arithmetic(self, node: Binary, left: Type, right: Type) -> Type:
        if ANY in {left, right}:
            return ANY
        kind = (
            ARITHMETIC[node.op](left, right)
            if isinstance(left, Number) and isinstance(right, Number)
            else _TIMES.get((node.op, left, right))
        )
        if kind is not None:
            return kind
        self._note(node, f"{named(left)} {node.op} {named(right)}", _EXPECTED[node.op])
        return ANY

    def _alike(self, nodes: tuple[Node, ...], bound: Bound) -> Type:
        """Check terms of which one will be chosen: they must be of one type."""
        kind: Type = ANY
        for position, node in enumerate(nodes):
            found = self._of(node, bound)
            met = self._met(node, found, kind)
            if isinstance(met, OneOf) and kind is TEXT:
                # The words came first: what they meet decides what they are.
                kind = met if all(self._met(n, TEXT, met) == met for n in nodes[:position]) else ANY
            joined = _joined(kind, met)
            if joined is None:
                self._note(node, named(found), named(kind), _point(kind, found))
            else:
                kind = joined
        return kind

    def _call(self, node: Call, bound: Bound) -> Type:
        known = METHODS if node.method else FUNCTIONS
        if node.name not in known:
            either = did_you_mean(node.name, [*known, *(("exists", "all") * node.method)])
            hint = either or "there is " + ", ".join(sorted(known))
            self._note(node, f"{node.name}()", "a function that there is", hint)
            return ANY
        count = len(node.arguments) - node.method
        wanted = count >= 2 if node.name in {"min", "max"} else count == 1
        if not wanted:
            expected = "two or more arguments" if node.name in {"min", "max"} else "one argument"
            self._note(node, f"{count} arguments", expected)
            return ANY
        if node.method:
            for argument in node.arguments:
                self.want(argument, TEXT, bound)
            return BOOL
        return self._function(node, bound)

    def _function(self, node: Call, bound: Bound) -> Type:
        first = node.arguments[0]
        if node.name == "has":
            self._of(first, bound)
            if not isinstance(first, Name):
                self._note(first, text(first), "a path")
            return BOOL
        kind = self._alike(node.arguments, bound)
        if node.name == "size":
            if not isinstance(kind, ListOf) and kind not in {TEXT, ANY}:
                self._note(first, named(kind), "a list or text")
            return INT
        if isinstance(kind, Number) or kind in {DURATION, INSTANT, ANY}:
            return kind
        self._note(first, named(kind), "a number, a duration or an instant")
        return ANY

    def _quantifier(self, node: Quantifier, bound: Bound) -> Type:
        over = self._of(node.over, bound)
        if not isinstance(over, ListOf) and over is not ANY:
            self._note(node.over, named(over), "a list")
        item = self.items[id(node)] = _item(over)
        self.want(node.body, BOOL, {**bound, node.name: item})
        return BOOL

    # -- constants take the type of what they meet ----------------------------------------------

    def _met(self, node: Node, found: Type, other: Type) -> Type:
        """Give what a term is of beside another: a constant must be one of its values."""
        match node, other:
            case Literal(value=str()), OneOf():
                return other if self._is_word(node, other) else ANY
            case Literal(value=int() | float()), Number():
                self._in_range(node, other)
            case Conditional(then=then, other=otherwise), OneOf() | Number():
                first = self._met(then, found, other)
                second = self._met(otherwise, found, other)
                return first if ANY in {first, second} or first == second else found
            case Listing(items=items), _ if isinstance(found, ListOf):
                beside = other.item if isinstance(other, ListOf) else other
                kinds = [self._met(item, found.item, beside) for item in items]
                return ListOf(next((k for k in kinds if k != found.item), found.item))
            case _:
                pass
        return found

    def _is_word(self, node: Literal, kind: OneOf) -> bool:
        if node.value in kind.words:
            return True
        hint = did_you_mean(str(node.value), kind.words)
        if node.value == "unknown":
            hint = "has(path) says whether it is known"
        self._note(node, text(node), named(kind), hint)
        return False

    def _in_range(self, node: Literal, kind: Number) -> None:
        low, high = kind.low, kind.high
        if isinstance(node.value, int | float) and not isinstance(node.value, bool):
            too_low = low is not None and node.value < low
            too_high = high is not None and node.value > high
            if too_low or too_high:
                unit = f" {kind.unit}" if kind.unit else ""
                least, most = (f"{bound:g}" if bound is not None else "" for bound in (low, high))
                limits = f"{least} to {most}" if least and most else most and f"at most {most}"
                self._note(node, text(node), (limits or f"at least {least}") + unit)

    def _note(self, node: Node, found: str, expected: str, hint: str = "") -> None:
        error = ExpressionError(node.span.offset, node.span.length, found, expected, hint)
        if error not in self.errors:
            self.errors.append(error)


_TIMES: dict[tuple[str, Type, Type], Type] = {
    ("+", TEXT, TEXT): TEXT,
    ("+", DURATION, DURATION): DURATION,
    ("-", DURATION, DURATION): DURATION,
    ("+", INSTANT, DURATION): INSTANT,
    ("+", DURATION, INSTANT): INSTANT,
    ("-", INSTANT, DURATION): INSTANT,
    ("-", INSTANT, INSTANT): DURATION,
}
_EXPECTED = {
    "+": "numbers of one unit, texts, durations, or an instant and a duration",
    "-": "numbers of one unit, durations, or an instant and a duration or an instant",
    "*": "numbers, one of them without a unit",
    "/": "numbers of one unit, or a divisor without a unit",
    "%": "ints of one unit",
}


def _item(kind: Type) -> Type:
    return kind.item if isinstance(kind, ListOf) else ANY


def _together(left: Type, right: Type) -> bool:
    """Say whether two values can be compared. An int and a float can."""
    if isinstance(left, Number) and isinstance(right, Number):
        return common(left, right) is not None
    return fits(left, right)


def _joined(kind: Type, found: Type) -> Type | None:
    """Give the one type of two choices. An int is no float here: 7 / 2 is not 7.0 / 2."""
    if isinstance(kind, Number) and isinstance(found, Number):
        return common(kind, found) if kind.whole is found.whole else None
    if not fits(found, kind):
        return None
    return found if kind is ANY else kind


def _point(kind: Type, found: Type) -> str:
    mixed = isinstance(kind, Number) and isinstance(found, Number) and kind.whole != found.whole
    return "write a float with its point: 2.0" if mixed else ""
