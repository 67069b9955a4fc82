"""What becomes of trips that wait to be confirmed: an alarm, or a word to people."""

from dataclasses import replace

from gateway.model.clock import HouseTime, after
from gateway.model.effect import Level, Notify
from rules import confirm, phases
from rules.site import Site
from rules.state import Phase, State, Trip, with_area

type Step = tuple[State, tuple[Notify, ...]]


def settle(site: Site, state: State, at: HouseTime) -> Step:
    """Sound what waited and is confirmed, or can be confirmed by nobody."""
    said: tuple[Notify, ...] = ()
    for name, now in state.areas.items():
        area = site.areas[name]
        if now.doubt is not None:
            verdict = confirm.verdict(site, state, area, now.doubt)
            if verdict is not None:
                moved = phases.alarm(area, now, at, verdict)
                said += phases.told(site, name, now, moved)
                state = with_area(state, name, moved)
        elif now.phase is Phase.ALARM and now.verdict is not None and not now.verdict.confirmed:
            verdict = confirm.late(state, area, at)
            if verdict is not None:
                state = with_area(state, name, replace(now, verdict=verdict))
                said += (Notify(f"the alarm in {name} is {verdict.said}", Level.ALARM),)
    return state, said


def overdue(site: Site, state: State, at: HouseTime) -> Step:
    """End the waits whose time is over and that nobody confirmed."""
    said: tuple[Notify, ...] = ()
    for name, now in state.areas.items():
        area, held = site.areas[name], now.doubt
        if held is None or held.deadline > at or confirm.verdict(site, state, area, held):
            continue
        verdict = confirm.ended(site, area, held)
        if verdict is None:
            moved = replace(now, doubt=None, doubted=after(held.deadline, confirm.AGAIN))
            said += (_noticed(site, name, held.trip),)
        else:
            moved = phases.alarm(area, now, at, verdict)
        state, said = with_area(state, name, moved), said + phases.told(site, name, now, moved)
    return state, said


def _noticed(site: Site, name: str, trip: Trip) -> Notify:
    again = confirm.AGAIN.total_seconds()
    text = f"no alarm in {name}: {phases.describe(site, trip)}, and nobody is to be seen"
    return Notify(f"{text}; a second trip within {again:g} s sounds it", Level.TROUBLE)
