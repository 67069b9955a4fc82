"""Schedules: what is due by the wall clock as it was just told, and when to tell it again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from gateway.model.effect import Outcome
from rules.automation.index import Watch
from rules.automation.program import program
from rules.automation.says import moment
from rules.automation.work import FIRED, LOOKED, Work
from rules.rulebook import Scheduled
from rules.runs import Looked, Start
from rules.schedule import Cursor, due, next_after
from rules.schedule.cursor import REPORTED
from rules.site import Site
from rules.state import State, put

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)


def next_wall(site: Site, state: State) -> datetime | None:
    """Give when the wall clock should next be told; AT_ONCE for a schedule never looked at."""
    return min(_wanted(site, state), default=None)


def told(work: Work, wall: datetime) -> None:
    """Start what is due now."""
    for watch in work.program.index.scheduled:
        if work.effort_left <= 0:
            return  # `next_wall` asks for the rest at once
        _look(work, watch, wall)


def _wanted(site: Site, state: State) -> Iterator[datetime]:
    yield from _changes(site, state)
    for watch in program(site).index.scheduled:
        remembered = state.rules.get(watch.rule)
        looked = None if remembered is None else remembered.looked.get(watch.key)
        if looked is None:
            yield AT_ONCE
        elif looked.next is not None:
            yield looked.next


def _changes(site: Site, state: State) -> Iterator[datetime]:
    """Give when the clock may end a wait that is under way."""
    found = program(site)
    for rule in found.index.clocked.keys() & state.rules_due.keys():
        if not state.rules[rule].runs:
            continue
        for path in found.index.clocked[rule]:
            told = state.wall
            yield AT_ONCE if told is None else found.names.next_change(path, told.wall)


def _look(work: Work, watch: Watch[Scheduled], wall: datetime) -> None:
    looked = work.of(watch.rule).looked.get(watch.key)
    schedule = watch.trigger.schedule
    if looked is None:
        _keep(work, watch, Looked(Cursor(wall), next_after(schedule, wall)))
        work.effort_left -= LOOKED
        return
    # Between a look and the next firing nothing can be due, wherever the clock was in between.
    if looked.cursor.evaluated <= wall and (looked.next is None or wall < looked.next):
        return
    found = due(schedule, looked.cursor, wall, watch.trigger.catch_up)
    # After a step back the next look is by the clock of now: `due` knows what fired already.
    _keep(work, watch, Looked(found.cursor, next_after(schedule, wall)))
    work.effort_left -= LOOKED + FIRED * (len(found.firings) + len(found.dropped))
    if found.dropped:
        last = moment(work.site, found.dropped[-1])
        times = f"{len(found.dropped)} times{' or more' * (len(found.dropped) == REPORTED)}"
        missed = Start(watch.rule, f"its schedule, {times}, last {last}")
        work.note(missed, Outcome.DROPPED, "missed, and its catch_up does not make up for it")
    said = watch.trigger.said
    work.start(
        Start(watch.rule, f"{said}: {moment(work.site, at)}", scheduled=True)
        for at in found.firings
    )


def _keep(work: Work, watch: Watch[Scheduled], looked: Looked) -> None:
    remembered = work.of(watch.rule)
    work.put(watch.rule, replace(remembered, looked=put(remembered.looked, watch.key, looked)))
