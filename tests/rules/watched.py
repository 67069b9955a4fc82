"""The house of the stories with two cameras, and what they see."""

from dataclasses import replace
from datetime import timedelta

from gateway.model.capability import Capability, Motion, Picture
from gateway.model.device import DeviceId, DriverId
from gateway.model.effect import Effect, Inspect, KeepClip
from gateway.model.event import DriverFound, Event, Reported
from gateway.model.sight import AnimalSeen, Inspected, PersonSeen, Seen
from rules.site import Confirm, Otherwise, Site, Zone, ZoneKind
from tests.rules.house import HALL, LIVING, Moment, calm
from tests.rules.house import site as plain_site

YARD = DeviceId("onvif:yard/0")
INDOORS = DeviceId("onvif:indoors/0")
ONVIF = DriverId("onvif")
WITHIN = timedelta(seconds=2)

CONFIRM = Confirm(frozenset({"hall", "living"}), (INDOORS,), frozenset(), WITHIN)
NOTICE = replace(CONFIRM, otherwise=Otherwise.NOTICE)

PERSON = PersonSeen(INDOORS, 1, 0.84)
IN_YARD = PersonSeen(YARD, 2, 0.91, ("porch",))
CAT = AnimalSeen(INDOORS, 3, 0.7)
LOOKED = Inspected(INDOORS, (), 12)
NO_LOOK = Inspected(INDOORS, (), 0, "the stream is lost")
LIVING_MOVES = Reported(LIVING, Motion.MOVING)
HALL_MOVES = Reported(HALL, Motion.MOVING)


def site(confirm: Confirm | None = CONFIRM, kind: ZoneKind = ZoneKind.INSTANT) -> Site:
    """Give the house with a camera in the yard, one indoors, and a zone on that of the yard."""
    one = plain_site()
    porch = Zone(
        "porch",
        "house",
        YARD,
        Capability.CAMERA,
        kind,
        frozenset({"away", "night"}),
        sees=frozenset({Seen.PERSON}),
        places=frozenset({"porch"}),
    )
    cameras = (YARD, INDOORS)
    house = replace(one.areas["house"], cameras=cameras, films=cameras, confirm=confirm)
    return replace(
        one,
        areas={"house": house},
        zones={**one.zones, "porch": porch},
        names={**one.names, YARD: "yard", INDOORS: "indoors"},
    )


def watched(at: int = 0) -> tuple[Moment, ...]:
    """Give the events after which every sensor is at rest and both cameras see."""
    return (
        *calm(at),
        (at, DriverFound(ONVIF)),
        *((at, picture(camera)) for camera in (YARD, INDOORS)),
    )


def picture(camera: DeviceId, how: Picture = Picture.SEEING) -> Event:
    """Give what tells how well a camera sees."""
    return Reported(camera, how)


def looks(done: list[tuple[float, Effect]]) -> list[tuple[float, Inspect]]:
    """Give when cameras were to look."""
    return [(at, effect) for at, effect in done if isinstance(effect, Inspect)]


def clips(done: list[tuple[float, Effect]]) -> list[tuple[float, KeepClip]]:
    """Give when cameras were to record."""
    return [(at, effect) for at, effect in done if isinstance(effect, KeepClip)]
