"""`nightlatch state`: where every area stands, the zones, and what wants looking after."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from rich.live import Live

from gateway.cli.client import LineClient
from gateway.cli.hub import hub, state_folder
from gateway.cli.options import CONFIG_FILE, ConfigOption, JsonOption, StateOption
from gateway.cli.output import emit, sentences
from gateway.cli.paint import plain_area, whole_state
from gateway.cli.shapes import State
from gateway.cli.terminal import Paper, while_read

app = typer.Typer(add_completion=False)
LOOK_SECONDS = 0.5  # between two looks of --watch: a countdown shows every second
PASSING = ("id", "ok", "house_time_us", "entry", "boottime_offset_us")
PASSING_OF_AREA = ("remaining_ms", "deadline_us", "since_us")


@app.command()
def state(
    *,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Go on showing it, live.")] = False,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show where every area stands, with countdowns, zones and troubles."""
    with sentences(as_json=as_json):
        asyncio.run(_state(state_folder(config, state), watch=watch, as_json=as_json))


async def _state(folder: Path, *, watch: bool, as_json: bool) -> None:
    async with hub(folder) as client, while_read():
        console = Paper()
        if not watch:
            _show(console, await _look(client), as_json=as_json)
        elif as_json or not console.is_terminal:
            await _watch_plain(client, as_json=as_json)
        else:
            await _watch_live(client, console)


async def _look(client: LineClient) -> State:
    return cast("State", await client.ask("state"))


def _show(console: Paper, found: State, *, as_json: bool) -> None:
    if as_json:
        emit(found)
    else:
        console.print(whole_state(found))


async def _watch_live(client: LineClient, console: Paper) -> None:
    with Live(console=console, auto_refresh=False, screen=True) as live:
        async for found in _looks(client):
            live.update(whole_state(found), refresh=True)


async def _watch_plain(client: LineClient, *, as_json: bool) -> None:
    last = ""
    async for found in _looks(client):
        lasting = _lasting(found)
        if lasting == last:
            continue
        last = lasting
        if as_json:
            emit(found)
        else:
            for name, area in found["areas"].items():
                typer.echo(plain_area(name, area))


async def _looks(client: LineClient) -> AsyncIterator[State]:
    await client.ask("watch")
    woken = asyncio.Event()
    waking = asyncio.create_task(_wake(client, woken))
    try:
        while True:
            woken.clear()
            yield await _look(client)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), LOOK_SECONDS)
    finally:
        waking.cancel()


async def _wake(client: LineClient, woken: asyncio.Event) -> None:
    async for _ in client.pushes():
        woken.set()


def _lasting(found: State) -> str:
    """Give what makes a state worth another line: all but the clocks."""
    whole: dict[str, Any] = {key: value for key, value in found.items() if key not in PASSING}
    whole["areas"] = {
        name: {key: value for key, value in area.items() if key not in PASSING_OF_AREA}
        for name, area in found["areas"].items()
    }
    whole["devices"] = {name: device["readings"] for name, device in found["devices"].items()}
    return json.dumps(whole, sort_keys=True, default=str)
