"""From text to tables: tomllib reads, and what it cannot read is told with line and column."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.config.text import Text

MAX_ERRORS = 20
MAX_LINE = 4000  # characters; a number of more digits would stop Python itself
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")
# A section's name, its brackets closed or not; a list inside a list seldom begins with a bare word.
_HEADER = re.compile(r"\s*\[{1,2}\s*[A-Za-z_][\w.\s-]*\]{0,2}\s*(#.*)?$")


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """What is no TOML, and where."""

    line: int
    column: int
    found: str
    expected: str = ""
    hint: str = ""


class NotToml(Exception):
    """The text is no TOML; `problems` holds the reasons that could be told apart."""

    def __init__(self, problems: list[SyntaxProblem]) -> None:
        super().__init__("not TOML")
        self.problems = problems


def parse(text: Text) -> dict[str, object]:
    """Give the tables of a text, or raise NotToml."""
    problems = list(_long_lines(text))
    if not problems:
        try:
            return tomllib.loads(text.content)
        except (ValueError, RecursionError):
            problems = list(_problems(text))
    raise NotToml(problems)


def _long_lines(text: Text) -> Iterator[SyntaxProblem]:
    for number, line in enumerate(text.lines, 1):
        if len(line) > MAX_LINE:
            yield SyntaxProblem(
                number,
                MAX_LINE,
                f"a line of {len(line)} characters",
                f"at most {MAX_LINE}",
                "break the line, or look whether this file is a configuration at all",
            )


def _problems(text: Text) -> Iterator[SyntaxProblem]:
    """Find the first error, and the next ones as long as they cannot stem from an earlier one."""
    lines = list(text.lines)
    last = 0
    for _ in range(MAX_ERRORS):
        problem = _first_problem(Text("\n".join(lines)))
        if problem is None or problem.line <= last:
            return
        yield problem
        last = problem.line
        if not _stands_alone(lines[last - 1]):
            return
        lines[last - 1] = _stand_in(lines[last - 1], last)


def _stands_alone(line: str) -> bool:
    """Tell whether the rest can be read without the line: it opens and closes nothing beyond it."""
    if '"""' in line or "'''" in line:
        return False
    balanced = all(line.count(a) == line.count(b) for a, b in ("[]", "{}"))
    return balanced or _HEADER.match(line) is not None


def _stand_in(line: str, number: int) -> str:
    # Keys below a broken header must not be counted as keys of the table before it.
    return f"[[broken-{number}]]" if line.lstrip().startswith("[") else ""


def _first_problem(text: Text) -> SyntaxProblem | None:
    try:
        tomllib.loads(text.content)
    except RecursionError:
        line, column = _deepest(text)
        return SyntaxProblem(
            line, column, "brackets within brackets too deep to read", "a few levels at most"
        )
    except ValueError as error:  # TOMLDecodeError, or what int() and datetime() raise within
        return _told(text, str(error))
    return None


def _deepest(text: Text) -> tuple[int, int]:
    depth, deepest, place = 0, 0, (1, 1)
    for number, line in enumerate(text.lines, 1):
        for column, sign in enumerate(line, 1):
            depth += (sign in "[{") - (sign in "]}")
            if depth > deepest:
                deepest, place = depth, (number, column)
    return place


def _told(text: Text, message: str) -> SyntaxProblem:
    match = _PLACE.search(message)
    words = message[: match.start()] if match else message
    at_end = match is None or match[1] is None
    line, column = _end(text) if at_end or match is None else (int(match[1]), int(match[2]))
    line, column = text.clamp(line, column)
    if re.match("Invalid value|Unclosed array", words) and _HEADER.match(text.lines[line - 1]):
        words = "A section within a list"
    found, expected, hint = _worded(words, at_end=at_end)
    if words.startswith(("Cannot", "A section")):
        line, column = _statement(text, line, column)
    return SyntaxProblem(line, column, found, expected, hint)


def _end(text: Text) -> tuple[int, int]:
    """Give the end of the last line that holds anything."""
    for number in range(len(text.lines), 0, -1):
        if text.lines[number - 1].strip():
            return number, len(text.lines[number - 1]) + 1
    return 1, 1


def _statement(text: Text, line: int, column: int) -> tuple[int, int]:
    """Give the start of the statement that ends here: tomllib notices a repetition at its end."""
    from gateway.config.positions import Positions  # noqa: PLC0415 - tree-sitter only on an error

    content = text.lines[line - 1]
    if not content.lstrip().startswith("["):
        return Positions(text).pair_that_ends(line, column) or (line, column)
    return line, len(content) - len(content.lstrip()) + 1


_WORDS: tuple[tuple[str, str, str, str], ...] = (
    (
        r"Illegal character '\\n'",
        "the line ends within a text",
        "a closing quote",
        'end the text with the quote it began with, as in "front_door"',
    ),
    (
        r"Illegal character",
        "a character that TOML does not allow here",
        "printable text",
        "remove it; it may be invisible in your editor",
    ),
    (
        r"Unterminated string|Expected \"'",
        "a text without an end",
        "a closing quote",
        "end the text with the quotes it began with",
    ),
    (
        r"A section within a list",
        "a section begins within a list that has no end",
        "]",
        "close the list that began before this line",
    ),
    (
        r"Unclosed array",
        "a list without an end",
        "a comma or ]",
        "close the list that began before this place",
    ),
    (
        r"Unclosed inline table",
        "a table in braces without an end",
        "a comma or } on the same line",
        "keep { ... } on one line and end it with }",
    ),
    (
        r"Expected '=' after a key",
        "a key without =",
        "key = value",
        "a text with a space in it needs quotes",
    ),
    (
        r"Expected newline or end of document",
        "something behind the end of the value",
        "the end of the line",
        "put each key on its own line, and a text in quotes",
    ),
    (
        r"Expected '\]\]?' at the end",
        "a section's name without its end",
        "the closing bracket",
        "write [site], or [[zone]] for one of several",
    ),
    (
        r"Invalid initial character for a key",
        "no key",
        "a key of letters, digits, _ and -",
        "a key with other characters needs quotes",
    ),
    (
        r"Invalid statement",
        "no statement",
        "key = value, or a [section]",
        "comments begin with #",
    ),
    (
        r"Invalid value",
        "no value",
        'a text in quotes, a number, true, false, or a list like ["away", "night"]',
        "put texts in quotes",
    ),
    (
        r"Invalid date|Invalid time|.* (?:is|must be) in",
        "a date or time that does not exist",
        "a value",
        "put texts in quotes",
    ),
    (
        r"Unescaped '\\\\'|Invalid hex|Escaped character",
        "a backslash that begins no known character",
        r"\\ for a backslash",
        "or put the text in single quotes, where a backslash is just that",
    ),
    (
        r"Cannot overwrite a value|Duplicate inline table key",
        "a key that was set before",
        "each key once",
        "keep one of the two",
    ),
    (
        r"Cannot declare|Cannot redefine|Cannot mutate",
        "a section that was begun before",
        "each section once",
        "keep one of the two; one of several is written [[zone]], in double brackets",
    ),
)


def _worded(message: str, *, at_end: bool) -> tuple[str, str, str]:
    for pattern, found, expected, hint in _WORDS:
        if re.match(pattern, message):
            return (f"{found} (the file ends)" if at_end else found), expected, hint
    return "something that is no TOML", "key = value, or a [section]", ""
