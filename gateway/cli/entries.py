"""Entries of the journal on disk: which are wanted, and how one is told."""

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

from gateway.cli.news import Line, News
from gateway.cli.output import BAD_INPUT, Problem
from gateway.clock import this_moment
from gateway.codec import encode
from gateway.journal.journal import entries, entries_with_orders
from gateway.model.effect import Notify, Order, RuleRan
from gateway.model.event import Entry, Event
from rules import automation
from rules.site import Site
from rules.words import sentence

KINDS = tuple(sorted(kind.__name__ for kind in get_args(Event.__value__)))
AGO = re.compile(r"(\d{1,6}) ?([smhd])")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
NUMBER_MAX = 2**62
"""No entry is ever numbered so high."""
WARM_UP = 2_000
"""Entries read before those that are told, to know what stood then."""
FARTHEST = 30_000
"""Entries looked through for news at most, where no start and no kind is named."""
FIRST_JUMP = 1024
"""How far the search for the last entry jumps first; each jump doubles it."""


@dataclass(frozen=True, slots=True)
class Place:
    """What telling an entry takes: names for its devices, and the zone of its clock."""

    site: Site
    zone: ZoneInfo

    def words(self, entry: Entry, orders: Sequence[Order] = ()) -> Line:
        """Tell an entry as the hub's socket does, and what people were told of it."""
        return {
            "entry": entry.number,
            "at_us": entry.at,
            "wall": entry.wall.isoformat(),
            "event": json.loads(encode(entry.event, Event)),
            "text": sentence(self.site, entry.event),
            "notices": [
                {"text": order.effect.text, "level": str(order.effect.level)}
                for order in orders
                if isinstance(order.effect, Notify)
            ],
            "rules": [
                automation.as_dict(order.effect)
                for order in orders
                if isinstance(order.effect, RuleRan)
            ],
        }


@dataclass(frozen=True, slots=True)
class Since:
    """From where on: after an entry, or at a moment."""

    number: int = 0
    moment: datetime | None = None


def place_of(config: Path) -> Place:
    """Take names and time zone from the configuration; do without where it cannot be read."""
    # pydantic is heavy, and `--help` loads every command.
    from gateway.config.errors import ConfigErrors  # noqa: PLC0415 - see above
    from gateway.config.load import load_sparing  # noqa: PLC0415 - see above

    try:
        loaded = load_sparing(config)
    except ConfigErrors:
        return Place(Site({}, {}, {}, {}, {}), ZoneInfo("UTC"))
    return Place(loaded.site(), ZoneInfo(loaded.place.timezone))


def kinds_named(words: list[str]) -> list[str]:
    """Understand the names of kinds of events, written in any case."""
    known = {kind.lower(): kind for kind in KINDS}
    return [_kind(word, known) for word in words]


def since_named(text: str, zone: ZoneInfo, option: str = "--since") -> Since:
    """Understand `4711`, `2h` or `2026-11-21 12:00`."""
    try:
        if text.isdecimal():
            return Since(number=min(int(text), NUMBER_MAX))
        ago = AGO.fullmatch(text)
        if ago is not None:
            return Since(moment=_before_now(timedelta(**{UNITS[ago[2]]: int(ago[1])})))
        moment = datetime.fromisoformat(text)
        placed = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return Since(moment=placed.astimezone(UTC))
    except (ValueError, OverflowError):
        raise Problem(
            f"{option} {text!r} is no place in the log: give an entry's number, how long ago "
            "(30m, 2h, 7d), or a time (2026-11-21T12:00)",
            BAD_INPUT,
        ) from None


def _before_now(ago: timedelta) -> datetime:
    try:
        return this_moment().wall - ago
    except OverflowError:  # before the year 1: all there is
        return datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Reader:
    """Reads the lines that are wanted, and remembers up to where."""

    folder: Path
    place: Place
    kinds: list[str]
    news: News
    last: int = 0
    left_out: int = 0  # of what is after the start, and older than what was given

    def wanted(self, since: Since | None, limit: int) -> Iterable[Line]:
        """Give the newest of the lines that are wanted, oldest first."""
        if since is None:
            return self._newest(limit)
        # A little before the start as well: what is no news is seen from what was before.
        start = 0 if since.moment else max(0, since.number - WARM_UP)
        found: deque[Line] = deque(maxlen=limit)
        for line in self._news_after(start):
            if _is_after(line, since):
                self.left_out += len(found) == limit
                found.append(line)
        return found

    def _newest(self, limit: int) -> Iterable[Line]:
        """Look back from the end, further and further, until there are enough."""
        end = last_number(self.folder)
        back = WARM_UP + limit
        while True:
            start = max(0, end - back)
            self.news.forget()
            found = deque(self._news_after(start), maxlen=limit)
            if len(found) == limit or not start or (back > FARTHEST and not self.kinds):
                return found
            back *= 8

    def _news_after(self, start: int) -> Iterator[Line]:
        for entry, orders in entries_with_orders(self.folder, start, kinds=self.kinds):
            self.last = entry.number
            line = self.place.words(entry, orders)
            if self.news.wants(line):
                yield line


def _is_after(line: Line, since: Since) -> bool:
    if since.moment is None:
        return int(line["entry"]) > since.number
    return datetime.fromisoformat(line["wall"]) >= since.moment


def last_number(folder: Path) -> int:
    """Find the last entry's number by looking for where there are none after."""
    low, jump = 0, FIRST_JUMP
    while _has_after(folder, low + jump):
        low += jump
        jump *= 2
    high = low + jump
    while low < high:
        middle = (low + high) // 2
        if _has_after(folder, middle):
            low = middle + 1
        else:
            high = middle
    return low


def _has_after(folder: Path, number: int) -> bool:
    return next(entries(folder, number, limit=1), None) is not None


def _kind(word: str, known: dict[str, str]) -> str:
    folded = word.replace("-", "").replace("_", "").lower()
    if folded in known:
        return known[folded]
    near = get_close_matches(folded, known, n=1)
    hint = f"did you mean {known[near[0]]}?" if near else f"there are {', '.join(KINDS)}"
    raise Problem(f"there is no kind of event {word!r}: {hint}", BAD_INPUT)
