"""`nightlatch devices`: what the radios know, configured or not."""

from typing import cast

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.cli.hub import ask, state_folder
from gateway.cli.options import CONFIG_FILE, ConfigOption, JsonOption, StateOption
from gateway.cli.output import ago, emit, sentences
from gateway.cli.paint import plain_table, readings_text
from gateway.cli.shapes import Known

app = typer.Typer(add_completion=False)
OF_ITSELF = ("tamper", "battery")  # nearly every device has these: no news about what it is


@app.command()
def devices(
    *,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """List every device: what it can do, what it last said, and whether it is configured."""
    with sentences(as_json=as_json):
        answer = ask(state_folder(config, state), "devices")
        if as_json:
            emit(answer)
            return
        found = cast("dict[str, Known]", answer["devices"])
        if found:
            Console().print(_table(found))
        else:
            typer.echo("No device has joined yet: `nightlatch pair` lets one in.")


def _table(found: dict[str, Known]) -> Table:
    table = plain_table("name", "id", "what it is", "readings", "battery", "heard")
    for name, device in sorted(found.items(), key=_configured_first):
        table.add_row(
            _name(name, device),
            Text(device["id"], style="dim"),
            _what(device),
            readings_text(_telling(device)),
            _battery(device),
            Text(ago(device.get("heard_seconds")), style="dim"),
        )
    return table


def _configured_first(item: tuple[str, Known]) -> tuple[bool, str]:
    name, device = item
    return not device["configured"], name


def _name(name: str, device: Known) -> Text:
    if not device["configured"]:
        return Text("not configured", style="yellow")
    return Text(name, style="bold")


def _what(device: Known) -> str:
    can = [name for name in device.get("capabilities", []) if name not in OF_ITSELF]
    model = " ".join(filter(None, (device.get("manufacturer"), device.get("model"))))
    return " ".join(filter(None, (", ".join(can), model and f"({model})")))


def _telling(device: Known) -> dict[str, str]:
    readings = device.get("readings", {})
    return {name: reading for name, reading in readings.items() if name != "battery"}


def _battery(device: Known) -> Text:
    if device.get("mains"):
        return Text("mains", style="dim")
    charge = device.get("readings", {}).get("battery", "")
    percent = device.get("telemetry", {}).get("battery_percent")
    words = f"{charge} {percent:.0f} %" if percent is not None else charge
    return Text(words, style="bold red" if charge == "low" else "")
