"""`nightlatch disarm`: the code is asked for without echo, and never stands in the arguments."""

from typing import cast

import typer

from gateway.cli.hub import ask_with_code, state_folder
from gateway.cli.options import (
    CONFIG_FILE,
    AreaOption,
    CodeStdinOption,
    ConfigOption,
    JsonOption,
    StateOption,
)
from gateway.cli.output import emit, sentences, warn_unless_stored
from gateway.cli.paint import causes
from gateway.cli.shapes import Area

app = typer.Typer(add_completion=False)


@app.command()
def disarm(
    *,
    area: AreaOption = None,
    code_stdin: CodeStdinOption = False,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Disarm an area. Asks for the code; it is shown nowhere."""
    with sentences(as_json=as_json):
        folder = state_folder(config, state)
        answer = ask_with_code(folder, "disarm", from_stdin=code_stdin, area=area)
        if as_json:
            emit(answer)
        else:
            _tell(answer.get("was"), cast("Area", answer["area"]))
            warn_unless_stored(answer)


def _tell(was: str | None, area: Area) -> None:
    if was == "disarmed":
        typer.echo("It was not armed.")
    else:
        typer.secho("Disarmed.", fg=typer.colors.GREEN)
    if area["memory"]:
        typer.secho(
            f"There was an alarm: {causes(area)}. Look around first, "
            "then clear it with `nightlatch reset`.",
            fg=typer.colors.YELLOW,
        )
