"""What the detection may say: it reads what strangers send, and may not speak for others."""

from gateway.detection.plan import EVIDENCE, Plan
from gateway.detection.wire import Watched
from gateway.model.capability import Picture
from gateway.model.device import driver_of
from gateway.model.event import Event, PartFailed, PartWorks, Reported, Telemetry
from gateway.model.sight import (
    AnimalSeen,
    ClipFailed,
    ClipKept,
    ClipRemoved,
    Inspected,
    LineCrossed,
    Loitered,
    PersonSeen,
    VehicleSeen,
)


def is_its_own(said: Event | Telemetry | Watched, plan: Plan) -> bool:
    """Tell whether it may say so: of cameras in the plan, or of what it keeps."""
    match said:
        case ClipKept(device=device) | ClipFailed(device=device):
            # Also of a camera that is no longer in the plan.
            return driver_of(device) in {driver_of(one.device) for one in plan.cameras}
        case ClipRemoved():
            return True
        case PartFailed(part=part) | PartWorks(part=part):
            return part == EVIDENCE or part in (one.large_stream for one in plan.cameras)
        case Reported(device=device, reading=Picture()):
            pass
        case Watched(device=device) | Telemetry(device=device) | Inspected(device=device):
            pass
        case PersonSeen(device=device) | VehicleSeen(device=device) | AnimalSeen(device=device):
            pass
        case LineCrossed(device=device) | Loitered(device=device):
            pass
        case _:
            return False
    return any(camera.device == device for camera in plan.cameras)
