"""What is wrong with an expression, and where: said once for all faults of a text."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the text, in characters."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class ExpressionError:
    """One fault: where it is, what stands there, what should, and what may have been meant."""

    offset: int
    length: int
    found: str
    expected: str
    hint: str = ""

    def render(self, text: str) -> str:
        """Say it in a line, below it the line of the text, below that the carets."""
        start = text.rfind("\n", 0, self.offset) + 1
        line = text[start:].partition("\n")[0]
        column = self.offset - start
        carets = "^" * max(1, min(self.length, len(line) - column))
        said = f"found {self.found}, expected {self.expected}"
        hint = f"; {self.hint}" if self.hint else ""
        return f"{said}{hint}\n  {line}\n  {' ' * column}{carets}"


class ExpressionErrors(ValueError):
    """A text that is no expression, or can mean nothing: all faults found, in order."""

    def __init__(self, text: str, errors: Iterable[ExpressionError]) -> None:
        self.text = text
        self.errors = tuple(sorted(errors, key=lambda error: error.offset))
        super().__init__("\n".join(error.render(text) for error in self.errors))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Give a hint that names what is closest, empty if nothing is close."""
    close = get_close_matches(word, list(known), n=1)
    return f"did you mean {close[0]}?" if close else ""
