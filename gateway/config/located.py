"""From a problem at a path to an error at a line: what people are shown."""

from collections.abc import Iterable
from pathlib import Path

from gateway.config.errors import ConfigError, Problem
from gateway.config.errors import Path as KeyPath
from gateway.config.strings import place_within
from gateway.config.syntax import SyntaxProblem
from gateway.config.text import HIDDEN, Text
from gateway.config.values import MAX_NAME


def mark(path: Path, text: Text, problem: SyntaxProblem) -> ConfigError:
    """Show a problem whose place is known."""
    line, column = text.clamp(problem.line, problem.column)
    return ConfigError(
        file=str(path),
        line=line,
        column=column,
        path="",
        found=problem.found,
        expected=problem.expected,
        hint=problem.hint,
        source=text.shown(line),
    )


def located(
    path: Path, text: Text, data: dict[str, object], problems: Iterable[Problem]
) -> tuple[ConfigError, ...]:
    """Look up where the problems stand; give them in the order of the file."""
    found = list(problems)
    if not found:
        return ()
    from gateway.config.positions import Positions  # noqa: PLC0415 - tree-sitter only on an error

    positions = Positions(text)
    errors = []
    for problem in found:
        place = fitted(problem.path, data)
        line, column = positions.find(place, at_key=problem.at_key)
        if problem.offset is not None:
            line, column = place_within(text, line, column, problem.offset)
        first = positions.find(problem.other)[0] if problem.other is not None else 0
        errors.append(
            ConfigError(
                file=str(path),
                line=line,
                column=column,
                path=spelled(place, data),
                found=problem.found,
                expected=problem.expected,
                hint=_advice(problem.hint, first),
                source=text.shown(line),
            )
        )
    return tuple(sorted(errors, key=lambda error: (error.line, error.column)))


def fitted(path: KeyPath, data: object) -> KeyPath:
    """Leave out the numbers of what could be a list, and stands alone in the file."""
    fit: list[str | int] = []
    for part in path:
        if isinstance(part, int) and not isinstance(data, list):
            continue
        data = _inside(data, part)
        fit.append(part)
    return tuple(fit)


def _advice(hint: str, first: int) -> str:
    where = f"the first is in line {first}" if first else ""
    return "; ".join(part for part in (where, hint) if part)


def spelled(path: KeyPath, data: object) -> str:
    """Write a path; an element of a section goes by its name, where it has one."""
    words = ""
    for part in path:
        data = _inside(data, part)
        if isinstance(part, int):
            # A rule goes by its id; a device's is long, and has a name beside it.
            name = data.get("name", data.get("id")) if isinstance(data, dict) else None
            words += f".{name}" if isinstance(name, str) and _usable(name) else f"[{part}]"
        else:
            shown = HIDDEN if "$" in part else part  # a hash in a key's place
            words += f".{shown}" if words else shown
    return "".join(sign if sign.isprintable() else "�" for sign in words)


def _usable(name: str) -> bool:
    known = "$" not in name and name.isprintable() and name == name.strip()
    return known and 0 < len(name) <= MAX_NAME


def _inside(data: object, part: str | int) -> object:
    match data, part:
        case list(), int() if part < len(data):
            return data[part]
        case dict(), str():
            return data.get(part)
        case _:
            return None
