"""From tree to text, with as few parentheses as can be: reading it again gives the same tree."""

import re
from datetime import datetime, timedelta

from rules.expression.kinds import Path
from rules.expression.literals import duration_text, instant_text, quoted
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

# How tightly a thing binds.
CONDITIONAL, OR, AND, RELATION, SUM, PRODUCT, UNARY, PRIMARY = range(8)

BINDING = {
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in"), RELATION),
    **dict.fromkeys(("+", "-"), SUM),
    **dict.fromkeys(("*", "/", "%"), PRODUCT),
    "&&": AND,
    "||": OR,
}
RESERVED = frozenset(
    {"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in"}
    | {"let", "loop", "namespace", "null", "package", "return", "true", "var", "void", "while"}
)
_PLAIN = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*", re.ASCII)


def text(node: Node) -> str:
    """Write a tree as an expression."""
    match node:
        case Literal():
            return _literal(node)
        case Name(path=path):
            return path_text(path)
        case Unary(op=op):
            return op + _operand(node)
        case Binary(op=op, left=left, right=right):
            binding = BINDING[op]
            return f"{_within(left, binding)} {op} {_within(right, binding + 1)}"
        case Logic(op=op, terms=terms):
            return f" {op} ".join(_within(term, BINDING[op] + 1) for term in terms)
        case Conditional(test=test, then=then, other=other):
            return f"{_within(test, OR)} ? {_within(then, OR)} : {text(other)}"
        case Listing(items=items):
            return f"[{_joined(items)}]"
        case Call() | Quantifier():
            return _called(node)


def path_text(path: Path) -> str:
    """Write a path; a name that is no plain word stands in brackets: `zone["front-door"]`."""
    first, *rest = path
    return first + "".join(f".{name}" if plain(name) else f"[{quoted(name)}]" for name in rest)


def plain(name: str) -> bool:
    """Say whether a name can stand in a path as it is."""
    return _PLAIN.fullmatch(name) is not None and name not in RESERVED


def _called(node: Call | Quantifier) -> str:
    match node:
        case Call(name=name, arguments=(first, *rest), method=True):
            return f"{_within(first, PRIMARY)}.{name}({_joined(tuple(rest))})"
        case Call(name=name, arguments=arguments):
            return f"{name}({_joined(arguments)})"
        case Quantifier(op=op, over=over, name=name, body=body):
            return f"{_within(over, PRIMARY)}.{op}({name}, {text(body)})"


def _within(node: Node, binding: int) -> str:
    return text(node) if _binding(node) >= binding else f"({text(node)})"


def _operand(node: Unary) -> str:
    # `-5` is a constant, the minus of a 5 is `-(5)`; and `--x` is read as x.
    doubled = node.op == "-" and isinstance(node.operand, Unary) and node.operand.op == "-"
    apart = doubled or _number(node.operand)
    return f"({text(node.operand)})" if apart else _within(node.operand, UNARY)


def _binding(node: Node) -> int:
    match node:
        case Conditional():
            return CONDITIONAL
        case Logic(op=op) | Binary(op=op):
            return BINDING[op]
        case Unary():
            return UNARY
        case _:
            return UNARY if _negative(node) else PRIMARY


def _number(node: Node) -> bool:
    return (
        isinstance(node, Literal)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    )


def _negative(node: Node) -> bool:
    return _number(node) and text(node).startswith("-")


def _joined(nodes: tuple[Node, ...]) -> str:
    return ", ".join(text(node) for node in nodes)


def _literal(node: Literal) -> str:
    match node.value:
        case bool():
            return "true" if node.value else "false"
        case str():
            return quoted(node.value)
        case timedelta():
            return f"duration({quoted(duration_text(node.value))})"
        case datetime():
            return f"timestamp({quoted(instant_text(node.value))})"
        case int() | float():
            return repr(node.value)
