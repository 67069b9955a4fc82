"""`nightlatch reload`: put the configuration of now in force, without a restart of the hub."""

from typing import Any

import typer

from gateway.cli.client import Refused
from gateway.cli.hub import ask, state_folder
from gateway.cli.options import CONFIG_FILE, ConfigOption, JsonOption, StateOption
from gateway.cli.output import BAD_INPUT, NOT_SO, Problem, emit, sentences
from gateway.cli.plan import show_plan

app = typer.Typer(add_completion=False)


@app.command()
def reload(
    *, config: ConfigOption = CONFIG_FILE, state: StateOption = None, as_json: JsonOption = False
) -> None:
    """Load the configuration anew; what waits goes on. A file with mistakes changes nothing."""
    with sentences(as_json=as_json):
        try:
            answer = ask(state_folder(config, state), "reload")
        except Refused as refused:
            bad = BAD_INPUT if refused.answer.get("errors") else NOT_SO
            raise Problem(str(refused), bad, **_errors(refused)) from None
        if as_json:
            emit(answer)
        else:
            show_plan(answer)
            but = ", but for what takes a restart of the hub" if answer["restart"] else ""
            colour = typer.colors.YELLOW if but else typer.colors.GREEN
            typer.secho(f"The configuration is in force{but}.", fg=colour)


def _errors(refused: Refused) -> dict[str, Any]:
    return {"errors": refused.answer["errors"]} if "errors" in refused.answer else {}
