"""From text to tokens. A bad character is noted and skipped, so that all of them are found."""

import math
import re
from dataclasses import dataclass
from enum import Enum

from rules.expression.errors import ExpressionError, Span
from rules.expression.kinds import INT_MAX
from rules.expression.literals import unquoted


class Kind(Enum):
    """What a token is."""

    INT = "an int"
    FLOAT = "a float"
    TEXT = "text"
    NAME = "a name"
    SIGN = "a sign"
    END = "the end"


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the language, and where it stands."""

    kind: Kind
    text: str
    span: Span
    value: int | float | str = ""

    @property
    def end(self) -> int:
        """Where the next one may begin."""
        return self.span.offset + self.span.length


_TOKEN = re.compile(
    r"""(?P<SPACE>[ \t\r\n]+)
    | (?P<FLOAT>[0-9]+(?:\.[0-9]+(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+))
    | (?P<INT>0[xX][0-9a-fA-F]+|[0-9]+)
    | (?P<TEXT>"(?:[^"\\\r\n]|\\[^\r\n])*"|'(?:[^'\\\r\n]|\\[^\r\n])*')
    | (?P<NAME>[_a-zA-Z][_a-zA-Z0-9]*)
    | (?P<SIGN>&&|\|\||[<>=!]=|[-!*/%+<>?:.,()\[\]])
    | (?P<BAD>.)""",
    re.VERBOSE | re.DOTALL,
)
_MEANT = {"=": "==", "&": "&&", "|": "||"}


def tokens(text: str, errors: list[ExpressionError]) -> list[Token]:
    """Cut a text into tokens, the last of which is the end; add what is wrong to `errors`."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        span = Span(match.start(), len(match[0]))
        if match.lastgroup == "BAD":
            errors.append(_bad(match[0], span))
        elif match.lastgroup != "SPACE":
            found.append(_token(Kind[match.lastgroup or ""], match[0], span, errors))
    return [*found, Token(Kind.END, "", Span(len(text), 0))]


def _bad(char: str, span: Span) -> ExpressionError:
    if char in {'"', "'"}:
        return ExpressionError(span.offset, span.length, char, f"a closing {char} on the same line")
    hint = f"did you mean {_MEANT[char]}?" if char in _MEANT else ""
    return ExpressionError(span.offset, span.length, repr(char), "an expression", hint)


def _token(kind: Kind, text: str, span: Span, errors: list[ExpressionError]) -> Token:
    value: int | float | str = text
    expected = ""
    match kind:
        case Kind.INT:
            value = _int(text)
            # One more than fits: -9223372036854775808 is an int. The parser sees the sign.
            expected = "an int of 64 bits" if value > INT_MAX + 1 else ""
        case Kind.FLOAT:
            value = float(text)
            expected = "" if math.isfinite(value) else "a float of 64 bits"
        case Kind.TEXT:
            read = unquoted(text[1:-1])
            value, expected = read or "", 'escapes such as \\n, \\" or \\u00b0' * (read is None)
        case _:
            pass
    if expected:
        errors.append(ExpressionError(span.offset, span.length, text, expected))
    return Token(kind, text, span, value)


def _int(text: str) -> int:
    return int(text, 16 if text[:2] in {"0x", "0X"} else 10)
