"""`nightlatch code`: the PINs in the locks. A PIN is typed, never an argument."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from gateway.cli.hub import CODE_CHARACTERS, ask, ask_with_code, state_folder
from gateway.cli.options import (
    CONFIG_FILE,
    CodeStdinOption,
    ConfigOption,
    JsonOption,
    StateOption,
)
from gateway.cli.output import BAD_INPUT, Problem, ago, emit, sentences, warn_unless_stored
from gateway.cli.paint import plain_table
from gateway.cli.terminal import Paper

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="The PINs in the locks: give, take, list, and make one for once. All take --json.",
)
HOURS = 24
HOURS_MAX = 24 * 31
SECOND_US = 1_000_000

PinStdinOption = Annotated[
    bool,
    typer.Option(
        "--pin-stdin",
        help="Read the PIN from standard input; with --code-stdin the code is its first line.",
    ),
]


@app.command("set")
def set_(  # noqa: PLR0913 - each is an option of the command
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Their name.")],
    *,
    pin_stdin: PinStdinOption = False,
    code_stdin: CodeStdinOption = False,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give the hub somebody's PIN, and have it written to their locks. Asks for your code too."""
    with sentences(as_json=as_json):
        folder = state_folder(config, state)
        ask(folder, "codes")  # nobody types a PIN where no hub runs
        answer = _with_pin(folder, person, pin_stdin=pin_stdin, code_stdin=code_stdin)
        _tell(answer, f"The PIN of {person} is kept.", as_json=as_json, say=_stands)


@app.command()
def clear(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A person, or a one-time label.")],
    *,
    code_stdin: CodeStdinOption = False,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take somebody's PIN, or the one-time PINs of a label, out of the locks."""
    with sentences(as_json=as_json):
        folder = state_folder(config, state)
        answer = ask_with_code(folder, "code_clear", from_stdin=code_stdin, name=name)
        _tell(answer, f"The PIN of {name} is kept no longer.", as_json=as_json, say=_leaves)


@app.command("list")
def list_(
    *,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the slots of the locks: whose each is, and whether it holds what it should."""
    with sentences(as_json=as_json):
        folder = state_folder(config, state)
        answer = ask(folder, "codes")
        if as_json:
            emit(answer)
        elif not answer["slots"]:
            typer.echo("No slot of a lock is anybody's: add lock_slots to a [[person]].")
        else:
            Paper(wide=True).print(_table(answer["slots"], _now_us(folder)))


@app.command()
def once(  # noqa: PLR0913 - each is an option of the command
    lock: Annotated[str, typer.Argument(metavar="LOCK", help="The lock's name or id.")],
    *,
    hours: Annotated[
        int, typer.Option(min=1, max=HOURS_MAX, help="How long it lasts, if it is not used.")
    ] = HOURS,
    label: Annotated[str, typer.Option(help="What the journal calls it.")] = "one-time",
    code_stdin: CodeStdinOption = False,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a PIN that opens a lock once, and print it: nothing ever shows it again."""
    wish = {"device": lock, "hours": hours, "label": label}
    with sentences(as_json=as_json):
        folder = state_folder(config, state)
        answer = ask_with_code(folder, "code_once", from_stdin=code_stdin, **wish)
        if as_json:
            emit(answer)
            return
        typer.echo(answer["pin"])
        typer.secho(_of_once(answer, hours), err=True)
        warn_unless_stored(answer)


def _with_pin(folder: Path, person: str, *, pin_stdin: bool, code_stdin: bool) -> dict[str, Any]:
    if code_stdin and not pin_stdin:
        raise Problem("with --code-stdin the PIN is read too: add --pin-stdin", BAD_INPUT)
    if pin_stdin and not code_stdin:
        raise Problem("with --pin-stdin the code is read too: add --code-stdin", BAD_INPUT)
    if pin_stdin:
        code, pin = (sys.stdin.readline(CODE_CHARACTERS).strip() for _ in range(2))
        if not code or not pin:
            raise Problem("two lines are wanted: your code, and the PIN", BAD_INPUT)
        return ask(folder, "code_set", person=person, pin=pin, code=code)
    if not sys.stdin.isatty():
        raise Problem("a PIN is needed: pipe it in with --code-stdin --pin-stdin", BAD_INPUT)
    prompt = f"The PIN of {person}"
    pin = str(typer.prompt(prompt, hide_input=True, confirmation_prompt=True, err=True))
    return ask_with_code(folder, "code_set", from_stdin=False, person=person, pin=pin)


def _tell(
    answer: Mapping[str, Any], done: str, *, as_json: bool, say: Callable[[Mapping[str, Any]], str]
) -> None:
    if as_json:
        emit(answer)
        return
    typer.echo(done)
    for row in answer["slots"]:
        typer.echo(f"  {row['lock']}, slot {row['slot']}: {say(row)}")
    warn_unless_stored(answer)


def _of_once(answer: Mapping[str, Any], hours: int) -> str:
    where = f"{answer['lock']}, slot {answer['slot']}"
    if not answer["written"]:
        return f"{where} has not taken it yet: `nightlatch code list` tells when it has."
    return f"It is in {where}, for one opening within {hours} h."


def _stands(row: Mapping[str, Any]) -> str:
    """Say how a slot stands, in a few words."""
    if row["ordered"] is None:
        if row["found"] == "other":
            return "left as it is" if row["person"] else "nobody's PIN"
        return "no PIN kept"
    wanted = "its PIN" if row["ordered"] else "empty"
    if not row["written"]:
        return f"to be {wanted}, not taken yet"
    return wanted if row["as_ordered"] else f"should be {wanted}, found {row['found']}"


def _leaves(row: Mapping[str, Any]) -> str:
    """Say of a slot that was cleared whether the PIN is out of it."""
    if row["ordered"] is None and row["found"] == "other":
        return "a PIN that is not kept is in it"
    if row["ordered"] is None or (row["ordered"] is False and row["written"]):
        return "gone"
    if row["ordered"]:
        return _stands(row)
    return "is being taken out: `nightlatch code list` tells when the lock has"


def _table(rows: Sequence[Mapping[str, Any]], now_us: int) -> Table:
    table = plain_table("lock", "slot", "whose", "stands", "found", "window")
    for row in rows:
        whose = row["person"] or (f"once: {row['once']}" if row["once"] else "nobody")
        since = row["since_us"]
        seen = f", {ago((now_us - since) / SECOND_US)}" if since is not None else ""
        # Where nothing belongs nobody looks, unless something is found there.
        is_unseen = row["ordered"] is None and row["found"] == "unknown"
        slot, found = str(row["slot"]), "" if is_unseen else f"{row['found']}{seen}"
        table.add_row(row["lock"], slot, whose, _stands(row), found, row["window"] or "")
    return table


def _now_us(folder: Path) -> int:
    return int(ask(folder, "state")["house_time_us"])
