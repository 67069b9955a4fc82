"""Which file builds which kind of device."""

from collections.abc import Callable, Mapping

from simulator.zigbee.devices import (
    contact,
    keypad,
    lock,
    motion,
    plug,
    siren,
    smoke,
    temperature,
    water,
)
from simulator.zigbee.devices.node import Node
from simulator.zigbee.devices.radio import Radio
from simulator.zigbee.house import DeviceSpec, Kind

BUILDERS: Mapping[Kind, Callable[[DeviceSpec, Radio], Node]] = {
    Kind.CONTACT: contact.build,
    Kind.MOTION: motion.build,
    Kind.SMOKE: smoke.build,
    Kind.WATER: water.build,
    Kind.SIREN: siren.build,
    Kind.LOCK: lock.build,
    Kind.PLUG: plug.build,
    Kind.KEYPAD: keypad.build,
    Kind.TEMPERATURE: temperature.build,
}


def build(spec: DeviceSpec, radio: Radio) -> Node:
    return BUILDERS[spec.kind](spec, radio)
