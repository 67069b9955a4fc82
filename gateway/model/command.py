"""What one device, or one driver, is asked to do."""

from dataclasses import dataclass

from gateway.model.credential import Code
from gateway.model.device import DeviceId, DriverId, driver_of


@dataclass(frozen=True, slots=True)
class SoundSiren:
    """Sound and flash for `seconds`; the device stops by itself should we be gone by then."""

    device: DeviceId
    seconds: int


@dataclass(frozen=True, slots=True)
class SilenceSiren:
    """Stop sounding."""

    device: DeviceId


@dataclass(frozen=True, slots=True)
class LockDoor:
    """Throw the bolt."""

    device: DeviceId


@dataclass(frozen=True, slots=True)
class UnlockDoor:
    """Draw the bolt. Never late: dropped when it could not be done at once."""

    device: DeviceId


@dataclass(frozen=True, slots=True)
class TurnSwitch:
    """Switch a plug, lamp or relay."""

    device: DeviceId
    on: bool


@dataclass(frozen=True, slots=True)
class SetLockCode:
    """Store a PIN in a lock. The journal keeps that it was done, never the PIN."""

    device: DeviceId
    slot: int
    code: Code | None  # None once it was written down: then it cannot be repeated


@dataclass(frozen=True, slots=True)
class ClearLockCode:
    """Remove a PIN from a lock."""

    device: DeviceId
    slot: int


@dataclass(frozen=True, slots=True)
class ShowPanel:
    """Tell a keypad what to show: the arming state's word and the seconds that remain."""

    device: DeviceId
    phase: str
    mode: str | None
    seconds: int


@dataclass(frozen=True, slots=True)
class PermitJoin:
    """Let devices join for `seconds` (0 closes at once), at most 254."""

    driver: DriverId
    seconds: int
    install_code: Code | None = None  # hex, as printed on the device; None where none is needed
    address: str = ""  # of the device the install code belongs to


@dataclass(frozen=True, slots=True)
class RemoveDevice:
    """Ask a device to leave, and forget it."""

    device: DeviceId


@dataclass(frozen=True, slots=True)
class RefreshDevice:
    """Ask a device for its readings now."""

    device: DeviceId


type Command = (
    SoundSiren
    | SilenceSiren
    | LockDoor
    | UnlockDoor
    | TurnSwitch
    | SetLockCode
    | ClearLockCode
    | ShowPanel
    | PermitJoin
    | RemoveDevice
    | RefreshDevice
)


def target_of(command: Command) -> DeviceId | DriverId:
    """Name whom a command is for."""
    return command.driver if isinstance(command, PermitJoin) else command.device


def driver_for(command: Command) -> DriverId:
    """Name the driver that carries a command out."""
    return command.driver if isinstance(command, PermitJoin) else driver_of(command.device)
