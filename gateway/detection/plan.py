"""What the detection is told to do: plain values, the same on both sides of its process.

Places in a picture are fractions of its width and height, from the upper left: (0, 0) to (1, 1).
"""

from dataclasses import dataclass, field
from pathlib import Path

from gateway.model.device import DeviceId
from gateway.model.sight import Seen

type Point = tuple[float, float]
type Polygon = tuple[Point, ...]

EVIDENCE = "the evidence store"
"""The part of the hub that fails where no evidence can be kept."""
EVIDENCE_KEY = "evidence.key"
"""The file of its key, in the state folder."""


@dataclass(frozen=True, slots=True)
class ZonePlan:
    """A part of a picture that is watched; what stands in it has its feet in it."""

    name: str
    shape: Polygon
    classes: frozenset[Seen] = frozenset({Seen.PERSON})
    loiter_seconds: float | None = None  # longer than this is loitering; None: nobody minds


@dataclass(frozen=True, slots=True)
class LinePlan:
    """A line across a picture. Who crosses it from its left to its right goes inward."""

    name: str
    start: Point
    end: Point
    classes: frozenset[Seen] = frozenset({Seen.PERSON})


@dataclass(frozen=True, slots=True)
class CameraPlan:
    """One camera."""

    device: DeviceId
    name: str
    zones: tuple[ZonePlan, ...] = ()  # none: the whole picture is one zone without a name
    lines: tuple[LinePlan, ...] = ()
    masks: tuple[Polygon, ...] = ()  # private: black before anything looks, and in what is stored
    before_seconds: float = 6.0  # of a clip, from before it was asked for
    record: bool = True

    @property
    def large_stream(self) -> str:
        """Name the part of the hub that fails where only the small stream of it comes."""
        return f"the large stream of {self.name}"


@dataclass(frozen=True, slots=True)
class ModelPlan:
    """A model file, refused where its hash or its shapes do not fit."""

    file: Path
    sha256: str
    decoder: str  # "ssd", "yolo", "nanodet", "tf"
    labels: Path
    score: float  # below this a find is nothing


@dataclass(frozen=True, slots=True)
class DetectorPlan:
    """What looks at pictures. None: the model that comes with Nightlatch."""

    model: ModelPlan | None = None
    second: ModelPlan | None = None  # looks at the candidate again, before it is believed
    provider: str = "cpu"  # "cpu", "cuda", "openvino": refused where it is not installed
    threads: int = 1
    votes: tuple[int, int] = (2, 3)  # so many of the last so many pictures


@dataclass(frozen=True, slots=True)
class EvidencePlan:
    """Where clips and pictures are kept, and for how long."""

    folder: Path
    key_file: Path  # 0600; 32 bytes
    days: float = 14.0
    alarm_days: float = 90.0  # of what is pinned
    disk_share: float = 0.5  # of the disk's size, at most


@dataclass(frozen=True, slots=True)
class Plan:
    """All of it."""

    cameras: tuple[CameraPlan, ...]
    evidence: EvidencePlan
    detector: DetectorPlan = field(default_factory=DetectorPlan)
