"""`nightlatch simulate`: plays a scenario against the real hub, and says what held."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.extras import must_have_cameras
from gateway.cli.hub_command import hub_command
from gateway.cli.node_tree import for_virtual_houses
from gateway.cli.options import JsonOption, Listen, ListenOption
from gateway.cli.output import BAD_INPUT, NOT_SO, Problem, emit, sentences
from gateway.cli.paint import plain_table
from gateway.cli.telling import Telling
from gateway.cli.terminal import Paper
from simulator.play import (
    Kind,
    Outcome,
    Progress,
    ScenarioError,
    VirtualHouseError,
    load,
    shipped,
)
from simulator.play import (
    simulate as play,
)
from simulator.play.house import Radio

app = typer.Typer(add_completion=False)
MARKS = {
    Kind.BUILD: ("    ", typer.colors.CYAN),
    Kind.STEP: ("  > ", typer.colors.CYAN),
    Kind.SEEN: ("    ", None),
    Kind.PASSED: ("ok  ", typer.colors.GREEN),
    Kind.FAILED: ("FAIL", typer.colors.RED),
}


@app.command()
def simulate(  # noqa: PLR0913 - each is an option of the command
    scenario: Annotated[
        str | None, typer.Argument(metavar="FILE|NAME", help="A scenario file, or one of ours.")
    ] = None,
    *,
    list_them: Annotated[bool, typer.Option("--list", help="Name the scenarios we ship.")] = False,
    listen: ListenOption = Listen.PTY,
    ezsp: Annotated[int, typer.Option(min=13, max=19, help="The stick's EZSP version.")] = 13,
    repeat: Annotated[int, typer.Option(min=1, max=1000, help="Play it so often.")] = 1,
    keep: Annotated[
        Path | None, typer.Option(help="Keep journal, logs and configuration in this folder.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Play a scenario in a virtual house against the real hub; exit 0 when all held."""
    with sentences(as_json=as_json):
        if list_them:
            _list(as_json=as_json)
            return
        if scenario is None:
            raise Problem("name a scenario: `nightlatch simulate --list` shows ours", BAD_INPUT)
        passed = True
        for number in range(1, repeat + 1):
            folder = _folder(keep, number, repeat)
            outcome = _play(scenario, listen, ezsp, folder, as_json=as_json)
            _tell(outcome, number, repeat, as_json=as_json)
            passed = passed and outcome.passed
        if not passed:
            raise typer.Exit(NOT_SO)


def _play(scenario: str, listen: Listen, ezsp: int, keep: Path | None, *, as_json: bool) -> Outcome:
    telling = Telling(_progress)
    try:
        tree = _packages(scenario, as_json=as_json)
        return asyncio.run(
            play(
                scenario,
                hub_command=hub_command,
                listen=listen.value,
                ezsp=ezsp,
                work=keep,
                node_tree=tree,
                progress=_quiet if as_json else telling.take,
            )
        )
    except ScenarioError as error:
        raise Problem(str(error), BAD_INPUT) from None
    except VirtualHouseError as error:
        raise Problem(str(error)) from None
    finally:
        telling.end()


def _packages(scenario: str, *, as_json: bool) -> Path | None:
    """Give where the Node packages are that a scenario needs; None where they need no telling."""
    radios = load(scenario).home.radios
    if Radio.CAMERA in radios:
        must_have_cameras()
    return for_virtual_houses(as_json=as_json) if Radio.ZWAVE in radios else None


def _folder(keep: Path | None, number: int, repeat: int) -> Path | None:
    # Each run begins with a house of its own: what an earlier one left would change the play.
    return keep / f"run-{number}" if keep is not None and repeat > 1 else keep


def _progress(progress: Progress) -> None:
    mark, colour = MARKS[progress.kind]
    typer.secho(f"{progress.at_ms:9.1f} ms  {mark}  {progress.text}", fg=colour)


def _quiet(_: Progress) -> None:
    """Say nothing before the end."""


def _tell(outcome: Outcome, number: int, repeat: int, *, as_json: bool) -> None:
    if as_json:
        emit({**outcome.as_dict(), **({"run": number} if repeat > 1 else {})})
        return
    held = sum(step.passed for step in outcome.steps)
    run = f" (run {number} of {repeat})" if repeat > 1 else ""
    verdict = "passed" if outcome.passed else "FAILED"
    typer.secho(
        f"{outcome.scenario}: {verdict}, {held} of {len(outcome.steps)} held{run}",
        fg=typer.colors.GREEN if outcome.passed else typer.colors.RED,
        bold=True,
    )


def _list(*, as_json: bool) -> None:
    scenarios = [load(name) for name in shipped()]
    if as_json:
        emit({"scenarios": [{"name": one.name, "about": one.about} for one in scenarios]})
        return
    table = plain_table("name", "what happens")
    for one in scenarios:
        table.add_row(one.name, one.about)
    Paper().print(table)
