"""`nightlatch radio JOB`: the long jobs of a radio, told as they go. Ctrl-C stops one."""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from gateway.cli.client import HungUp, LineClient, Refused, SocketTrouble
from gateway.cli.hub import hub, read_code, state_folder
from gateway.cli.options import (
    CONFIG_FILE,
    CodeStdinOption,
    ConfigOption,
    JsonOption,
    StateOption,
)
from gateway.cli.output import BAD_INPUT, NOT_SO, Problem, emit, sentences
from gateway.cli.terminal import Paper, while_read
from gateway.model.upkeep import Job

app = typer.Typer(add_completion=False)
KEY_CHARACTERS = 100
SECONDS_MOST = 600
STOP_SECONDS = 30.0  # for a job to leave everything as it should be
NEEDS_FILE = {Job.RESTORE, Job.FIRMWARE}
NEEDS_DEVICE = {Job.INTERVIEW, Job.REPLACE, Job.FORGET}
KEYED = {Job.REPLACE, Job.SMART_START}


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for."""

    radio: str
    job: Job
    device: str | None
    file: Path | None
    key: str | None
    seconds: int
    as_json: bool

    def fields(self) -> dict[str, Any]:
        """Give it as the hub is asked."""
        file = None if self.file is None else str(self.file.absolute())
        about = {"device": self.device, "file": file, "key": self.key, "seconds": self.seconds}
        return {"driver": self.radio, "job": str(self.job), **about}


@app.command()
def radio(  # noqa: PLR0913 - each is an option of the command
    job: Annotated[
        str,
        typer.Argument(metavar="JOB", help=f"One of: {', '.join(Job)}."),
    ],
    device: Annotated[
        str | None,
        typer.Argument(metavar="DEVICE", help="Its name or id, where it is about one."),
    ] = None,
    *,
    file: Annotated[
        Path | None,
        typer.Option("--file", "-f", help="What is read (restore, firmware) or written (backup)."),
    ] = None,
    radio: Annotated[str, typer.Option(help="The radio.")] = "zwave",
    seconds: Annotated[
        int, typer.Option(min=1, max=SECONDS_MOST, help="How long a device is waited for.")
    ] = 60,
    key_stdin: Annotated[
        bool,
        typer.Option("--key-stdin", help="Read the key of a device from stdin, before the code."),
    ] = False,
    code_stdin: CodeStdinOption = False,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Do a long job of a radio: a device leaves or is asked anew, routes, backup, firmware."""
    with sentences(as_json=as_json):
        what = _job(job)
        key = _key(what, from_stdin=key_stdin)
        wish = Wish(radio, what, device, file, key, seconds, as_json)
        _must_fit(wish)
        folder = state_folder(config, state)
        code = read_code(from_stdin=True) if code_stdin else None
        done = asyncio.run(_do(folder, wish, code))
        if done is None:  # outside of the loop: inside, Ctrl-C would not end the question
            done = asyncio.run(_do(folder, wish, read_code(from_stdin=False)))
        if not done:
            raise typer.Exit(NOT_SO)


def _job(word: str) -> Job:
    plain = word.replace("-", " ").lower()
    if plain not in set(Job):
        raise Problem(f"there is no job '{word}': there is {', '.join(Job)}", BAD_INPUT)
    return Job(plain)


def _key(job: Job, *, from_stdin: bool) -> str | None:
    """Ask for the key before anything begins: a device waits for it only a short while."""
    if from_stdin:
        if job not in KEYED:
            raise Problem(f"{job} takes no key", BAD_INPUT)
        return sys.stdin.readline(KEY_CHARACTERS).strip() or None
    if job is not Job.REPLACE or not sys.stdin.isatty():
        return None
    question = "The five digits of the new device's label (Enter: it has none)"
    return str(typer.prompt(question, default="", show_default=False, err=True)).strip() or None


def _must_fit(wish: Wish) -> None:
    if wish.job in NEEDS_DEVICE and wish.device is None:
        raise Problem(f"say which device: nightlatch radio {wish.job} DEVICE", BAD_INPUT)
    if wish.job in NEEDS_FILE and wish.file is None:
        raise Problem(f"say which file: nightlatch radio {wish.job} --file FILE", BAD_INPUT)


async def _do(folder: Path, wish: Wish, code: str | None) -> bool | None:
    """Do it, and tell whether it came to its end; None: a code is needed."""
    async with hub(folder) as client, while_read():
        try:
            await client.ask("upkeep", **wish.fields(), code=code)
        except Refused as refused:
            if code is None and refused.answer.get("code_needed"):
                return None
            raise
        with _shown(wish) as told:
            try:
                return await _followed(client, told)
            except asyncio.CancelledError:
                await _stopped(client, wish, told)
                raise


async def _followed(client: LineClient, told: "_Told") -> bool:
    async for line in client.pushes():
        match line.get("upkeep"):
            case dict() as told_of if "done" in told_of:
                told.end(told_of)
                return bool(told_of["done"])
            case dict() as told_of:
                told.go_on(told_of)
            case _:
                pass
    raise HungUp("the hub hung up: the job ended with it, or `nightlatch log` tells what became")


async def _stopped(client: LineClient, wish: Wish, told: "_Told") -> None:
    """Have the job stop, and hear what became of it."""
    try:
        await client.ask("upkeep_cancel", driver=wish.radio)
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await _followed(client, told)
    except SocketTrouble as trouble:
        told.refused(str(trouble))


class _Told:
    """Tells how a job goes: JSON lines for programs, plain ones where nobody watches a bar."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._words = ""

    def warn(self, sentence: str) -> None:
        """Say what is to be minded."""
        if not self._as_json:
            typer.secho(sentence, fg=typer.colors.YELLOW, err=True)

    def refused(self, sentence: str) -> None:
        """Say why a job cannot be stopped."""
        if self._as_json:
            emit({"ok": False, "error": sentence})
        else:
            self.warn(f"{sentence}; `nightlatch state` shows it")

    def go_on(self, on: Mapping[str, Any]) -> None:
        """Say how far it is."""
        if self._as_json:
            emit({"upkeep": on})
        elif on["words"] != self._words:
            self._words = on["words"]
            typer.echo(self._words)

    def end(self, end: Mapping[str, Any]) -> None:
        """Say what came of it."""
        if self._as_json:
            emit({"ok": end["done"], "upkeep": end})
        else:
            colour = typer.colors.GREEN if end["done"] else typer.colors.RED
            typer.secho(f"{end['job']}: {end['reason']}", fg=colour, err=not end["done"])


class _Bar(_Told):
    """Draws a bar, where there is a terminal."""

    def __init__(self, bar: Progress) -> None:
        super().__init__(as_json=False)
        self._bar = bar
        self._task = bar.add_task("beginning", total=None)

    def warn(self, sentence: str) -> None:
        """Take the bar away first."""
        self._bar.stop()
        super().warn(sentence)

    def go_on(self, on: Mapping[str, Any]) -> None:
        """Move the bar."""
        far = on["fraction"]
        total = None if far is None else 1.0
        self._bar.update(self._task, description=on["words"], completed=far or 0.0, total=total)

    def end(self, end: Mapping[str, Any]) -> None:
        """Take the bar away first."""
        self._bar.stop()
        super().end(end)


@contextmanager
def _shown(wish: Wish) -> Iterator[_Told]:
    paper, told = Paper(), _Told(as_json=wish.as_json)
    _warn(wish, told)
    if wish.as_json or not paper.is_terminal:
        yield told
        return
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()
    with Progress(*columns, console=paper, transient=True) as bar:
        yield _Bar(bar)


def _warn(wish: Wish, told: _Told) -> None:
    """Say before a job goes on what it costs."""
    match wish.job:
        case Job.REBUILD if wish.device is None:
            told.warn("This takes minutes, and messages are slow meanwhile. Ctrl-C stops it.")
        case Job.BACKUP:
            told.warn("The radio is off meanwhile: no device is heard.")
        case Job.RESTORE | Job.FIRMWARE if wish.job is Job.RESTORE or wish.device is None:
            told.warn(
                "The radio is off meanwhile: no device is heard. Leave the stick plugged in, and "
                "the hub running, to the end: it is not stopped half-way."
            )
        case _:
            pass
