"""How the texts of rules' tests are read: names looked up, and what cannot be read."""

from collections.abc import Mapping

from gateway.config.errors import did_you_mean, listed
from gateway.config.wording import describe


class Unreadable(Exception):
    """A text that cannot be read: where in it, what was found, expected, and meant."""

    def __init__(self, offset: int, found: str, expected: str, hint: str = "") -> None:
        super().__init__(found)
        self.offset, self.found, self.expected, self.hint = offset, found, expected, hint


def looked_up[V](name: str, at: int, names: Mapping[str, V], what: str) -> V:
    """Give what bears a name that stands `at` characters into the text."""
    if name not in names:
        there = f"there are: {listed(list(names))}" if names else "there is none"
        raise Unreadable(at, describe(name), what, did_you_mean(name, list(names), there))
    return names[name]


def begins_with(text: str, at: int, names: Mapping[str, object], what: str) -> tuple[str, str, int]:
    """Split off the name that a text begins with: the longest, since names may hold spaces."""
    found = [name for name in names if text.startswith(f"{name} ")]
    if not found:
        word = text.partition(" ")[0]
        raise Unreadable(at, describe(word), what, did_you_mean(word, list(names)))
    name = max(found, key=len)
    return name, text[len(name) + 1 :], at + len(name) + 1
