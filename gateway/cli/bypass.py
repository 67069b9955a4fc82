"""`nightlatch bypass`: leave a zone out of the next arming, or take it in again."""

from typing import Annotated

import typer

from gateway.cli.hub import ask_perhaps_with_code, state_folder
from gateway.cli.options import (
    CONFIG_FILE,
    CodeStdinOption,
    ConfigOption,
    JsonOption,
    StateOption,
)
from gateway.cli.output import emit, sentences

app = typer.Typer(add_completion=False)


@app.command()
def bypass(  # noqa: PLR0913 - each is an option of the command
    zone: Annotated[str, typer.Argument(help="The zone.")],
    *,
    off: Annotated[bool, typer.Option("--off", help="Take the zone in again.")] = False,
    code_stdin: CodeStdinOption = False,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Leave a zone out, or take it in again. Asks for the code while the area is armed."""
    with sentences(as_json=as_json):
        folder = state_folder(config, state)
        wish = {"zone": zone, "bypassed": not off}
        answer = ask_perhaps_with_code(folder, "bypass", from_stdin=code_stdin, **wish)
        if as_json:
            emit(answer)
        elif off:
            typer.secho(f"{zone} guards again.", fg=typer.colors.GREEN)
        else:
            again = f"`nightlatch bypass {zone} --off` takes it in again"
            typer.secho(f"{zone} is left out: {again}.", fg=typer.colors.YELLOW)
