"""How commands speak: plain words for people, one JSON object a line for programs."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import typer

from gateway.cli.client import Refused, SocketTrouble

FINE = 0
NOT_SO = 1
BAD_INPUT = 2
INTERRUPTED = 130  # what shells give a program that Ctrl-C ended


class Problem(Exception):
    """A command comes to nothing: a sentence that says what to do next, and the exit code."""

    def __init__(self, sentence: str, code: int = NOT_SO, **more: Any) -> None:
        super().__init__(sentence)
        self.code = code
        self.more = more


@contextmanager
def sentences(*, as_json: bool) -> Iterator[None]:
    """Say what went wrong in a sentence, or as JSON, and leave with its exit code."""
    try:
        yield
    except Problem as problem:
        complain(str(problem), problem.more, as_json=as_json)
        raise typer.Exit(problem.code) from None
    except SocketTrouble as trouble:
        complain(str(trouble), {}, as_json=as_json)
        mistaken = isinstance(trouble, Refused) and trouble.answer.get("mistaken")
        raise typer.Exit(BAD_INPUT if mistaken else NOT_SO) from None
    except BrokenPipeError:
        unheard()
        raise typer.Exit(FINE) from None
    except (KeyboardInterrupt, typer.Abort):
        raise typer.Exit(INTERRUPTED) from None


def emit(thing: Mapping[str, Any]) -> None:
    """Print one JSON object on a line of its own."""
    typer.echo(json.dumps(thing, default=str, ensure_ascii=False))


def warn_unless_stored(answer: Mapping[str, Any]) -> None:
    """Say that what was asked is done, and on no disk."""
    if answer.get("stored") is False:
        warning = "It is not on disk: a restart may forget it. `nightlatch doctor` says why."
        typer.secho(warning, fg=typer.colors.RED)


def listed(items: list[str], last: str = "and") -> str:
    """Join names as people do: `a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def ago(seconds: float | None) -> str:
    """Say how long ago in one glance."""
    if seconds is None:
        return "never"
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length:.0f} {unit} ago"
    return f"{seconds:.0f} s ago"


def in_colour() -> bool:
    """Tell whether colour, bold and dim are welcome: https://no-color.org."""
    return not os.environ.get("NO_COLOR")


def unheard() -> None:
    """Whoever read us (`| head`) has had enough: what is left to say goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def complain(sentence: str, more: Mapping[str, Any], *, as_json: bool) -> None:
    """Say what went wrong, and what to do."""
    if as_json:
        emit({"ok": False, "error": sentence, **more})
        return
    typer.secho(sentence, fg=typer.colors.RED, err=True, color=None if in_colour() else False)
    for hint in more.get("hints", ()):
        typer.echo(f"  {hint}", err=True)
