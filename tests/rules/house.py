"""A house in three lines, and a way to play a story in it."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from gateway.model.capability import Capability, Contact, Motion, Reading, Smoke, Tamper
from gateway.model.clock import HouseTime, after
from gateway.model.device import Device, DeviceId, DriverId
from gateway.model.effect import Effect, Notify, Perform
from gateway.model.event import (
    ArmRequested,
    DeviceJoined,
    DisarmRequested,
    DriverFound,
    Event,
    Reported,
    Started,
    Ticked,
)
from rules import engine
from rules.site import Area, Mode, OnTamper, Person, Site, Zone, ZoneKind
from rules.state import AreaState, Phase, State

DOOR = DeviceId("zigbee:000000000000000d/1")
BACK = DeviceId("zigbee:00000000000000bd/1")
WINDOW = DeviceId("zigbee:000000000000000e/1")
HALL = DeviceId("zigbee:000000000000000f/1")
LIVING = DeviceId("zigbee:000000000000001f/1")
SMOKE = DeviceId("zigbee:0000000000000010/1")
SIREN = DeviceId("zigbee:0000000000000011/1")
KEYPAD = DeviceId("zigbee:0000000000000012/1")
LAMP = DeviceId("zigbee:0000000000000013/1")
SHED = DeviceId("zigbee:000000000000002d/1")
SHED_KEYPAD = DeviceId("zigbee:0000000000000022/1")
ZIGBEE = DriverId("zigbee")

EXIT = timedelta(seconds=60)
ENTRY = timedelta(seconds=30)
SIREN_TIME = timedelta(minutes=3)
SHED_SIREN_TIME = timedelta(minutes=5)
SILENCE = timedelta(hours=1)

NAMES = {
    DOOR: "front_door",
    BACK: "back_door",
    WINDOW: "kitchen_window",
    HALL: "hall_motion",
    LIVING: "living_motion",
    SMOKE: "kitchen_smoke",
    SIREN: "hall_siren",
    KEYPAD: "hall_keypad",
    LAMP: "lamp",
}


def _zone(name: str, device: DeviceId, kind: ZoneKind, *modes: str) -> Zone:
    reading = {
        HALL: Capability.MOTION,
        LIVING: Capability.MOTION,
        SMOKE: Capability.SMOKE,
    }.get(device, Capability.CONTACT)
    return Zone(name, "house", device, reading, kind, frozenset(modes))


def site(on_tamper: OnTamper = OnTamper.TROUBLE) -> Site:
    """Give a house with one zone of every kind."""
    zones = (
        _zone("front", DOOR, ZoneKind.ENTRY, "away", "home", "night"),
        _zone("back", BACK, ZoneKind.ENTRY, "away", "home", "night"),
        _zone("kitchen", WINDOW, ZoneKind.INSTANT, "away", "night"),
        _zone("hall", HALL, ZoneKind.FOLLOWER, "away"),
        _zone("living", LIVING, ZoneKind.INSTANT, "away"),
        _zone("smoke", SMOKE, ZoneKind.ALWAYS),
    )
    modes = {
        "away": Mode("away", EXIT, ENTRY),
        "home": Mode("home", timedelta(), ENTRY),
        "night": Mode("night", timedelta(), timedelta()),
    }
    house = Area("house", modes, SIREN_TIME, (SIREN,), (KEYPAD,), on_tamper, (LAMP,))
    everywhere = frozenset({"house"})
    people = {
        "anna": Person("anna", everywhere),
        "guest": Person("guest", everywhere, may_disarm=False),
        "neighbour": Person("neighbour", frozenset()),
    }
    return Site(
        areas={"house": house},
        zones={zone.name: zone for zone in zones},
        people=people,
        names=NAMES,
        supervision={DOOR: SILENCE},
    )


def two_areas() -> Site:
    """Give the house with a shed: an area of its own, that shares the siren and the keypad."""
    one = site()
    modes = {"away": Mode("away", timedelta(), ENTRY)}
    shed = Area("shed", modes, SHED_SIREN_TIME, (SIREN,), (KEYPAD, SHED_KEYPAD))
    door = Zone(
        "shed_door", "shed", SHED, Capability.CONTACT, ZoneKind.INSTANT, frozenset({"away"})
    )
    people = {
        "anna": Person("anna", frozenset({"house", "shed"})),
        "gardener": Person("gardener", frozenset({"shed"})),
    }
    return replace(
        one,
        areas={**one.areas, "shed": shed},
        zones={**one.zones, "shed_door": door},
        people={**one.people, **people},
        names={**one.names, SHED: "shed_door", SHED_KEYPAD: "shed_keypad"},
    )


def calm_shed(at: int = 0) -> tuple[tuple[float, Event], ...]:
    """Give the events after which the shed is known and at rest too."""
    return (
        *calm(at),
        (at, DeviceJoined(Device(SHED_KEYPAD, frozenset()))),
        (at, Reported(SHED, Contact.CLOSED)),
    )


def calm(at: int = 0) -> tuple[tuple[float, Event], ...]:
    """Give the events after which every sensor is known and at rest."""
    rest: tuple[tuple[DeviceId, Reading], ...] = (
        (DOOR, Contact.CLOSED),
        (BACK, Contact.CLOSED),
        (WINDOW, Contact.CLOSED),
        (HALL, Motion.STILL),
        (LIVING, Motion.STILL),
        (SMOKE, Smoke.CLEAR),
    )
    return (
        (at, Started(0.0, trusted=True)),
        (at, DriverFound(ZIGBEE)),
        *((at, DeviceJoined(Device(device, frozenset()))) for device in (SIREN, KEYPAD, LAMP)),
        *((at, Reported(device, reading)) for device, reading in rest),
    )


ARM = ArmRequested("house", "away", "anna", "cli")
ARM_HOME = ArmRequested("house", "home", "anna", "cli")
DISARM = DisarmRequested("house", "anna", "cli")
OPENED = Reported(DOOR, Contact.OPEN)
CLOSED = Reported(DOOR, Contact.CLOSED)
WINDOW_OPENED = Reported(WINDOW, Contact.OPEN)
TICK = Ticked()
ARM_SHED = ArmRequested("shed", "away", "anna", "cli")
DISARM_SHED = DisarmRequested("shed", "anna", "cli")
SHED_OPENED = Reported(SHED, Contact.OPEN)
SIREN_IS_HERE = DeviceJoined(Device(SIREN, frozenset()))
TAMPERED = Reported(DOOR, Tamper.TAMPERED)

type Moment = tuple[float, Event]


@dataclass
class Played:
    """How a story ended, and all that was done in it, with when."""

    state: State
    done: list[tuple[float, Effect]] = field(default_factory=list)
    steps: list[tuple[HouseTime, Event, State]] = field(default_factory=list)

    @property
    def area(self) -> AreaState:
        """Give the one area."""
        return self.state.areas["house"]

    @property
    def phase(self) -> Phase:
        """Give where the one area stands."""
        return self.area.phase

    def commands(self, kind: type) -> list[float]:
        """Give when commands of a kind were ordered."""
        return [
            at
            for at, effect in self.done
            if isinstance(effect, Perform) and isinstance(effect.command, kind)
        ]

    def said(self) -> str:
        """Give all that people were told."""
        return "\n".join(e.text for _, e in self.done if isinstance(e, Notify))


def at_second(seconds: float) -> HouseTime:
    """Give a moment of house time."""
    return after(HouseTime(0), timedelta(seconds=seconds))


def play(*story: Moment, place: Site | None = None, state: State | None = None) -> Played:
    """Play a story, ticking at each deadline on the way, as the clock would."""
    place = place or site()
    played = Played(state or engine.initial(place))
    for seconds, event in story:
        at = at_second(seconds)
        while (due := engine.next_deadline(played.state)) is not None and due <= at:
            _step(place, played, TICK, due)
        _step(place, played, event, at)
    return played


def _step(place: Site, played: Played, event: Event, at: HouseTime) -> None:
    played.state, effects = engine.step(place, played.state, event, at)
    played.steps.append((at, event, played.state))
    played.done += [(at / 1_000_000, effect) for effect in effects]
