"""What cameras see, and what was kept of it: events of the house like any other.

A camera is a device (`onvif:yard/0`); its health is a reading, `Picture`. Pictures and clips stand
in the evidence store under the names that these events give; no event holds a picture.
"""

from dataclasses import dataclass
from enum import StrEnum

from gateway.model.device import DeviceId


class Seen(StrEnum):
    """The classes of what is looked for."""

    PERSON = "person"
    VEHICLE = "vehicle"
    ANIMAL = "animal"


class Witness(StrEnum):
    """Who says so."""

    HUB = "hub"  # the hub's own detection, on the pictures
    CAMERA = "camera"  # the camera's own analytics


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """A person is there: told once as a track is believed, and for each zone it comes into."""

    device: DeviceId
    track: int  # the same number is the same one, until the detection starts anew; 0: not tracked
    score: float  # 0..1; 1 where the witness gives none
    zones: tuple[str, ...] = ()  # of the camera's own zones, those it stands in
    picture: str = ""  # its name in the evidence store; "": none was kept
    witness: Witness = Witness.HUB


@dataclass(frozen=True, slots=True)
class VehicleSeen:
    """A vehicle is there."""

    device: DeviceId
    track: int
    score: float
    zones: tuple[str, ...] = ()
    picture: str = ""
    witness: Witness = Witness.HUB


@dataclass(frozen=True, slots=True)
class AnimalSeen:
    """An animal is there."""

    device: DeviceId
    track: int
    score: float
    zones: tuple[str, ...] = ()
    picture: str = ""
    witness: Witness = Witness.HUB


@dataclass(frozen=True, slots=True)
class LineCrossed:
    """Something crossed one of a camera's lines."""

    device: DeviceId
    line: str
    seen: Seen | None  # None: the camera says that something did, and not what
    inward: bool | None  # against the line's own direction; None: the camera does not say
    track: int = 0
    witness: Witness = Witness.HUB


@dataclass(frozen=True, slots=True)
class Loitered:
    """Something stays in a zone for longer than that zone allows."""

    device: DeviceId
    zone: str
    seen: Seen
    seconds: int
    track: int = 0


@dataclass(frozen=True, slots=True)
class Inspected:
    """The answer to `Inspect`: what a camera saw while it was looked at."""

    device: DeviceId
    found: tuple[Seen, ...]
    frames: int  # pictures that were looked at; 0: nobody could look, and `reason` says why
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ClipKept:
    """A recording is on the disk and encrypted."""

    device: DeviceId
    clip: str  # its name in the evidence store
    sha256: str  # of the clip as `nightlatch clip export` gives it out
    before_seconds: float  # how much of it is from before it was asked for
    seconds: float
    incident: str  # what it belongs to, as `KeepClip` said
    size_bytes: int
    cut: bool = False  # a crash or a full disk ended it too early; it was closed afterwards


@dataclass(frozen=True, slots=True)
class ClipFailed:
    """A camera's recording came to nothing, or ended too early."""

    device: DeviceId
    incident: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClipRemoved:
    """A clip was deleted, by age, for space or by somebody."""

    clip: str
    why: str


type Sighting = PersonSeen | VehicleSeen | AnimalSeen
"""Something of a class that is looked for is there."""


def seen_of(sighting: Sighting) -> Seen:
    """Give the class of a sighting."""
    match sighting:
        case PersonSeen():
            return Seen.PERSON
        case VehicleSeen():
            return Seen.VEHICLE
        case AnimalSeen():
            return Seen.ANIMAL
