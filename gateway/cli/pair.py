"""`nightlatch pair`: open the network, watch devices join, and name them."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer

from drivers.zwave.labels import pin
from gateway.cli.client import HungUp, LineClient, SocketTrouble
from gateway.cli.hub import ask, hub, state_folder
from gateway.cli.naming import Newcomer, check_name
from gateway.cli.nearby import CAMERAS, look
from gateway.cli.newcomers import Here, Told, Wish, newcomer_of, radio_of
from gateway.cli.options import CONFIG_FILE, ConfigOption, JsonOption, StateOption
from gateway.cli.output import BAD_INPUT, Problem, emit, sentences
from gateway.cli.terminal import while_read
from gateway.model.credential import Code
from gateway.model.driver import CommandRefused

app = typer.Typer(add_completion=False)
KEYED = {"zwave"}  # radios whose devices prove themselves with a printed key
KEY_CHARACTERS = 100
LONGEST_SECONDS = 254  # what a Zigbee network can be told
GRACE_SECONDS = 15  # an interview that began in time may end
_FAILED = {
    "PermitJoin": "the network could not be opened",
    "GiveJoinKey": "the device did not get its key",
}


@app.command()
def pair(  # noqa: PLR0913 - each is an option of the command
    *,
    seconds: Annotated[
        int,
        typer.Option(min=0, max=LONGEST_SECONDS, help="How long devices may join; 0 closes."),
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
    key_stdin: Annotated[
        bool, typer.Option("--key-stdin", help="Read the key of a Z-Wave device from stdin.")
    ] = False,
    radio: Annotated[
        str | None,
        typer.Option(help="zigbee or zwave, where the hub has both; onvif looks for cameras."),
    ] = None,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let devices join, show each as it comes, and give the lines for the configuration."""
    with sentences(as_json=as_json):
        if (install_code is None) != (address is None):
            raise Problem("--install-code and --address go together", BAD_INPUT)
        if radio == CAMERAS and seconds:
            _look(config, state, seconds, name, as_json=as_json)
            return
        if name is not None and seconds:
            check_name(config, name, radio)
        folder = state_folder(config, state)
        radio = radio or radio_of(folder, is_coded=install_code is not None, is_keyed=key_stdin)
        if seconds == 0:
            _close(folder, radio, as_json=as_json)
            return
        key = _sound(_key(from_stdin=key_stdin)) if key_stdin or radio in KEYED else None
        wish = Wish(radio, seconds, install_code, address, name, key, as_json)
        asyncio.run(_pair(folder, config, wish)).judge()


def _look(
    config: Path, state: Path | None, seconds: int, name: str | None, *, as_json: bool
) -> None:
    if name is not None:
        raise Problem("a camera has a section of its own: leave out --name", BAD_INPUT)
    asyncio.run(look(state_folder(config, state), seconds, as_json=as_json))


def _key(*, from_stdin: bool) -> str | None:
    """Ask for the key before anything joins: the device waits for it only a short while."""
    if from_stdin:
        return sys.stdin.readline(KEY_CHARACTERS).strip() or None
    if not sys.stdin.isatty():
        return None
    question = "The five digits of the device's label (Enter: it has none)"
    return str(typer.prompt(question, default="", show_default=False, err=True)).strip() or None


def _sound(key: str | None) -> str | None:
    """Refuse a mistyped key before anything joins: a device that was told one is in half."""
    try:
        return None if key is None else pin(Code(key))
    except CommandRefused as mistyped:
        raise Problem(f"{mistyped}, and nothing was opened", BAD_INPUT) from None


def _close(folder: Path, radio: str, *, as_json: bool) -> None:
    """Have nobody join any more; a device that waits for its key is in without it."""
    ask(folder, "pair", driver=radio, seconds=0)
    if as_json:
        emit({"open": False, "radio": radio})
    else:
        typer.echo(f"Nobody may join on {radio} any more.")


async def _pair(folder: Path, config: Path, wish: Wish) -> Told:
    told = Told(config, wish)
    async with hub(folder) as client, while_read():
        here = Here((await client.ask("devices"))["devices"])
        async with _open(client, wish):
            with suppress(TimeoutError):
                async with asyncio.timeout(wish.seconds + GRACE_SECONDS):
                    async for newcomer in _joins(client, told, here):
                        insecure = wish.radio in KEYED and await _is_insecure(client, newcomer)
                        if told.doubt(newcomer) if insecure else told.tell(newcomer):
                            break
    return told


@asynccontextmanager
async def _open(client: LineClient, wish: Wish) -> AsyncIterator[None]:
    """Keep the network open, and close it whatever happens."""
    await client.ask("watch")
    await client.ask(
        "pair",
        driver=wish.radio,
        seconds=wish.seconds,
        install_code=wish.install_code,
        address=wish.address,
    )
    try:
        yield
    finally:
        with suppress(SocketTrouble):  # the hub is gone: nothing is open, or its stick closes it
            await client.ask("pair", driver=wish.radio, seconds=0)


async def _is_insecure(client: LineClient, newcomer: Newcomer) -> bool:
    known = (await client.ask("devices"))["devices"].values()
    return any(each["id"] == newcomer.id and "insecure" in each.get("faults", ()) for each in known)


async def _joins(client: LineClient, told: Told, here: Here) -> AsyncIterator[Newcomer]:
    """Give each device that joins, until the network closes."""
    wish = told.wish
    async for line in client.pushes():
        match line.get("event"):
            case {"is": "DeviceJoined", "device": device} if name := here.name_of(device["id"]):
                told.greet(name)
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
            case {"is": "DriverLost", "driver": wish.radio, "reason": reason}:
                raise Problem(
                    f"the {wish.radio} radio is lost ({reason}): pair anew once it is back"
                )
            case {"is": "CommandFailed", "command": {"is": what}, "reason": reason} if (
                what in _FAILED
            ):
                raise Problem(f"{_FAILED[what]}: {reason}")
            case event:
                await _answer(client, told, event)
    raise HungUp("the hub hung up: `nightlatch run` starts it again")


async def _answer(client: LineClient, told: Told, event: object) -> None:
    """Give a device its key where it wants it, and tell of one that joined without."""
    wish = told.wish
    match event:
        case {"is": "JoinKeyWanted", "driver": wish.radio}:
            await client.ask("join_key", driver=wish.radio, key=wish.key)
            _tell_key(wish)
        case {"is": "DeviceFault", "fault": "insecure", "present": True}:
            told.warn_insecure()
        case _:
            pass


def _announce(wish: Wish) -> None:
    if wish.as_json:
        emit({"open": True, "seconds": wish.seconds, "radio": wish.radio})
    else:
        typer.echo(
            f"Open for {wish.seconds} s on {wish.radio}. Press the device's pairing button. "
            "Ctrl-C ends."
        )


def _tell_key(wish: Wish) -> None:
    if wish.as_json:
        emit({"key": wish.key is not None})
    elif wish.key is None:
        typer.secho("It asks for its key, and there is none.", fg=typer.colors.YELLOW)
    else:
        typer.echo("It proves itself with its key …")
