"""The list of commands. Each is imported when it is asked for, so that none pays for another."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

COMMANDS = {
    "check": "check",
    "run": "run",
    "state": "state",
    "arm": "arm",
    "disarm": "disarm",
    "bypass": "bypass",
    "reset": "reset",
    "pair": "pair",
    "devices": "devices",
    "log": "log",
    "doctor": "doctor",
    "demo": "demo.command",
    "simulate": "simulate",
    "hash-code": "hash_code",
    "schema": "schema",
}
"""A command, and its file in this folder."""


class Commands(TyperGroup):
    """Finds a command by its name, and imports only that one."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Name them in the order in which people need them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import the file of one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"gateway.cli.{COMMANDS[cmd_name]}")
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=Commands,
    help="Nightlatch: an alarm panel on a home server and a USB stick.",
    no_args_is_help=True,
    # A traceback with local variables could show a code.
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _nightlatch() -> None:
    """Nightlatch: an alarm panel on a home server and a USB stick."""
