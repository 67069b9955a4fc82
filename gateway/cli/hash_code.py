"""`nightlatch hash-code`: turns a person's code into what may stand in the configuration."""

import sys

import typer

from gateway.cli.hub import read_code
from gateway.cli.options import CodeStdinOption, JsonOption
from gateway.cli.output import BAD_INPUT, Problem, emit, sentences

app = typer.Typer(add_completion=False)


@app.command()
def hash_code(*, code_stdin: CodeStdinOption = False, as_json: JsonOption = False) -> None:
    """Ask for a code twice, and print its argon2id hash for the configuration."""
    # argon2 is heavy, and `--help` loads every command.
    from gateway.config.codes import WeakCode  # noqa: PLC0415 - see above
    from gateway.config.codes import hash_code as hashed  # noqa: PLC0415 - see above

    with sentences(as_json=as_json):
        try:
            text = hashed(_read(from_stdin=code_stdin))
        except WeakCode as weak:
            raise Problem(str(weak), BAD_INPUT) from None
        if as_json:
            emit({"code": text})
        else:
            typer.echo(text)


def _read(*, from_stdin: bool) -> str:
    if from_stdin:
        return read_code(from_stdin=True)
    if not sys.stdin.isatty():
        raise Problem("a code is needed: pipe it in with --code-stdin", BAD_INPUT)
    # The prompts go to standard error, so that the hash can be sent to a file.
    return str(typer.prompt("Code", hide_input=True, confirmation_prompt=True, err=True))
