"""What one device, or one driver, is asked to do."""

from dataclasses import dataclass
from enum import StrEnum

from gateway.model.credential import Code
from gateway.model.device import DeviceId, DriverId, driver_of

CELSIUS_MIN, CELSIUS_MAX = 4, 35
"""What a thermostat is asked to hold at most."""


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
class DimLight:
    """Bring a lamp to 0 (off) to 100 percent."""

    device: DeviceId
    percent: int


@dataclass(frozen=True, slots=True)
class MoveGate:
    """Move a garage door or a barrier. Opening is never late, as with a bolt."""

    device: DeviceId
    up: bool


@dataclass(frozen=True, slots=True)
class TurnValve:
    """Shut a valve, or let it flow."""

    device: DeviceId
    shut: bool


@dataclass(frozen=True, slots=True)
class SetThermostat:
    """Have a thermostat hold a temperature."""

    device: DeviceId
    celsius: float


@dataclass(frozen=True, slots=True)
class SetLockCode:
    """Store a PIN in a lock. The journal keeps that it was done, never the PIN."""

    device: DeviceId
    slot: int
    code: Code | None = None  # None: the hub fills in what it keeps for the slot


@dataclass(frozen=True, slots=True)
class ClearLockCode:
    """Remove a PIN from a lock."""

    device: DeviceId
    slot: int


@dataclass(frozen=True, slots=True)
class ReadLockCode:
    """Have a lock tell what is in a slot: its driver reports a LockCodeRead, then returns."""

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
class GiveJoinKey:
    """Answer `JoinKeyWanted` with what is printed on the device; None where nobody knows it."""

    driver: DriverId
    key: Code | None


class Infrared(StrEnum):
    """What a camera does with its infrared light and filter."""

    AUTO = "auto"
    ON = "on"  # the light of the night, whatever the hour
    OFF = "off"


@dataclass(frozen=True, slots=True)
class AimCamera:
    """Turn a camera to one of its stored positions, by the name it has in the camera."""

    device: DeviceId
    preset: str


@dataclass(frozen=True, slots=True)
class SetInfrared:
    """Switch a camera's infrared light."""

    device: DeviceId
    mode: Infrared


@dataclass(frozen=True, slots=True)
class RebootCamera:
    """Start a camera anew. It is gone for a minute."""

    device: DeviceId


@dataclass(frozen=True, slots=True)
class LearnView:
    """Take what a camera shows from now on for what it should show: it was turned on purpose."""

    device: DeviceId


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
    | DimLight
    | MoveGate
    | TurnValve
    | SetThermostat
    | SetLockCode
    | ClearLockCode
    | ReadLockCode
    | ShowPanel
    | AimCamera
    | SetInfrared
    | RebootCamera
    | LearnView
    | PermitJoin
    | GiveJoinKey
    | RemoveDevice
    | RefreshDevice
)


def target_of(command: Command) -> DeviceId | DriverId:
    """Name whom a command is for."""
    return command.driver if isinstance(command, PermitJoin | GiveJoinKey) else command.device


def driver_for(command: Command) -> DriverId:
    """Name the driver that carries a command out."""
    target = target_of(command)
    return driver_of(DeviceId(target))
