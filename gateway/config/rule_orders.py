"""What a rule orders one device: of which device, what that must be able to do, and the command."""

from typing import assert_never

from gateway.config.rule_do import (
    ORDERS,
    AimDo,
    CloseDo,
    DimDo,
    FlowDo,
    HoldDo,
    InfraredDo,
    LockDo,
    OffDo,
    OnDo,
    OpenDo,
    Order,
    ShutDo,
    SilenceDo,
    SirenDo,
    UnlockDo,
)
from gateway.model.capability import Capability
from gateway.model.command import (
    AimCamera,
    Command,
    DimLight,
    LockDoor,
    MoveGate,
    SetInfrared,
    SetThermostat,
    SilenceSiren,
    SoundSiren,
    TurnSwitch,
    TurnValve,
    UnlockDoor,
)
from gateway.model.device import DeviceId


def verb_of(order: Order) -> str:
    """Name the key that tells what is ordered; its value names the device."""
    return next(key for key in type(order).model_fields if key in ORDERS)


def whom(order: Order) -> str:
    """Name the device, as the file does."""
    return str(getattr(order, verb_of(order)))


def needs(order: Order) -> Capability:
    """Tell what the device must be able to do."""
    match order:
        case LockDo() | UnlockDo():
            return Capability.LOCK
        case OnDo() | OffDo() | DimDo():
            return Capability.SWITCH
        case OpenDo() | CloseDo():
            return Capability.GATE
        case ShutDo() | FlowDo():
            return Capability.VALVE
        case HoldDo():
            return Capability.THERMOSTAT
        case SirenDo() | SilenceDo():
            return Capability.SIREN
        case AimDo() | InfraredDo():
            return Capability.CAMERA
        case _:
            assert_never(order)


def opens(order: Order) -> str:
    """Say what it opens that only a code may open; "" where nothing."""
    match order:
        case UnlockDo() | OpenDo():
            return f"{verb_of(order)}s {whom(order)}"
        case _:
            return ""


def command_of(  # noqa: C901 - one line an order: a table
    order: Order, device: DeviceId
) -> Command:
    """Give the command for the device that was found by its name."""
    match order:
        case LockDo():
            return LockDoor(device)
        case UnlockDo():
            return UnlockDoor(device)
        case OnDo() | OffDo():
            return TurnSwitch(device, on=isinstance(order, OnDo))
        case DimDo(percent=percent):
            return DimLight(device, percent)
        case OpenDo() | CloseDo():
            return MoveGate(device, up=isinstance(order, OpenDo))
        case ShutDo() | FlowDo():
            return TurnValve(device, shut=isinstance(order, ShutDo))
        case HoldDo(celsius=celsius):
            return SetThermostat(device, celsius)
        case SirenDo(time=time):
            return SoundSiren(device, int(time.total_seconds()))
        case SilenceDo():
            return SilenceSiren(device)
        case AimDo(preset=preset):
            return AimCamera(device, preset)
        case InfraredDo(mode=mode):
            return SetInfrared(device, mode)
        case _:
            assert_never(order)
