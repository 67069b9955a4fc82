"""`nightlatch pair`: open the network, watch devices join, and name them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.client import LineClient, SocketTrouble
from gateway.cli.hub import hub, state_folder
from gateway.cli.naming import (
    Newcomer,
    append_device,
    check_name,
    device_block,
    zone_blocks,
)
from gateway.cli.options import CONFIG_FILE, ConfigOption, JsonOption, StateOption
from gateway.cli.output import BAD_INPUT, Problem, emit, listed, sentences

app = typer.Typer(add_completion=False)
LONGEST_SECONDS = 254  # what a Zigbee network can be told
GRACE_SECONDS = 15  # an interview that began in time may end


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked of `pair`."""

    driver: str
    seconds: int
    install_code: str | None
    address: str | None
    name: str | None
    as_json: bool


@app.command()
def pair(  # noqa: PLR0913 - each is an option of the command
    *,
    seconds: Annotated[
        int, typer.Option(min=1, max=LONGEST_SECONDS, help="How long devices may join.")
    ] = 60,
    install_code: Annotated[
        str | None, typer.Option(help="The install code printed on the device, in hex.")
    ] = None,
    address: Annotated[
        str | None, typer.Option(help="The address printed on it; goes with --install-code.")
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(help="Write the first device that joins into the configuration as NAME."),
    ] = None,
    driver: Annotated[str, typer.Option(help="The radio.")] = "zigbee",
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let devices join, show each as it comes, and give the lines for the configuration."""
    wish = Wish(driver, seconds, install_code, address, name, as_json)
    with sentences(as_json=as_json):
        if (install_code is None) != (address is None):
            raise Problem("--install-code and --address go together", BAD_INPUT)
        if name is not None:
            check_name(config, name)
        found = asyncio.run(_pair(state_folder(config, state), config, wish))
        if not found:
            raise Problem(
                f"no device joined within {seconds} s: bring it close, reset it as its "
                "leaflet says, and try again"
            )


async def _pair(folder: Path, config: Path, wish: Wish) -> int:
    found: set[str] = set()
    async with hub(folder) as client, _open(client, wish):
        with suppress(TimeoutError):
            async with asyncio.timeout(wish.seconds + GRACE_SECONDS):
                async for newcomer in _joins(client, wish):
                    if newcomer.id in found:
                        continue
                    found.add(newcomer.id)
                    _show(newcomer, config, wish)
                    if wish.name is not None:
                        _write(config, newcomer, wish)
                        break
    return len(found)


@asynccontextmanager
async def _open(client: LineClient, wish: Wish) -> AsyncIterator[None]:
    """Keep the network open, and close it whatever happens."""
    await client.ask("watch")
    await client.ask(
        "pair",
        driver=wish.driver,
        seconds=wish.seconds,
        install_code=wish.install_code,
        address=wish.address,
    )
    try:
        yield
    finally:
        with suppress(SocketTrouble):  # the hub is gone: nothing is open, or its stick closes it
            await client.ask("pair", driver=wish.driver, seconds=0)


async def _joins(client: LineClient, wish: Wish) -> AsyncIterator[Newcomer]:
    """Give each device that joins, until the network closes."""
    async for line in client.pushes():
        match line.get("event"):
            case {"is": "DeviceJoined", "device": device}:
                yield _newcomer(device)
            case {"is": "JoiningChanged", "open": True}:
                _announce(wish)
            case {"is": "JoiningChanged", "open": False}:
                return
            case {"is": "CommandFailed", "command": {"is": "PermitJoin"}, "reason": reason}:
                raise Problem(f"the network could not be opened: {reason}")
            case _:
                pass


def _announce(wish: Wish) -> None:
    if wish.as_json:
        emit({"open": True, "seconds": wish.seconds})
    else:
        typer.echo(f"Open for {wish.seconds} s. Press the device's pairing button. Ctrl-C ends.")


def _newcomer(device: dict[str, Any]) -> Newcomer:
    return Newcomer(
        id=device["id"],
        capabilities=tuple(sorted(device["capabilities"])),
        manufacturer=device.get("manufacturer", ""),
        model=device.get("model", ""),
    )


def _show(newcomer: Newcomer, config: Path, wish: Wish) -> None:
    name = wish.name or "my_device"
    device, zones = device_block(newcomer, name), zone_blocks(newcomer, name, config)
    if wish.as_json:
        facts = asdict(newcomer)
        emit({"joined": facts.pop("id"), **facts, "device_toml": device, "zone_toml": zones})
        return
    who = " ".join(filter(None, (newcomer.manufacturer, newcomer.model))) or "a device"
    what = listed(list(newcomer.capabilities))
    typer.secho(f"\n{who} joined ({newcomer.id}): {what}.", fg=typer.colors.GREEN)
    wanted = zones if wish.name is not None else "\n".join(filter(None, (device, zones)))
    if wanted:
        typer.echo(f"\nFor {config}:\n\n{wanted}")


def _write(config: Path, newcomer: Newcomer, wish: Wish) -> None:
    name = str(wish.name)
    append_device(config, newcomer, name)
    if wish.as_json:
        emit({"written": name, "config": str(config)})
    else:
        typer.secho(f"{name} stands in {config} now: restart the hub.", fg=typer.colors.GREEN)
