"""The commands that can be asked by name at the local socket."""

from collections.abc import Callable

from gateway.api.errors import Refusal
from gateway.api.fields import Ask, near, number, text
from gateway.config.errors import listed
from gateway.model.capability import Capability
from gateway.model.command import (
    CELSIUS_MAX,
    CELSIUS_MIN,
    AimCamera,
    ClearLockCode,
    Command,
    DimLight,
    Infrared,
    LearnView,
    LockDoor,
    MoveGate,
    RebootCamera,
    RefreshDevice,
    RemoveDevice,
    SetInfrared,
    SetLockCode,
    SetThermostat,
    SilenceSiren,
    SoundSiren,
    TurnSwitch,
    TurnValve,
    UnlockDoor,
)
from gateway.model.credential import Code
from gateway.model.device import DeviceId
from rules.site import Site
from rules.state import State

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
    AimCamera: Capability.CAMERA,
    SetInfrared: Capability.CAMERA,
    RebootCamera: Capability.CAMERA,
    LearnView: Capability.CAMERA,
}
"""What a device must be to be asked for something; all else is asked of any."""
SLOT_MAX = 0xFFFF
SIREN_SECONDS_MAX = 900
PRESET_MOST = 64

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
    "aim": lambda device, ask: AimCamera(device, _preset(ask)),
    "infrared": lambda device, ask: SetInfrared(device, _infrared(ask)),
    "reboot": lambda device, _: RebootCamera(device),
    "relearn": lambda device, _: LearnView(device),
    "clear_code": lambda device, ask: ClearLockCode(device, _slot(ask)),
}


def _preset(ask: Ask) -> str:
    preset = text(ask, "preset")
    if not 1 <= len(preset) <= PRESET_MOST or not preset.isprintable():
        raise Refusal(f"a position's name has 1 to {PRESET_MOST} characters, as in the camera")
    return preset


def _infrared(ask: Ask) -> Infrared:
    mode = text(ask, "mode")
    if mode not in tuple(Infrared):
        raise Refusal(f"infrared light has no mode '{mode}'{near(mode, Infrared)}")
    return Infrared(mode)


def must_be_able(command: Command, device: DeviceId, site: Site, state: State) -> None:
    """Refuse what a device is not made for, where its driver found out what it is."""
    needed, can = NEEDED.get(type(command)), _can(state, device)
    if not can or needed is None or needed in can:
        return
    able = [site.names.get(one, one) for one in state.devices if needed in _can(state, one)]
    there = f"there {'are' if able[1:] else 'is'} {listed(sorted(able)) or 'none'}"
    name, known = site.names.get(device, device), ", ".join(sorted(can))
    raise Refusal(f"{name} is no {needed}: it is known to be {known}; {there}", mistaken=True)


def _can(state: State, device: DeviceId) -> frozenset[Capability]:
    known = state.devices.get(device)
    about = known.about if known is not None else None
    return about.capabilities if about is not None else frozenset()


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
