"""From one phase of an area to the next, and what people hear of it."""

from dataclasses import replace
from datetime import timedelta

from gateway.model.clock import HouseTime, after
from gateway.model.effect import Level, Notify
from rules.site import Area, Site
from rules.state import TRIPS_MAX, AreaState, Phase, Trip, Verdict


def sound(area: Area, now: AreaState, trip: Trip, verdict: Verdict | None = None) -> AreaState:
    """Sound the alarm for a trip; while it sounds already, remember the trip."""
    marked = remember(now, trip)
    return marked if now.phase is Phase.ALARM else alarm(area, marked, trip.at, verdict)


def alarm(area: Area, now: AreaState, at: HouseTime, verdict: Verdict | None = None) -> AreaState:
    """Begin an alarm. A trip that waited is part of it."""
    sounding = begin(now, Phase.ALARM, at, area.siren_time)
    return replace(sounding, alarmed=True, doubt=None, verdict=verdict)


def begin(now: AreaState, phase: Phase, at: HouseTime, time: timedelta) -> AreaState:
    """Begin a phase that ends by itself."""
    return replace(now, phase=phase, since=at, deadline=after(at, time))


def remember(now: AreaState, trip: Trip) -> AreaState:
    """Remember a trip, once for each cause: the first of a delay, a wait or an alarm counts."""
    cause = trip.zone, trip.device, trip.cause
    goes_on = now.phase in (Phase.ENTRY, Phase.ALARM) or now.doubt is not None
    if goes_on and any((t.zone, t.device, t.cause) == cause for t in now.trips):
        return now
    if now.doubted is not None and trip.at >= now.doubted and not goes_on and not now.alarmed:
        return replace(now, trips=(trip,))  # those before came to nothing
    others = (t for t in now.trips if (t.zone, t.device, t.cause) != cause)
    return replace(now, trips=(*others, trip)[:TRIPS_MAX])


def told(site: Site, name: str, before: AreaState, now: AreaState) -> tuple[Notify, ...]:
    """Give what people hear of an area that moved on its own."""
    if now.phase is before.phase:
        return ()
    match now.phase:
        case Phase.ALARM:
            causes = "; ".join(describe(site, trip) for trip in now.trips)
            verdict = f", {now.verdict.said}" if now.verdict is not None else ""
            return (Notify(f"ALARM in {name}: {causes}{verdict}", Level.ALARM),)
        case Phase.ARMED if before.phase is Phase.ALARM:
            return (Notify(f"the siren time of {name} is over; it stays armed", Level.INFO),)
        case Phase.ARMED:
            return (Notify(f"{name} is armed {now.mode}", Level.INFO),)
        case Phase.ENTRY | Phase.EXIT | Phase.DISARMED:
            return ()


def describe(site: Site, trip: Trip) -> str:
    """Name a trip in plain words: `front (front_door contact:open)`."""
    device = site.names.get(trip.device, trip.device)
    return f"{trip.zone} ({device} {trip.cause})" if trip.zone else f"{device} {trip.cause}"
