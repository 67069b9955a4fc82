"""Why an expression came out as it did: every term of it with its value."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from rules.expression.closures import Closures
from rules.expression.errors import Span
from rules.expression.kinds import Unknown, Value, Values
from rules.expression.literals import duration_text, instant_text
from rules.expression.tree import Node, Quantifier, children


@dataclass(frozen=True, slots=True)
class Trace:
    """A term, where it stands, what it is now, and what it was made of."""

    text: str
    span: Span
    value: Value | Unknown
    parts: tuple["Trace", ...] = ()

    def lines(self, depth: int = 0) -> Iterator[str]:
        """Tell it in lines, each part below its whole; constants need no telling."""
        yield f"{'  ' * depth}{self.text} is {said(self.value)}"
        for part in self.parts:
            if part.parts or part.text != said(part.value):
                yield from part.lines(depth + 1)


def traced(node: Node, text: str, closures: Closures, values: Values) -> Trace:
    """Ask every term of a tree, also those that a decision never needed."""
    span = node.span
    written = text[span.offset : span.offset + span.length]
    value = closures.of(node)(values)
    if isinstance(node, Quantifier):
        parts = tuple(_items(node, text, closures, values))
    else:
        parts = tuple(traced(child, text, closures, values) for child in children(node))
    return Trace(written, span, value, parts)


def _items(node: Quantifier, text: str, closures: Closures, values: Values) -> Iterator[Trace]:
    """Trace the list, then the body once for each item."""
    over = traced(node.over, text, closures, values)
    yield over
    each = closures.each(node)
    if not isinstance(over.value, Unknown):
        for item in cast("Collection[Value]", over.value):
            yield traced(node.body, text, closures, each(item, values))


def said(value: Value | Unknown) -> str:
    """Write a value as the language does."""
    match value:
        case Unknown(reason=reason):
            return f"unknown ({reason})"
        case bool():
            return "true" if value else "false"
        case timedelta():
            return f'duration("{duration_text(value)}")'
        case datetime():
            return f'timestamp("{instant_text(value)}")'
        case str():
            return f'"{value}"'
        case list() | tuple():
            return f"[{', '.join(said(item) for item in cast('Collection[Value]', value))}]"
        case Mapping():
            fields = cast("Mapping[str, Value | Unknown]", value)
            return f"{{{', '.join(f'{name}: {said(field)}' for name, field in fields.items())}}}"
        case _:
            return str(value)
