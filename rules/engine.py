"""One pure step of the whole house, and when it next wants to be woken.

The same function runs live, in replay, in tests and (later) in the model checker.
"""

from dataclasses import replace

from gateway.model.clock import HouseTime
from gateway.model.effect import Effect, Level, Notify
from gateway.model.event import Event
from rules import access, alarm, health, outputs, readings
from rules.site import Area, Site
from rules.state import AreaState, State

VERSION = 1
"""Raised when a snapshot of an older state can no longer be read; the journal is folded instead."""


def initial(site: Site) -> State:
    """Give the state of a house that never saw an event."""
    return State(areas={name: AreaState() for name in site.areas})


def step(site: Site, state: State, event: Event, at: HouseTime) -> tuple[State, tuple[Effect, ...]]:
    """Give the state after this event, and what to do about it. `at` never goes back.

    Effects come in the order in which they should leave: sirens and lights before words.
    """
    refusal = access.refusal(site, state, event, at)
    if refusal:
        return state, (Notify(f"refused: {refusal}", Level.INFO),)
    seen = readings.fold(state, event, at)
    counted, warned = access.step(site, seen, event, at)
    checked, troubled = health.step(site, counted, event, at)
    moved, told = alarm.step(site, state, checked, event, at)
    orders = outputs.step(site, state, moved, event, at)
    return moved, (*orders, *told, *troubled, *warned)


def next_deadline(state: State) -> HouseTime | None:
    """Give when the next Ticked is due; None when nothing waits."""
    waiting = alarm.next_deadline(state), health.next_deadline(state)
    return min((when for when in waiting if when is not None), default=None)


def fitted(site: Site, state: State) -> State:
    """Fit a state from before to the configuration of now. Nothing that is armed is disarmed."""
    areas = {
        name: _fitted(area, state.areas.get(name, AreaState())) for name, area in site.areas.items()
    }
    return replace(state, areas=areas)


def _fitted(area: Area, now: AreaState) -> AreaState:
    if now.mode is None or now.mode in area.modes:
        return now
    # Its mode is gone from the configuration: stay armed in the first there is.
    return replace(now, mode=next(iter(area.modes)))
