"""The house as JSON, for the local socket: what `docs/hub-socket.md` promises."""

from collections.abc import Mapping, Sequence

import orjson

from gateway.codec import encode
from gateway.model.clock import HouseTime
from gateway.model.device import DeviceId
from gateway.model.effect import Effect, Order
from gateway.model.event import Entry, Event
from rules import health, zones
from rules.site import Site, Zone
from rules.state import (
    AreaState,
    Doubt,
    Phase,
    State,
    Trouble,
    TroubleKind,
    Verdict,
    reading_of,
)
from rules.words import sentence

type Json = dict[str, object]

MILLISECOND = 1_000
SECOND = 1_000_000


def state(site: Site, now: State, at: HouseTime, entry: int, offset: int) -> Json:
    """Give the whole state. `offset` is house time minus CLOCK_BOOTTIME, in microseconds."""
    return {
        "house_time_us": at,
        "boottime_offset_us": offset,
        "entry": entry,
        "protecting": protecting(now),
        "areas": {name: area(site, now, name, at) for name in site.areas},
        "zones": {zone.name: _zone(now, zone) for zone in site.zones.values()},
        "devices": devices(site, now, at),
        "drivers": {
            name: {
                "found": d.found,
                "joining": d.joining,
                "jammed": d.jammed,
                "reason": d.reason or None,
            }
            for name, d in now.drivers.items()
        },
        "troubles": [
            {
                "kind": trouble.kind,
                "subject": site.names.get(DeviceId(trouble.subject), trouble.subject),
                "sentence": health.told(site, now, trouble),
                "since_us": since,
            }
            for trouble, since in sorted(now.troubles.items())
            if not _is_said_by_another(now, trouble)
        ],
    }


def _is_said_by_another(now: State, trouble: Trouble) -> bool:
    """A device that joined without security joins anew: that nobody asked it is no news then."""
    insecure = Trouble(TroubleKind.INSECURE, trouble.subject)
    return trouble.kind is TroubleKind.NOT_READY and insecure in now.troubles


def protecting(now: State) -> bool:
    """Tell whether every driver was found or lost: from then on the far side is known."""
    return bool(now.drivers) and all(driver.known for driver in now.drivers.values())


def area(site: Site, now: State, name: str, at: HouseTime) -> Json:
    """Give one area, with what keeps it from being armed in each mode."""
    found = now.areas[name]
    return {
        **_area(found, at),
        "sirens": {
            site.names.get(siren, siren): siren in now.devices and now.devices[siren].sounds
            for siren in site.areas[name].sirens
        },
        "memory": [
            {
                "zone": trip.zone,
                "device": site.names.get(trip.device, trip.device),
                "cause": trip.cause,
                "at_us": trip.at,
            }
            for trip in (found.trips if found.alarmed else ())
        ],
        "blockers": {
            mode: [blocker.sentence for blocker in zones.blockers(site, now, name, mode)]
            for mode in site.areas[name].modes
        },
    }


def _area(found: AreaState, at: HouseTime) -> Json:
    left = None if found.deadline is None else max(0, found.deadline - at) // MILLISECOND
    return {
        "phase": found.phase,
        "mode": found.mode,
        "since_us": found.since,
        "deadline_us": found.deadline,
        "remaining_ms": left,
        "by": found.by,
        "bypassed": sorted(found.bypassed),
        "sounding": found.phase is Phase.ALARM,
        "doubt": None if found.doubt is None else _doubt(found.doubt, at),
        "verdict": None if found.verdict is None else _verdict(found.verdict),
    }


def _doubt(held: Doubt, at: HouseTime) -> Json:
    """Give a trip that waits to be confirmed."""
    left = max(0, held.deadline - at) // MILLISECOND
    return {"zone": held.trip.zone, "since_us": held.trip.at, "remaining_ms": left}


def _verdict(found: Verdict) -> Json:
    """Give what cameras had to say to an alarm."""
    return {"confirmed": found.confirmed, "said": found.said}


def _zone(now: State, zone: Zone) -> Json:
    return {
        "area": zone.area,
        "device": zone.device,
        "reading": reading_of(now, zone.device, zone.capability),
        "tripped": zones.tripped(now, zone),
        "bypassed": zone.name in now.areas[zone.area].bypassed,
        "kind": zone.kind,
        "modes": sorted(zone.modes),
    }


def devices(site: Site, now: State, at: HouseTime) -> Json:
    """Give every device by name: the configured ones, and those that only a driver knows."""
    known = {*site.names, *now.devices}
    return {
        site.names.get(device, device): _device(now, device, at, configured=device in site.names)
        for device in sorted(known)
    }


def _device(now: State, device: DeviceId, at: HouseTime, *, configured: bool) -> Json:
    found = now.devices.get(device)
    about = None if found is None else found.about
    return {
        "id": device,
        "capabilities": sorted(about.capabilities) if about else [],
        "manufacturer": about.manufacturer if about else "",
        "model": about.model if about else "",
        "mains": about.mains if about else False,
        "configured": configured,
        "faults": [] if found is None else sorted(found.faults),
        "readings": {}
        if found is None
        else {str(c): reading for c, reading in found.readings.items()},
        "heard_seconds": None if found is None else round((at - found.heard) / SECOND, 1),
    }


def entry(site: Site, told: Entry, orders: Sequence[Order]) -> bytes:
    """Give one watched entry as a line of JSON, without its end."""
    return orjson.dumps(
        {
            "entry": told.number,
            "at_us": told.at,
            "wall": told.wall.isoformat(),
            "event": orjson.Fragment(encode(told.event, Event)),
            "text": sentence(site, told.event),
            "effects": [
                {"id": order.id, "effect": orjson.Fragment(encode(order.effect, Effect))}
                for order in orders
            ],
        }
    )


def line(answer: Mapping[str, object]) -> bytes:
    """Give an answer as a line."""
    return orjson.dumps(answer) + b"\n"
