"""A temperature sensor (ZCL 4.4)."""

from collections.abc import Mapping

from simulator.gesture import Gesture
from simulator.request import CannotDo
from simulator.zigbee import zcl
from simulator.zigbee.devices import common
from simulator.zigbee.devices.node import Node
from simulator.zigbee.devices.power import Battery, PollControl
from simulator.zigbee.devices.radio import Radio
from simulator.zigbee.house import DeviceSpec
from simulator.zigbee.seams import Nanoseconds
from simulator.zigbee.zcl import Type, number

TEMPERATURE = 0x0402
TEMPERATURE_SENSOR = 0x0302
_MEASURED = 0x0000
_COLDEST, _WARMEST = -40.0, 125.0


def build(spec: DeviceSpec, radio: Radio) -> Node:
    node = Node(spec, radio, TEMPERATURE_SENSOR)
    common.fit(node, battery=True)
    Battery(node)
    PollControl(node)
    Thermometer(node)
    return node


class Thermometer:
    def __init__(self, node: Node) -> None:
        self._node = node
        self._measured = number(Type.INT16, 2000, reported=True)  # hundredths of a degree
        self._cluster = zcl.Cluster(
            TEMPERATURE,
            attributes={
                _MEASURED: self._measured,
                0x0001: number(Type.INT16, round(_COLDEST * 100)),
                0x0002: number(Type.INT16, round(_WARMEST * 100)),
            },
        )
        node.fit(self._cluster)
        node.offer("temperature", self._measure)
        node.checks_in(lambda: node.report(self._cluster, _MEASURED))
        node.describe(self._facts)
        node.background = lambda: node.report_to_hub(self._cluster, _MEASURED)

    def _measure(self, gesture: Gesture) -> Nanoseconds:
        if not _COLDEST <= gesture.celsius <= _WARMEST:
            raise CannotDo(f"celsius: expected -40 to 125, found {gesture.celsius:g}")
        self._measured.number = round(gesture.celsius * 100)
        return self._node.report(self._cluster, _MEASURED)

    def _facts(self) -> Mapping[str, object]:
        return {"celsius": self._measured.number / 100}
