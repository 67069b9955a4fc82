"""`nightlatch lock`, `on`, `siren`, `aim` and their like: what one device is asked."""

from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.hub import ask_perhaps_with_code, state_folder
from gateway.cli.options import (
    CONFIG_FILE,
    CodeStdinOption,
    ConfigOption,
    JsonOption,
    StateOption,
)
from gateway.cli.output import BAD_INPUT, Problem, emit, listed, sentences
from gateway.model.command import Infrared

SIREN_SECONDS = 3
SIREN_SECONDS_MAX = 900
DeviceArgument = Annotated[str, typer.Argument(metavar="DEVICE", help="Its name or id.")]


def _act(command: str, help_text: str) -> typer.Typer:
    """Make the command that asks a device for one thing."""
    app = typer.Typer(add_completion=False)

    @app.command(help=help_text)
    def _(
        device: DeviceArgument,
        *,
        code_stdin: CodeStdinOption = False,
        config: ConfigOption = CONFIG_FILE,
        state: StateOption = None,
        as_json: JsonOption = False,
    ) -> None:
        wish = {"device": device, "command": command}
        _ask(wish, config, state, code_stdin=code_stdin, as_json=as_json)

    return app


lock = _act("lock", "Have a lock throw its bolt.")
unlock = _act("unlock", "Have a lock draw its bolt. Asks for the code.")
on = _act("on", "Switch a plug or a lamp on.")
off = _act("off", "Switch a plug or a lamp off.")
remove = _act("remove", "Have a device leave its network, and forget it. Asks for the code.")
reboot = _act("reboot", "Start a camera anew. It is gone for a minute.")
relearn = _act("relearn", "Take what a camera shows now for its view: it was turned by hand.")
siren = typer.Typer(add_completion=False)
aim = typer.Typer(add_completion=False)
infrared = typer.Typer(add_completion=False)


@siren.command()
def _siren(  # noqa: PLR0913 - each is an option of the command
    device: DeviceArgument,
    *,
    seconds: Annotated[
        int, typer.Option(min=1, max=SIREN_SECONDS_MAX, help="How long it sounds.")
    ] = SIREN_SECONDS,
    code_stdin: CodeStdinOption = False,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try a siren: it sounds for a moment."""
    wish = {"device": device, "command": "siren", "seconds": seconds}
    _ask(wish, config, state, code_stdin=code_stdin, as_json=as_json)


@aim.command()
def _aim(  # noqa: PLR0913 - each is an option of the command
    device: DeviceArgument,
    preset: Annotated[str, typer.Argument(help="The position's name, as it is in the camera.")],
    *,
    code_stdin: CodeStdinOption = False,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Turn a camera to one of its stored positions. Asks for the code where that guards."""
    wish = {"device": device, "command": "aim", "preset": preset}
    _ask(wish, config, state, code_stdin=code_stdin, as_json=as_json)


@infrared.command()
def _infrared(  # noqa: PLR0913 - each is an option of the command
    device: DeviceArgument,
    mode: Annotated[
        str, typer.Argument(metavar="auto|on|off", help="`on` is the light of the night.")
    ],
    *,
    code_stdin: CodeStdinOption = False,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Switch a camera's infrared light. Asks for the code where that guards."""
    with sentences(as_json=as_json):
        if mode not in tuple(Infrared):
            known = listed([*Infrared], "or")
            raise Problem(f"infrared light has no mode {mode!r}: say {known}", BAD_INPUT)
    wish = {"device": device, "command": "infrared", "mode": mode}
    _ask(wish, config, state, code_stdin=code_stdin, as_json=as_json)


def _ask(
    wish: dict[str, Any], config: Path, state: Path | None, *, code_stdin: bool, as_json: bool
) -> None:
    with sentences(as_json=as_json):
        folder = state_folder(config, state)
        answer = ask_perhaps_with_code(folder, "command", from_stdin=code_stdin, **wish)
        if as_json:
            emit(answer)
        else:
            # Whether it did, the device says later.
            typer.echo(f"{wish['device']} is asked; `nightlatch log` tells what comes of it.")
