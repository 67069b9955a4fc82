"""`nightlatch pair --radio onvif`: which cameras answer, and how each is configured."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import cast

import typer

from gateway.cli.client import SocketTrouble
from gateway.cli.hub import hub
from gateway.cli.output import Problem, emit
from gateway.cli.shapes import Nearby
from gateway.cli.terminal import while_read

CAMERAS = "onvif"
"""The driver of cameras: they do not join, they are looked for, and have a section each."""
LINES = """
[[camera]]
name = "a_name_of_yours"
address = "{address}"
user = "the camera's user"
password_file = "a_name_of_yours.password"
"""


async def look(folder: Path, seconds: int, *, as_json: bool) -> None:
    """Have the hub look for so long; tell of each camera as it answers."""
    told: set[str] = set()
    async with hub(folder) as client, while_read():
        await client.ask("pair", driver=CAMERAS, seconds=seconds)
        if not as_json:
            typer.echo(f"Looking for cameras for {seconds} s. Ctrl-C ends.")
        try:
            for _ in range(seconds):
                await asyncio.sleep(1)
                for one in cast("list[Nearby]", (await client.ask("devices")).get("nearby", [])):
                    if one["id"] not in told:
                        told.add(one["id"])
                        _tell(one, as_json=as_json)
        finally:
            with suppress(SocketTrouble):  # the hub is gone, and looks no more
                await client.ask("pair", driver=CAMERAS, seconds=0)
    if not told:
        raise Problem(
            f"no camera that is not configured answered within {seconds} s: switch ONVIF on in it, "
            "or write its address into a [[camera]]"
        )


def _tell(one: Nearby, *, as_json: bool) -> None:
    if as_json:
        emit({"nearby": one})
        return
    typer.secho(f"\n{one['what'] or 'a camera'} is at {one['address']}.", fg=typer.colors.GREEN)
    typer.echo(LINES.format(address=one["address"]))
