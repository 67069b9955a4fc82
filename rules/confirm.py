"""Trips that wait for a second witness: for how long, what confirms them, and what ends the wait.

A trip is held only while every witness could still speak: a camera that does not see, that says it
could not look, or that nobody hears of, ends the wait at once. So whatever fails, the alarm comes
as it would without confirmation, and never later than `within`.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from gateway.model.capability import Capability, Picture
from gateway.model.clock import MICROSECOND, HouseTime, after
from gateway.model.device import DeviceId
from gateway.model.event import Event
from gateway.model.sight import Inspected, PersonSeen, Seen
from rules.site import Area, Confirm, Site, Zone
from rules.state import AreaState, Doubt, Glimpse, State, Trip, Verdict, put, reading_of, with_area

AGAIN = timedelta(seconds=60)
"""A second trip within this of one that nobody confirmed sounds the alarm at once."""
LOOK_SHARE = 0.75
"""The part of the wait that cameras look; the rest is for their answer."""


def asks(area: Area, zone: Zone) -> bool:
    """Tell whether a zone's trips wait to be confirmed."""
    return area.confirm is not None and zone.name in area.confirm.zones


def doubt(area: Area, now: AreaState, trip: Trip) -> Doubt | None:
    """Give the wait that a trip begins, or goes on with; None where it is to sound at once."""
    confirm = area.confirm
    if confirm is None or (now.doubted is not None and trip.at < now.doubted):
        return None
    if now.doubt is None:
        return Doubt(trip, after(trip.at, confirm.within))
    another = now.doubt.trip.zone != trip.zone
    return None if another and not confirm.always_alarms else now.doubt


def fold(site: Site, state: State, event: Event, at: HouseTime) -> State:
    """Take in what cameras saw: a person, or that they looked."""
    match event:
        case PersonSeen(device=camera, score=score):
            return _saw(site, state, camera, f"person, {score:.2f}", at)
        case Inspected(device=camera, found=found):
            if Seen.PERSON in found:
                state = _saw(site, state, camera, "person", at)
            return _answered(site, state, event, at)
        case _:
            return state


def witnessed(site: Site, state: State, zone: Zone, trip: Trip) -> State:
    """Take in that a zone tripped, where it may confirm others."""
    confirm = site.areas[zone.area].confirm
    if confirm is None or zone.name not in confirm.by_zones:
        return state
    name = site.names.get(zone.device, zone.device)
    glimpse = Glimpse(trip.at, f"{zone.name} ({name} {trip.cause})")
    return replace(state, glimpses=put(state.glimpses, zone.name, glimpse))


def verdict(site: Site, state: State, area: Area, held: Doubt) -> Verdict | None:
    """Say what ends a wait before its time: a witness, or one that cannot speak."""
    confirm = area.confirm
    if confirm is None:
        return Verdict(confirmed=False, said="unconfirmed: the area no longer asks for it")
    seen = _seen(site, state, area, confirm, held)
    if seen:
        return Verdict(confirmed=True, said=f"confirmed by {seen}")
    why = _unable(site, state, area, held)
    return Verdict(confirmed=False, said=f"unconfirmed: {why}") if why else None


def late(state: State, area: Area, at: HouseTime) -> Verdict | None:
    """Say which camera sees a person only now, after the alarm began unconfirmed."""
    for camera in () if area.confirm is None else area.confirm.cameras:
        glimpse = state.glimpses.get(camera)
        if glimpse is not None and glimpse.at == at:
            return Verdict(confirmed=True, said=f"confirmed by {glimpse.said}")
    return None


def ended(site: Site, area: Area, held: Doubt) -> Verdict | None:
    """Say what the end of a wait means: an alarm, or None where only people are told."""
    confirm = area.confirm
    if confirm is None or confirm.always_alarms:
        seconds = 0.0 if confirm is None else confirm.within.total_seconds()
        return Verdict(confirmed=False, said=f"unconfirmed: no person within {seconds:g} s")
    silent = next((c for c in cameras(site, area) if c not in held.answered), None)
    if silent is None:
        return None
    said = f"unconfirmed: {site.names.get(silent, silent)} did not answer"
    return Verdict(confirmed=False, said=said)


def cameras(site: Site, area: Area) -> tuple[DeviceId, ...]:
    """Name the cameras that may confirm an area's trips."""
    if area.confirm is None:
        return ()
    zones = (site.zones[name] for name in sorted(area.confirm.by_zones) if name in site.zones)
    of_zones = (zone.device for zone in zones if zone.capability is Capability.CAMERA)
    return tuple(dict.fromkeys((*area.confirm.cameras, *of_zones)))


def look_seconds(area: Area) -> float:
    """Give for how long cameras look, of a wait."""
    return 0.0 if area.confirm is None else LOOK_SHARE * area.confirm.within.total_seconds()


def _saw(site: Site, state: State, camera: DeviceId, what: str, at: HouseTime) -> State:
    confirms = (area.confirm for area in site.areas.values() if area.confirm is not None)
    if not any(camera in confirm.cameras for confirm in confirms):
        return state
    glimpse = Glimpse(at, f"{site.names.get(camera, camera)} camera ({what})")
    return replace(state, glimpses=put(state.glimpses, camera, glimpse))


def _answered(site: Site, state: State, event: Inspected, at: HouseTime) -> State:
    for name, now in state.areas.items():
        area = site.areas[name]
        if now.doubt is None or event.device not in cameras(site, area):
            continue
        held = now.doubt
        # One that comes sooner answers what was asked before this trip: it saw too little of it.
        if at >= after(held.trip.at, timedelta(seconds=look_seconds(area))):
            held = replace(held, answered=held.answered | {event.device})
        if not event.frames:
            camera = site.names.get(event.device, event.device)
            why = f": {event.reason}" if event.reason else ""
            held = replace(held, failed=f"{camera} could not look{why}")
        state = with_area(state, name, replace(now, doubt=held))
    return state


def _seen(site: Site, state: State, area: Area, confirm: Confirm, held: Doubt) -> str:
    """Say who saw something in the time of the trip; the first camera named, then zones."""
    since = held.trip.at - confirm.within // MICROSECOND
    for name in (*confirm.cameras, *_speakers(site, state, area, confirm, held)):
        glimpse = state.glimpses.get(name)
        if glimpse is not None and glimpse.at >= since:
            return glimpse.said
    return ""


def _speakers(site: Site, state: State, area: Area, confirm: Confirm, held: Doubt) -> Iterator[str]:
    """Give the zones that may confirm a trip: of another technology, and not left out."""
    tripped = site.zones.get(held.trip.zone)
    for name in sorted(confirm.by_zones - state.areas[area.name].bypassed):
        zone = site.zones.get(name)
        if zone is None or tripped is None or zone.name == tripped.name:
            continue
        if zone.capability is not tripped.capability:
            yield name


def _unable(site: Site, state: State, area: Area, held: Doubt) -> str:
    """Say which witness cannot speak; "" where all can."""
    confirm = area.confirm
    if held.failed or confirm is None:
        return held.failed
    for camera in cameras(site, area):
        picture = reading_of(state, camera, Capability.CAMERA)
        if picture is not Picture.SEEING:
            return f"{site.names.get(camera, camera)} does not see ({picture.value})"
    speakers = [*_speakers(site, state, area, confirm, held)]
    for name in speakers:
        zone = site.zones[name]
        if reading_of(state, zone.device, zone.capability) == "unknown":
            return f"nobody knows how {name} stands"
    return "" if confirm.cameras or speakers else "there is nobody to confirm it"
