"""Which topics a camera has, as widespread makers name them, and what each act says on them."""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.camera.events import Items

VIDEO_SOURCE = "vs0"
SOURCE_CONFIGURATION = "vsc0"
ANALYTICS_CONFIGURATION = "vac0"
_SOURCE = {"Source": VIDEO_SOURCE}


def _rule(name: str) -> Items:
    return {
        "VideoSourceConfigurationToken": SOURCE_CONFIGURATION,
        "VideoAnalyticsConfigurationToken": ANALYTICS_CONFIGURATION,
        "Rule": name,
    }


@dataclass(frozen=True, slots=True)
class Property:
    """A topic that is true or false."""

    topic: str
    source: Items
    item: str

    def data(self, *, on: bool) -> Items:
        return {self.item: "true" if on else "false"}


@dataclass(frozen=True, slots=True)
class Turn:
    """What an act says: a property becomes so."""

    on: bool
    what: Property


_MINE = "tns1:RuleEngine/MyRuleDetector/"
MOTION = Property("tns1:RuleEngine/CellMotionDetector/Motion", _rule("MyMotion"), "IsMotion")
PERSON = Property(f"{_MINE}PeopleDetect", _SOURCE, "State")
VEHICLE = Property(f"{_MINE}VehicleDetect", _SOURCE, "State")
ANIMAL = Property(f"{_MINE}DogCatDetect", _SOURCE, "State")
VISITOR = Property(f"{_MINE}Visitor", _SOURCE, "State")
INTRUSION = Property("tns1:RuleEngine/FieldDetector/ObjectsInside", _rule("Field"), "IsInside")
TAMPER = Property("tns1:Device/Casing/Open", {"Name": "casing"}, "Open")
SCENE_CHANGE = Property("tns1:VideoSource/GlobalSceneChange/ImagingService", _SOURCE, "State")
LINE = "tns1:RuleEngine/LineDetector/Crossed"
LINE_SOURCE = _rule("MyLine")
INPUT = "tns1:Device/Trigger/DigitalInput"
RELAY = "tns1:Device/Trigger/Relay"

PROPERTIES = (MOTION, PERSON, VEHICLE, ANIMAL, INTRUSION, TAMPER, SCENE_CHANGE)
TURNS: Mapping[str, Turn] = {
    "motion": Turn(on=True, what=MOTION),
    "still": Turn(on=False, what=MOTION),
    "tamper": Turn(on=True, what=TAMPER),
    "untamper": Turn(on=False, what=TAMPER),
}
SIGHTS: Mapping[str, Property] = {
    "person": PERSON,
    "vehicle": VEHICLE,
    "animal": ANIMAL,
    "intrusion": INTRUSION,
    "scene_change": SCENE_CHANGE,
}
