"""What devices and drivers last told, folded into the state."""

from dataclasses import replace

from gateway.model.capability import capability_of
from gateway.model.clock import HouseTime
from gateway.model.device import Device, DeviceId, DriverId
from gateway.model.event import (
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
from rules.state import DeviceState, DriverState, State, lost_sight, put, without


def fold(state: State, event: Event, at: HouseTime) -> State:
    """Take in what an event says about devices and drivers."""
    match event:
        case Reported():
            return _reported(state, event, at)
        case DeviceHeard() | LockOperated() | PanicPressed():
            return _heard(state, event.device, at)
        case DeviceJoined():
            return _joined(state, event.device, at)
        case DeviceLeft():
            return replace(state, devices=without(state.devices, event.device))
        case DriverFound():
            return _driver(state, event.driver, DriverState(found=True, known=True))
        case DriverLost():
            blind = lost_sight(state, event.driver)
            return _driver(blind, event.driver, DriverState(found=False, known=True))
        case JamChanged():
            return _driver(state, event.driver, replace(_of(state, event), jammed=event.jammed))
        case JoiningChanged():
            return _driver(state, event.driver, replace(_of(state, event), joining=event.open))
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


def _driver(state: State, name: DriverId, driver: DriverState) -> State:
    return replace(state, drivers=put(state.drivers, name, driver))


def _of(state: State, event: JamChanged | JoiningChanged) -> DriverState:
    return state.drivers.get(event.driver, DriverState())
