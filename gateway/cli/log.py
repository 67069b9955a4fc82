"""`nightlatch log`: what happened, from the journal on disk; and whether it is what was written."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from gateway.cli.entries import Reader, kinds_named, place_of, since_named
from gateway.cli.hub import hub, state_folder
from gateway.cli.news import Line, News, with_effects_told
from gateway.cli.options import CONFIG_FILE, ConfigOption, JsonOption, StateOption
from gateway.cli.output import NOT_SO, Problem, emit, sentences
from gateway.cli.terminal import while_read
from gateway.journal.folder import JOURNAL
from gateway.journal.verify import verify as verified

app = typer.Typer(add_completion=False)
LONGEST = 100_000
LOUD = {"PanicPressed", "StorageFailed", "DriverLost", "CodeRefused", "CommandFailed"}
LEVELS = {"alarm": typer.colors.RED, "trouble": typer.colors.YELLOW}
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
    everything: Annotated[
        bool, typer.Option("--all", help="Also what is no news: heartbeats, unchanged readings.")
    ] = False,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what happened, from the journal. `nightlatch log verify` checks its chain."""
    if ctx.invoked_subcommand is not None:
        return
    with sentences(as_json=as_json):
        kinds = kinds_named(kind or [])
        folder, place = state_folder(config, state), place_of(config)
        start = since_named(since, place.zone) if since is not None else None
        # Who asks for a kind wants all of it.
        news = News(everything=everything or bool(kinds), known=frozenset(place.site.names))
        reader = Reader(folder, place, kinds, news)
        with _readable(folder):
            lines = reader.wanted(start, limit)
            _tell_left_out(reader.left_out, as_json=as_json)
            for line in lines:
                _tell(line, place.zone, as_json=as_json)
        if follow:
            asyncio.run(_follow(reader, as_json=as_json))


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
            if found.ok and found.head:
                typer.echo(f"head: {found.head} (keep it elsewhere: it proves this journal later)")
        if not found.ok:
            raise typer.Exit(NOT_SO)


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    """Say in a sentence that there is no journal, or none that can be read."""
    if folder.exists() and not folder.is_dir():
        raise Problem(f"{folder} is no folder: move it away, or correct the name")
    if not (folder / JOURNAL).exists():
        raise Problem(f"there is no journal in {folder} yet: `nightlatch run` begins one")
    try:
        yield
    except BrokenPipeError:  # nobody reads us: that is not the journal's doing
        raise
    except (OSError, sqlite3.Error) as error:
        raise Problem(f"the journal in {folder} cannot be read: {error}") from error


async def _follow(reader: Reader, *, as_json: bool) -> None:
    async with hub(reader.folder) as client, while_read():
        await client.ask("watch", since=reader.last)
        async for line in client.pushes():
            if line["entry"] <= reader.last or not _is_of(line, reader.kinds):
                continue
            told = with_effects_told(line)
            if reader.news.wants(told):
                _tell(told, reader.place.zone, as_json=as_json)
    raise Problem("the hub hung up: `nightlatch run` starts it again")


def _is_of(line: Line, kinds: list[str]) -> bool:
    return not kinds or line["event"]["is"] in kinds


def _tell_left_out(many: int, *, as_json: bool) -> None:
    if many and as_json:
        emit({"left_out": many})
    elif many:
        typer.echo(f"{many} older entries are left out: `--limit` takes more.", err=True)


def _tell(line: Line, zone: ZoneInfo, *, as_json: bool) -> None:
    if as_json:
        emit(line)
        return
    wall = datetime.fromisoformat(line["wall"]).astimezone(zone)
    stamp = typer.style(f"{line['entry']:>6}  {wall:%Y-%m-%d %H:%M:%S}", dim=True)
    # That a delay is over says less than what came of it.
    ran = line["notices"] or line["rules"]
    if line["event"]["is"] not in {"Ticked", "WallTold"} or not ran:
        typer.echo(f"{stamp}  {_coloured(line)}")
    for one in line["rules"]:
        typer.echo(f"{stamp}  {_of_rule(one)}")
    for (text, level), times in Counter((n["text"], n["level"]) for n in line["notices"]).items():
        often = f" ({times} times)" if times > 1 else ""
        typer.echo(f"{stamp}  {_in_its_colour(text + often, level)}")


def _coloured(line: Line) -> str:
    kind, text = line["event"]["is"], str(line["text"])
    if kind in LOUD:
        return typer.style(text, fg=typer.colors.RED)
    return typer.style(text, fg=typer.colors.CYAN) if kind in PEOPLE else text


def _of_rule(ran: Mapping[str, Any]) -> str:
    why = f": {ran['why']}" if ran["why"] else ""
    text = f"rule {ran['rule']} {ran['outcome']}{why} ({ran['trigger']})"
    return typer.style(text, fg=typer.colors.MAGENTA)


def _in_its_colour(text: str, level: str) -> str:
    colour = LEVELS.get(level, typer.colors.GREEN)
    return typer.style(text, fg=colour, bold=level == "alarm")
