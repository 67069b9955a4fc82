"""When a zone trips, and what keeps an area from being armed."""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.model.capability import (
    Capability,
    CarbonMonoxide,
    Contact,
    Gate,
    Glass,
    Lock,
    Motion,
    Picture,
    Reading,
    Smoke,
    Switch,
    Tamper,
    Water,
    capability_of,
)
from gateway.model.device import DeviceId, driver_of
from gateway.model.event import Reported
from rules.health import OF_CAMERAS
from rules.site import Area, Site, Zone, ZoneKind
from rules.state import State, Trouble, TroubleKind, reading_of

TRIPPING: frozenset[Reading] = frozenset(
    {
        Contact.OPEN,
        Motion.MOVING,
        Smoke.SMOKE,
        Water.WET,
        Glass.BROKEN,
        CarbonMonoxide.CO,
        Tamper.TAMPERED,
        Lock.UNLOCKED,
        Lock.JAMMED,
        Switch.ON,
        Gate.UP,
        Gate.BETWEEN,
    }
)
"""The readings that trip a zone on them."""

MOMENTARY = frozenset({Capability.MOTION, Capability.GLASS})
"""A detector of these tells each movement anew: every report counts, not only a change."""


@dataclass(frozen=True, slots=True)
class Blocker:
    """Why an area cannot be armed. With a zone, a bypass would help; without, it would not."""

    sentence: str
    zone: str = ""


def trips(state: State, event: Reported) -> bool:
    """Tell whether a report is a new trip. `state` is from before the report."""
    if event.reading not in TRIPPING:
        return False
    capability = capability_of(event.reading)
    if capability in MOMENTARY:
        return True
    device = state.devices.get(event.device)
    # Compared with what was last known, also before a gap: a restart never makes an edge of what
    # was so before, and never hides what changed meanwhile.
    return device is None or device.last(capability) != event.reading


def tripped(state: State, zone: Zone) -> bool:
    """Tell whether a zone is not at rest now."""
    return reading_of(state, zone.device, zone.capability) in TRIPPING


def last_tripped(state: State, zone: Zone) -> bool:
    """Tell whether a zone was not at rest when it was last known: unknown is not closed."""
    device = state.devices.get(zone.device)
    return device is not None and device.last(zone.capability) in TRIPPING


def zones_of(site: Site, area: str, mode: str) -> Iterator[Zone]:
    """Give the zones that guard an area in a mode."""
    for zone in site.zones.values():
        if zone.area == area and (mode in zone.modes or zone.kind is ZoneKind.ALWAYS):
            yield zone


def devices_of(site: Site, area: Area) -> Iterator[DeviceId]:
    """Give every device that an area relies on."""
    yield from area.sirens
    yield from area.keypads
    for zone in site.zones.values():
        if zone.area == area.name:
            yield zone.device


def blockers(site: Site, state: State, area: str, mode: str) -> tuple[Blocker, ...]:
    """List what keeps an area from being armed in a mode, zones first."""
    bypassed = state.areas[area].bypassed
    zones = [zone for zone in zones_of(site, area, mode) if zone.name not in bypassed]
    return (
        *(Blocker(why, zone.name) for zone in zones if (why := _not_at_rest(site, state, zone))),
        *_faults(site, state, site.areas[area]),
    )


def _not_at_rest(site: Site, state: State, zone: Zone) -> str:
    reading = reading_of(state, zone.device, zone.capability)
    name = site.names.get(zone.device, zone.device)
    if reading == "unknown":
        return f"{zone.name}: nobody knows how {name} stands{_unheard(state, zone.device)}"
    if isinstance(reading, Picture) and reading is not Picture.SEEING:
        return f"{zone.name}: {name} does not see ({reading.value})"
    if reading in TRIPPING and zone.capability not in MOMENTARY:
        return f"{zone.name}: {name} is {reading.value}"
    return ""


def _unheard(state: State, device: DeviceId) -> str:
    """Say that a device was not heard since its radio answers: one that sleeps tells later."""
    driver, known = state.drivers.get(driver_of(device)), state.devices.get(device)
    if driver is None or not driver.found or known is None or known.heard >= driver.since:
        return ""
    return f", it was not heard since the {driver_of(device)} radio answers"


_PREVENTS = {
    TroubleKind.TAMPER: "{} is tampered with",
    TroubleKind.SILENT: "{} is silent",
    TroubleKind.LEFT: "{} left its network",
    TroubleKind.BOLT: "the bolt of {} is jammed",
    TroubleKind.NOT_READY: "{} is not ready: wake it",
    TroubleKind.INSECURE: "{} joined without security",
    TroubleKind.DEAD: "{} does not answer",
}


def _faults(site: Site, state: State, area: Area) -> Iterator[Blocker]:
    devices = sorted(set(devices_of(site, area)))
    for driver in sorted({driver_of(device) for device in devices}):
        found = state.drivers.get(driver)
        if found is None or not found.found:
            yield Blocker(f"the {driver} radio is not there")
        elif found.deaf:
            yield Blocker(f"the {driver} radio hears nothing before its {found.deaf} ends")
        elif found.jammed:
            yield Blocker(f"the {driver} radio is jammed")
    bypassed = state.areas[area.name].bypassed
    for device in devices:
        zones = [z.name for z in site.zones.values() if (z.device, z.area) == (device, area.name)]
        if zones and bypassed.issuperset(zones):
            continue
        yield from _faults_of(
            site, state, device, next((z for z in zones if z not in bypassed), "")
        )
    for siren in area.sirens:
        if Trouble(TroubleKind.UNCONFIRMED, siren) in state.troubles:
            yield Blocker(f"{site.names.get(siren, siren)} did not do what it was last asked")


def _faults_of(site: Site, state: State, device: DeviceId, zone: str) -> Iterator[Blocker]:
    name = site.names.get(device, device)
    if not zone and device not in state.devices:
        yield Blocker(f"{name} never joined")
    insecure = Trouble(TroubleKind.INSECURE, device) in state.troubles
    for kind, sentence in _PREVENTS.items():
        if insecure and kind is TroubleKind.NOT_READY:
            continue  # it joins anew, and is asked then: to wake it helps nobody
        if Trouble(kind, device) in state.troubles:
            words = OF_CAMERAS.get(kind, sentence) if site.is_camera(device) else sentence
            yield Blocker(words.format(name), zone)
