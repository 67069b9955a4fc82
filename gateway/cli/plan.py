"""What loading a configuration anew does, on the screen."""

from collections.abc import Mapping
from typing import Any

import typer

_WORDS = {"kept": "goes on", "rebased": "counted anew", "cancelled": "cancelled"}


def show_plan(answer: Mapping[str, Any]) -> None:
    """Print what changes, what becomes of what waits, and what takes a restart."""
    for line in answer["changed"]:
        typer.echo(f"  {line}")
    for key, word in _WORDS.items():
        for line in answer["plan"][key]:
            colour = typer.colors.YELLOW if key == "cancelled" else None
            typer.secho(f"  {word}: {line}", fg=colour)
    for line in answer["restart"]:
        typer.secho(f"  {line}", fg=typer.colors.YELLOW)
    if not any((answer["changed"], *answer["plan"].values(), answer["restart"])):
        typer.echo("  nothing changes")
