"""What can be typed or asked is documented: commands, their options, long jobs, requests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from gateway.api.requests import HANDLERS
from gateway.cli.root import app
from gateway.model.upkeep import Job

DOCS = Path(__file__).parents[2] / "docs"
COMMANDS = (DOCS / "commands.md").read_text("utf-8")
SOCKET = (DOCS / "hub-socket.md").read_text("utf-8")
GLOSSARY = (DOCS / "glossary.md").read_text("utf-8")


def parts() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Give each command of a group of commands, with its options."""
    root = typer.main.get_command(app)
    context = typer.Context(root)
    for name in root.list_commands(context):  # type: ignore[attr-defined] # a group
        command = root.get_command(context, name)  # type: ignore[attr-defined]
        for part, made in getattr(command, "commands", {}).items():
            options = (o for parameter in made.params for o in parameter.opts)
            yield name, part, tuple(o for o in options if o.startswith("--"))


@pytest.mark.parametrize(("group", "name", "options"), list(parts()))
def test_every_command_of_a_group_is_documented(
    group: str, name: str, options: tuple[str, ...]
) -> None:
    assert f"`{group} {name}" in COMMANDS or f"`nightlatch {group} {name}" in COMMANDS
    assert not [option for option in options if option not in COMMANDS]


@pytest.mark.parametrize("job", Job)
def test_every_long_job_is_documented(job: Job) -> None:
    assert f"| `{job}" in COMMANDS or f'| `"{job}"' in COMMANDS
    assert f"`{job}`" in SOCKET


@pytest.mark.parametrize("do", [*HANDLERS, "watch"])
def test_every_request_is_documented(do: str) -> None:
    assert f"| `{do}` |" in SOCKET


@pytest.mark.parametrize(
    "word", ["DSK", "S2", "SmartStart", "inclusion", "exclusion", "NVM", "wake-up", "node"]
)
def test_the_words_of_zwave_are_in_the_glossary(word: str) -> None:
    assert f"| {word} |" in GLOSSARY


def test_the_glossary_is_in_order() -> None:
    words = [line.split("|")[1].strip() for line in GLOSSARY.splitlines() if line.startswith("| ")]

    assert words[1:] == sorted(words[1:], key=str.lower)
