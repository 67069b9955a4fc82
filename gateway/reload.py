"""A new configuration for a running house: what it changes, and what becomes of what waits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.config.load import Config, load
from gateway.config.source import pack
from gateway.model.capability import Capability
from gateway.model.device import DeviceId
from gateway.recovery import Configured
from rules import automation, engine
from rules.automation import Plan
from rules.site import Area, Site, Zone
from rules.state import Phase, State

_HELD_BY = (Phase.ENTRY, Phase.ALARM)


class NotNow(Exception):
    """The house cannot change its configuration now. The message is a sentence."""


@dataclass(frozen=True, slots=True)
class Next:
    """A configuration that holds, ready to be put in force."""

    config: Config
    now: Configured


@dataclass(frozen=True, slots=True)
class Change:
    """What a reload does: the state fitted to the next site, and in words what becomes of what."""

    path: Path
    state: State
    plan: Plan
    changed: tuple[str, ...]
    restart: tuple[str, ...]  # what only a restart changes


def prepare(path: Path, known: Mapping[DeviceId, frozenset[Capability]]) -> Next:
    """Load, check and compile a configuration; it takes a while. Raises ConfigErrors."""
    config = load(path, known)
    site = config.site()
    automation.program(site)
    return Next(config, Configured(site, pack(config.source)))


def known_of(state: State) -> dict[DeviceId, frozenset[Capability]]:
    """Give what the devices can do, as far as they joined."""
    return {
        name: frozenset(device.about.capabilities)
        for name, device in state.devices.items()
        if device.about is not None
    }


def change(began: Config, was: Config, site: Site, state: State, coming: Next) -> Change:
    """Say what a reload would do, and give the state after it. Nothing is done. Raises NotNow.

    `began` is the configuration that the hub was started with, `was` the last that was loaded.
    """
    new = coming.now.site
    for name, area in state.areas.items():
        if area.phase in _HELD_BY:
            raise NotNow(f"not while {name} is in {area.phase}: disarm it, then load again")
        if area.phase is not Phase.DISARMED and (weaker := [*_of_area(name, site, new)]):
            raise NotNow(f"{name} is armed: disarm it first ({', '.join(weaker)})")
    fitted, _, plan = engine.fitted(new, site, state)
    changed = (*_changed(site, new), *_of_file(was, coming.config))
    restart = tuple(_restart(began, coming.config))
    return Change(coming.config.path, fitted, plan, changed, restart)


def _of_area(name: str, old: Site, new: Site) -> Iterator[str]:
    """Name what changes of an area and its zones."""
    yield from _compared("area", _only(old.areas, name), _only(new.areas, name))
    yield from _compared("zone", _zones(old, name), _zones(new, name))


def _only(areas: Mapping[str, Area], name: str) -> dict[str, Area]:
    return {name: areas[name]} if name in areas else {}


def _zones(site: Site, area: str) -> dict[str, Zone]:
    return {zone.name: zone for zone in site.zones.values() if zone.area == area}


def _of_file(old: Config, new: Config) -> Iterator[str]:
    """Name what changes beside areas, zones, people, devices and rules."""
    yield from _compared("code of", old.codes, new.codes)
    for field, section in _SECTIONS.items():
        if getattr(old, field) != getattr(new, field):
            yield f"{section}: changed"


_SECTIONS = {
    "place": "[site]",
    "access": "[access]",
    "windows": "[[window]]",
    "calendars": "[[calendar]]",
}


def _changed(old: Site, new: Site) -> Iterator[str]:
    """Name what is new, gone, or other than before."""
    yield from _compared("area", old.areas, new.areas)
    yield from _compared("zone", old.zones, new.zones)
    yield from _compared("person", old.people, new.people)
    yield from _compared("device", _by_name(old), _by_name(new))
    yield from _compared("rule", _digests(old), _digests(new))


def _compared(what: str, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[str]:
    for name in {**old, **new}:
        if name not in old:
            yield f"{what} {name}: new"
        elif name not in new:
            yield f"{what} {name}: gone"
        elif old[name] != new[name]:
            yield f"{what} {name}: changed"


def _by_name(site: Site) -> dict[str, object]:
    return {name: (device, site.supervision.get(device)) for device, name in site.names.items()}


def _digests(site: Site) -> dict[str, str]:
    return {name: rule.digest for name, rule in site.rules.rules.items()}


def _restart(old: Config, new: Config) -> Iterator[str]:
    for field, section in _AT_START.items():
        if getattr(old, field) != getattr(new, field):
            yield f"{section} takes a restart of the hub{_until_then(field, old, new)}"


def _until_then(field: str, old: Config, new: Config) -> str:
    """Say which cameras wait for the restart, and where recordings go until then."""
    match field:
        case "cameras":
            changes = ", ".join(_compared("camera", _cameras(old), _cameras(new)))
            return f" ({changes})" if changes else ""  # only their order is another
        case "evidence" if old.evidence.folder != new.evidence.folder:
            here, there = (one.state_folder / one.evidence.folder for one in (old, new))
            return f": until then it records into {here}, and `nightlatch clip` reads {there}"
        case _:
            return ""


def _cameras(config: Config) -> dict[str, object]:
    return {camera.name: camera for camera in config.cameras}


_AT_START = {
    "zigbee": "[zigbee]",
    "zwave": "[zwave]",
    "cameras": "[[camera]]",
    "detector": "[detector]",
    "evidence": "[evidence]",
    "state": "[state]",
}
