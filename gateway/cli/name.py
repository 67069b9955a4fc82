"""`nightlatch name`: writes the block of a device that the hub knows into the configuration."""

from typing import Annotated

import typer

from gateway.cli.hub import ask, state_folder
from gateway.cli.newcomers import Here, write_down
from gateway.cli.options import CONFIG_FILE, ConfigOption, JsonOption, StateOption
from gateway.cli.output import BAD_INPUT, Problem, sentences

app = typer.Typer(add_completion=False)


@app.command()
def name(
    device: Annotated[str, typer.Argument(metavar="ID", help="Its id: `nightlatch devices`.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name it is to have.")],
    *,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Name a device that has joined: writes its device block into the configuration."""
    with sentences(as_json=as_json):
        folder = state_folder(config, state)
        here = Here(ask(folder, "devices")["devices"])
        if known := here.name_of(device):
            raise Problem(f"{device} has a name already: {known}", BAD_INPUT)
        newcomer = here.nameless(device)
        if newcomer is None:
            raise Problem(
                f"the hub knows no device {device}: `nightlatch devices` shows the ids", BAD_INPUT
            )
        write_down(newcomer, name, config, as_json=as_json)
