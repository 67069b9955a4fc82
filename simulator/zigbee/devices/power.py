"""A battery: Power Configuration (ZCL 3.3) and, for who sleeps, Poll Control (ZCL 3.16)."""

from collections.abc import Mapping

from simulator.gesture import Gesture
from simulator.request import CannotDo
from simulator.zigbee import zcl
from simulator.zigbee.devices.node import Node
from simulator.zigbee.seams import Nanoseconds
from simulator.zigbee.zcl import Heard, Status, Type, number

POWER = 0x0001
POLL_CONTROL = 0x0020
VOLTAGE = 0x0020
PERCENTAGE = 0x0021
_CHECK_IN_INTERVAL, _LONG_POLL, _SHORT_POLL = 0x0000, 0x0001, 0x0002


class Battery:
    """Two cells in a node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._cluster = zcl.Cluster(
            POWER,
            attributes={
                VOLTAGE: number(Type.UINT8, 30, reported=True),
                PERCENTAGE: number(Type.UINT8, 200, reported=True),
            },
        )
        node.fit(self._cluster)
        node.offer("battery", self.set)
        node.describe(self._facts)
        node.checks_in(lambda: node.report(self._cluster, PERCENTAGE))

    @property
    def percent(self) -> float:
        return self._cluster.attributes[PERCENTAGE].number / 2

    def set(self, gesture: Gesture) -> Nanoseconds:
        if not 0 <= gesture.percent <= 100:
            raise CannotDo(f"percent: expected 0 to 100, found {gesture.percent:g}")
        # In half percents (ZCL 3.3.2.2.3.2), and in tenths of a volt from 2.0 to 3.0.
        self._cluster.attributes[PERCENTAGE].number = round(gesture.percent * 2)
        self._cluster.attributes[VOLTAGE].number = 20 + round(gesture.percent / 10)
        return self._node.report(self._cluster, PERCENTAGE)

    def _facts(self) -> Mapping[str, object]:
        return {"battery_percent": self.percent}


class PollControl:
    """Tells how often the device polls, and checks in when asked to by hand or by the clock."""

    def __init__(self, node: Node) -> None:
        self._node = node
        quarters = round(node.spec.check_in_seconds * 4)
        self._cluster = zcl.Cluster(
            POLL_CONTROL,
            attributes={
                _CHECK_IN_INTERVAL: number(Type.UINT32, quarters, writable=True),
                _LONG_POLL: number(Type.UINT32, 20, kept=True),
                _SHORT_POLL: number(Type.UINT16, 2, kept=True),
                0x0003: number(Type.UINT16, 40, writable=True),  # fast poll timeout
            },
            commands={
                0x00: self._check_in_response,
                0x01: self._stop,
                0x02: self._set_long,
                0x03: self._set_short,
            },
        )
        node.fit(self._cluster)
        node.checks_in(lambda: node.command_bound(self._cluster, 0x00, b""))

    def _check_in_response(self, heard: Heard) -> Status:
        return Status.SUCCESS if len(heard.payload) >= 3 else Status.MALFORMED_COMMAND

    def _stop(self, _: Heard) -> Status:
        return Status.SUCCESS

    def _set_long(self, heard: Heard) -> Status:
        return self._set(_LONG_POLL, heard.payload, 4)

    def _set_short(self, heard: Heard) -> Status:
        return self._set(_SHORT_POLL, heard.payload, 2)

    def _set(self, attribute: int, payload: bytes, size: int) -> Status:
        if len(payload) < size:
            return Status.MALFORMED_COMMAND
        if not int.from_bytes(payload[:size], "little"):
            return Status.INVALID_VALUE
        self._cluster.attributes[attribute].raw = payload[:size]
        self._node.radio.remember()
        return Status.SUCCESS
