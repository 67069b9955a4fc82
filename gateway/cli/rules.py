"""`nightlatch rules`: what rules there are, and whether they do what their tests say."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import track

from gateway.cli.options import CONFIG_FILE, ConfigOption, JsonOption
from gateway.cli.output import BAD_INPUT, NOT_SO, Problem, emit, sentences
from gateway.cli.terminal import Paper

if TYPE_CHECKING:
    from gateway.cli.rule_report import Report
    from gateway.config import Config
    from rules.trial.trials import Mutated, Trials

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="List the rules, and run their tests. Both take --json.",
)

RulesArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[RULE]...", help="Only these rules, by their ids.")
]


@app.command("list")
def list_(*, config: ConfigOption = CONFIG_FILE, as_json: JsonOption = False) -> None:
    """List the rules: what starts each, whether it is enabled, its tests, its line."""
    # pydantic is heavy, and `--help` loads every command.
    from gateway.cli.rule_list import rows, table_of  # noqa: PLC0415 - see above

    with sentences(as_json=as_json):
        found = rows(_loaded(config))
        if as_json:
            emit({"rules": found})
        else:
            Paper(wide=True).print(table_of(found))


@app.command("test")
def run_tests(  # noqa: PLR0913 - each is an option of the command
    rules: RulesArgument = None,
    *,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Tell what of the rules the tests do not reach.")
    ] = False,
    mutate: Annotated[
        bool,
        typer.Option("--mutate", help="Change the rules a little, and tell what no test notices."),
    ] = False,
    min_coverage: Annotated[
        float | None,
        typer.Option(min=0, max=100, help="Exit 1 where less than so many percent are reached."),
    ] = None,
    config: ConfigOption = CONFIG_FILE,
    as_json: JsonOption = False,
) -> None:
    """Run the tests of the rules, in a house that is not there. Exit 1 where one fails."""
    from gateway.cli.rule_report import Report  # noqa: PLC0415 - pydantic is heavy, see list_
    from rules.trial.trials import Trials, run_all  # noqa: PLC0415 - see list_

    with sentences(as_json=as_json):
        loaded = _loaded(config)
        names = _named(loaded, rules or [])
        trials = Trials(loaded.site(), loaded.rule_tests())
        report = Report(loaded, names, tuple(run_all(trials, names)), in_full=bool(rules))
        if coverage or min_coverage is not None:
            report.coverage = trials.coverage(report.results, names)
        if mutate:
            report.mutated = tuple(_mutated(trials, names, quiet=as_json))
        _tell(report, as_json=as_json)
        if not report.is_well(min_coverage):
            raise typer.Exit(NOT_SO)


def _tell(report: "Report", *, as_json: bool) -> None:
    if as_json:
        emit(report.as_dict())
        return
    for line, style in report.lines():
        Paper(wide=True).print(line, style=style, markup=False, highlight=False)


def _mutated(trials: "Trials", names: list[str], *, quiet: bool) -> "Iterator[Mutated]":
    """Try the changes of each rule; on a terminal, say how far it is."""
    paper = Console(stderr=True)
    tested = [name for name in names if trials.tests.get(name)]
    hidden = quiet or not paper.is_terminal
    for name in track(tested, "changing rules", console=paper, transient=True, disable=hidden):
        yield trials.mutate(name)


def _loaded(config: Path) -> "Config":
    from gateway.config import ConfigErrors, load  # noqa: PLC0415 - pydantic is heavy, see list_

    try:
        return load(config)
    except ConfigErrors as wrong:
        more = f" (and {len(wrong.errors) - 1} more)" if len(wrong.errors) > 1 else ""
        sentence = f"{wrong.errors[0].sentence()}{more}: `nightlatch check {config}` shows it"
        raise Problem(sentence, BAD_INPUT) from None


def _named(config: "Config", names: list[str]) -> list[str]:
    """Give the rules that were named, in the order of the file; all where none were."""
    from gateway.config.errors import did_you_mean  # noqa: PLC0415 - see list_

    there = list(config.rulebook().rules)
    for name in names:
        if name not in there:
            hint = did_you_mean(name, there) or "`nightlatch rules list` names them"
            raise Problem(f"there is no rule {name!r} in {config.path}; {hint}", BAD_INPUT)
    return [name for name in there if name in names] if names else there
