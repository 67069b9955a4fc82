"""Codes and their hashes. A code in clear lives here only as long as one check takes."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gateway.model.credential import Code

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MIN_DIGITS = 4
MAX_DIGITS = 10
# OWASP's smaller setting. A PIN is guessed from its hash within the hour whatever the cost, so the
# file's mode guards it; the cost is bounded by the person who waits at the door while the code is
# held against everybody's hash.
MEMORY_KIB = 19_456
PASSES = 2

_RUNS = ("01234567890", "09876543210", "2580", "0852")
_NOBODYS_CODE = Code("")


class WeakCode(ValueError):
    """The code cannot be used. The message is a sentence, and does not hold the code."""


def hash_code(code: str) -> str:
    """Give the hash that the configuration keeps; raise WeakCode for one that is easily guessed."""
    must_be_strong(code)
    return _hasher().hash(code)


def must_be_strong(code: str) -> None:
    """Raise WeakCode for a code that is easily guessed, or is none."""
    if re.fullmatch(rf"[0-9]{{{MIN_DIGITS},{MAX_DIGITS}}}", code) is None:
        raise WeakCode(f"a code has {MIN_DIGITS} to {MAX_DIGITS} digits and nothing else")
    if len(set(code)) == 1:
        raise WeakCode("a code of one digit repeated is the first that is tried: choose another")
    if any(code in run for run in _RUNS):
        raise WeakCode("a code that runs along the keys is soon tried: choose another")
    if code == code[:2] * (len(code) // 2):
        raise WeakCode("a code of one pair repeated is soon tried: choose another")


class CodeBook:
    """Finds whose code one is. Every check takes the same time, whoever's it is, or nobody's."""

    def __init__(self, people: Mapping[str, str]) -> None:
        self._people = dict(people)
        self._hasher = _hasher()

    def has(self, person: str) -> bool:
        """Tell whether somebody has a code."""
        return person in self._people

    def find(self, code: Code) -> str | None:
        """Give the name of the person, or None. It works for a while: call it off the loop."""
        offered = code if 0 < len(code.text) <= MAX_DIGITS else _NOBODYS_CODE
        found = None
        for name, stored in self._people.items():
            if self._fits(stored, offered) and found is None:
                found = name
        return found

    def _fits(self, stored: str, offered: Code) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415 - lazy

        try:
            return self._hasher.verify(stored, offered.text)
        except (VerificationError, InvalidHashError):
            return False


def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher  # noqa: PLC0415 - nobody's start waits for it

    return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)
