"""What each command is to the server, and what proves that it was done."""

import contextlib

from drivers.shared import Watchers, seen
from drivers.zwave import codes, keypad, locks
from drivers.zwave.cc import Cc
from drivers.zwave.directory import Place
from drivers.zwave.safe import ask, order
from drivers.zwave.siren import Sirens
from gateway.model.capability import Capability, Gate, Lock, Reading, Switch, Valve
from gateway.model.command import (
    ClearLockCode,
    DimLight,
    LockDoor,
    MoveGate,
    ReadLockCode,
    SetLockCode,
    SetThermostat,
    ShowPanel,
    SilenceSiren,
    SoundSiren,
    TurnSwitch,
    TurnValve,
    UnlockDoor,
)
from gateway.model.driver import CommandUnsupported, DriverError, Report
from gateway.model.event import Proof

type DeviceCommand = (
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
)

SWITCH_SECONDS = 0.3  # a relay that reports does so at once; else it is asked
READ_SECONDS = 2.0
FULL_LEVEL = 99  # SDS13781 4.87: 0..99, and 255 for "as bright as it was"
HEATING, CELSIUS = 1, 0


class Commands:
    """Carries out what a device is asked."""

    def __init__(self, sirens: Sirens, watchers: Watchers, report: Report) -> None:
        self._sirens = sirens
        self._watchers = watchers
        self._report = report

    async def perform(self, place: Place, command: DeviceCommand) -> Proof:
        """Send; nothing here suspends before the first frame is written to a living device."""
        match command:
            case SoundSiren():
                _demand(place, Capability.SIREN, "a siren")
                return await self._sirens.sound(place, command.seconds)
            case SilenceSiren():
                _demand(place, Capability.SIREN, "a siren")
                return await self._sirens.silence(place)
            case LockDoor():
                return await locks.move_bolt(place, self._watchers, Lock.LOCKED)
            case UnlockDoor():
                return await locks.move_bolt(place, self._watchers, Lock.UNLOCKED)
            case SetLockCode():
                return await codes.set_code(place, command)
            case ClearLockCode():
                return await codes.clear_code(place, command)
            case ReadLockCode():
                self._report(await codes.read_code(place, command))
                return Proof.REPORTED
            case ShowPanel():
                _demand(place, Capability.KEYPAD, "a keypad")
                return await keypad.show(place, command)
            case _:
                return await self._turn(place, command)

    async def _turn(
        self, place: Place, command: TurnSwitch | DimLight | MoveGate | TurnValve | SetThermostat
    ) -> Proof:
        match command:
            case TurnSwitch(on=on):
                _demand(place, Capability.SWITCH, "a switch")
                return await self._switch(place, on=on)
            case DimLight(percent=percent):
                return await self._dim(place, percent)
            case MoveGate(up=up):
                _demand(place, Capability.GATE, "a gate")
                want = Gate.UP if up else Gate.DOWN
                return await self._proved(place, Cc.BARRIER, 255 if up else 0, want)
            case TurnValve(shut=shut):
                _demand(place, Capability.VALVE, "a valve")
                stop = Valve.SHUT if shut else Valve.FLOWING
                return await self._proved(place, Cc.BINARY_SWITCH, not shut, stop)
            case SetThermostat(celsius=celsius):
                _demand(place, Capability.THERMOSTAT, "a thermostat")
                await order(place, Cc.THERMOSTAT_SETPOINT, "set", HEATING, celsius, CELSIUS)
                return Proof.ACCEPTED

    async def _switch(self, place: Place, *, on: bool) -> Proof:
        want = Switch.ON if on else Switch.OFF
        if place.has(Cc.BINARY_SWITCH):
            return await self._proved(place, Cc.BINARY_SWITCH, on, want)
        return await self._proved(place, Cc.MULTILEVEL_SWITCH, 255 if on else 0, want)

    async def _dim(self, place: Place, percent: int) -> Proof:
        if not place.has(Cc.MULTILEVEL_SWITCH):
            raise CommandUnsupported(f"{place.id} is not a lamp that dims")
        level = max(0, min(percent, FULL_LEVEL))
        want = Switch.ON if level else Switch.OFF
        return await self._proved(place, Cc.MULTILEVEL_SWITCH, level, want)

    async def _proved(self, place: Place, number: Cc, value: float, want: Reading) -> Proof:
        """Set, and wait for the device's own report; ask for it where none comes by itself."""
        with self._watchers.of(place.id) as reports:
            await order(place, number, "set", value)
            if await seen(reports, want, SWITCH_SECONDS):
                return Proof.REPORTED
            with contextlib.suppress(DriverError):  # then there is no proof: ACCEPTED
                await ask(place, number, "get")
            return Proof.REPORTED if await seen(reports, want, READ_SECONDS) else Proof.ACCEPTED


def _demand(place: Place, capability: Capability, what: str) -> None:
    if capability not in place.capabilities:
        raise CommandUnsupported(f"{place.id} is not {what}")
