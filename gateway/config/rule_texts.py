"""Conditions and messages of rules, checked against the names that there are."""

from collections.abc import Iterator

from gateway.config.errors import Path, Problem
from gateway.config.rule_house import Findings, House
from rules.expression import (
    ANY,
    BOOL,
    Compiled,
    ExpressionErrors,
    ListOf,
    Record,
    Type,
    compile_text,
)
from rules.expression.kinds import named
from rules.expression.tree import Literal, Name

_FORM = "a path, as in {device.front_door.contact}"
_BRACE = "for a brace as such write {{ or }}"


def condition(text: str | None, path: Path, house: House, findings: Findings) -> Compiled | None:
    """Compile a condition; note what is wrong with it."""
    if text is None:
        return None
    made = _made(text, house)
    if isinstance(made, ExpressionErrors):
        findings.expression(path, made)
        return None
    return made


def constant(made: Compiled | None) -> bool | None:
    """Give what a condition always is; None where that depends."""
    if made is not None and isinstance(made.node, Literal) and isinstance(made.node.value, bool):
        return made.node.value
    return None


def _made(text: str, house: House, expect: Type = BOOL) -> Compiled | ExpressionErrors:
    """Compile a text, once: many rules ask the same, and tell of the same."""
    key = f"{named(expect)}: {text}"
    if key not in house.compiled:
        try:
            house.compiled[key] = compile_text(text, house.scope, expect)
        except ExpressionErrors as wrong:
            house.compiled[key] = wrong
    return house.compiled[key]


def message(text: str, path: Path, house: House, findings: Findings) -> None:
    """Note what is wrong with the `{path}`s of a message."""
    for offset, inner in _braced(text, path, findings):
        made = _made(inner, house, ANY)
        if isinstance(made, ExpressionErrors):
            findings.expression(path, made, offset)
            continue
        if not isinstance(made.node, Name) or isinstance(made.kind, ListOf | Record):
            found = "something that is no single value"
            findings.errors.append(Problem(path, found, _FORM, offset=offset))


def _braced(text: str, path: Path, findings: Findings) -> Iterator[tuple[int, str]]:
    """Give what stands in single braces, with where it begins."""
    at = 0
    while at < len(text):
        if text[at : at + 2] in {"{{", "}}"}:
            at += 2
        elif text[at] == "{":
            end = text.find("}", at)
            inner = text[at + 1 : end]
            if end < 0 or not inner.strip():
                found = "a { without its }" if end < 0 else "an empty {}"
                findings.errors.append(Problem(path, found, _FORM, _BRACE, offset=at))
                return
            yield at + 1, inner
            at = end + 1
        elif text[at] == "}":
            findings.errors.append(Problem(path, "a } without its {", _FORM, _BRACE, offset=at))
            at += 1
        else:
            at += 1
