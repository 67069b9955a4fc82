"""From the checked file to what the rules are told of the place."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from gateway.config.camera_section import CameraSection
from gateway.config.models import AreaSection, PersonSection, Sections, ZoneSection
from gateway.config.values import CAMERAS
from gateway.model.capability import Capability
from gateway.model.device import DeviceId
from gateway.model.sight import Seen
from rules.rulebook import RuleBook
from rules.schedule import Place
from rules.site import Area, Confirm, Lockout, Mode, Person, Site, Zone, ZoneKind

type Ids = dict[str, DeviceId]


def compile_site(file: Sections, rules: RuleBook | None = None) -> Site:
    """Give the site of a file whose references hold."""
    ids = ids_of(file)
    names = [area.name for area in file.areas]
    return Site(
        areas={area.name: _area(area, file, ids) for area in file.areas},
        zones={zone.name: _zone(zone, ids) for zone in file.zones},
        people={person.name: _person(person, ids, names) for person in file.people},
        names={device: name for name, device in ids.items()},
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


def ids_of(file: Sections) -> Ids:
    """Give the id of every device by its name, cameras among them."""
    devices = {device.name: DeviceId(device.id) for device in file.devices}
    return devices | {camera.name: camera_id(camera) for camera in file.cameras}


def camera_id(camera: CameraSection) -> DeviceId:
    """Give the id of a camera."""
    return DeviceId(f"{CAMERAS}:{camera.name}/0")


def place_of(file: Sections) -> Place:
    """Give where the schedules of a file hold, and where its sun rises."""
    return Place(ZoneInfo(file.place.timezone), file.place.latitude, file.place.longitude)


def _area(area: AreaSection, file: Sections, ids: Ids) -> Area:
    cameras = [camera for camera in file.cameras if camera.area == area.name]
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
        cameras=tuple(camera_id(camera) for camera in cameras),
        films=tuple(camera_id(camera) for camera in cameras if camera.record),
        confirm=_confirm(area, file),
    )


def _confirm(area: AreaSection, file: Sections) -> Confirm | None:
    asked = area.confirm
    if asked is None:
        return None
    zones = [zone for zone in file.zones if zone.area == area.name]
    waiting = [zone.name for zone in zones if _waits(zone)] if asked.zones is None else asked.zones
    by = [c.name for c in file.cameras if c.area == area.name] if asked.by is None else asked.by
    return Confirm(
        zones=frozenset(waiting),
        cameras=tuple(camera_id(camera) for camera in file.cameras if camera.name in by),
        by_zones=frozenset(zone.name for zone in zones if zone.name in by),
        within=asked.within,
        otherwise=asked.otherwise,
    )


def _waits(zone: ZoneSection) -> bool:
    """Tell whether a zone's trips wait where the file names none."""
    free = zone.kind in (ZoneKind.FOLLOWER, ZoneKind.INSTANT)
    return free and zone.reading is Capability.MOTION


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
        sees=_sees(zone),
        places=frozenset(zone.in_ or ()),
    )


def _sees(zone: ZoneSection) -> frozenset[Seen]:
    if zone.reading is not Capability.CAMERA:
        return frozenset()
    return frozenset({Seen.PERSON} if zone.sees is None else zone.sees)


def _person(person: PersonSection, ids: Ids, areas: Iterable[str]) -> Person:
    return Person(
        name=person.name,
        areas=frozenset(areas if person.areas is None else person.areas),
        may_arm=person.may_arm,
        may_disarm=person.may_disarm,
        lock_slots={ids[lock]: slot for lock, slot in person.lock_slots.items()},
        unlock=tuple(person.unlock),
    )
