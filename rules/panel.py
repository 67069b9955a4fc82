"""One pure step of the alarm panel: what it does of itself, without anybody's rules."""

from gateway.model.clock import HouseTime
from gateway.model.effect import Effect, Level, Notify
from gateway.model.event import Event
from rules import access, alarm, comings, filming, health, lock_codes, outputs, readings, sounds
from rules.site import Site
from rules.state import State


def refused(site: Site, state: State, event: Event, at: HouseTime) -> tuple[Effect, ...]:
    """Give what is answered to a request that may not be made; nothing where it may."""
    refusal = access.refusal(site, state, event, at)
    if not refusal:
        return ()
    said = Notify(f"refused: {refusal}", Level.INFO)
    return (*outputs.say_no(site, getattr(event, "via", "")), said)


def step(site: Site, state: State, event: Event, at: HouseTime) -> tuple[State, tuple[Effect, ...]]:
    """Give the state after an event that was not refused, and what to do about it.

    Effects come in the order in which they should leave: sirens and lights, cameras, words.
    """
    seen = readings.fold(state, event, at)
    counted, warned = access.step(site, seen, event, at)
    checked, troubled = health.step(site, state, counted, event, at)
    moved, told = alarm.step(site, state, checked, event, at)
    moved, came = comings.step(site, state, moved, event, at)
    heard = sounds.step(site, state, moved, event, at)
    orders = outputs.step(site, state, heard, event, at)
    filmed, asked = filming.step(site, state, heard, event, at)
    locked, pins = lock_codes.step(site, filmed, event, at)
    return locked, (*orders, *asked, *told, *came, *troubled, *warned, *pins)
