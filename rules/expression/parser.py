"""From tokens to the tree: a recursive descent, one loop for all that stands between terms."""

from typing import Never

from rules.expression.errors import ExpressionError, ExpressionErrors, Span
from rules.expression.kinds import BOOL, DURATION, INSTANT, INT_MAX, TEXT, Number
from rules.expression.lexer import Kind, Token, tokens
from rules.expression.literals import duration, instant
from rules.expression.printer import AND, BINDING, OR, RESERVED
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

# Whoever walks a tree does so by recursion: these keep its height far below Python's limit.
LENGTH_MAX = 4000
OPERATORS_MAX = 150
NESTING_MAX = 30

QUANTIFIERS = frozenset({"exists", "all"})
_MOMENTS = {
    "duration": "a duration such as 1h30m, 90s or 250ms, of at most 292 years",
    "timestamp": "an instant such as 2026-12-01T22:00:00Z",
}
_MEANT = {"and": "&&", "or": "||", "not": "!", "is": "=="}


def parse(text: str) -> Node:
    """Read an expression, or raise ExpressionErrors with all that cannot be read."""
    if len(text) > LENGTH_MAX:
        fault = ExpressionError(
            LENGTH_MAX, 1, f"{len(text)} characters", f"at most {LENGTH_MAX} characters"
        )
        raise ExpressionErrors(text, [fault])
    errors: list[ExpressionError] = []
    node = _Parser(text, errors).whole()
    if errors:
        raise ExpressionErrors(text, errors)
    return node


class _Parser:
    def __init__(self, text: str, errors: list[ExpressionError]) -> None:
        self._text = text
        self._errors = errors
        self._tokens = tokens(text, errors)
        self._at = 0
        self._operators = 0
        self._nesting = 0

    def whole(self) -> Node:
        node = self._expression()
        if self._next.kind is not Kind.END:
            self._fail("an operator or the end")
        return node

    # -- by binding, the loosest first -------------------------------------------------------------

    def _expression(self) -> Node:
        start = self._next
        self._nesting += 1
        if self._nesting > NESTING_MAX:
            self._fail(f"at most {NESTING_MAX} levels of nesting")
        node = self._between(OR)
        if self._skip("?"):
            then = self._between(OR)
            self._want(":")
            node = Conditional(node, then, self._expression(), self._since(start))
        self._nesting -= 1
        return node

    def _between(self, floor: int) -> Node:
        """Read terms and what stands between them, as long as it binds at least as `floor`."""
        start = self._next
        node = self._unary()
        while (binding := BINDING.get(self._operator, -1)) >= floor:
            op = self._take().text
            self._count()
            if binding in {AND, OR}:
                terms = [node, self._between(binding + 1)]
                while self._skip(op):
                    self._count()
                    terms.append(self._between(binding + 1))
                node = Logic(op, tuple(terms), self._since(start))
            else:
                node = Binary(op, node, self._between(binding + 1), self._since(start))
        return node

    def _unary(self) -> Node:
        start = self._next
        if self._skip("!"):
            self._count()
            return Unary("!", self._unary(), self._since(start))
        minuses = 0
        while self._skip("-"):
            self._count()
            minuses += 1
        if minuses == 1 and self._signs_a_number():
            return self._number(start, -1)
        if minuses:
            # As in CEL, two signs in a row are none; `-(-x)` is two operators.
            operand = self._unary()
            return Unary("-", operand, self._since(start)) if minuses % 2 else operand
        return self._postfix(self._primary(), start)

    def _postfix(self, node: Node, start: Token) -> Node:
        while self._next.text in {".", "["} and self._next.kind is Kind.SIGN:
            if isinstance(node, Name) and self._skip("["):
                path = (*node.path, self._key())
                self._want("]")
                node = Name(path, self._since(start))
                continue
            self._want(".")
            word = self._word("the name of a field or of a function")
            if self._skip("("):
                node = self._method(node, word.text, start)
            elif isinstance(node, Name):
                node = Name((*node.path, word.text), self._since(start))
            else:
                self._at -= 1
                self._fail("a function: only a path has fields")
        return node

    def _method(self, node: Node, name: str, start: Token) -> Node:
        self._count()
        if name in QUANTIFIERS:
            variable = self._word("a name for each of them").text
            self._want(",")
            body = self._expression()
            self._want(")")
            return Quantifier(name, node, variable, body, self._since(start))
        arguments = self._items(")")
        return Call(name, (node, *arguments), method=True, span=self._since(start))

    def _primary(self) -> Node:
        start = self._next
        match start.kind:
            case Kind.INT | Kind.FLOAT:
                return self._number(start)
            case Kind.TEXT:
                return Literal(TEXT, str(self._take().value), start.span)
            case Kind.NAME if start.text in {"true", "false"}:
                return Literal(BOOL, self._take().text == "true", start.span)
            case Kind.NAME:
                return self._named(start)
            case _:
                pass
        if self._skip("["):
            return Listing(self._items("]"), self._since(start))
        if not self._skip("("):
            self._fail("a value")
        node = self._expression()
        self._want(")")
        return node

    def _named(self, start: Token) -> Node:
        name = self._word("a value").text
        if not self._skip("("):
            return Name((name,), self._since(start))
        self._count()
        if name in {"duration", "timestamp"}:
            return self._moment(name, start)
        return Call(name, self._items(")"), span=self._since(start))

    # -- constants ---------------------------------------------------------------------------------

    def _number(self, start: Token, sign: int = 1) -> Node:
        token = self._take()
        span = self._since(start)
        value = sign * token.value if isinstance(token.value, int | float) else 0
        # The lexer has said so if it is greater still.
        if value == INT_MAX + 1 and token.kind is Kind.INT:
            self._note(span, token.text, "an int of 64 bits")
        return Literal(Number(whole=token.kind is Kind.INT, unit=None), value, span)

    def _moment(self, name: str, start: Token) -> Node:
        token = self._next
        text = self._key()
        self._want(")")
        kind, value = (DURATION, duration(text)) if name == "duration" else (INSTANT, instant(text))
        if value is None:
            self._note(token.span, token.text, _MOMENTS[name])
            return Literal(TEXT, "", token.span)
        return Literal(kind, value, self._since(start))

    # -- tokens ------------------------------------------------------------------------------------

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    @property
    def _operator(self) -> str:
        wordless = self._next.kind is Kind.SIGN or self._next.text == "in"
        return self._next.text if wordless and self._next.kind is not Kind.TEXT else ""

    def _signs_a_number(self) -> bool:
        """Say whether the minus just taken belongs to a constant."""
        number = self._next.kind in {Kind.INT, Kind.FLOAT}
        return number and self._tokens[self._at + 1].text != "."

    def _take(self) -> Token:
        token = self._next
        self._at += 1
        return token

    def _skip(self, sign: str) -> bool:
        there = self._next.kind is Kind.SIGN and self._next.text == sign
        self._at += there
        return there

    def _want(self, sign: str) -> None:
        if not self._skip(sign):
            self._fail(sign)

    def _word(self, expected: str) -> Token:
        if self._next.kind is not Kind.NAME or self._next.text in RESERVED:
            self._fail(expected)
        return self._take()

    def _key(self) -> str:
        if self._next.kind is not Kind.TEXT:
            self._fail("text in quotes")
        return str(self._take().value)

    def _items(self, close: str) -> tuple[Node, ...]:
        items: list[Node] = []
        while not self._skip(close):
            if items:
                self._want(",")
            items.append(self._expression())
        return tuple(items)

    def _since(self, start: Token) -> Span:
        return Span(start.span.offset, self._tokens[self._at - 1].end - start.span.offset)

    def _count(self) -> None:
        self._operators += 1
        if self._operators > OPERATORS_MAX:
            self._fail(f"at most {OPERATORS_MAX} operators")

    def _note(self, span: Span, found: str, expected: str, hint: str = "") -> None:
        self._errors.append(ExpressionError(span.offset, span.length, found, expected, hint))

    def _fail(self, expected: str) -> Never:
        # After a bad character the rest need not make sense: then only the character is told.
        if not self._errors:
            token = self._next
            hint = f"did you mean {_MEANT[token.text]}?" if token.text in _MEANT else ""
            self._note(token.span, token.text or "the end", expected, hint or self._unit())
        raise ExpressionErrors(self._text, self._errors)

    def _unit(self) -> str:
        """Say what `30s` should be."""
        before = self._tokens[self._at - 1] if self._at else self._next
        timed = before.kind is Kind.INT and self._next.text in {"h", "m", "s", "ms", "us"}
        return f'write duration("{before.text}{self._next.text}")' if timed else ""
