"""Why a rule does not run, at any moment that the journal still tells; and when it last did."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.history.changes import happened, of_run
from gateway.history.links import Changed, Happened, happened_dict
from gateway.history.past import Past
from gateway.journal import about
from gateway.model.clock import HouseTime, after
from gateway.model.effect import Notify, Outcome, RuleRan
from gateway.model.event import Entry
from rules import automation
from rules.automation import WhyNot
from rules.site import Site

LOOKED_AT = 200
"""Runs of the rule that are looked at for the last that started, and the last that did not."""


@dataclass(frozen=True, slots=True)
class Record:
    """What the journal has of a run."""

    ran: RuleRan
    entry: Happened
    refused: tuple[str, ...] = ()  # what it asked for in vain


@dataclass(frozen=True, slots=True)
class NotRun:
    """Why a rule does not run at a moment, and when it last ran, or came to nothing."""

    rule: str
    number: int  # the last entry by then
    wall: datetime
    found: WhyNot | None  # None: nobody can tell, and `sentence` says why
    sentence: str
    changed: tuple[Changed, ...] = ()
    last_ran: Record | None = None
    last_dropped: Record | None = None
    ran_then: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Give it for JSON."""
        return {
            "ok": self.found is not None,
            "rule": self.rule,
            "sentence": self.sentence,
            "entry": self.number,
            "wall": self.wall.isoformat(),
            "ran_then": self.ran_then,
            **(_UNTOLD if self.found is None else self.found.as_dict()),
            "changed": [
                {
                    "name": c.name,
                    "value": c.value,
                    "entry": happened_dict(c.since),
                    "by": c.by or None,
                }
                for c in self.changed
            ],
            "last_ran": _record(self.last_ran),
            "last_dropped": _record(self.last_dropped),
        }


_UNTOLD: Mapping[str, object] = {"causes": [], "triggers": [], "terms": [], "limits": []}


def _record(one: Record | None) -> dict[str, Any] | None:
    if one is None:
        return None
    refused = list(one.refused)
    return {**automation.as_dict(one.ran), "entry": happened_dict(one.entry), "refused": refused}


def why_not(past: Past, site: Site, rule: str, number: int, moment: datetime | None) -> NotRun:
    """Say what keeps a rule from running after an entry, at a wall time (None: at the entry)."""
    entry = past.entry(number)
    if entry is None or number < past.first:
        wall = moment or (entry.wall if entry else datetime.fromtimestamp(0).astimezone())
        return NotRun(rule, number, wall, None, f"nobody knows: {past.begins()}")
    ran, dropped = _records(past, site, rule, number)
    wall = moment or entry.wall
    stood = past.stood(number)
    if stood is None or not stood.has_rules:
        why = past.begins() if stood is None else "the rules of then do not hold today"
        return NotRun(rule, number, wall, None, f"nobody knows: {why}", (), ran, dropped)
    found = automation.why_not(stood.site, stood.state, rule, _at(past, entry, moment))
    ran_then = ran is not None and ran.entry.number == number
    word = "did run then" if ran_then else "did not run"
    sentence = f"rule {rule} {word}" + (f": {'; '.join(found.causes)}" if not ran_then else "")
    asked = RuleRan(rule, 0, Outcome.DROPPED, "", terms=found.terms)
    changed = of_run(past, stood.site, asked, number)
    return NotRun(rule, number, wall, found, sentence, changed, ran, dropped, ran_then)


def _at(past: Past, entry: Entry, moment: datetime | None) -> HouseTime:
    """Give the house time of a wall time: it runs on from the entry, up to the next."""
    passed = timedelta() if moment is None else max(timedelta(), moment - entry.wall)
    follower = past.after(entry.number)
    at = after(entry.at, passed)
    return at if follower is None else min(at, follower.at)


def _records(past: Past, site: Site, rule: str, upto: int) -> tuple[Record | None, Record | None]:
    ran = dropped = None
    for number, place in about.orders(past.db, rule, "RuleRan", upto, LOOKED_AT):
        record = _read(past, site, number, place)
        if record is None:
            continue
        started = record.ran.outcome in {Outcome.RAN, Outcome.WENT_ON}
        if started and ran is None:
            ran = record
        if (not started or record.refused) and dropped is None:
            dropped = record
        if ran and dropped:
            break
    return ran, dropped


def _read(past: Past, site: Site, number: int, place: int) -> Record | None:
    orders = past.orders(number)
    entry = happened(past, site, number)
    effect = orders[place].effect if place < len(orders) else None
    if entry is None or not isinstance(effect, RuleRan):
        return None
    refused = f"rule {effect.rule} refused: "
    told = (one.effect.text for one in orders[place:] if isinstance(one.effect, Notify))
    asked = tuple(text.removeprefix(refused) for text in told if text.startswith(refused))
    return Record(effect, entry, asked)


def lines(told: NotRun) -> Iterator[str]:
    """Tell what keeps it, in lines."""
    if told.found is not None:
        yield from list(told.found.lines())[1:]
