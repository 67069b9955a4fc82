"""A keypad: an IAS ACE client (ZCL 8.3) that asks, and shows what the hub tells it."""

from collections.abc import Mapping

from simulator.gesture import Gesture
from simulator.request import CannotDo
from simulator.zigbee import zcl
from simulator.zigbee.devices import common
from simulator.zigbee.devices.gesture import hint
from simulator.zigbee.devices.node import Node
from simulator.zigbee.devices.power import Battery, PollControl
from simulator.zigbee.devices.radio import Radio
from simulator.zigbee.devices.zone import KEYPAD, Zone
from simulator.zigbee.house import DeviceSpec
from simulator.zigbee.seams import Nanoseconds
from simulator.zigbee.zcl import Heard, Side, Status

IAS_ACE = 0x0501
ANCILLARY_CONTROL = 0x0401
_ARM, _GET_PANEL_STATUS = 0x00, 0x07
_LONGEST_CODE = 32

# ZCL 8.3.2.3.1.1, arm modes.
_ARM_MODES = {"disarm": 0, "arm_home": 1, "arm_night": 2, "arm_away": 3}
_BUTTONS = {"emergency": 0x02, "fire": 0x03, "panic": 0x04, "status": _GET_PANEL_STATUS}

# ZCL 8.3.2.4.1, arm notifications, and 8.3.2.4.6, panel status; the rest is "reserved".
_NOTIFICATIONS = (
    "disarmed",
    "armed_home",
    "armed_night",
    "armed_away",
    "invalid_code",
    "not_ready",
    "already_disarmed",
)
_PANEL = (
    "disarmed",
    "armed_home",
    "armed_night",
    "armed_away",
    "exit_delay",
    "entry_delay",
    "not_ready",
    "in_alarm",
    "arming_home",
    "arming_night",
    "arming_away",
)


def build(spec: DeviceSpec, radio: Radio) -> Node:
    node = Node(spec, radio, ANCILLARY_CONTROL)
    common.fit(node, battery=True)
    battery = Battery(node)
    PollControl(node)
    Zone(node, KEYPAD).watch(battery)
    Keypad(node)
    return node


class Keypad:
    def __init__(self, node: Node) -> None:
        self._node = node
        self._shown: str | None = None
        self._cluster = zcl.Cluster(
            IAS_ACE,
            Side.CLIENT,
            commands={
                0x00: self._arm_response,
                0x04: self._panel_status,
                0x05: self._panel_status,
            },
        )
        node.fit(self._cluster)
        node.offer("press", self._press)
        node.describe(self._facts)

    def _press(self, gesture: Gesture) -> Nanoseconds:
        if gesture.key in _ARM_MODES:
            return self._arm(_ARM_MODES[gesture.key], gesture.code)
        if gesture.key in _BUTTONS:
            return self._node.command(self._cluster, _BUTTONS[gesture.key], b"")
        raise hint(gesture.key, (*_ARM_MODES, *_BUTTONS), "key")

    def _arm(self, mode: int, code: str) -> Nanoseconds:
        """ZCL 8.3.2.3.1: mode, code as a string, the zone that arms (none of ours: 0)."""
        digits = code.encode("utf-8")
        if len(digits) > _LONGEST_CODE:
            raise CannotDo(f"code: expected at most {_LONGEST_CODE} bytes")
        payload = bytes((mode, len(digits))) + digits + b"\x00"
        return self._node.command(self._cluster, _ARM, payload)

    def _arm_response(self, heard: Heard) -> Status:
        if not heard.payload:
            return Status.MALFORMED_COMMAND
        answer = {"notification": _named(heard.payload[0], _NOTIFICATIONS)}
        self._node.radio.happen("arm_response", answer, heard.at)
        return Status.SUCCESS

    def _panel_status(self, heard: Heard) -> Status:
        """ZCL 8.3.2.4.5, 8.3.2.4.6: status, seconds remaining, audible, alarm."""
        if len(heard.payload) < 4:
            return Status.MALFORMED_COMMAND
        status, seconds, audible, alarm = heard.payload[:4]
        self._shown = _named(status, _PANEL)
        told = {"state": self._shown, "seconds": seconds, "audible": audible, "alarm": alarm}
        self._node.radio.happen("keypad", told, heard.at)
        return Status.SUCCESS

    def _facts(self) -> Mapping[str, object]:
        return {"shown": self._shown}


def _named(value: int, names: tuple[str, ...]) -> str:
    return names[value] if value < len(names) else f"reserved_{value:#04x}"
