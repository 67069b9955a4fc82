"""What can be wrong with a configuration, where it stands, and how it is told.

ConfigErrors            everything that is wrong, at once
└── ConfigError         one mistake or warning: found, expected, what to do (a value, not raised)
    └── Problem         the same before anybody looked up its line and column
"""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

MAX_LISTED = 12
MANY = 1000

type Path = tuple[str | int, ...]
"""The way to a value through the parsed file: `("zone", 0, "modes", 1)`."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a path. The words never hold a code or its hash."""

    path: Path
    found: str
    expected: str = ""
    hint: str = ""
    at_key: bool = False  # stands at the key; else at the value
    other: Path | None = None  # where the first of two that clash stands
    offset: int | None = None  # stands within the text that is the value, at this character


@dataclass(frozen=True, slots=True)
class ConfigError:
    """A mistake (or a warning) with its place. Line 0 stands for the file itself."""

    file: str
    line: int
    column: int
    path: str
    found: str
    expected: str = ""
    hint: str = ""
    source: str = ""  # the line as it may be shown: a code in it is covered

    @property
    def camera(self) -> str:
        """Name the camera whose password is missing; "" for a mistake of another kind."""
        section, _, name = self.path.removesuffix(".password_file").partition(".")
        return name if section == "camera" and self.path.endswith(".password_file") else ""

    def as_dict(self) -> dict[str, str | int]:
        """Give plain data for `--json`."""
        return asdict(self)

    def sentence(self) -> str:
        """Give one line: place, path, found, expected, what to do."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        expected = f"expected {self.expected}" if self.expected else ""
        words = "; ".join(part for part in (self.found, expected, self.hint) if part)
        return ": ".join(part for part in (place, self.path, words) if part)

    def __str__(self) -> str:
        if not self.line:
            return self.sentence()
        margin = f"{self.line:>5} | "
        before = self.source[: self.column - 1]  # shorter than that where a code was covered
        # A tab is as wide as the terminal says: only another tab stands under it.
        gap = "".join("\t" if sign == "\t" else " " for sign in before)
        return f"{self.sentence()}\n{margin}{self.source}\n{' ' * len(margin)}{gap}^"


class ConfigErrors(Exception):
    """The configuration cannot be used; `errors` holds every reason, `warnings` the rest."""

    def __init__(self, errors: Iterable[ConfigError], warnings: Iterable[ConfigError] = ()) -> None:
        self.errors = tuple(errors)
        self.warnings = tuple(warnings)
        super().__init__("\n".join(map(str, self.errors)))


def listed(words: Sequence[str], most: int = MAX_LISTED) -> str:
    """Give words as a list for a sentence; a long list is cut."""
    more = len(words) - most
    return ", ".join(words[:most]) + (f" and {more} more" if more > 0 else "")


def did_you_mean(word: str, known: Sequence[str], otherwise: str = "") -> str:
    """Give the known word that was probably meant, as a question; else the other advice."""
    if len(known) > MANY:  # all of ten thousand rules would take their time: those alike at once
        known = [name for name in known if name[:2].casefold() == word[:2].casefold()][:MANY]
    folded = {name.casefold(): name for name in reversed(known)}
    near = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return f'did you mean "{folded[near[0]]}"?' if near else otherwise
