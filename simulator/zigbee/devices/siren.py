"""A siren: an IAS Warning Device (ZCL 8.4) that stops by itself, as every siren must."""

from collections.abc import Mapping

from simulator.zigbee import zcl
from simulator.zigbee.devices import common
from simulator.zigbee.devices.node import Node
from simulator.zigbee.devices.radio import Radio, Timer
from simulator.zigbee.devices.zone import WARNING_DEVICE, Zone
from simulator.zigbee.house import DeviceSpec
from simulator.zigbee.zcl import Heard, Status, Type, number

IAS_WD = 0x0502
IAS_WARNING_DEVICE = 0x0403
_MAX_DURATION = 0x0000
_LONGEST_SECONDS = 1800


def build(spec: DeviceSpec, radio: Radio) -> Node:
    node = Node(spec, radio, IAS_WARNING_DEVICE)
    common.fit(node, battery=False)
    Zone(node, WARNING_DEVICE)
    Siren(node)
    return node


class Siren:
    def __init__(self, node: Node) -> None:
        self._node = node
        self._ends: Timer | None = None
        self._longest = number(Type.UINT16, _LONGEST_SECONDS, writable=True)
        node.fit(
            zcl.Cluster(
                IAS_WD,
                attributes={_MAX_DURATION: self._longest},
                commands={0x00: self._start_warning, 0x01: self._squawk},
            )
        )
        node.describe(self._facts)

    def _start_warning(self, heard: Heard) -> Status:
        """ZCL 8.4.2.3.1: warning info, duration in seconds, strobe duty, strobe level.

        The mode is read from the high nibble of the info, as hubs of the field send it.
        """
        if len(heard.payload) < 5:
            return Status.MALFORMED_COMMAND
        mode = heard.payload[0] >> 4
        asked = int.from_bytes(heard.payload[1:3], "little")
        seconds = min(asked, self._longest.number) if mode else 0
        self._quiet()
        if seconds:
            self._ends = self._node.radio.later(seconds, self._run_out)
        self._tell(seconds, heard)
        return Status.SUCCESS

    def _squawk(self, heard: Heard) -> Status:
        """ZCL 8.4.2.3.2: one short sound, which ends by itself."""
        if not heard.payload:
            return Status.MALFORMED_COMMAND
        self._node.radio.happen("squawk", {"bytes": heard.payload.hex()}, heard.at)
        return Status.SUCCESS

    def _quiet(self) -> None:
        if self._ends is not None:
            self._ends.cancel()
            self._ends = None

    def _run_out(self) -> None:
        self._ends = None
        self._node.radio.happen("siren", {"sounding": False, "seconds": 0, "bytes": ""})

    def _tell(self, seconds: int, heard: Heard) -> None:
        told = {"sounding": bool(seconds), "seconds": seconds, "bytes": heard.payload.hex()}
        self._node.radio.happen("siren", told, heard.at)

    def _facts(self) -> Mapping[str, object]:
        return {"sounding": self._ends is not None}
