"""A code that somebody offered. It never reaches the journal, a log or an error."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Code:
    """A PIN or an install code in clear, on its short way to where it is used. It hides itself."""

    text: str

    def __repr__(self) -> str:
        return "Code(****)"

    __str__ = __repr__


class Wish(StrEnum):
    """What the one who offers a code wants."""

    ARM = "arm"
    DISARM = "disarm"


@dataclass(frozen=True, slots=True)
class CodeOffered:
    """Somebody typed a code. The doorman checks it and makes a request, or a refusal, of it."""

    via: str  # where it was typed: a device id, or "cli"; wrong codes are counted there
    code: Code | None
    wish: Wish
    mode: str | None = None  # of an arming
    area: str | None = None  # None: every area the person may act on
    force: bool = False
