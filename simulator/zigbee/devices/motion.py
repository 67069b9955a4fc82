"""A motion sensor; it goes still when it is told to."""

from simulator.zigbee.devices import common
from simulator.zigbee.devices.node import Node
from simulator.zigbee.devices.power import Battery, PollControl
from simulator.zigbee.devices.radio import Radio
from simulator.zigbee.devices.zone import IAS_ZONE_DEVICE, MOTION, Zone
from simulator.zigbee.house import DeviceSpec


def build(spec: DeviceSpec, radio: Radio) -> Node:
    node = Node(spec, radio, IAS_ZONE_DEVICE)
    common.fit(node, battery=True)
    battery = Battery(node)
    PollControl(node)
    zone = Zone(node, MOTION)
    zone.offer("motion", "still")
    zone.watch(battery)
    node.background = zone.notify
    return node
