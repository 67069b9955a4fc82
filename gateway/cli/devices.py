"""`nightlatch devices`: what the radios know, configured or not."""

from typing import cast

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gateway.cli.hub import ask, state_folder
from gateway.cli.naming import OF_ITSELF
from gateway.cli.options import CONFIG_FILE, ConfigOption, JsonOption, StateOption
from gateway.cli.output import ago, emit, sentences
from gateway.cli.paint import plain_table, readings_text, width_of
from gateway.cli.shapes import Known, Nearby
from gateway.cli.terminal import Paper

app = typer.Typer(add_completion=False)
LAYOUTS = (
    ("name", "id", "what it is", "readings", "battery", "heard"),
    ("name", "id", "can", "readings", "battery", "heard"),
    ("name", "id", "can", "readings", "battery"),
    ("name", "id", "readings"),
)
"""From the whole table to what must not be missing."""
WHOLE = ("name", "id")
STACKED_BELOW = 50  # columns


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
            paper = Paper(wide=True)
            paper.print(_shown(found, paper))
        else:
            typer.echo("No device has joined yet: `nightlatch pair` lets one in.")
        for one in cast("list[Nearby]", answer.get("nearby", [])):
            typer.echo(f"Nearby, not configured: {one['address']} {one['what']} ({one['id']})")


def _shown(found: dict[str, Known], paper: Paper) -> RenderableType:
    """Show as much as fits, ids always whole; one below the other where nothing fits."""
    rows = [_cells(name, device) for name, device in sorted(found.items(), key=_configured_first)]
    for columns in LAYOUTS:
        table = _table(rows, columns)
        if width_of(table, paper).maximum <= paper.width:
            return table
    narrowest = _table(rows, LAYOUTS[-1])  # its readings may stand on several lines
    fits = paper.width >= STACKED_BELOW and width_of(narrowest, paper).minimum <= paper.width
    return narrowest if fits else _stacked(rows)


def _cells(name: str, device: Known) -> dict[str, Text]:
    return {
        "name": _name(name, device),
        "id": Text(device["id"], style="dim"),
        "what it is": Text(_what(device, _model(device))),
        "can": Text(_what(device, "")),
        "readings": readings_text(_telling(device)),
        "battery": _battery(device),
        "heard": Text(ago(device.get("heard_seconds")), style="dim"),
    }


def _table(rows: list[dict[str, Text]], columns: tuple[str, ...]) -> Table:
    table = plain_table()
    for column in columns:
        table.add_column(column, no_wrap=column in WHOLE, overflow="fold")
    for row in rows:
        table.add_row(*(row[column] for column in columns))
    return table


def _stacked(rows: list[dict[str, Text]]) -> Group:
    lines: list[Text] = []
    for row in rows:
        about = (row[column] for column in ("id", "readings", "battery") if row[column])
        lines += [row["name"], *(Text.assemble("  ", cell) for cell in about)]
    for line in lines:
        line.overflow = "fold"
    return Group(*lines)


def _configured_first(item: tuple[str, Known]) -> tuple[bool, str]:
    name, device = item
    return not device["configured"], name


def _name(name: str, device: Known) -> Text:
    if not device["configured"]:
        return Text("not configured", style="yellow")
    return Text(name, style="bold")


def _model(device: Known) -> str:
    return " ".join(filter(None, (device.get("manufacturer"), device.get("model"))))


def _what(device: Known, model: str) -> str:
    can = [name for name in device.get("capabilities", []) if name not in OF_ITSELF]
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
