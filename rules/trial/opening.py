"""The house as a test finds it: from `given` to a state."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from gateway.model.capability import (
    READINGS,
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
)
from gateway.model.clock import HouseTime, after
from gateway.model.device import DeviceId, DriverId, driver_of
from gateway.model.event import DriverFound, Event, Reported, Started
from rules import engine, health, panel, readings
from rules.expression import Path, Value
from rules.rulebook import RuleBook
from rules.runs import Wall
from rules.schedule import Place
from rules.schedule.civil import first_instant
from rules.site import Site
from rules.state import BEGINNING, AreaState, DeviceState, Phase, State, with_area
from rules.trial.kinds import RuleTest
from rules.trial.sunlight import MIDSUMMER, place_where

type Given = Mapping[Path, Value | None]

REST: Mapping[Capability, Reading] = {
    Capability.CONTACT: Contact.CLOSED,
    Capability.MOTION: Motion.STILL,
    Capability.SMOKE: Smoke.CLEAR,
    Capability.WATER: Water.DRY,
    Capability.GLASS: Glass.WHOLE,
    Capability.CO: CarbonMonoxide.SAFE,
    Capability.TAMPER: Tamper.INTACT,
    Capability.LOCK: Lock.LOCKED,
    Capability.SWITCH: Switch.OFF,
    Capability.GATE: Gate.DOWN,
    Capability.CAMERA: Picture.SEEING,
}
"""What a zone reads when it is not tripped."""

SUN: Path = ("sun", "is_up")


def empty_house(site: Site) -> State:
    """Give a house that just started: its radios answer, its devices joined and told nothing."""
    state = _folded(site, engine.initial(site), Started(0.0, trusted=True))
    for driver in sorted({driver_of(device) for device in site.names}):
        state = _folded(site, state, DriverFound(DriverId(driver)))
    return replace(state, devices={one: DeviceState({}, {}, BEGINNING) for one in site.names})


@dataclass(frozen=True, slots=True)
class Opening:
    """How a test begins."""

    site: Site
    state: State
    begin: datetime | None  # wall time in UTC; None: nobody tells it, and no schedule fires


def opened(site: Site, rules: RuleBook, empty: State, test: RuleTest) -> Opening:
    """Give how a test begins, with these rules. `empty` is the state of its house, empty."""
    place = site.place or Place(ZoneInfo("UTC"))
    begin = None if test.time is None else first_instant(place.zone, test.time)
    shown = begin
    if SUN in test.given:
        shown = shown or MIDSUMMER
        up = cast("bool | None", test.given[SUN])
        place = place_where(up, place, shown, test.end)
    site = replace(site, rules=rules, place=place)
    state = _read(site, empty, test)
    for name in site.areas:
        state = with_area(state, name, _area(site, name, test.given))
    if shown is not None:
        state = replace(state, wall=Wall(shown, BEGINNING))
    return Opening(site, state, begin)


def _folded(site: Site, state: State, event: Event) -> State:
    return panel.step(site, state, event, BEGINNING)[0]


# -- readings --------------------------------------------------------------------------------------


def _read(site: Site, state: State, test: RuleTest) -> State:
    """Have the devices tell what is given: it was so before, and triggers and trips nothing."""
    ids = {name: device for device, name in site.names.items()} if test.given else {}
    told: dict[tuple[DeviceId, Capability], Reading | None] = {}
    if test.at_rest:
        for zone in site.zones.values():
            told[zone.device, zone.capability] = REST[zone.capability]
    for path, value in test.given.items():
        match path:
            case ("device", name, word):
                capability = Capability(word)
                reading = None if value is None else READINGS[capability](str(value))
                told[ids[name], capability] = reading
            case _:
                pass
    for (device, _), reading in told.items():
        if reading is not None:
            state = _told(site, state, Reported(device, reading))
    return state


def _told(site: Site, state: State, event: Reported) -> State:
    seen = readings.fold(state, event, BEGINNING)
    return health.step(site, state, seen, event, BEGINNING)[0]


# -- areas -----------------------------------------------------------------------------------------


def _area(site: Site, name: str, given: Given) -> AreaState:
    area = site.areas[name]
    phase, mode = phase_and_mode(given, name, next(iter(area.modes), None))
    bypassed = (
        zone.name
        for zone in site.zones.values()
        if zone.area == name and given.get(("zone", zone.name, "bypassed")) is True
    )
    return AreaState(
        phase=phase,
        mode=mode,
        deadline=_deadline(site, name, phase, mode),
        by="" if phase is Phase.DISARMED else "test",
        bypassed=frozenset(bypassed),
        alarmed=given.get(("area", name, "alarmed"), phase is Phase.ALARM) is True,
    )


def phase_and_mode(given: Given, area: str, usual: str | None) -> tuple[Phase, str | None]:
    """Give how an area stands: a mode alone is armed in it, a phase alone in its first mode."""
    mode, phase = given.get(("area", area, "mode")), given.get(("area", area, "phase"))
    if phase is None:
        armed = mode is not None and mode != "disarmed"
        return (Phase.ARMED, str(mode)) if armed else (Phase.DISARMED, None)
    found = Phase(str(phase))
    if found is Phase.DISARMED:
        return found, None
    if mode is None:
        return found, None if found is Phase.ALARM else usual
    return found, None if mode == "disarmed" else str(mode)


def _deadline(site: Site, name: str, phase: Phase, mode: str | None) -> HouseTime | None:
    area = site.areas[name]
    match phase:
        case Phase.EXIT | Phase.ENTRY if mode is not None:
            delays = area.modes[mode]
            delay = delays.exit_delay if phase is Phase.EXIT else delays.entry_delay
            return after(BEGINNING, delay)
        case Phase.ALARM:
            return after(BEGINNING, area.siren_time)
        case _:
            return None
