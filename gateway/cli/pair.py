"""`nightlatch pair`: open the network, watch devices join, and name them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.client import HungUp, LineClient, SocketTrouble
from gateway.cli.hub import hub, state_folder
from gateway.cli.naming import Newcomer, check_name
from gateway.cli.newcomers import Here, Told, Wish, newcomer_of
from gateway.cli.options import CONFIG_FILE, ConfigOption, JsonOption, StateOption
from gateway.cli.output import BAD_INPUT, Problem, emit, sentences
from gateway.cli.terminal import while_read

app = typer.Typer(add_completion=False)
LONGEST_SECONDS = 254  # what a Zigbee network can be told
GRACE_SECONDS = 15  # an interview that began in time may end


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
    told = Told(config, wish)
    async with hub(folder) as client, while_read():
        here = Here((await client.ask("devices"))["devices"])
        async with _open(client, wish):
            with suppress(TimeoutError):
                async with asyncio.timeout(wish.seconds + GRACE_SECONDS):
                    async for newcomer in _joins(client, wish, here):
                        if told.tell(newcomer):
                            break
    return told.count


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


async def _joins(client: LineClient, wish: Wish, here: Here) -> AsyncIterator[Newcomer]:
    """Give each device that joins, until the network closes."""
    async for line in client.pushes():
        match line.get("event"):
            case {"is": "DeviceJoined", "device": device} if name := here.name_of(device["id"]):
                _greet(name, wish)
            case {"is": "DeviceJoined", "device": device}:
                yield newcomer_of(device)
            case {"is": "Reported" | "DeviceHeard", "device": device} if wish.name is not None:
                # It was let in before, and nobody named it yet.
                if (nameless := here.nameless(device)) is not None:
                    yield nameless
            case {"is": "JoiningChanged", "open": True}:
                _announce(wish)
            case {"is": "JoiningChanged", "open": False}:
                return
            case {"is": "DriverLost", "driver": wish.driver, "reason": reason}:
                raise Problem(
                    f"the {wish.driver} radio is lost ({reason}): plug the stick in, then pair anew"
                )
            case {"is": "CommandFailed", "command": {"is": "PermitJoin"}, "reason": reason}:
                raise Problem(f"the network could not be opened: {reason}")
            case _:
                pass
    raise HungUp("the hub hung up: `nightlatch run` starts it again")


def _announce(wish: Wish) -> None:
    if wish.as_json:
        emit({"open": True, "seconds": wish.seconds})
    else:
        typer.echo(f"Open for {wish.seconds} s. Press the device's pairing button. Ctrl-C ends.")


def _greet(name: str, wish: Wish) -> None:
    if not wish.as_json:
        typer.echo(f"{name} is here, and has its name already.")
