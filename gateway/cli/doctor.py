"""`nightlatch doctor`: looks at all the hub stands on, and says for each what to do."""

from dataclasses import asdict
from pathlib import Path

import typer

from gateway.cli.checking import Check, failed, tell
from gateway.cli.checks import checks_here
from gateway.cli.client import SocketTrouble
from gateway.cli.hub import ask, state_folder
from gateway.cli.options import CONFIG_FILE, ConfigOption, JsonOption, StateOption
from gateway.cli.output import NOT_SO, Problem, emit, sentences

app = typer.Typer(add_completion=False)


@app.command()
def doctor(
    *,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look at configuration, state folder, port, clock, disk, journal and the running hub."""
    with sentences(as_json=as_json):
        found = _examine(config, state)
        sound = all(check.ok for check in found)
        if as_json:
            emit({"ok": sound, "checks": [asdict(check) for check in found]})
        else:
            for check in found:
                tell(check)
        if not sound:
            raise typer.Exit(NOT_SO)


def _examine(config: Path, state: Path | None) -> list[Check]:
    try:
        folder = state_folder(config, state)
    except Problem as problem:
        return [failed("configuration", str(problem))]
    found, hub = _ask_hub(folder)
    return [*checks_here(config, folder, found), *hub]


def _ask_hub(folder: Path) -> tuple[dict[str, bool] | None, list[Check]]:
    """Ask a running hub which of its radios it has, and for its own checks."""
    try:
        drivers = ask(folder, "state")["drivers"]
        answer = ask(folder, "doctor")
    except (SocketTrouble, Problem) as trouble:
        return None, [failed("hub", str(trouble))]
    own = [Check(str(c["name"]), bool(c["ok"]), str(c["sentence"])) for c in answer["checks"]]
    found = {name: bool(driver["found"]) for name, driver in drivers.items()}
    return found, [Check("hub", ok=True, sentence=f"a hub answers on {folder}"), *own]
