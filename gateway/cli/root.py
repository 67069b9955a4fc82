"""The list of commands. Each is imported when it is asked for, so that none pays for another."""

import sys
from functools import partial
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from gateway.cli.catch import guarded
from gateway.cli.output import in_colour

COMMANDS = {
    "check": "check",
    "run": "run",
    "reload": "reload",
    "state": "state",
    "arm": "arm",
    "disarm": "disarm",
    "bypass": "bypass",
    "reset": "reset",
    "lock": "acts:lock",
    "unlock": "acts:unlock",
    "on": "acts:on",
    "off": "acts:off",
    "siren": "acts:siren",
    "aim": "acts:aim",
    "infrared": "acts:infrared",
    "relearn": "acts:relearn",
    "reboot": "acts:reboot",
    "pair": "pair",
    "name": "name",
    "code": "code",
    "devices": "devices",
    "remove": "acts:remove",
    "radio": "radio",
    "zwave": "zwave",
    "rules": "rules",
    "call": "call",
    "clip": "clip",
    "log": "log",
    "why": "why",
    "why-not": "why_not",
    "doctor": "doctor",
    "demo": "demo.command",
    "simulate": "simulate",
    "hash-code": "hash_code",
    "schema": "schema",
}
"""A command, and its file in this folder: `app` in it, or what stands behind the colon."""


class Commands(TyperGroup):
    """Finds a command by its name, and imports only that one."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a command; whatever goes wrong is told in a sentence, or as JSON."""
        words = args[0] if args else extra.get("args")
        as_json = "--json" in (sys.argv if words is None else words)
        if not in_colour():
            extra["color"] = False
            self.rich_markup_mode = None
        extra["standalone_mode"] = False
        sys.exit(guarded(partial(super().main, *args, **extra), as_json=as_json))

    def list_commands(self, ctx: Any) -> list[str]:
        """Name them in the order in which people need them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import the file of one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        file, _, name = COMMANDS[cmd_name].partition(":")
        module = import_module(f"gateway.cli.{file}")
        command = typer.main.get_command(getattr(module, name or "app"))
        command.name = cmd_name
        if not in_colour():
            command.rich_markup_mode = None  # type: ignore[attr-defined] # plain help
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
