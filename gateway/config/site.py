"""From the checked file to what the rules are told of the place."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from gateway.config.models import AreaSection, PersonSection, Sections, ZoneSection
from gateway.model.device import DeviceId
from rules.rulebook import RuleBook
from rules.schedule import Place
from rules.site import Area, Lockout, Mode, Person, Site, Zone

type Ids = dict[str, DeviceId]


def compile_site(file: Sections, rules: RuleBook | None = None) -> Site:
    """Give the site of a file whose references hold."""
    ids = {device.name: DeviceId(device.id) for device in file.devices}
    names = [area.name for area in file.areas]
    return Site(
        areas={area.name: _area(area, ids) for area in file.areas},
        zones={zone.name: _zone(zone, ids) for zone in file.zones},
        people={person.name: _person(person, ids, names) for person in file.people},
        names={DeviceId(device.id): device.name for device in file.devices},
        supervision={
            DeviceId(device.id): device.supervision
            for device in file.devices
            if device.supervision is not None
        },
        lockout=Lockout(file.access.lockout_tries, file.access.lockout_time),
        arm_needs_code=file.access.arm_needs_code,
        rules=rules or RuleBook(),
        place=place_of(file),
    )


def place_of(file: Sections) -> Place:
    """Give where the schedules of a file hold, and where its sun rises."""
    return Place(ZoneInfo(file.place.timezone), file.place.latitude, file.place.longitude)


def _area(area: AreaSection, ids: Ids) -> Area:
    return Area(
        name=area.name,
        modes={
            name: Mode(name, mode.exit_delay, mode.entry_delay) for name, mode in area.modes.items()
        },
        siren_time=area.siren_time,
        sirens=_devices(area.sirens, ids),
        keypads=_devices(area.keypads, ids),
        on_tamper=area.on_tamper,
        lights=_devices(area.lights, ids),
        unlock_disarms=_devices(area.unlock_disarms, ids),
    )


def _devices(names: Iterable[str], ids: Ids) -> tuple[DeviceId, ...]:
    return tuple(ids[name] for name in names)


def _zone(zone: ZoneSection, ids: Ids) -> Zone:
    return Zone(
        name=zone.name,
        area=zone.area,
        device=ids[zone.device],
        capability=zone.reading,
        kind=zone.kind,
        modes=frozenset(zone.modes),
        entry_delay=zone.entry_delay,
    )


def _person(person: PersonSection, ids: Ids, areas: Iterable[str]) -> Person:
    return Person(
        name=person.name,
        areas=frozenset(areas if person.areas is None else person.areas),
        may_arm=person.may_arm,
        may_disarm=person.may_disarm,
        lock_slots={ids[lock]: slot for lock, slot in person.lock_slots.items()},
        unlock=tuple(person.unlock),
    )
