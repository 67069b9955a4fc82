"""`nightlatch bypass`: leave a zone out of the next arming, or take it in again."""

from typing import Annotated

import typer

from gateway.cli.hub import ask, state_folder
from gateway.cli.options import CONFIG_FILE, ConfigOption, JsonOption, StateOption
from gateway.cli.output import emit, sentences

app = typer.Typer(add_completion=False)


@app.command()
def bypass(
    zone: Annotated[str, typer.Argument(help="The zone.")],
    *,
    off: Annotated[bool, typer.Option("--off", help="Take the zone in again.")] = False,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Leave a zone out, or take it in again."""
    with sentences(as_json=as_json):
        answer = ask(state_folder(config, state), "bypass", zone=zone, bypassed=not off)
        if as_json:
            emit(answer)
        elif off:
            typer.secho(f"{zone} guards again.", fg=typer.colors.GREEN)
        else:
            again = f"`nightlatch bypass {zone} --off` takes it in again"
            typer.secho(f"{zone} is left out: {again}.", fg=typer.colors.YELLOW)
