"""Draws expressions that mean something, of a wanted type, over the small house."""

from random import Random

from rules.expression.checker import check
from rules.expression.kinds import (
    BOOL,
    DURATION,
    FLOAT,
    INSTANT,
    INT,
    TEXT,
    ListOf,
    Number,
    OneOf,
    Path,
    Type,
)
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
from tests.rules.expression.small import (
    CELSIUS,
    CONTACT,
    MODE,
    PATHS,
    PERCENT,
    SCOPE,
    WATT,
    ZONE,
    value,
)

NUMBERS = (INT, FLOAT, PERCENT, CELSIUS, WATT)
ORDERED = (*NUMBERS, DURATION, INSTANT)
RELATIONS = ("==", "!=", "<", "<=", ">", ">=")

type Bound = dict[Path, Type]


def expression(random: Random, kind: Type = BOOL) -> Node:
    """Draw an expression of a type; what the checker refuses is drawn again."""
    while True:
        node = Drawer(random).draw(kind, random.randint(1, 4), {})
        if not check(node, SCOPE, kind).errors:
            return node


class Drawer:
    """Draws terms, each from the same source of chance."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def draw(self, kind: Type, depth: int, bound: Bound) -> Node:
        chance = self._random.random()
        if depth <= 0 or chance < 0.1:
            return self._leaf(kind, bound)
        if chance < 0.2:
            return Conditional(
                self.draw(BOOL, depth - 1, bound),
                self.draw(kind, depth - 1, bound),
                self.draw(kind, depth - 1, bound),
            )
        match kind:
            case Number():
                return self._number(kind, depth - 1, bound)
            case _ if kind is BOOL:
                return self._bool(depth - 1, bound)
            case _:
                return self._other(kind, depth - 1, bound)

    def _leaf(self, kind: Type, bound: Bound) -> Node:
        names = [path for path, of in (PATHS | bound).items() if of == kind]
        if names and self._random.random() < 0.6:
            return Name(self._random.choice(names))
        match kind:
            case Number(whole=whole):
                drawn = value(self._random, kind)
                assert isinstance(drawn, int | float)
                return Literal(Number(whole, unit=None), drawn)
            case OneOf(words=words):
                return Literal(TEXT, self._random.choice(words))
            case ListOf(item=item):
                return Listing(tuple(self._leaf(item, bound) for _ in range(3)))
            case _:
                drawn = value(self._random, kind)
                return Literal(kind, drawn)  # type: ignore[arg-type]  # no list and no record

    def _bool(self, depth: int, bound: Bound) -> Node:
        match self._random.randrange(9):
            case 0:
                return Unary("!", self.draw(BOOL, depth, bound))
            case 1 | 2 | 3:
                count = self._random.randint(2, 3)
                terms = tuple(self.draw(BOOL, depth, bound) for _ in range(count))
                return Logic(self._random.choice(("&&", "||")), terms)
            case 4:
                alike = self._random.choice((BOOL, TEXT, MODE, CONTACT))
                return self._binary(self._random.choice(("==", "!=")), alike, alike, depth, bound)
            case 5:
                return self._membership(depth, bound)
            case 6:
                return self._call(depth, bound)
            case _:
                kind = self._random.choice(ORDERED)
                return self._binary(self._random.choice(RELATIONS), kind, kind, depth, bound)

    def _membership(self, depth: int, bound: Bound) -> Node:
        kind = self._random.choice((MODE, INT, TEXT, DURATION))
        items = ListOf(kind)
        many = items if kind is TEXT and self._random.random() < 0.5 else None
        item = self.draw(kind, depth, bound)
        if many:
            return Binary("in", item, self._leaf(many, bound))
        listed = tuple(self.draw(kind, depth - 2, bound) for _ in range(self._random.randint(1, 3)))
        return Binary("in", item, Listing(listed))

    def _call(self, depth: int, bound: Bound) -> Node:
        match self._random.randrange(4):
            case 0:
                return Call("has", (Name(self._random.choice([*PATHS])),))
            case 1:
                name = self._random.choice(("startsWith", "endsWith", "contains"))
                texts = self.draw(TEXT, depth, bound), self.draw(TEXT, depth, bound)
                return Call(name, texts, method=True)
            case 2:
                inner = {**bound, ("z", "tripped"): BOOL, ("z", "bypassed"): BOOL}
                return self._quantifier(Name(("house", "zones")), "z", inner, depth)
            case _:
                over = self._leaf(ListOf(TEXT), bound)
                return self._quantifier(over, "name", {**bound, ("name",): TEXT}, depth)

    def _quantifier(self, over: Node, name: str, inner: Bound, depth: int) -> Node:
        op = self._random.choice(("exists", "all"))
        return Quantifier(op, over, name, self.draw(BOOL, depth, inner))

    def _number(self, kind: Number, depth: int, bound: Bound) -> Node:
        count = INT if kind.whole else FLOAT
        match self._random.randrange(9 if kind.whole else 7):
            case 0:
                return Unary("-", self.draw(kind, depth, bound))
            case 1 | 2:
                return self._binary(self._random.choice("+-"), kind, kind, depth, bound)
            case 3 | 4:
                return self._binary(self._random.choice("*/"), kind, count, depth, bound)
            case 5:
                name = self._random.choice(("min", "max"))
                return Call(name, (self.draw(kind, depth, bound), self.draw(kind, depth, bound)))
            case 6:
                wide = self._random.choice([n for n in NUMBERS if n.whole is kind.whole])
                same = kind if kind != count else wide
                return self._binary("/", same, same if same != kind else count, depth, bound)
            case 7:
                return self._binary("%", kind, kind, depth, bound)
            case _:
                sized = self._random.choice((TEXT, ListOf(TEXT), ListOf(ZONE)))
                return Call("size", (Name(self._random.choice(_paths(sized))),))

    def _other(self, kind: Type, depth: int, bound: Bound) -> Node:
        if kind is TEXT:
            return self._binary("+", TEXT, TEXT, depth, bound)
        if kind is DURATION:
            if self._random.random() < 0.4:
                return self._binary("-", INSTANT, INSTANT, depth, bound)
            return self._binary(self._random.choice("+-"), DURATION, DURATION, depth, bound)
        if kind is INSTANT:
            return self._binary(self._random.choice("+-"), INSTANT, DURATION, depth, bound)
        return self._leaf(kind, bound)

    def _binary(self, op: str, left: Type, right: Type, depth: int, bound: Bound) -> Node:
        return Binary(op, self.draw(left, depth, bound), self.draw(right, depth, bound))


def _paths(kind: Type) -> list[Path]:
    return [path for path, of in PATHS.items() if of == kind]
