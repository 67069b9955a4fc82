"""`nightlatch arm`: arm an area, or say by name what stands in the way and what to do about it."""

import sys
from pathlib import Path
from shlex import quote
from typing import Annotated, Any, cast

import typer

from gateway.cli.client import Refused
from gateway.cli.hub import ask, read_code, state_folder
from gateway.cli.options import (
    CONFIG_FILE,
    AreaOption,
    CodeStdinOption,
    ConfigOption,
    JsonOption,
    StateOption,
)
from gateway.cli.output import Problem, emit, listed, sentences
from gateway.cli.paint import plain_area, seconds_left
from gateway.cli.shapes import Area

app = typer.Typer(add_completion=False)
REMEDIES = {
    "is open": "close it",
    "nobody knows": "open and close it once, or look for it with `nightlatch devices`",
    "is moving": "wait until nobody moves there",
    "is tampered": "close its cover",
    "is silent": "look at its battery and its distance",
    "left its network": "let it join again: `nightlatch pair`",
    "never joined": "let it join: `nightlatch pair`",
    "the bolt of": "free the bolt by hand",
    "radio is not there": "plug the stick in; `nightlatch doctor` tells more",
    "radio is jammed": "look for what disturbs it",
}


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
        code = read_code(from_stdin=True) if code_stdin else None
        answer = _arm(state_folder(config, state), wish, code)
        if as_json:
            emit(answer)
        else:
            _tell(area, cast("Area", answer["area"]))


def _arm(folder: Path, wish: dict[str, Any], code: str | None) -> dict[str, Any]:
    try:
        return ask(folder, "arm", **wish, code=code)
    except Refused as refused:
        if refused.answer.get("blockers"):
            raise _blocked(folder, wish, refused) from refused
        if code is None and _wants_code(refused) and sys.stdin.isatty():
            return _arm(folder, wish, read_code(from_stdin=False))
        raise


def _blocked(folder: Path, wish: dict[str, Any], refused: Refused) -> Problem:
    blockers = [str(blocker) for blocker in refused.answer["blockers"]]
    zones = ask(folder, "state")["zones"]
    devices = {name: str(zone["device"]) for name, zone in zones.items()}
    hints = advice(blockers, devices, _again(wish))
    return Problem(str(refused), blockers=blockers, hints=hints)


def advice(blockers: list[str], zones: dict[str, str], again: str) -> list[str]:
    """Say for each blocker what to do, and last how to go on without them.

    `zones` has the device of each: a blocker names the one or the other.
    """
    hints = [f"{blocker} → {_remedy(blocker)}" for blocker in blockers]
    blocking = [
        zone
        for zone, device in zones.items()
        if any(blocker.startswith((f"{zone}: ", f"{device} ")) for blocker in blockers)
    ]
    if blocking:
        without = " ".join(f"--bypass {quote(zone)}" for zone in blocking)
        return [*hints, f"or arm without {listed(blocking)}: {again} {without}"]
    return [*hints, f"or arm in spite of it: {again} --force"]


def _again(wish: dict[str, Any]) -> str:
    area = f" --area {quote(wish['area'])}" if wish["area"] else ""
    bypass = "".join(f" --bypass {quote(zone)}" for zone in wish["bypass"] or ())
    return f"nightlatch arm {quote(wish['mode'])}{area}{bypass}"


def _remedy(blocker: str) -> str:
    for words, remedy in REMEDIES.items():
        if words in blocker:
            return remedy
    return "`nightlatch state` tells more"


def _wants_code(refused: Refused) -> bool:
    return bool(refused.answer.get("code_needed")) or "code" in str(refused)


def _tell(name: str | None, area: Area) -> None:
    left = seconds_left(area)
    if area["phase"] == "exit" and left is not None:
        typer.secho(f"Leave now: armed {area['mode']} in {left} s.", fg=typer.colors.YELLOW)
    else:
        typer.secho(plain_area(name or "the area", area), fg=typer.colors.BLUE)
    if area["bypassed"]:
        typer.echo(f"Left out: {listed(area['bypassed'])}.")
