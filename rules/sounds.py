"""Sirens that a rule or a person had sound: till when, and what ends that sooner.

An alarm's own sound is not among them: it follows from its area. While both last, the longer rules;
an alarm that begins takes the siren over, and whoever disarms wants it quiet.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from gateway.model.clock import HouseTime, after
from gateway.model.command import Command, SilenceSiren, SoundSiren
from gateway.model.device import DeviceId
from gateway.model.event import CommandRequested, Event, Ticked
from rules.site import Site
from rules.state import Phase, State, put, without


def step(site: Site, before: State, state: State, event: Event, at: HouseTime) -> State:
    """Keep what was asked, and forget what is over."""
    if isinstance(event, CommandRequested):
        return _asked(state, event.command, at)
    if not state.sounds:
        return state
    ended = {*_over(state, at)} if isinstance(event, Ticked) else set[DeviceId]()
    ended |= {*_taken_over(site, before, state, quiet=not isinstance(event, Ticked))}
    if not ended:
        return state
    return replace(state, sounds={s: end for s, end in state.sounds.items() if s not in ended})


def next_deadline(state: State) -> HouseTime | None:
    """Give when the first of them is over."""
    return min(state.sounds.values(), default=None)


def alarms(site: Site, state: State, siren: DeviceId) -> list[str]:
    """Name the areas for whose alarm a siren sounds now."""
    return [
        name
        for name, now in state.areas.items()
        if now.phase is Phase.ALARM and siren in site.areas[name].sirens
    ]


def _asked(state: State, command: Command, at: HouseTime) -> State:
    match command:
        case SoundSiren(device=siren, seconds=seconds):
            end = max(after(at, timedelta(seconds=seconds)), state.sounds.get(siren, at))
            return replace(state, sounds=put(state.sounds, siren, end))
        case SilenceSiren(device=siren) if siren in state.sounds:
            return replace(state, sounds=without(state.sounds, siren))
        case _:
            return state


def _taken_over(site: Site, before: State, state: State, *, quiet: bool) -> Iterator[DeviceId]:
    """Give the sirens of areas that are in alarm (`quiet`: or disarmed) from now on."""
    for name, now in state.areas.items():
        was = before.areas.get(name)
        if was is None or was.phase is now.phase:
            continue
        if now.phase is Phase.ALARM or (quiet and now.phase is Phase.DISARMED):
            yield from site.areas[name].sirens


def _over(state: State, at: HouseTime) -> Iterator[DeviceId]:
    return (siren for siren, end in state.sounds.items() if end <= at)
