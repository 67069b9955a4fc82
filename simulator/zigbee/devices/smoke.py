"""A smoke alarm."""

from simulator.zigbee.devices import common
from simulator.zigbee.devices.node import Node
from simulator.zigbee.devices.power import Battery, PollControl
from simulator.zigbee.devices.radio import Radio
from simulator.zigbee.devices.zone import FIRE, IAS_ZONE_DEVICE, Zone
from simulator.zigbee.house import DeviceSpec


def build(spec: DeviceSpec, radio: Radio) -> Node:
    node = Node(spec, radio, IAS_ZONE_DEVICE)
    common.fit(node, battery=True)
    battery = Battery(node)
    PollControl(node)
    zone = Zone(node, FIRE)
    zone.offer("smoke", "clear")
    zone.watch(battery)
    return node
