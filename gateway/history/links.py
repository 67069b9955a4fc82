"""What an answer is made of: links from what was done back to who or what brought it about."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateway.model.effect import RuleRan
from rules import automation


@dataclass(frozen=True, slots=True)
class Happened:
    """An entry of the journal, in words."""

    number: int
    wall: datetime
    text: str
    by: str = ""  # who asked, where somebody did


@dataclass(frozen=True, slots=True)
class Changed:
    """What a rule looked at, since when it stood so, and what made it so."""

    name: str
    value: str
    since: Happened | None  # None: the journal does not go back so far
    by: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """One thing that was so or was done, with the entry that brought it."""

    what: str
    entry: Happened | None
    by: str = ""
    outcome: str = ""  # of an order
    ran: RuleRan | None = None  # the run of the rule that did it
    changed: tuple[Changed, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Why something is so; not `is_so` where it is not, with what is known all the same."""

    subject: str
    is_so: bool
    sentence: str
    links: tuple[Link, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """Give it for JSON."""
        return {
            "ok": self.is_so,
            "subject": self.subject,
            "sentence": self.sentence,
            "links": [_link(link) for link in self.links],
            "notes": list(self.notes),
        }

    def entries(self) -> Iterator[int]:
        """Name the entries that it speaks of, in its order."""
        for link in self.links:
            if link.entry is not None:
                yield link.entry.number


def _link(link: Link) -> dict[str, Any]:
    return {
        "what": link.what,
        "entry": happened_dict(link.entry),
        "by": link.by or None,
        "outcome": link.outcome or None,
        "rule": None if link.ran is None else automation.as_dict(link.ran),
        "changed": [
            {
                "name": one.name,
                "value": one.value,
                "entry": happened_dict(one.since),
                "by": one.by or None,
            }
            for one in link.changed
        ],
    }


def happened_dict(one: Happened | None) -> dict[str, Any] | None:
    """Give an entry for JSON."""
    if one is None:
        return None
    wall = one.wall.isoformat()
    return {"number": one.number, "wall": wall, "text": one.text, "by": one.by or None}
