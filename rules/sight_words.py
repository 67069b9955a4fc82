"""What cameras see, and what they are asked to do, in plain words."""

from gateway.model.device import DeviceId
from gateway.model.effect import Inspect, KeepClip
from gateway.model.sight import (
    AnimalSeen,
    ClipFailed,
    ClipKept,
    ClipRemoved,
    Inspected,
    LineCrossed,
    Loitered,
    PersonSeen,
    Seen,
    Sighting,
    VehicleSeen,
    Witness,
    seen_of,
)
from rules.site import Site

type OfCameras = (
    PersonSeen
    | VehicleSeen
    | AnimalSeen
    | LineCrossed
    | Loitered
    | Inspected
    | ClipKept
    | ClipFailed
    | ClipRemoved
)

A = {Seen.PERSON: "a person", Seen.VEHICLE: "a vehicle", Seen.ANIMAL: "an animal"}
"""The classes with their article."""


def sentence(site: Site, event: OfCameras) -> str:
    """Say what a camera saw, or what was kept of it."""
    match event:
        case PersonSeen() | VehicleSeen() | AnimalSeen():
            return _seen(site, event)
        case LineCrossed():
            what = "something" if event.seen is None else A[event.seen]
            ways = {True: " inward", False: " outward", None: ""}
            crossed = f"{what} crossed {event.line}{ways[event.inward]}"
            return f"{_name(site, event.device)}: {crossed}{_witness(event.witness)}"
        case Loitered():
            stays = f"{A[event.seen]} stays in {event.zone} for {event.seconds} s"
            return f"{_name(site, event.device)}: {stays}"
        case Inspected():
            return _inspected(site, event)
        case ClipKept():
            span = f"{event.seconds:.1f} s, {event.before_seconds:.1f} s of it from before"
            name = _name(site, event.device)
            kept = "kept, cut short" if event.cut else "kept"
            return f"{name}: clip {event.clip} of {event.incident} is {kept} ({span})"
        case ClipFailed():
            name = _name(site, event.device)
            return f"{name}: the recording of {event.incident} failed: {event.reason}"
        case ClipRemoved():
            return f"clip {event.clip} is removed: {event.why}"


def ask(site: Site, effect: Inspect | KeepClip) -> str:
    """Say what cameras are asked to do."""
    names = cameras(site, effect.cameras)
    match effect:
        case Inspect():
            return f"{names}: look for {effect.seconds:g} s ({effect.why})"
        case KeepClip():
            kept = ", to be kept" if effect.pinned else ""
            return f"{names}: record {effect.incident} for {effect.seconds:g} s{kept}"


def cameras(site: Site, devices: tuple[DeviceId, ...]) -> str:
    """Name cameras in a row."""
    return ", ".join(_name(site, device) for device in devices)


def _seen(site: Site, event: Sighting) -> str:
    where = f" in {', '.join(event.zones)}" if event.zones else ""
    said = f"{A[seen_of(event)]} ({event.score:.2f}){where}"
    return f"{_name(site, event.device)} sees {said}{_witness(event.witness)}"


def _witness(witness: Witness) -> str:
    return ", by its own analytics" if witness is Witness.CAMERA else ""


def _inspected(site: Site, event: Inspected) -> str:
    name = _name(site, event.device)
    if not event.frames:
        return f"{name} could not look: {event.reason}"
    found = ", ".join(A[seen] for seen in event.found) or "nothing"
    return f"{name} looked at {event.frames} pictures and saw {found}"


def _name(site: Site, device: str) -> str:
    return site.names.get(DeviceId(device), device)
