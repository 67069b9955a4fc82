"""`nightlatch log`: what happened, from the journal on disk; and whether it is what was written."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from gateway.cli.entries import kinds_named, place_of, since_named, wanted
from gateway.cli.hub import hub, state_folder
from gateway.cli.options import CONFIG_FILE, ConfigOption, JsonOption, StateOption
from gateway.cli.output import NOT_SO, Problem, emit, sentences
from gateway.journal.folder import JOURNAL
from gateway.journal.verify import verify as verified

app = typer.Typer(add_completion=False)
LONGEST = 100_000
LOUD = {"PanicPressed", "StorageFailed", "DriverLost", "CodeRefused", "CommandFailed"}
PEOPLE = {"ArmRequested", "DisarmRequested", "BypassRequested", "ResetRequested"}


@app.callback(invoke_without_command=True)
def log(  # noqa: PLR0913 - each is an option of the command
    ctx: typer.Context,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as things happen.")] = False,
    since: Annotated[
        str | None, typer.Option(help="From an entry (4711), how long ago (2h) or a time on.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, max=LONGEST, help="So many entries.")
    ] = 50,
    kind: Annotated[
        list[str] | None, typer.Option(help="Only this kind of event; may be repeated.")
    ] = None,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what happened, from the journal. `nightlatch log verify` checks its chain."""
    if ctx.invoked_subcommand is not None:
        return
    with sentences(as_json=as_json):
        kinds = kinds_named(kind or [])
        folder = state_folder(config, state)
        place = place_of(config)
        start = since_named(since, place.zone) if since is not None else None
        last = 0
        with _readable(folder):
            for entry in wanted(folder, start, limit, kinds):
                last = entry.number
                _tell(place.words(entry), place.zone, as_json=as_json)
        if follow:
            asyncio.run(_follow(folder, last, kinds, place.zone, as_json=as_json))


@app.command()
def verify(
    *,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Follow the journal's chain from end to end; exit 1 where a byte is not what was written."""
    with sentences(as_json=as_json):
        folder = state_folder(config, state)
        with _readable(folder):
            found = verified(folder)
        if as_json:
            emit(asdict(found))
        else:
            colour = typer.colors.GREEN if found.ok else typer.colors.RED
            typer.secho(f"{found.sentence}.", fg=colour)
        if not found.ok:
            raise typer.Exit(NOT_SO)


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    """Say in a sentence that there is no journal, or none that can be read."""
    if not (folder / JOURNAL).exists():
        raise Problem(f"there is no journal in {folder} yet: `nightlatch run` begins one")
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise Problem(f"the journal in {folder} cannot be read: {error}") from error


async def _follow(
    folder: Path, last: int, kinds: list[str], zone: ZoneInfo, *, as_json: bool
) -> None:
    async with hub(folder) as client:
        await client.ask("watch", since=last)
        async for line in client.pushes():
            if line["entry"] > last and (not kinds or line["event"]["is"] in kinds):
                _tell(line, zone, as_json=as_json)
    raise Problem("the hub hung up: `nightlatch run` starts it again")


def _tell(line: dict[str, Any], zone: ZoneInfo, *, as_json: bool) -> None:
    if as_json:
        emit(line)
        return
    wall = datetime.fromisoformat(line["wall"]).astimezone(zone)
    stamp = f"{line['entry']:>6}  {wall:%Y-%m-%d %H:%M:%S}"
    typer.echo(f"{typer.style(stamp, dim=True)}  {_coloured(line)}")


def _coloured(line: dict[str, Any]) -> str:
    kind, text = line["event"]["is"], str(line["text"])
    if kind in LOUD:
        return typer.style(text, fg=typer.colors.RED)
    return typer.style(text, fg=typer.colors.CYAN) if kind in PEOPLE else text
