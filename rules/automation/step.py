"""The rules' part of one step: what was waited for, what is cancelled, what starts."""

from dataclasses import replace

from gateway.model.capability import capability_of
from gateway.model.clock import HouseTime
from gateway.model.effect import EXPIRES, Effect, Level, Notify
from gateway.model.event import (
    DriverLost,
    Event,
    ProgramEnded,
    Reported,
    Started,
    Ticked,
    WallTold,
)
from rules.automation import acting, running, schedules, starting, stays, triggers
from rules.automation.index import CLOCK
from rules.automation.work import Work
from rules.expression import Path
from rules.runs import Wall
from rules.site import Site
from rules.state import State, Trouble, TroubleKind


def step(
    site: Site, before: State, state: State, event: Event, at: HouseTime
) -> tuple[State, tuple[Effect, ...]]:
    """Give the state after the rules answered an event. `before` is from before the event."""
    state = _told(state, event, at)
    if not site.rules.rules:
        return state, ()
    work = Work(site, state, at)
    if state.rules_left is not None:
        work.go_on(state.rules_left)
    if isinstance(event, Started):
        _lapse(work, event)
    # What was over by now comes first, whatever the event says: a tick may be late. But nobody
    # knows what stayed so while the hub was away.
    stays.over(work, state if isinstance(event, Started) else before)
    running.go_on(work)
    stays.noticed(work, before, event)
    running.cancel(work, _touched(site, before, state, event))
    work.start(triggers.started(site, work.program.index, before, state, event))
    match event:
        case WallTold(wall=wall):
            schedules.told(work, wall)
        case ProgramEnded():
            acting.answer(work, event)
        case _:
            pass
    starting.drain(work)
    if work.state.areas is not state.areas:
        running.cancel(work, _AREAS)
        starting.drain(work)
    return work.finished(), tuple(work.effects)


def _lapse(work: Work, event: Started) -> None:
    """End the codes that wait: those in queues after a gap, all where nobody knows how long."""
    if not event.trusted:
        work.lapse_all()
    elif event.gap_seconds > EXPIRES.total_seconds():
        work.lapse()


def failed(state: State, event: Event, at: HouseTime, bug: str) -> tuple[State, tuple[Effect, ...]]:
    """Give the state where a step of the rules broke: what was due is given up, so that it does not
    break the next one too, and people are told once.
    """
    state = _told(state, event, at)
    due = {rule for rule, when in state.rules_due.items() if when <= at}
    rules = {
        rule: replace(kept, stays={}, runs=(), queue=()) if rule in due else kept
        for rule, kept in state.rules.items()
    }
    waiting = {rule: when for rule, when in state.rules_due.items() if rule not in due}
    state = replace(state, rules=rules, rules_due=waiting, rules_left=None)
    if BROKEN in state.troubles:
        return state, ()
    lost = f"; given up: {', '.join(sorted(due))}" if due else ""
    said = f"trouble: the rules failed over a {type(event).__name__} ({bug}){lost}"
    state = replace(state, troubles={**state.troubles, BROKEN: at})
    return state, (Notify(said, Level.TROUBLE),)


BROKEN = Trouble(TroubleKind.PART, "the rules")


def next_deadline(state: State) -> HouseTime | None:
    """Give the earliest deadline of all rules."""
    left = () if state.rules_left is None else (state.rules_left.at,)
    return min((*left, *state.rules_due.values()), default=None)


_AREAS: frozenset[Path] = frozenset({("area",), ("zone",), ("zones",)})
_TIME: frozenset[Path] = frozenset((root,) for root in CLOCK)


def _told(state: State, event: Event, at: HouseTime) -> State:
    """Keep what the wall clock shows; after a start nobody knows until it is told."""
    match event:
        case WallTold(wall=wall):
            return replace(state, wall=Wall(wall, at))
        case Started() if state.wall is not None:
            return replace(state, wall=None)
        case _:
            return state


def _touched(site: Site, before: State, state: State, event: Event) -> frozenset[Path] | None:
    """Give the paths, or their roots, that an event may have changed; None: any."""
    found: set[Path] = set()
    match event:
        case Started() | DriverLost():
            return None
        case Ticked() | WallTold():
            found |= _TIME
        case Reported(device=device, reading=reading):
            capability = capability_of(reading)
            found.add(("device", site.names.get(device, ""), str(capability)))
            zones = site.by_device.get((device, capability), ())
            found |= {("zone", zone.name, "tripped") for zone in zones}
            found.add(("zones",))
        case _:
            pass
    if before.areas is not state.areas:
        found |= _AREAS
    if before.troubles is not state.troubles:
        found.add(("trouble",))
    return frozenset(found)
