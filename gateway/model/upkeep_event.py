"""What happens to the long jobs of radios."""

from dataclasses import dataclass

from gateway.model.device import DeviceId, DriverId
from gateway.model.upkeep import Job


@dataclass(frozen=True, slots=True)
class UpkeepBegan:
    """A long job of a radio began."""

    driver: DriverId
    job: Job
    by: str
    device: DeviceId | None = None


@dataclass(frozen=True, slots=True)
class UpkeepEnded:
    """It ended; `reason` says what came of it."""

    driver: DriverId
    job: Job
    done: bool
    reason: str
    device: DeviceId | None = None
