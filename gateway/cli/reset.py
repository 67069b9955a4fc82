"""`nightlatch reset`: clear the memory of an alarm, once somebody has looked."""

import typer

from gateway.cli.hub import ask, ask_with_code, state_folder
from gateway.cli.options import (
    CONFIG_FILE,
    AreaOption,
    CodeStdinOption,
    ConfigOption,
    JsonOption,
    StateOption,
)
from gateway.cli.output import emit, sentences
from gateway.cli.shapes import Area

app = typer.Typer(add_completion=False)


@app.command()
def reset(
    *,
    area: AreaOption = None,
    code_stdin: CodeStdinOption = False,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Clear the alarm memory of a disarmed area, once somebody has looked. Asks for the code."""
    with sentences(as_json=as_json):
        folder = state_folder(config, state)
        remembered = _remembers(ask(folder, "state")["areas"], area)
        answer = ask_with_code(folder, "reset", from_stdin=code_stdin, area=area)
        if as_json:
            emit(answer)
        elif not remembered:
            typer.echo("There was no alarm to clear.")
        else:
            typer.secho("The alarm memory is cleared.", fg=typer.colors.GREEN)


def _remembers(areas: dict[str, Area], name: str | None) -> bool:
    """Tell whether there is an alarm memory; of all areas, where the hub is to find the one."""
    return any(area["memory"] for known, area in areas.items() if name in (None, known))
