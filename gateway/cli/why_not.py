"""`nightlatch why-not`: what keeps a rule from running, now or at any moment of the journal."""

from typing import Annotated

import typer

from gateway.cli.hub import state_folder
from gateway.cli.options import CONFIG_FILE, ConfigOption, JsonOption, StateOption
from gateway.cli.output import NOT_SO, emit, sentences
from gateway.cli.past import AtOption, Clockface, configured, journal, moment
from gateway.history.subjects import rule as rule_named
from gateway.history.why_not import NotRun, Record, lines
from gateway.history.why_not import why_not as answered

app = typer.Typer(add_completion=False)


@app.command()
def why_not(
    rule: Annotated[str, typer.Argument(help="The rule, by its id.")],
    *,
    at: AtOption = None,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell why a rule does not run: its triggers, each term of its condition, its limits."""
    with sentences(as_json=as_json):
        folder = state_folder(config, state)
        now, zone = configured(config)
        with journal(folder, now) as past:
            site = past.site()
            name = rule_named(past, site, rule)
            when = moment(past, at, zone)
            told = answered(past, site, name, when.number, when.wall)
        if as_json:
            emit(told.as_dict())
        else:
            _tell(told, Clockface(zone))
        if told.found is None:
            raise typer.Exit(NOT_SO)


def _tell(told: NotRun, clock: Clockface) -> None:
    typer.secho(told.sentence, bold=True)
    typer.secho(f"  asked of {clock.when(told.wall)}, after entry {told.number}", dim=True)
    for line in lines(told):
        typer.echo(line)
    for one in told.changed:
        typer.secho(f"  {clock.changed(one)}", fg=typer.colors.CYAN)
    _tell_record("it last ran", told.last_ran, clock)
    _tell_record("it last came to nothing", told.last_dropped, clock)


def _tell_record(what: str, record: Record | None, clock: Clockface) -> None:
    if record is None:
        typer.secho(f"  {what}: never, as far as the journal goes back", dim=True)
        return
    reasons = [reason for reason in (record.ran.why, *record.refused) if reason]
    why = f" ({record.ran.outcome}: {'; '.join(reasons)})" if reasons else ""
    typer.echo(f"  {what}: {clock.told(record.entry)}{why}")
