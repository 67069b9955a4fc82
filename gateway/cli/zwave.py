"""`nightlatch zwave`: fetches what the Z-Wave radio needs beside Python, and looks at it."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.checking import tell
from gateway.cli.node_tree import fetch
from gateway.cli.options import CONFIG_FILE, ConfigOption, JsonOption
from gateway.cli.output import BAD_INPUT, NOT_SO, Problem, emit, sentences

if TYPE_CHECKING:
    from gateway.config import Config

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Install the Z-Wave server, or look at what it stands on. Both take --json.",
)


@app.command()
def install(
    *,
    again: Annotated[
        bool, typer.Option("--again", help="Fetch everything anew, even if it is there.")
    ] = False,
    config: ConfigOption = CONFIG_FILE,
    as_json: JsonOption = False,
) -> None:
    """Fetch the Z-Wave server (98 MB) into the state folder, in the pinned versions.

    In a checkout where `make setup` fetched it, it is there already.
    """
    from drivers.zwave.node_home import pinned, tree_to_fill  # noqa: PLC0415 - only for this

    with sentences(as_json=as_json):
        loaded = _loaded(config)
        tree = tree_to_fill(loaded.zwave_folder, again=again)
        fetched = fetch(tree, loaded.zwave_node, again=again, as_json=as_json)
        pins = pinned()
        if as_json:
            about = {"folder": str(tree), "zwave_js": pins.driver, "server": pins.server}
            emit({"ok": True, "fetched": fetched, **about})
            return
        typer.echo(f"zwave-js {pins.driver} and its server {pins.server} are in {tree}.")
        if fetched:
            typer.echo("A hub that runs takes them at its next start.")


@app.command()
def status(*, config: ConfigOption = CONFIG_FILE, as_json: JsonOption = False) -> None:
    """Look at Node, the packages, the keys and the stick. Exit 1 where one is not well."""
    from gateway.cli.zwave_checks import zwave_checks  # noqa: PLC0415 - only for this

    with sentences(as_json=as_json):
        loaded = _loaded(config)
        checks = list(zwave_checks(loaded, _found(loaded)))
        sound = all(check.ok for check in checks)
        if as_json:
            emit({"ok": sound, "checks": [asdict(check) for check in checks]})
        else:
            for check in checks:
                tell(check)
        if not sound:
            raise typer.Exit(NOT_SO)


def _loaded(config: Path) -> "Config":
    # pydantic is heavy, and `--help` loads every command.
    from gateway.config import ConfigErrors, load  # noqa: PLC0415 - see above

    try:
        loaded = load(config)
    except ConfigErrors as wrong:
        raise Problem(wrong.errors[0].sentence(), BAD_INPUT) from None
    if loaded.zwave is None:
        hint = 'add one with port = "/dev/serial/by-id/..."'
        raise Problem(f"{config} has no section [zwave]: {hint}", BAD_INPUT)
    return loaded


def _found(config: "Config") -> bool | None:
    """Ask a running hub whether it has its Z-Wave radio; None where none runs."""
    from gateway.cli.client import SocketTrouble  # noqa: PLC0415 - only for this
    from gateway.cli.hub import ask  # noqa: PLC0415 - same
    from gateway.cli.ports import has  # noqa: PLC0415 - same

    try:
        drivers = ask(config.state_folder, "state")["drivers"]
    except (SocketTrouble, Problem):
        return None
    return has({name: bool(driver["found"]) for name, driver in drivers.items()}, "zwave")
