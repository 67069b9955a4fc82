"""A plug: On/Off (ZCL 3.8) with a button of its own."""

from collections.abc import Mapping

from simulator.gesture import Gesture
from simulator.zigbee import zcl
from simulator.zigbee.devices import common
from simulator.zigbee.devices.node import Node
from simulator.zigbee.devices.radio import Radio
from simulator.zigbee.house import DeviceSpec
from simulator.zigbee.seams import Nanoseconds
from simulator.zigbee.zcl import Heard, Status, Type, number

ON_OFF = 0x0006
SMART_PLUG = 0x0051
_ON_OFF = 0x0000


def build(spec: DeviceSpec, radio: Radio) -> Node:
    node = Node(spec, radio, SMART_PLUG)
    common.fit(node, battery=False)
    Plug(node)
    return node


class Plug:
    def __init__(self, node: Node) -> None:
        self._node = node
        self._on = number(Type.BOOLEAN, 0, reported=True)
        self._cluster = zcl.Cluster(
            ON_OFF,
            attributes={_ON_OFF: self._on},
            commands={
                0x00: lambda heard: self._commanded(heard, on=False),
                0x01: lambda heard: self._commanded(heard, on=True),
                0x02: lambda heard: self._commanded(heard, on=not self._on.number),
            },
        )
        node.fit(self._cluster)
        node.offer("switch", self._pressed)
        node.checks_in(lambda: node.report(self._cluster, _ON_OFF))
        node.describe(self._facts)

    def _commanded(self, heard: Heard, *, on: bool) -> Status:
        changed = self._on.number != on
        self._on.number = on
        self._node.radio.happen("switch", {"on": on, "by": "radio"}, heard.at)
        if changed:
            self._node.report(self._cluster, _ON_OFF)
        return Status.SUCCESS

    def _pressed(self, gesture: Gesture) -> Nanoseconds:
        self._on.number = gesture.on
        at = self._node.report(self._cluster, _ON_OFF)
        self._node.radio.happen("switch", {"on": gesture.on, "by": "hand"}, at)
        return at

    def _facts(self) -> Mapping[str, object]:
        return {"on": bool(self._on.number)}
