"""`nightlatch schema`: the JSON schema of the configuration, for editors."""

import typer

from gateway.cli.options import JsonOption
from gateway.cli.output import emit

app = typer.Typer(add_completion=False)


@app.command()
def schema(*, as_json: JsonOption = False) -> None:
    """Print the JSON schema of the configuration file, for editors."""
    # pydantic is heavy, and `--help` loads every command.
    from gateway.config import json_schema  # noqa: PLC0415 - see above

    del as_json  # it is JSON either way
    emit(json_schema())
