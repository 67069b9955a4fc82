"""Triggers of what is over in a moment: what cameras see, and buttons that are pressed."""

from gateway.model.device import DeviceId
from gateway.model.event import ButtonPressed, Event
from gateway.model.sight import (
    AnimalSeen,
    LineCrossed,
    Loitered,
    PersonSeen,
    VehicleSeen,
    seen_of,
)
from rules.rulebook import Crosses, Loiters, Pressed, Sees, Trigger
from rules.site import Site
from rules.words import name_of

type Momentary = Sees | Crosses | Loiters | Pressed


def source_of(event: Event) -> DeviceId | None:
    """Name the device whose moment an event is; None where it is none."""
    match event:
        case (
            PersonSeen()
            | VehicleSeen()
            | AnimalSeen()
            | LineCrossed()
            | Loitered()
            | ButtonPressed()
        ):
            return event.device
        case _:
            return None


def fits(trigger: Trigger, event: Event) -> bool:
    """Tell whether an event is what a trigger waits for."""
    match trigger, event:
        case Sees(seen=seen, place=place), (PersonSeen() | VehicleSeen() | AnimalSeen()):
            return seen_of(event) is seen and (place is None or place in event.zones)
        case Crosses(line=line, seen=seen, inward=inward), LineCrossed():
            right = seen is None or event.seen is seen
            return line == event.line and right and inward in (None, event.inward)
        case Loiters(place=place, seen=seen), Loitered():
            return place == event.zone and seen in (None, event.seen)
        case Pressed(button=button, gesture=gesture), ButtonPressed():
            return button in (None, event.button) and gesture in (None, event.gesture)
        case _:
            return False


def fields_of(site: Site, event: Event) -> dict[str, str]:
    """Give what conditions and messages may say of such a moment."""
    match event:
        case PersonSeen() | VehicleSeen() | AnimalSeen():
            found = {
                "value": str(seen_of(event)),
                "zone": ", ".join(event.zones),
                "score": f"{event.score:.2f}",
                "picture": event.picture,
            }
        case LineCrossed():
            ways = {True: "inward", False: "outward", None: ""}
            found = {
                "value": str(event.seen or ""),
                "line": event.line,
                "way": ways[event.inward],
            }
        case Loitered():
            found = {"value": str(event.seen), "zone": event.zone}
        case ButtonPressed():
            found = {"value": event.gesture, "button": str(event.button)}
        case _:
            return {}
    device = source_of(event)
    known = {key: text for key, text in found.items() if text}
    return known if device is None else {"device": name_of(site, device), **known}
