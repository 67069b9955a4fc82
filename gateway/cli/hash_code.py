"""`nightlatch hash-code`: turns a person's code into what may stand in the configuration."""

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
            text = hashed(read_code(from_stdin=code_stdin, twice=True))
        except WeakCode as weak:
            raise Problem(str(weak), BAD_INPUT) from None
        if as_json:
            emit({"code": text})
        else:
            typer.echo(text)
