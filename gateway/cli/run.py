"""`nightlatch run`: the hub itself. Nothing of the screen is loaded here: the hub stays small."""

from collections.abc import Callable
from pathlib import Path

import typer

from gateway.cli.options import CONFIG_FILE, ConfigOption, JsonOption
from gateway.cli.output import BAD_INPUT

app = typer.Typer(add_completion=False)


@app.command()
def run(*, config: ConfigOption = CONFIG_FILE, as_json: JsonOption = False) -> None:
    """Run the hub, until it is stopped."""
    del as_json  # what the hub says is one JSON object a line anyway
    # pydantic is heavy, and `--help` loads every command.
    from gateway.config import ConfigErrors  # noqa: PLC0415 - see above

    live = _load()
    try:
        status = live(config)
    except ConfigErrors as wrong:
        typer.echo(wrong, err=True)
        raise typer.Exit(BAD_INPUT) from None
    raise typer.Exit(status)


def _load() -> Callable[[Path], int]:
    # A second of radio libraries, and `--help` loads every command.
    from gateway.app import run as live  # noqa: PLC0415 - see above

    return live
