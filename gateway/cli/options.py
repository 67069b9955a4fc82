"""The options that commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

CONFIG_FILE = Path("nightlatch.toml")

ConfigOption = Annotated[
    Path,
    typer.Option("--config", "-c", envvar="NIGHTLATCH_CONFIG", help="The configuration file."),
]
StateOption = Annotated[
    Path | None,
    typer.Option(
        "--state",
        envvar="NIGHTLATCH_STATE",
        help="The hub's state folder, instead of the one the configuration names.",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON object a line, for programs.")
]
CodeStdinOption = Annotated[
    bool, typer.Option("--code-stdin", help="Read the code from standard input, for scripts.")
]


class Listen(StrEnum):
    """How the simulated stick is reached."""

    PTY = "pty"
    TCP = "tcp"


ListenOption = Annotated[Listen, typer.Option(help="How the simulated stick is reached.")]
AreaOption = Annotated[str | None, typer.Option(help="The area; only where there are several.")]
