"""One pure step of the whole house, and when it next wants to be woken.

The same function runs live, in replay, in tests and (later) in the model checker.
"""

from dataclasses import replace

from gateway.model.clock import HouseTime
from gateway.model.effect import Effect
from gateway.model.event import Event
from rules import alarm, automation, filming, health, lock_codes, panel, sounds
from rules.site import Area, Site
from rules.state import AreaState, Phase, State
from rules.zones import zones_of

VERSION = 1
"""Raised when a snapshot of an older state can no longer be read; the journal is folded instead."""


def initial(site: Site) -> State:
    """Give the state of a house that never saw an event."""
    return State(areas={name: AreaState() for name in site.areas})


def step(site: Site, state: State, event: Event, at: HouseTime) -> tuple[State, tuple[Effect, ...]]:
    """Give the state after this event, and what to do about it. `at` never goes back.

    Effects come in the order in which they should leave: sirens and lights, cameras, words.
    """
    refused = panel.refused(site, state, event, at)
    if refused:
        return state, refused
    moved, done = panel.step(site, state, event, at)
    try:
        ruled, more = automation.step(site, state, moved, event, at)
    except Exception as bug:  # noqa: BLE001 - law 6: a defect among the rules must not cost the alarm
        ruled, more = automation.failed(moved, event, at, type(bug).__name__)
    return ruled, (*done, *more)


def next_deadline(state: State) -> HouseTime | None:
    """Give when the next Ticked is due; None when nothing waits."""
    waiting = (
        alarm.next_deadline(state),
        health.next_deadline(state),
        sounds.next_deadline(state),
        filming.next_deadline(state),
        lock_codes.next_deadline(state),
        automation.next_deadline(state),
    )
    return min((when for when in waiting if when is not None), default=None)


def fitted(site: Site, was: Site, state: State) -> tuple[State, tuple[str, ...], automation.Plan]:
    """Fit a state kept under another configuration to that of now; name armed areas that are gone,
    and say what becomes of what the rules wait for.

    Nothing that is armed is disarmed by a change of names: where one area is gone and one is new,
    it is the same one. What the rules wait for goes on: `automation.reload` tells how.
    """
    gone = [name for name in was.areas if name not in site.areas]
    new = [name for name in site.areas if name not in state.areas]
    renamed = dict(zip(new, gone, strict=True)) if len(new) == len(gone) == 1 else {}
    areas = {
        name: _fitted(site, area, state.areas.get(renamed.get(name, name), AreaState()))
        for name, area in site.areas.items()
    }
    state, plan = automation.reload(was.rules, site.rules, state)
    films = {name: film for name, film in state.films.items() if name in areas}
    troubles = {t: since for t, since in state.troubles.items() if health.concerns(site, t)}
    left = [n for n in gone if n not in renamed.values() and _is_armed(state, n)]
    left += [n for n, area in site.areas.items() if not area.modes and _has_mode(state, n)]
    return replace(state, areas=areas, troubles=troubles, films=films), tuple(left), plan


def _is_armed(state: State, area: str) -> bool:
    return area in state.areas and state.areas[area].phase is not Phase.DISARMED


def _has_mode(state: State, area: str) -> bool:
    return area in state.areas and state.areas[area].mode is not None


def _fitted(site: Site, area: Area, now: AreaState) -> AreaState:
    if now.mode is None or now.mode in area.modes:
        return now
    if not area.modes:
        return AreaState()
    # Its mode is gone from the configuration: stay armed in the one that guards most.
    modes = sorted(area.modes, key=lambda mode: -len(list(zones_of(site, area.name, mode))))
    return replace(now, mode=modes[0])
