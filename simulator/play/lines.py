"""Finds the line of a key in a scenario file. tomllib gives values without their places."""

import re

_STEP = re.compile(r"\s*\[\[\s*step\s*\]\]")
_HEADER = re.compile(r"\s*\[")


class Lines:
    """The lines of one file, counted from 1."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._steps = [n for n, line in enumerate(self._lines) if _STEP.match(line)]

    def top(self, key: str) -> int:
        """The line of a key outside every table; the first line where it is not to be found."""
        end = self._steps[0] if self._steps else len(self._lines)
        return self._find(key, 0, end) or 1

    def step(self, number: int, key: str = "") -> int:
        """The line of a key in a step (counted from 0), or else of the step itself."""
        if number >= len(self._steps):  # written as `step = [{…}]`
            return 1
        start = self._steps[number]
        end = self._steps[number + 1] if number + 1 < len(self._steps) else len(self._lines)
        return self._find(key, start + 1, end) or start + 1

    def _find(self, key: str, start: int, end: int) -> int | None:
        if not key:
            return None
        written = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*=""")
        for number in range(start, end):
            if written.match(self._lines[number]):
                return number + 1
            if number > start and _HEADER.match(self._lines[number]):
                return None
        return None
