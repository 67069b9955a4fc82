"""`nightlatch run`: the hub itself. Nothing of the screen is loaded here: the hub stays small."""

import io
import logging
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stderr
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from gateway.cli.options import CONFIG_FILE, ConfigOption, JsonOption
from gateway.cli.output import BAD_INPUT, FINE, complain

if TYPE_CHECKING:
    from gateway.config import ConfigErrors

app = typer.Typer(add_completion=False)
WallOption = Annotated[Path | None, typer.Option("--wall", hidden=True)]
"""A file that sets the wall clock: for the virtual house (gateway/virtual_wall.py)."""
log = logging.getLogger("nightlatch")
PREFIX = "nightlatch: "
"""What the hub begins the sentence with that says why it cannot start."""


@app.command()
def run(
    *, config: ConfigOption = CONFIG_FILE, wall: WallOption = None, as_json: JsonOption = False
) -> None:
    """Run the hub, until it is stopped."""
    # pydantic is heavy, and `--help` loads every command.
    from gateway.config import ConfigErrors  # noqa: PLC0415 - see above
    from gateway.virtual_wall import BadWall  # noqa: PLC0415 - orjson, for the same reason

    live = _load()
    if as_json:
        os.environ["NIGHTLATCH_LOG"] = "json"  # also on a terminal
    said = _Overheard(sys.stderr)
    try:
        with redirect_stderr(said):
            status = live(config, wall)
    except ConfigErrors as wrong:
        _refuse(wrong, as_json=as_json)
        raise typer.Exit(BAD_INPUT) from None
    except BadWall as wrong:
        complain(str(wrong), {}, as_json=as_json)
        raise typer.Exit(BAD_INPUT) from None
    if status == FINE:
        log.info("stopped")
    elif as_json:
        complain(said.last.removeprefix(PREFIX), {}, as_json=True)
    raise typer.Exit(status)


def _refuse(wrong: "ConfigErrors", *, as_json: bool) -> None:
    if as_json:
        more = {"errors": [error.as_dict() for error in wrong.errors]}
        complain(wrong.errors[0].sentence(), more, as_json=True)
    else:
        typer.echo(wrong, err=True)


class _Overheard(io.TextIOBase):
    """Standard error, and the last thing that was said there."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.last = ""

    def write(self, text: str) -> int:
        self.last = text.strip() or self.last
        return self._stream.write(text)

    def flush(self) -> None:
        self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()


def _load() -> Callable[[Path, Path | None], int]:
    # A second of radio libraries, and `--help` loads every command.
    from gateway.app import run as live  # noqa: PLC0415 - see above

    return live
