"""The configuration file as text: its lines, and which of them may be shown to people."""

import re
from dataclasses import dataclass, field

HIDDEN = "****"
# A hash is full of $; nothing else in the file needs one.
_SECRET_WORD = re.compile(
    r"\b(?:code|pin|pass\w*|secret)\b|(?:password|passwd|pwd)=|\$|[:/][^/\s\"']*@", re.IGNORECASE
)
_PLAIN_KEY = re.compile(r"\s*(name|areas|may_arm|may_disarm)\s*=")
_BARE_KEY = re.compile(r"\s*[A-Za-z_][\w.-]{0,40}\s*", re.ASCII)
_HEADER = re.compile(r"\s*\[")
_PERSON = re.compile(r"person", re.IGNORECASE)
_RULE = re.compile(r"^\s*\[\[\s*rule\s*\]\]\s*(#.*)?$")
_TEST = re.compile(r"^\s*\[\[\s*rule\s*\.\s*test\s*\]\]\s*(#.*)?$")
_DIGITS = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class Text:
    """The file's content. Lines and columns count from 1, columns in characters."""

    content: str
    lines: list[str] = field(init=False)

    def __post_init__(self) -> None:
        # TOML knows two line ends; splitlines() knows ten and would count differently.
        *whole, last = self.content.split("\n")
        lines = [*(line.removesuffix("\r") for line in whole), last]  # "\r" alone ends no line
        object.__setattr__(self, "lines", lines)

    def clamp(self, line: int, column: int) -> tuple[int, int]:
        """Give the nearest place that the file has; a line's end counts as a place."""
        line = min(max(line, 1), len(self.lines))
        return line, min(max(column, 1), len(self.lines[line - 1]) + 1)

    def shown(self, line: int) -> str:
        """Give a line for people: without control characters, and without any code.

        People mistype the key of a code too, so in a person's table only the keys that are
        known to hold none are shown with their value.
        """
        text = self.lines[line - 1]
        if self._may_hold_code(line):
            before, equals, _ = text.partition("=")
            known = equals and _BARE_KEY.fullmatch(before)
            text = f"{before}= {HIDDEN}" if known else HIDDEN
        return "".join(sign if sign.isprintable() or sign == "\t" else "�" for sign in text)

    def _may_hold_code(self, line: int) -> bool:
        text = self.lines[line - 1]
        if _SECRET_WORD.search(text):
            # In a rule, `code` is followed by a name; whoever writes a code there is covered too.
            return "$" in text or _DIGITS.search(text) is not None or not self._in(_RULE, line)
        if _HEADER.match(text):
            return False
        if not self._in(_PERSON, line):
            # Cameras see persons in the tests of rules, where nobody's code belongs.
            named = _PERSON.search(text.partition("=")[0])
            return named is not None and not self._in(_TEST, line)
        return bool(text.strip()) and not _PLAIN_KEY.match(text)

    def _in(self, section: re.Pattern[str], line: int) -> bool:
        for text in reversed(self.lines[:line]):
            if _HEADER.match(text) and not _HEADER_LIKE_VALUE.match(text):
                return bool(section.search(text))
        return False


# A line of an array over several lines may begin with a bracket of its own.
_HEADER_LIKE_VALUE = re.compile(r"\s*\[\s*[\"'{]|.*\]\s*,")
