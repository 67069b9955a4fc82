"""The commands that can be asked by name at the local socket."""

from collections.abc import Callable

from gateway.api.errors import Refusal
from gateway.api.fields import Ask, number, text
from gateway.model.capability import Capability
from gateway.model.command import (
    CELSIUS_MAX,
    CELSIUS_MIN,
    ClearLockCode,
    Command,
    DimLight,
    LockDoor,
    MoveGate,
    RefreshDevice,
    RemoveDevice,
    SetLockCode,
    SetThermostat,
    SilenceSiren,
    SoundSiren,
    TurnSwitch,
    TurnValve,
    UnlockDoor,
)
from gateway.model.credential import Code
from gateway.model.device import Device, DeviceId

NEEDED: dict[type[object], Capability] = {
    SoundSiren: Capability.SIREN,
    SilenceSiren: Capability.SIREN,
    LockDoor: Capability.LOCK,
    UnlockDoor: Capability.LOCK,
    SetLockCode: Capability.LOCK,
    ClearLockCode: Capability.LOCK,
    TurnSwitch: Capability.SWITCH,
    DimLight: Capability.SWITCH,
    MoveGate: Capability.GATE,
    TurnValve: Capability.VALVE,
    SetThermostat: Capability.THERMOSTAT,
}
"""What a device must be to be asked for something; all else is asked of any."""
SLOT_MAX = 0xFFFF
SIREN_SECONDS_MAX = 900

COMMANDS: dict[str, Callable[[DeviceId, Ask], Command]] = {
    "siren": lambda device, ask: SoundSiren(device, _seconds(ask)),
    "silence": lambda device, _: SilenceSiren(device),
    "lock": lambda device, _: LockDoor(device),
    "unlock": lambda device, _: UnlockDoor(device),
    "on": lambda device, _: TurnSwitch(device, on=True),
    "off": lambda device, _: TurnSwitch(device, on=False),
    "dim": lambda device, ask: DimLight(device, _percent(ask)),
    "open": lambda device, _: MoveGate(device, up=True),
    "close": lambda device, _: MoveGate(device, up=False),
    "shut": lambda device, _: TurnValve(device, shut=True),
    "flow": lambda device, _: TurnValve(device, shut=False),
    "hold": lambda device, ask: SetThermostat(device, _celsius(ask)),
    "refresh": lambda device, _: RefreshDevice(device),
    "remove": lambda device, _: RemoveDevice(device),
    "set_code": lambda device, ask: SetLockCode(device, _slot(ask), Code(text(ask, "new_code"))),
    "clear_code": lambda device, ask: ClearLockCode(device, _slot(ask)),
}


def must_be_able(command: Command, name: str, about: Device | None) -> None:
    """Refuse what a device is not made for, where its driver found out what it is."""
    needed = NEEDED.get(type(command))
    can = about.capabilities if about is not None else frozenset[Capability]()
    if can and needed is not None and needed not in can:
        raise Refusal(f"{name} is no {needed}: it is known to be {', '.join(sorted(can))}")


def _percent(ask: Ask) -> int:
    percent = number(ask, "percent", 100)
    if not 0 <= percent <= 100:
        raise Refusal(f"a lamp burns at 0 to 100 percent, not {percent}")
    return percent


def _celsius(ask: Ask) -> float:
    celsius = number(ask, "celsius", 0)
    if not CELSIUS_MIN <= celsius <= CELSIUS_MAX:
        raise Refusal(f"a thermostat holds {CELSIUS_MIN} to {CELSIUS_MAX} °C, not {celsius}")
    return celsius


def _slot(ask: Ask) -> int:
    slot = number(ask, "slot", 0)
    if not 0 <= slot <= SLOT_MAX:
        raise Refusal(f"a lock's slots are 0 to {SLOT_MAX}, not {slot}")
    return slot


def _seconds(ask: Ask) -> int:
    seconds = number(ask, "seconds", 3)
    if not 1 <= seconds <= SIREN_SECONDS_MAX:
        raise Refusal(f"a siren sounds for 1 to {SIREN_SECONDS_MAX} seconds, not {seconds}")
    return seconds
