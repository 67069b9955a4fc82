"""`nightlatch why`: who or what brought something about, from the journal on disk."""

import re
from typing import Annotated

import typer

from gateway.cli.hub import state_folder
from gateway.cli.options import CONFIG_FILE, ConfigOption, JsonOption, StateOption
from gateway.cli.output import NOT_SO, emit, sentences
from gateway.cli.past import AtOption, Clockface, configured, journal, moment
from gateway.history.links import Answer, Link
from gateway.history.subjects import subject
from gateway.history.why import why as answered
from rules import automation

app = typer.Typer(add_completion=False)


@app.command()
def why(
    what: Annotated[
        str,
        typer.Argument(
            help="An entry's number, a device, an area, a rule, "
            "or siren, alarm, armed, disarmed, notify."
        ),
    ],
    *,
    at: AtOption = None,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell why: what was ordered, when, by which event, by whom, and by which rule."""
    with sentences(as_json=as_json):
        folder = state_folder(config, state)
        now, zone = configured(config)
        with journal(folder, now) as past:
            site = past.site()
            asked = subject(past, site, what)
            answer = answered(past, site, asked, moment(past, at, zone).number)
        if as_json:
            emit(answer.as_dict())
        else:
            _tell(answer, Clockface(zone))
        if not answer.is_so:
            raise typer.Exit(NOT_SO)


def _tell(answer: Answer, clock: Clockface) -> None:
    if not answer.is_so:
        typer.secho(f"{answer.sentence}.", fg=typer.colors.YELLOW)
    for link in answer.links:
        _tell_link(link, clock)
    for note in answer.notes:
        typer.secho(note, dim=True)


def _by(link: Link) -> str:
    """Say who brought it about, unless that is said: in its own words, or as what happened."""
    if not link.by or link.by == (link.entry and link.entry.text):
        return ""
    if re.search(rf"\bby {re.escape(link.by)}(?!\w)", link.what):
        return ""
    return f", {link.by}" if " " in link.by else f", by {link.by}"


def _tell_link(link: Link, clock: Clockface) -> None:
    outcome = f" ({link.outcome})" if link.outcome else ""
    typer.secho(f"{link.what}{_by(link)}{outcome}", bold=True)
    typer.echo(f"  {clock.told(link.entry)}")
    if link.ran is not None:
        told = automation.why(link.ran)
        for line in told[1:] if link.what.startswith(told[0]) else told:
            typer.echo(f"    {line}")
    for one in link.changed:
        typer.secho(f"    {clock.changed(one)}", fg=typer.colors.CYAN)
