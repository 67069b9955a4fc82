"""The commands that can be asked by name at the local socket."""

from collections.abc import Callable

from gateway.api.errors import Refusal
from gateway.api.fields import Ask, number, text
from gateway.model.command import (
    ClearLockCode,
    Command,
    LockDoor,
    RefreshDevice,
    RemoveDevice,
    SetLockCode,
    SilenceSiren,
    SoundSiren,
    TurnSwitch,
    UnlockDoor,
)
from gateway.model.credential import Code
from gateway.model.device import DeviceId

SLOT_MAX = 0xFFFF
SIREN_SECONDS_MAX = 900

COMMANDS: dict[str, Callable[[DeviceId, Ask], Command]] = {
    "siren": lambda device, ask: SoundSiren(device, _seconds(ask)),
    "silence": lambda device, _: SilenceSiren(device),
    "lock": lambda device, _: LockDoor(device),
    "unlock": lambda device, _: UnlockDoor(device),
    "on": lambda device, _: TurnSwitch(device, on=True),
    "off": lambda device, _: TurnSwitch(device, on=False),
    "refresh": lambda device, _: RefreshDevice(device),
    "remove": lambda device, _: RemoveDevice(device),
    "set_code": lambda device, ask: SetLockCode(device, _slot(ask), Code(text(ask, "new_code"))),
    "clear_code": lambda device, ask: ClearLockCode(device, _slot(ask)),
}


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
