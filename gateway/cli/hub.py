"""How a command finds the hub, asks it something, and asks a person for a code."""

import asyncio
import os
import sys
import tomllib
from pathlib import Path
from typing import Any

import typer

from gateway.cli.client import LineClient, Refused
from gateway.cli.output import BAD_INPUT, Problem

STATE_FOLDER = "state"
SOCKET = "nightlatch.sock"
SOCKET_BYTES = 107  # of the path: a Unix socket takes no longer one
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
        # Somebody edits the file: who wants to disarm is not to wait for that.
        usual = config.parent / STATE_FOLDER
        if (usual / SOCKET).exists():
            return usual
        raise Problem(
            f"{config} is not TOML: `nightlatch check {config}` says where; "
            "--state names the hub's state folder without it",
            BAD_INPUT,
        ) from error
    return config.parent / str(section.get("folder", STATE_FOLDER))


def hub(folder: Path) -> LineClient:
    """Give a client for the hub that keeps its state in this folder; enter it to connect."""
    path = folder / SOCKET
    if sentence := too_long(path):
        raise Problem(sentence)
    return LineClient(path, f"no hub is running on {path}: start it with `nightlatch run`")


def ask(folder: Path, do: str, **fields: Any) -> dict[str, Any]:
    """Ask the hub one thing."""

    async def once() -> dict[str, Any]:
        async with hub(folder) as client:
            return await client.ask(do, **fields)

    return asyncio.run(once())


def too_long(path: Path) -> str:
    """Say that a path is too long for a Unix socket; "" when it is not."""
    length = len(os.fsencode(path))
    if length <= SOCKET_BYTES:
        return ""
    return (
        f"the path {path} has {length} bytes and a Unix socket takes {SOCKET_BYTES} at most: "
        "choose a state folder with a shorter path"
    )


def ask_with_code(folder: Path, do: str, *, from_stdin: bool, **fields: Any) -> dict[str, Any]:
    """Ask the hub one thing that needs a code. Nobody types a code where no hub runs.

    The prompt stands outside the event loop: inside, Ctrl-C would not end it.
    """
    ask(folder, "state")
    return _ask(folder, do, read_code(from_stdin=from_stdin), fields)


def ask_perhaps_with_code(
    folder: Path, do: str, *, from_stdin: bool, **fields: Any
) -> dict[str, Any]:
    """Ask the hub one thing, and once more with a code where it wants one."""
    if from_stdin:
        return ask_with_code(folder, do, from_stdin=True, **fields)
    try:
        return ask(folder, do, **fields)
    except Refused as refused:
        if not refused.answer.get("code_needed"):
            raise
    return _ask(folder, do, read_code(from_stdin=False), fields)


def read_code(*, from_stdin: bool, twice: bool = False) -> str:
    """Ask for a code without showing it."""
    try:
        code = _read(from_stdin=from_stdin, twice=twice)
        code.encode()
    except UnicodeError:
        raise Problem("that code is not text in UTF-8", BAD_INPUT) from None
    if not code:
        raise Problem("no code was given", BAD_INPUT)
    return code


def _read(*, from_stdin: bool, twice: bool) -> str:
    if from_stdin:
        return sys.stdin.readline(CODE_CHARACTERS).strip()
    if not sys.stdin.isatty():
        raise Problem("a code is needed: pipe it in with --code-stdin", BAD_INPUT)
    # The prompts go to standard error, so that what a command prints can be sent to a file.
    return str(typer.prompt("Code", hide_input=True, confirmation_prompt=twice, err=True))


def _ask(folder: Path, do: str, code: str, fields: dict[str, Any]) -> dict[str, Any]:
    try:
        return ask(folder, do, code=code, **fields)
    except Refused as refused:
        wait = "" if "wait" in str(refused) else _locked_out(folder)
        if wait:
            raise Problem(f"{refused}; {wait}") from None
        raise


def _locked_out(folder: Path) -> str:
    """Say how long the hub hears no more codes; "" when it does.

    A request that needs a code and comes without one changes nothing, and is told of a lockout.
    """
    area = next(iter(ask(folder, "state")["areas"]), None)
    try:
        ask(folder, "disarm", area=area)
    except Refused as refused:
        return "" if refused.answer.get("code_needed") else str(refused)
    return ""
