"""`nightlatch call RULE`: start a rule by hand."""

from typing import Annotated

import typer

from gateway.cli.hub import ask, ask_with_code, state_folder
from gateway.cli.options import (
    CONFIG_FILE,
    CodeStdinOption,
    ConfigOption,
    JsonOption,
    StateOption,
)
from gateway.cli.output import NOT_SO, emit, sentences

app = typer.Typer(add_completion=False)


@app.command()
def call(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The rule's id.")],
    *,
    code_stdin: CodeStdinOption = False,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start a rule by hand. What takes a code it does only where one is given."""
    with sentences(as_json=as_json):
        folder = state_folder(config, state)
        if code_stdin:
            answer = ask_with_code(folder, "call", from_stdin=True, rule=rule)
        else:
            answer = ask(folder, "call", rule=rule)
        own = [one for one in answer["ran"] if one["rule"] == rule]
        ran = any(one["outcome"] in {"ran", "queued"} for one in own) and not answer["refused"]
        if as_json:
            emit({**answer, "ok": ran})
        else:
            for one in own:
                reason = f": {one['why']}" if one["why"] else ""
                typer.echo(f"rule {one['rule']} {one['outcome']}{reason}")
            if not own:
                typer.echo(f"rule {rule} did not run: `nightlatch why-not {rule}` says why")
            for line in answer["refused"]:
                typer.secho(line, fg=typer.colors.YELLOW)
        if not ran:
            raise typer.Exit(NOT_SO)
