"""Where in the file a character of a text stands, whichever of TOML's four quotes it has."""

from gateway.config.text import Text

_QUOTES = ('"""', "'''", '"', "'")
_LONG_ESCAPES = {"x": 4, "u": 6, "U": 10}


def place_within(text: Text, line: int, column: int, offset: int) -> tuple[int, int]:
    """Give line and column of the character at `offset` of the text that begins at a place.

    The place is that of its opening quote; where no text begins there, it is given back.
    """
    lines = text.lines
    quotes = next((q for q in _QUOTES if lines[line - 1].startswith(q, column - 1)), None)
    if quotes is None:
        return line, column
    rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]])
    at = len(quotes)
    if len(quotes) == 3 and rest.startswith("\n", at):
        at += 1  # the line end right behind the quotes is no part of the text
    basic = quotes[0] == '"'
    for _ in range(offset):
        at = _behind_fold(rest, at) if basic else at
        if at >= len(rest) or rest.startswith(quotes, at):
            break
        at += _length(rest, at) if basic else 1
    at = min(_behind_fold(rest, at) if basic else at, len(rest))
    before = rest[:at]
    down = before.count("\n")
    if not down:
        return line, column + at
    return line + down, at - before.rfind("\n")


def _length(rest: str, at: int) -> int:
    """Give how many signs of the file make one character of the text."""
    if rest[at] != "\\":
        return 1
    return _LONG_ESCAPES.get(rest[at + 1 : at + 2], 2)


def _behind_fold(rest: str, at: int) -> int:
    """Step over a backslash that ends a line: it joins the lines, their spaces left out."""
    while rest.startswith("\\", at):
        end = at + 1
        while end < len(rest) and rest[end] in " \t":
            end += 1
        if not rest.startswith("\n", end):
            return at
        while end < len(rest) and rest[end] in " \t\n":
            end += 1
        at = end
    return at
