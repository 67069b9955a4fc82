"""`nightlatch check`: every mistake of a configuration with its place, or what it amounts to."""

from collections.abc import Sized
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from gateway.cli.camera_checks import camera_faults
from gateway.cli.client import Refused, SocketTrouble
from gateway.cli.hub import SOCKET, ask, too_long
from gateway.cli.options import CONFIG_FILE, JsonOption
from gateway.cli.output import BAD_INPUT, Problem, emit, listed, sentences
from gateway.cli.paint import plain_table
from gateway.cli.plan import show_plan
from gateway.cli.terminal import Paper

if TYPE_CHECKING:
    from gateway.config import Config, ConfigError, ConfigErrors

app = typer.Typer(add_completion=False)


@app.command()
def check(
    config: Annotated[
        Path, typer.Argument(envvar="NIGHTLATCH_CONFIG", help="The configuration file.")
    ] = CONFIG_FILE,
    *,
    as_json: JsonOption = False,
) -> None:
    """Check a configuration: all mistakes at once, each with its line and what was expected."""
    # pydantic is heavy, and `--help` loads every command.
    from gateway.config import ConfigErrors, load  # noqa: PLC0415 - see above

    with sentences(as_json=as_json):
        try:
            loaded = load(config)
        except ConfigErrors as wrong:
            _complain(wrong, _left_out(config), as_json=as_json)
            raise typer.Exit(BAD_INPUT) from None
        plan = _plan(loaded)
        if as_json:
            warnings = _plain(_warnings(loaded))
            emit({"ok": True, "errors": [], "warnings": warnings, **_counts(loaded), **plan})
        else:
            _warn(_warnings(loaded))
            _summarise(loaded)
            _tell(plan)


def _plan(config: "Config") -> dict[str, Any]:
    """Ask a hub that runs with this very file what loading it anew would do; {} without one."""
    try:
        answer = ask(config.state_folder, "plan")
    except Refused as refused:
        return {"not_now": str(refused)}
    except (SocketTrouble, Problem):
        return {}
    same = answer.pop("config") == str(config.path.resolve())
    return {key: answer[key] for key in ("changed", "plan", "restart")} if same else {}


def _tell(plan: dict[str, Any]) -> None:
    if "not_now" in plan:
        typer.secho(f"The running hub would not load it now: {plan['not_now']}", err=True)
    elif plan:
        typer.echo("`nightlatch reload` would do this to the running hub:")
        show_plan(plan)


def _left_out(config: Path) -> "tuple[ConfigError, ...] | None":
    """Give what a hub would start without; None where it would not start with such a file."""
    from gateway.config import ConfigErrors, load_sparing  # noqa: PLC0415 - pydantic, see check

    try:
        return load_sparing(config).left_out
    except ConfigErrors:
        return None


def _fate(left_out: "tuple[ConfigError, ...] | None") -> str:
    if left_out is None:
        return "not start"
    cameras = listed([error.camera for error in left_out if error.camera])
    without = [f"a password for {cameras}"] if cameras else []
    if not all(error.camera for error in left_out):
        without.append("the rules they are in")
    return f"start without {listed(without)}"


def _complain(
    wrong: "ConfigErrors", left_out: "tuple[ConfigError, ...] | None", *, as_json: bool
) -> None:
    starts = left_out is not None
    errors, warnings = _plain(wrong.errors), _plain(wrong.warnings)
    if as_json:
        emit({"ok": False, "starts": starts, "errors": errors, "warnings": warnings})
        return
    for error in wrong.errors:
        _place(error, "error", typer.colors.RED)
    _warn(wrong.warnings)
    many = "1 mistake" if len(errors) == 1 else f"{len(errors)} mistakes"
    typer.secho(
        f"{many}: a hub would {_fate(left_out)}, and `nightlatch reload` refuses this file.",
        fg=typer.colors.RED,
        err=True,
    )


def _warn(warnings: "tuple[ConfigError, ...]") -> None:
    for warning in warnings:
        _place(warning, "warning", typer.colors.YELLOW)


def _place(error: "ConfigError", word: str, colour: str) -> None:
    typer.secho(f"{word}: ", fg=colour, bold=True, nl=False, err=True)
    typer.echo(f"{error}\n", err=True)


def _plain(errors: "tuple[ConfigError, ...]") -> list[dict[str, str | int]]:
    return [error.as_dict() for error in errors]


def _warnings(config: "Config") -> "tuple[ConfigError, ...]":
    """Give what works and is probably not what was meant; the machine is seen only from here."""
    from gateway.config.errors import ConfigError  # noqa: PLC0415 - pydantic is heavy, see check

    found = [*camera_faults(config)]
    if sentence := too_long(config.state_folder.absolute() / SOCKET):
        found.append(("state.folder", sentence))
    here = (ConfigError(str(config.path), 0, 0, path, sentence) for path, sentence in found)
    return (*config.warnings, *here)


def _counts(config: "Config") -> dict[str, Any]:
    return {
        "areas": {area.name: sorted(area.modes) for area in config.areas},
        "zones": [zone.name for zone in config.zones],
        "devices": {device.name: device.id for device in config.devices},
        "cameras": [camera.name for camera in config.cameras],
        "people": [person.name for person in config.people],
    }


def _summarise(config: "Config") -> None:
    console = Paper()
    if config.areas:
        console.print(_areas(config))
    if config.zones:
        console.print(_zones(config))
    unused = _devices_without_a_part(config)
    if unused:
        console.print(
            f"Devices that have no part in any area: {', '.join(unused)}", highlight=False
        )
    cameras = f"{_many(config.cameras, 'camera')}, " if config.cameras else ""
    people = _many(config.people, "person", "people")
    counted = f"{_many(config.devices, 'device')}, {cameras}{people}"
    console.print(f"[bold green]{config.path} is good[/]: {counted}.", highlight=False)


def _many(things: Sized, one: str, more: str = "") -> str:
    return f"1 {one}" if len(things) == 1 else f"{len(things)} {more or f'{one}s'}"


def _areas(config: "Config") -> Table:
    table = plain_table("area", "mode", "time to leave", "time to disarm", "sirens")
    for area in config.areas:
        name, sirens = area.name, ", ".join(area.sirens) or "none"
        for mode, delays in area.modes.items():
            leave, disarm = delays.exit_delay.seconds, delays.entry_delay.seconds
            table.add_row(name, mode, f"{leave} s", f"{disarm} s", sirens)
            name = sirens = ""
    return table


def _zones(config: "Config") -> Table:
    table = plain_table("zone", "area", "kind", "device", "reading", "guards when")
    for zone in config.zones:
        when = ", ".join(zone.modes) or "always"
        table.add_row(zone.name, zone.area, zone.kind, zone.device, zone.reading, when)
    return table


def _devices_without_a_part(config: "Config") -> list[str]:
    used = {zone.device for zone in config.zones}
    for area in config.areas:
        used.update(area.sirens, area.keypads, area.lights)
    for person in config.people:
        used.update(person.lock_slots)
    return [device.name for device in config.devices if device.name not in used]
