"""What a driver answers when it is asked, besides what it reports: for people who look."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Check:
    """A line of `nightlatch doctor`."""

    name: str
    ok: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Nearby:
    """Something that answered when it was looked around, and that is not configured."""

    address: str  # as the configuration wants it
    id: str  # by which it is found wherever it is
    what: str = ""  # what it says it is


@runtime_checkable
class Answers(Protocol):
    """What a driver offers besides `Driver` if it knows more than it reports. Nothing secret."""

    @property
    def checks(self) -> tuple[Check, ...]:
        """Say how each of its devices is."""
        ...

    @property
    def newcomers(self) -> tuple[Nearby, ...]:
        """Name who answered since joining was opened last."""
        ...
