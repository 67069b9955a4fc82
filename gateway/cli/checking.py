"""What a look at one thing gives: its name, whether it is well, and a sentence."""

from dataclasses import dataclass

import typer


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at."""

    name: str
    ok: bool
    sentence: str


def well(name: str, sentence: str) -> Check:
    """Say that something is as it should be."""
    return Check(name, ok=True, sentence=sentence)


def failed(name: str, sentence: str) -> Check:
    """Say that something is not, and what to do."""
    return Check(name, ok=False, sentence=sentence)


def tell(check: Check) -> None:
    """Print what was found of one thing."""
    word, colour = ("ok", typer.colors.GREEN) if check.ok else ("look", typer.colors.RED)
    typer.secho(f"{word:<5}", fg=colour, bold=True, nl=False)
    typer.echo(f"{check.name}: {check.sentence}")
