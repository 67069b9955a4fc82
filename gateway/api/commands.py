"""The commands that can be asked by name at the local socket."""

from collections.abc import Callable

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

COMMANDS: dict[str, Callable[[DeviceId, Ask], Command]] = {
    "siren": lambda device, ask: SoundSiren(device, number(ask, "seconds", 3)),
    "silence": lambda device, _: SilenceSiren(device),
    "lock": lambda device, _: LockDoor(device),
    "unlock": lambda device, _: UnlockDoor(device),
    "on": lambda device, _: TurnSwitch(device, on=True),
    "off": lambda device, _: TurnSwitch(device, on=False),
    "refresh": lambda device, _: RefreshDevice(device),
    "remove": lambda device, _: RemoveDevice(device),
    "set_code": lambda device, ask: SetLockCode(
        device, number(ask, "slot", 0), Code(text(ask, "new_code"))
    ),
    "clear_code": lambda device, ask: ClearLockCode(device, number(ask, "slot", 0)),
}
