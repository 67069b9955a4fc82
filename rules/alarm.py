"""The arming of an area: disarmed, exit delay, armed, entry delay, alarm, and its memory.

```
disarmed ──arm──▶ exit ──▶ armed ──entry zone──▶ entry ──▶ alarm ──siren time──▶ armed (remembers)
    ▲                        └──────instant, 24-hour, tamper, panic──▲
    └────────────────────── disarm, from anywhere ────────────────────
```
A new phase is counted from the moment it begins, never from the deadline that was missed: a siren
once sounded runs its whole time unless somebody disarms. A trip that waits to be
confirmed (`doubt`) is no phase: it waits beside whichever there is.
"""

from collections.abc import Iterator
from dataclasses import replace

from gateway.model.capability import Capability, Tamper, capability_of
from gateway.model.clock import HouseTime
from gateway.model.effect import Level, Notify
from gateway.model.event import (
    ArmRequested,
    BypassRequested,
    DisarmRequested,
    Event,
    PanicPressed,
    Reported,
    ResetRequested,
    Started,
    Ticked,
)
from gateway.model.sight import AnimalSeen, PersonSeen, Sighting, VehicleSeen, seen_of
from rules import confirm, doubts, phases
from rules.site import Area, OnTamper, Site, Zone, ZoneKind
from rules.state import AreaState, Phase, State, Trip, Verdict, with_area
from rules.zones import blockers, devices_of, last_tripped, trips, zones_of

type Step = tuple[State, tuple[Notify, ...]]


def step(site: Site, before: State, state: State, event: Event, at: HouseTime) -> Step:
    """Move the areas on. `before` is the state without the event's reading, `state` with it."""
    state, said = _moved(site, before, confirm.fold(site, state, event, at), event, at)
    state, settled = doubts.settle(site, state, at)
    return state, (*said, *settled)


def _moved(site: Site, before: State, state: State, event: Event, at: HouseTime) -> Step:
    match event:
        case Reported():
            return _reported(site, before, state, event, at)
        case PersonSeen() | VehicleSeen() | AnimalSeen():
            return _sighted(site, state, event, at)
        case PanicPressed():
            return _panic(site, state, event, at)
        case ArmRequested():
            return _arm(site, state, event, at)
        case DisarmRequested():
            return _disarm(site, state, event, at)
        case ResetRequested():
            return _reset(state, event)
        case BypassRequested():
            return _bypass(site, state, event)
        case Ticked():
            return _expire(site, state, at)
        case Started(trusted=False):
            return _hasten(site, state, at)
        case _:
            return state, ()


def next_deadline(state: State) -> HouseTime | None:
    """Give the earliest deadline of all areas."""
    deadlines = (
        when
        for area in state.areas.values()
        for when in (area.deadline, None if area.doubt is None else area.doubt.deadline)
    )
    return min((when for when in deadlines if when is not None), default=None)


# -- what devices tell ---------------------------------------------------------------------------


def _reported(site: Site, before: State, state: State, event: Reported, at: HouseTime) -> Step:
    if not trips(before, event):
        return state, ()
    trip = Trip("", event.device, f"{capability_of(event.reading)}:{event.reading}", at)
    zones = site.by_device.get((event.device, capability_of(event.reading)), ())
    state, said = _tripped(site, state, zones, trip)
    if event.reading is Tamper.TAMPERED:
        for area in _areas_with(site, event):
            state, more = _tampered(site, state, area, trip)
            said += more
    return state, said


def _sighted(site: Site, state: State, event: Sighting, at: HouseTime) -> Step:
    """What a camera sees trips its zones, each time anew."""
    seen = seen_of(event)
    zones = tuple(
        zone
        for zone in site.by_device.get((event.device, Capability.CAMERA), ())
        if seen in zone.sees and (not zone.places or not zone.places.isdisjoint(event.zones))
    )
    return _tripped(site, state, zones, Trip("", event.device, f"{Capability.CAMERA}:{seen}", at))


def _tripped(site: Site, state: State, zones: tuple[Zone, ...], trip: Trip) -> Step:
    said: tuple[Notify, ...] = ()
    for zone in zones:
        its = replace(trip, zone=zone.name)
        # What it confirms sounds first: then it is one trip more of that alarm.
        state, settled = doubts.settle(site, confirm.witnessed(site, state, zone, its), trip.at)
        now = state.areas[zone.area]
        moved = _trip(site.areas[zone.area], now, zone, its)
        state = with_area(state, zone.area, moved)
        said += (*settled, *phases.told(site, zone.area, now, moved))
    return state, said


def _trip(area: Area, now: AreaState, zone: Zone, trip: Trip) -> AreaState:
    """Answer a zone that went off."""
    if zone.name in now.bypassed:
        return now
    if zone.kind is ZoneKind.ALWAYS:
        return phases.sound(area, now, trip)
    if now.mode is None or now.mode not in zone.modes:
        return now
    match now.phase:
        case Phase.EXIT:
            return _alert(area, now, zone, trip) if zone.kind is ZoneKind.INSTANT else now
        case Phase.ARMED if zone.kind is ZoneKind.ENTRY:
            return _enter(area, now, zone, trip)
        case Phase.ENTRY if zone.kind is ZoneKind.ENTRY:
            return _enter_again(area, now, zone, trip)
        case Phase.ENTRY if zone.kind is ZoneKind.FOLLOWER:
            return phases.remember(now, trip)
        case Phase.ARMED | Phase.ENTRY | Phase.ALARM:
            return _alert(area, now, zone, trip)
        case Phase.DISARMED:
            return now


def _alert(area: Area, now: AreaState, zone: Zone, trip: Trip) -> AreaState:
    """Sound the alarm, or hold the trip where its zone asks for a second witness."""
    if now.phase is Phase.ALARM or not confirm.asks(area, zone):
        return phases.sound(area, now, trip)
    held = confirm.doubt(area, now, trip)
    if held is None:
        second = Verdict(confirmed=False, said="unconfirmed: it is the second trip")
        return phases.sound(area, now, trip, second)
    return replace(phases.remember(now, trip), doubt=held)


def _enter(area: Area, now: AreaState, zone: Zone, trip: Trip) -> AreaState:
    delay = zone.entry_delay
    if delay is None:
        delay = area.modes[now.mode or ""].entry_delay
    if not delay:
        return phases.sound(area, now, trip)
    return phases.begin(phases.remember(now, trip), Phase.ENTRY, trip.at, delay)


def _enter_again(area: Area, now: AreaState, zone: Zone, trip: Trip) -> AreaState:
    """A second door may hasten the end of the entry delay, never put it off."""
    other = _enter(area, now, zone, trip)
    if other.phase is Phase.ALARM:
        return other
    return replace(now, trips=other.trips, deadline=_earlier(now.deadline, other.deadline))


def _areas_with(site: Site, event: Reported | PanicPressed) -> Iterator[Area]:
    return (
        area
        for area in site.areas.values()
        if event.device in area.cameras or event.device in devices_of(site, area)
    )


def _tampered(site: Site, state: State, area: Area, trip: Trip) -> Step:
    now = state.areas[area.name]
    if now.mode is None and area.on_tamper is OnTamper.TROUBLE:
        return state, ()
    moved = phases.sound(area, now, trip)
    return with_area(state, area.name, moved), phases.told(site, area.name, now, moved)


def _panic(site: Site, state: State, event: PanicPressed, at: HouseTime) -> Step:
    said: tuple[Notify, ...] = ()
    trip = Trip("", event.device, f"{Capability.KEYPAD}:{event.kind}", at)
    for area in _areas_with(site, event):
        now = state.areas[area.name]
        moved = phases.sound(area, now, trip)
        state, said = (
            with_area(state, area.name, moved),
            said + phases.told(site, area.name, now, moved),
        )
    return state, said


# -- what people ask -----------------------------------------------------------------------------


def _arm(site: Site, state: State, event: ArmRequested, at: HouseTime) -> Step:
    refusal = why_not_arm(site, state, event)
    if refusal:
        return state, (Notify(f"{event.area} not armed: {refusal}", Level.INFO),)
    now = state.areas[event.area]
    forced = _held(site, state, event) if event.force else frozenset[str]()
    bypassed = now.bypassed | event.bypass | forced
    fresh = AreaState(mode=event.mode, by=event.by, bypassed=bypassed)
    delay = site.areas[event.area].modes[event.mode].exit_delay
    armed = phases.begin(fresh, Phase.EXIT, at, delay)
    said = f"{event.area} is being armed {event.mode} by {event.by}"
    left_out = f", without {', '.join(sorted(bypassed))}" if bypassed else ""
    in_spite = _faults(site, state, event)
    if in_spite:
        left_out += f", in spite of this: {'; '.join(in_spite)}"
    state = with_area(state, event.area, armed)
    if not delay:
        state = with_area(state, event.area, _armed(site, state, event.area, armed, at))
    return state, (Notify(said + left_out, Level.INFO),)


def why_not_arm(site: Site, state: State, event: ArmRequested) -> str:
    """Say why a request to arm is refused; "" when it is not."""
    now, area = state.areas.get(event.area), site.areas.get(event.area)
    if now is None or area is None:
        return f"there is no area {event.area}"
    if event.mode not in area.modes:
        return f"it has no mode {event.mode}; it has {', '.join(area.modes)}"
    if now.phase is not Phase.DISARMED:
        return f"it is in {now.phase} already: disarm it first"
    eased = with_area(state, event.area, replace(now, bypassed=now.bypassed | event.bypass))
    held = blockers(site, eased, event.area, event.mode)
    if held and not event.force:
        return "; ".join(blocker.sentence for blocker in held)
    left_out = eased.areas[event.area].bypassed | {blocker.zone for blocker in held}
    guards = [z for z in zones_of(site, event.area, event.mode) if z.kind is not ZoneKind.ALWAYS]
    return (
        "" if any(z.name not in left_out for z in guards) else "no zone would be left to guard it"
    )


def _faults(site: Site, state: State, event: ArmRequested) -> list[str]:
    found = blockers(site, state, event.area, event.mode)
    return [blocker.sentence for blocker in found if not blocker.zone]


def _held(site: Site, state: State, event: ArmRequested) -> frozenset[str]:
    return frozenset(b.zone for b in blockers(site, state, event.area, event.mode) if b.zone)


def _disarm(site: Site, state: State, event: DisarmRequested, at: HouseTime) -> Step:
    now = state.areas.get(event.area)
    if now is None or event.area not in site.areas:
        return state, ()
    trips = now.trips if now.alarmed else ()
    verdict = now.verdict if now.alarmed else None
    free = AreaState(since=at, by=event.by, trips=trips, alarmed=now.alarmed, verdict=verdict)
    text = f"{event.area} disarmed by {event.by}"
    if now.alarmed:
        text += " after an alarm"
    return with_area(state, event.area, free), (Notify(text, Level.INFO),)


def _reset(state: State, event: ResetRequested) -> Step:
    now = state.areas.get(event.area)
    if now is None or now.phase is not Phase.DISARMED:
        return state, ()
    return with_area(state, event.area, replace(now, trips=(), alarmed=False, verdict=None)), ()


def _bypass(site: Site, state: State, event: BypassRequested) -> Step:
    zone = site.zones.get(event.zone)
    if zone is None:
        return state, ()
    area = state.areas[zone.area]
    only = frozenset({zone.name})
    bypassed = area.bypassed | only if event.bypassed else area.bypassed - only
    word = "bypassed" if event.bypassed else "taken in again"
    said = Notify(f"{zone.name} {word} by {event.by}", Level.INFO)
    return with_area(state, zone.area, replace(area, bypassed=bypassed)), (said,)


# -- time ----------------------------------------------------------------------------------------


def _expire(site: Site, state: State, at: HouseTime) -> Step:
    state, said = doubts.overdue(site, state, at)
    for name, now in state.areas.items():
        if now.deadline is not None and now.deadline <= at:
            moved = _over(site, state, name, now, at)
            state, said = with_area(state, name, moved), said + phases.told(site, name, now, moved)
    return state, said


def _hasten(site: Site, state: State, at: HouseTime) -> Step:
    """Nobody knows how long the hub was away: end what protects now, sound sirens in full."""
    said: tuple[Notify, ...] = ()
    for name, now in state.areas.items():
        match now.phase:
            case Phase.EXIT | Phase.ENTRY:
                moved = _over(site, state, name, now, at)
            case Phase.ALARM:
                moved = phases.begin(now, Phase.ALARM, at, site.areas[name].siren_time)
            case _:
                continue
        state, said = with_area(state, name, moved), said + phases.told(site, name, now, moved)
    return state, said


def _over(site: Site, state: State, name: str, now: AreaState, at: HouseTime) -> AreaState:
    """End a phase whose time is up."""
    match now.phase:
        case Phase.EXIT:
            return _armed(site, state, name, now, at)
        case Phase.ENTRY:
            return phases.alarm(site.areas[name], now, at)
        case Phase.ALARM:
            rest = Phase.ARMED if now.mode else Phase.DISARMED
            return replace(now, phase=rest, since=at, deadline=None)
        case Phase.ARMED | Phase.DISARMED:
            return now


def _armed(site: Site, state: State, name: str, now: AreaState, at: HouseTime) -> AreaState:
    """The exit delay is over. A door on the way out that still stands open starts the entry."""
    armed = replace(now, phase=Phase.ARMED, since=at, deadline=None)
    for zone in zones_of(site, name, now.mode or ""):
        on_the_way = zone.kind in (ZoneKind.ENTRY, ZoneKind.FOLLOWER)
        is_door = on_the_way and zone.capability is Capability.CONTACT
        if is_door and zone.name not in now.bypassed and last_tripped(state, zone):
            return _enter(
                site.areas[name], armed, zone, Trip(zone.name, zone.device, "left open", at)
            )
    return armed


def _earlier(one: HouseTime | None, other: HouseTime | None) -> HouseTime | None:
    return min((d for d in (one, other) if d is not None), default=None)
