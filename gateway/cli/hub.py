"""How a command finds the hub, asks it something, and asks a person for a code."""

import asyncio
import sys
import tomllib
from pathlib import Path
from typing import Any

import typer

from gateway.cli.client import LineClient
from gateway.cli.output import BAD_INPUT, Problem

STATE_FOLDER = "state"
SOCKET = "nightlatch.sock"
CODE_CHARACTERS = 64  # of a code on standard input: the rest of an endless line is not read


def state_folder(config: Path, state: Path | None) -> Path:
    """Find the state folder, as cheaply as can be: checking the configuration is not our errand."""
    if state is not None:
        return state
    try:
        section = tomllib.loads(config.read_text("utf-8-sig")).get("state", {})
    except OSError as error:
        raise Problem(
            f"{config} cannot be read ({error.strerror}): "
            "name it with --config, or the hub's state folder with --state",
            BAD_INPUT,
        ) from error
    except ValueError as error:
        raise Problem(
            f"{config} is not TOML: `nightlatch check {config}` says where", BAD_INPUT
        ) from error
    return config.parent / str(section.get("folder", STATE_FOLDER))


def hub(folder: Path) -> LineClient:
    """Give a client for the hub that keeps its state in this folder; enter it to connect."""
    path = folder / SOCKET
    return LineClient(path, f"no hub is running on {path}: start it with `nightlatch run`")


def ask(folder: Path, do: str, **fields: Any) -> dict[str, Any]:
    """Ask the hub one thing."""

    async def once() -> dict[str, Any]:
        async with hub(folder) as client:
            return await client.ask(do, **fields)

    return asyncio.run(once())


def ask_with_code(folder: Path, do: str, *, from_stdin: bool, **fields: Any) -> dict[str, Any]:
    """Ask the hub one thing that needs a code. Nobody types a code where no hub runs.

    The prompt stands outside the event loop: inside, Ctrl-C would not end it.
    """
    ask(folder, "state")
    return ask(folder, do, code=read_code(from_stdin=from_stdin), **fields)


def read_code(*, from_stdin: bool) -> str:
    """Ask for a code without showing it."""
    if from_stdin:
        code = sys.stdin.readline(CODE_CHARACTERS).strip()
    elif sys.stdin.isatty():
        code = str(typer.prompt("Code", hide_input=True))
    else:
        raise Problem("a code is needed: pipe it in with --code-stdin", BAD_INPUT)
    if not code:
        raise Problem("no code was given", BAD_INPUT)
    return code
