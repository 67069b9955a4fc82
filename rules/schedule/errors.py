"""What goes wrong with a schedule: it is refused when it is compiled, never when it is due."""

from collections.abc import Iterable
from difflib import get_close_matches


class BadSchedule(ValueError):
    """A schedule, window or calendar that means nothing: what was found, what was expected."""

    def __init__(self, what: str, expected: str, hint: str = "") -> None:
        self.what = what
        self.expected = expected
        self.hint = hint
        super().__init__(f"{what}: expected {expected}" + (f" ({hint})" if hint else ""))


def nearest(word: str, known: Iterable[str]) -> str:
    """Ask whether a word near by was meant; nothing where none is near."""
    near = get_close_matches(word, list(known), n=1)
    return f"did you mean '{near[0]}'?" if near else ""
