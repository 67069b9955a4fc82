"""What `why` and `why-not` share: which moment is asked about, and how an entry is told."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from gateway.cli.entries import since_named
from gateway.cli.output import BAD_INPUT, Problem, ago
from gateway.clock import this_moment
from gateway.history.links import Changed, Happened
from gateway.history.past import Past, past
from gateway.history.subjects import Unheard
from gateway.journal import about
from gateway.journal.folder import JOURNAL
from gateway.recovery import Configured

AtOption = Annotated[
    str | None,
    typer.Option(help="As it was then: an entry's number, how long ago (2h) or a time."),
]


@dataclass(frozen=True, slots=True)
class Moment:
    """The moment that is asked about: the last entry by then, and the wall time that was named."""

    number: int
    wall: datetime | None


@dataclass(frozen=True, slots=True)
class Clockface:
    """Tells wall times as people here read them."""

    zone: ZoneInfo

    def told(self, one: Happened | None) -> str:
        """Tell an entry: when, and what it was."""
        if one is None:
            return "longer ago than the journal goes back"
        return f"{self.when(one.wall)}, entry {one.number}: {one.text}"

    def when(self, wall: datetime) -> str:
        """Tell a time, and how long ago that is."""
        passed = (this_moment().wall - wall).total_seconds()
        since = ago(passed) if passed >= 0 else "by a clock that was set back since"
        return f"{wall.astimezone(self.zone):%Y-%m-%d %H:%M:%S} ({since})"

    def changed(self, one: Changed) -> str:
        """Tell since when something stands as it does."""
        told = self.told(one.since)
        if not one.by or re.search(rf"\b{re.escape(one.by)}\b", told):
            return f"{one.name} is {one.value} since {told}"
        who = f", {one.by}" if " " in one.by else f", by {one.by}"
        return f"{one.name} is {one.value} since {told}{who}"


def configured(config: Path) -> tuple[Configured | None, ZoneInfo]:
    """Give the configuration of now and its time zone; do without where it cannot be read."""
    # pydantic is heavy, and `--help` loads every command.
    from gateway.config import ConfigErrors, load_sparing  # noqa: PLC0415 - see above
    from gateway.config.source import pack  # noqa: PLC0415 - same

    try:
        loaded = load_sparing(config)
    except ConfigErrors:
        return None, ZoneInfo("UTC")
    return Configured(loaded.site(), pack(loaded.source)), ZoneInfo(loaded.place.timezone)


@contextmanager
def journal(folder: Path, now: Configured | None) -> Iterator[Past]:
    """Open the journal, or say in a sentence what is wrong with it, or with what was asked."""
    if not (folder / JOURNAL).exists():
        raise Problem(f"there is no journal in {folder} yet: `nightlatch run` begins one")
    try:
        with past(folder, now) as opened:
            yield opened
    except BrokenPipeError:  # nobody reads us: that is not the journal's doing
        raise
    except Unheard as unheard:
        raise Problem(str(unheard), BAD_INPUT) from None
    except (OSError, sqlite3.Error) as error:
        raise Problem(f"the journal in {folder} cannot be read: {error}") from error


def moment(opened: Past, at: str | None, zone: ZoneInfo) -> Moment:
    """Find the moment that was named; now where none was. Raises Problem."""
    if at is None:
        return Moment(opened.last, this_moment().wall)
    since = since_named(at, zone, "--at")
    if since.moment is None:
        return Moment(min(since.number, opened.last), None)
    number = about.upto_wall(opened.db, since.moment)
    return Moment(0 if number is None else number, since.moment)
