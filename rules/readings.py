"""What devices and drivers last told, folded into the state."""

from dataclasses import replace

from gateway.model.capability import capability_of
from gateway.model.clock import HouseTime
from gateway.model.command import Command, SilenceSiren, SoundSiren
from gateway.model.device import Device, DeviceId
from gateway.model.event import (
    ButtonPressed,
    CommandConfirmed,
    CommandFailed,
    DeviceFault,
    DeviceHeard,
    DeviceJoined,
    DeviceLeft,
    DriverFound,
    DriverLost,
    Event,
    JamChanged,
    JoiningChanged,
    LockOperated,
    PanicPressed,
    Reported,
    Started,
)
from gateway.model.sight import AnimalSeen, LineCrossed, Loitered, PersonSeen, VehicleSeen
from gateway.model.upkeep import is_whole
from gateway.model.upkeep_event import UpkeepBegan, UpkeepEnded
from rules.state import DeviceState, DriverState, State, lost_sight, put, without

type OfDriver = DriverFound | DriverLost | JamChanged | JoiningChanged | UpkeepBegan | UpkeepEnded


def fold(state: State, event: Event, at: HouseTime) -> State:
    """Take in what an event says about devices and drivers."""
    match event:
        case Reported():
            return _reported(state, event, at)
        case (
            DeviceHeard()
            | LockOperated()
            | PanicPressed()
            | ButtonPressed()
            | PersonSeen()
            | VehicleSeen()
            | AnimalSeen()
            | LineCrossed()
            | Loitered()
        ):
            return _heard(state, event.device, at)
        case DeviceJoined():
            return _joined(state, event.device, at)
        case DeviceLeft():
            return replace(state, devices=without(state.devices, event.device))
        case DeviceFault():
            return _faulty(state, event)
        case CommandConfirmed(command=SoundSiren() | SilenceSiren()):
            return _sounds(state, event.command, took=True)
        case CommandFailed(command=SoundSiren()):
            return _sounds(state, event.command, took=False)
        case (
            DriverFound()
            | DriverLost()
            | JamChanged()
            | JoiningChanged()
            | UpkeepBegan()
            | UpkeepEnded()
        ):
            return _of_driver(state, event, at)
        case Started():
            return replace(lost_sight(state, None), drivers={})
        case _:
            return state


def _reported(state: State, event: Reported, at: HouseTime) -> State:
    capability = capability_of(event.reading)
    device = state.devices.get(event.device) or DeviceState({}, {}, at)
    if event.reading == "unknown":
        # Keep the last known value for telling edges once the device is heard again.
        last = device.last(capability)
        before = device.before if last is None else put(device.before, capability, last)
        readings = put(device.readings, capability, event.reading)
        told = replace(device, readings=readings, before=before)  # silence is no sign of life
    else:
        told = replace(device, readings=put(device.readings, capability, event.reading), heard=at)
    return replace(state, devices=put(state.devices, event.device, told))


def _joined(state: State, device: Device, at: HouseTime) -> State:
    found = state.devices.get(device.id) or DeviceState({}, {}, at)
    known = replace(found, about=device)
    return replace(state, devices=put(state.devices, device.id, known))


def _heard(state: State, device: DeviceId, at: HouseTime) -> State:
    found = state.devices.get(device)
    heard = DeviceState({}, {}, at) if found is None else replace(found, heard=at)
    return replace(state, devices=put(state.devices, device, heard))


def _faulty(state: State, event: DeviceFault) -> State:
    found = state.devices.get(event.device)
    if found is None:
        return state
    only = frozenset({event.fault})
    faults = found.faults | only if event.present else found.faults - only
    return replace(state, devices=put(state.devices, event.device, replace(found, faults=faults)))


def _sounds(state: State, command: Command, *, took: bool) -> State:
    """Note whether a siren took the order to sound."""
    match command:
        case SoundSiren(device=siren) | SilenceSiren(device=siren) if siren in state.devices:
            sounds = took and isinstance(command, SoundSiren)
            now = replace(state.devices[siren], sounds=sounds)
            return replace(state, devices=put(state.devices, siren, now))
        case _:
            return state


def _of_driver(state: State, event: OfDriver, at: HouseTime) -> State:
    if isinstance(event, DriverLost):
        state = lost_sight(state, event.driver)
    now = _now(state.drivers.get(event.driver, DriverState()), event, at)
    return replace(state, drivers=put(state.drivers, event.driver, now))


def _now(was: DriverState, event: OfDriver, at: HouseTime) -> DriverState:
    match event:
        case DriverFound():
            return DriverState(found=True, known=True, deaf=was.deaf, since=at)
        case DriverLost(reason=reason):
            return DriverState(known=True, deaf=was.deaf, since=at, reason=reason)
        case JamChanged(jammed=jammed):
            return replace(was, jammed=jammed)
        case JoiningChanged(open=joining):
            return replace(was, joining=joining)
        case UpkeepBegan() | UpkeepEnded() if not is_whole(event.job, event.device):
            return was
        case UpkeepBegan(job=job):
            return replace(was, deaf=job)
        case UpkeepEnded():
            return replace(was, deaf="")
