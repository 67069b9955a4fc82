"""What happens to the PINs that locks hold. None of these holds a PIN."""

from dataclasses import dataclass
from enum import StrEnum

from gateway.model.device import DeviceId


class Found(StrEnum):
    """What is in a slot of a lock."""

    RIGHT = "right"  # the PIN that the hub keeps for it
    MISSING = "missing"  # no PIN
    OTHER = "other"  # a PIN that the hub does not keep for it


@dataclass(frozen=True, slots=True)
class LockCodeChecked:
    """A slot of a lock was read and compared; told when it is news, or not as it should be."""

    device: DeviceId
    slot: int
    found: Found


@dataclass(frozen=True, slots=True)
class LockPinKept:
    """The hub keeps a person's PIN from now on, or another one than before."""

    person: str
    by: str


@dataclass(frozen=True, slots=True)
class LockPinForgotten:
    """The hub keeps a person's PIN no longer: it leaves the locks."""

    person: str
    by: str


@dataclass(frozen=True, slots=True)
class OneTimePinMade:
    """A PIN was made that opens one lock once, within so many seconds."""

    device: DeviceId
    slot: int
    label: str
    seconds: int
    by: str


@dataclass(frozen=True, slots=True)
class OneTimePinEnded:
    """A one-time PIN is to leave its lock before its time; also one that nobody knows of."""

    device: DeviceId
    slot: int
    by: str
