"""`nightlatch arm`: arm an area, or say by name what stands in the way and what to do about it."""

from pathlib import Path
from shlex import quote
from typing import Annotated, Any, cast

import typer

from gateway.cli.client import Refused
from gateway.cli.hints import Attempt, advice, once
from gateway.cli.hub import ask, ask_perhaps_with_code, state_folder
from gateway.cli.options import (
    CONFIG_FILE,
    AreaOption,
    CodeStdinOption,
    ConfigOption,
    JsonOption,
    StateOption,
)
from gateway.cli.output import Problem, emit, listed, sentences, warn_unless_stored
from gateway.cli.paint import plain_area, seconds_left
from gateway.cli.shapes import Area

app = typer.Typer(add_completion=False)
NOBODY_GUARDS = "no zone would be left to guard it"
"""What the rules answer where all that is left out is all there is."""


@app.command()
def arm(  # noqa: PLR0913 - each is an option of the command
    mode: Annotated[str, typer.Argument(help="The mode: away, home, night, …")],
    *,
    area: AreaOption = None,
    force: Annotated[
        bool, typer.Option("--force", help="Leave out every zone that is open or unknown.")
    ] = False,
    bypass: Annotated[
        list[str] | None, typer.Option(metavar="ZONE", help="Leave out this zone; may be repeated.")
    ] = None,
    code_stdin: CodeStdinOption = False,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Arm an area. What stands in the way is listed by name, with what to do."""
    wish = {"area": area, "mode": mode, "force": force or None, "bypass": bypass or None}
    with sentences(as_json=as_json):
        answer = _arm(state_folder(config, state), wish, from_stdin=code_stdin)
        if as_json:
            emit(answer)
        else:
            _tell(answer["name"], cast("Area", answer["area"]))
            warn_unless_stored(answer)


def _arm(folder: Path, wish: dict[str, Any], *, from_stdin: bool) -> dict[str, Any]:
    try:
        return ask_perhaps_with_code(folder, "arm", from_stdin=from_stdin, **wish)
    except Refused as refused:
        if refused.answer.get("blockers"):
            raise _blocked(folder, wish, refused) from refused
        raise


def _blocked(folder: Path, wish: dict[str, Any], refused: Refused) -> Problem:
    blockers = once(refused.answer["blockers"])
    now = ask(folder, "state")
    area = wish["area"] or next(iter(now["areas"]))
    bypass = frozenset(wish["bypass"] or ())
    attempt = Attempt(area, wish["mode"], bypass, bool(wish["force"]), _again(wish))
    hints = advice(blockers, now["zones"], attempt)
    # Forced or without some zones it is refused for another reason than what it is to go without.
    why = [NOBODY_GUARDS] if NOBODY_GUARDS in str(refused) else blockers
    return Problem(f"not armed: {'; '.join(why)}", blockers=blockers, hints=hints)


def _again(wish: dict[str, Any]) -> str:
    area = f" --area {quote(wish['area'])}" if wish["area"] else ""
    bypass = "".join(f" --bypass {quote(zone)}" for zone in wish["bypass"] or ())
    return f"nightlatch arm {quote(wish['mode'])}{area}{bypass}"


def _tell(name: str, area: Area) -> None:
    left = seconds_left(area)
    if area["phase"] == "exit" and left is not None:
        typer.secho(f"Leave now: armed {area['mode']} in {left} s.", fg=typer.colors.YELLOW)
    else:
        typer.secho(plain_area(name, area), fg=typer.colors.BLUE)
    if area["bypassed"]:
        typer.echo(f"Left out: {listed(area['bypassed'])}.")
