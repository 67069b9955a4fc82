"""The long jobs of a radio: for people to begin, one at a time, never while the house is armed."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable

from gateway.model.credential import Code
from gateway.model.device import DeviceId


class Job(StrEnum):
    """What a radio may be able to do; `Upkeep.jobs` says which it can."""

    EXCLUDE = "exclude"  # a device that is at hand leaves: it is woken meanwhile
    INTERVIEW = "interview"  # a device is asked anew all it can do
    REBUILD = "rebuild"  # the routes of one device, or of the whole network, are found anew
    REPLACE = "replace"  # a dead device makes way for a new one of its kind
    FORGET = "forget"  # a dead device is taken out of the network
    BACKUP = "backup"  # the stick's memory is written to a file
    RESTORE = "restore"  # the stick's memory is read from a file, after a backup of what is there
    FIRMWARE = "firmware"  # a device, or the stick, is given a firmware from a file
    SMART_START = "smart start"  # a device is expected: it joins by its key when it is powered


@dataclass(frozen=True, slots=True)
class Task:
    """One job, and what it is done to."""

    job: Job
    device: DeviceId | None = None
    file: Path | None = None
    key: Code | None = None  # as printed on the device that is expected
    seconds: int = 60  # how long a device is waited for


def is_whole(job: Job, device: DeviceId | None) -> bool:
    """Tell whether a job must not be stopped half-way: a stick could be left with half of it.

    Its radio hears nothing meanwhile.
    """
    return job is Job.RESTORE or (job is Job.FIRMWARE and device is None)


type Progress = Callable[[float | None, str], None]
"""Is told how far a job is (0 to 1; None where nobody can tell) and what it does, in words."""


@runtime_checkable
class Upkeep(Protocol):
    """What a driver offers besides `Driver` if its radio has long jobs."""

    @property
    def jobs(self) -> frozenset[Job]:
        """Name the jobs that it can do."""
        ...

    async def upkeep(self, task: Task, progress: Progress) -> str:
        """Do a job to its end, and say in a sentence what came of it. Cancelling ends it early.

        Raises a DriverError with a sentence; CommandUnsupported for what it cannot do.
        """
        ...
