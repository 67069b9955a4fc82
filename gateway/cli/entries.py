"""Entries of the journal on disk: which are wanted, and how one is told."""

import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

from gateway.cli.output import BAD_INPUT, Problem
from gateway.clock import this_moment
from gateway.codec import encode
from gateway.journal.journal import entries
from gateway.model.event import Entry, Event
from rules.site import Site
from rules.words import sentence

KINDS = tuple(sorted(kind.__name__ for kind in get_args(Event.__value__)))
AGO = re.compile(r"(\d{1,6}) ?([smhd])")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
FIRST_JUMP = 1024
"""How far the search for the last entry jumps first; each jump doubles it."""


@dataclass(frozen=True, slots=True)
class Place:
    """What telling an entry takes: names for its devices, and the zone of its clock."""

    site: Site
    zone: ZoneInfo

    def words(self, entry: Entry) -> dict[str, Any]:
        """Tell an entry as the hub's socket does."""
        return {
            "entry": entry.number,
            "at_us": entry.at,
            "wall": entry.wall.isoformat(),
            "event": json.loads(encode(entry.event, Event)),
            "text": sentence(self.site, entry.event),
        }


@dataclass(frozen=True, slots=True)
class Since:
    """From where on: after an entry, or at a moment."""

    number: int = 0
    moment: datetime | None = None


def place_of(config: Path) -> Place:
    """Take names and time zone from the configuration; do without where it cannot be read."""
    # pydantic is heavy, and `--help` loads every command.
    from gateway.config import ConfigErrors, load  # noqa: PLC0415 - see above

    try:
        loaded = load(config)
    except ConfigErrors:
        return Place(Site({}, {}, {}, {}, {}), ZoneInfo("UTC"))
    return Place(loaded.site(), ZoneInfo(loaded.place.timezone))


def kinds_named(words: list[str]) -> list[str]:
    """Understand the names of kinds of events, written in any case."""
    known = {kind.lower(): kind for kind in KINDS}
    return [_kind(word, known) for word in words]


def since_named(text: str, zone: ZoneInfo) -> Since:
    """Understand `4711`, `2h` or `2026-11-21 12:00`."""
    if text.isdecimal():
        return Since(number=int(text))
    ago = AGO.fullmatch(text)
    if ago is not None:
        return Since(moment=this_moment().wall - timedelta(**{UNITS[ago[2]]: int(ago[1])}))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Problem(
            f"--since {text!r} is no place in the log: give an entry's number, how long ago "
            "(30m, 2h, 7d), or a time (2026-11-21T12:00)",
            BAD_INPUT,
        ) from None
    return Since(moment=moment if moment.tzinfo else moment.replace(tzinfo=zone))


def wanted(folder: Path, since: Since | None, limit: int, kinds: list[str]) -> Iterator[Entry]:
    """Give the entries that are wanted, oldest first: the last ones where no start is named."""
    if since is None:
        # Numbers have next to no holes, so the last ones are found without reading the others.
        start = 0 if kinds else max(0, last_number(folder) - limit)
        yield from deque(entries(folder, start, kinds=kinds), maxlen=limit)
        return
    told = 0
    for entry in entries(folder, since.number, kinds=kinds):
        if since.moment is not None and entry.wall < since.moment.astimezone(UTC):
            continue
        if told >= limit:
            return
        told += 1
        yield entry


def last_number(folder: Path) -> int:
    """Find the last entry's number by looking for where there are none after."""
    low, jump = 0, FIRST_JUMP
    while _is_after(folder, low + jump):
        low += jump
        jump *= 2
    high = low + jump
    while low < high:
        middle = (low + high) // 2
        if _is_after(folder, middle):
            low = middle + 1
        else:
            high = middle
    return low


def _is_after(folder: Path, number: int) -> bool:
    return next(entries(folder, number, limit=1), None) is not None


def _kind(word: str, known: dict[str, str]) -> str:
    folded = word.replace("-", "").replace("_", "").lower()
    if folded in known:
        return known[folded]
    near = get_close_matches(folded, known, n=1)
    hint = f"did you mean {known[near[0]]}?" if near else f"there are {', '.join(KINDS)}"
    raise Problem(f"there is no kind of event {word!r}: {hint}", BAD_INPUT)
