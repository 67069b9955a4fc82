"""A door lock (ZCL 7.3): a bolt that a hand, a PIN or the radio moves, and that can jam."""

from collections.abc import Mapping
from enum import IntEnum

from simulator.gesture import Gesture
from simulator.request import CannotDo
from simulator.zigbee import zcl
from simulator.zigbee.devices import common
from simulator.zigbee.devices.gesture import hint
from simulator.zigbee.devices.node import Node
from simulator.zigbee.devices.power import Battery, PollControl
from simulator.zigbee.devices.radio import Radio
from simulator.zigbee.house import DeviceSpec
from simulator.zigbee.seams import Nanoseconds
from simulator.zigbee.zcl import Heard, Reply, Status, Type, number, octets

DOOR_LOCK = 0x0101
ALARMS = 0x0009
DOOR_LOCK_DEVICE = 0x000A
_LOCK_STATE, _REQUIRE_PIN = 0x0000, 0x0033
_OPERATION_EVENT = 0x20
_SLOTS = 30
_SHORTEST_PIN, _LONGEST_PIN = 4, 8
_DEADBOLT_JAMMED = 0x00  # alarm code (ZCL 7.3.2.14)
_NO_USER = 0xFFFF
_ENABLED = b"\x01\x00"  # a user's status, and type: occupied and enabled, unrestricted
_NO_TIME = b"\xff\xff\xff\xff"


class Bolt(IntEnum):
    """Lock state (ZCL 7.3.2.12.1)."""

    JAMMED = 0x00  # "not fully locked"
    LOCKED = 0x01
    UNLOCKED = 0x02


class By(IntEnum):
    """Operation event source (ZCL 7.3.2.16.3)."""

    KEYPAD = 0x00
    RADIO = 0x01
    HAND = 0x02


# Operation event codes (ZCL 7.3.2.16.3): lock, unlock, and each refused for the PIN.
_DONE = {Bolt.LOCKED: 0x01, Bolt.UNLOCKED: 0x02}
_BY_HAND = {Bolt.LOCKED: 0x0D, Bolt.UNLOCKED: 0x0E}
_WRONG_PIN = {Bolt.LOCKED: 0x03, Bolt.UNLOCKED: 0x05}
# Set PIN Response (ZCL 7.3.2.17.6): general failure, and a code that is there already.
_SET, _SET_FAILED, _DUPLICATE = b"\x00", b"\x01", b"\x03"


def build(spec: DeviceSpec, radio: Radio) -> Node:
    node = Node(spec, radio, DOOR_LOCK_DEVICE)
    common.fit(node, battery=True)
    Battery(node)
    PollControl(node)
    Lock(node)
    return node


class Lock:
    def __init__(self, node: Node) -> None:
        self._node = node
        self._state = number(Type.ENUM8, Bolt.UNLOCKED, reported=True)
        self._require_pin = number(Type.BOOLEAN, 0, writable=True)
        self._cluster = zcl.Cluster(
            DOOR_LOCK,
            attributes={
                _LOCK_STATE: self._state,
                0x0001: number(Type.ENUM8, 0x00),  # lock type: dead bolt
                0x0002: number(Type.BOOLEAN, 1),  # actuator enabled
                0x0012: number(Type.UINT16, _SLOTS),
                0x0017: number(Type.UINT8, _LONGEST_PIN),
                0x0018: number(Type.UINT8, _SHORTEST_PIN),
                _REQUIRE_PIN: self._require_pin,
            },
            commands={
                0x00: lambda heard: self._commanded(heard, Bolt.LOCKED),
                0x01: lambda heard: self._commanded(heard, Bolt.UNLOCKED),
                0x05: self._set_pin,
                0x06: self._get_pin,
                0x07: self._clear_pin,
                0x08: self._clear_all_pins,
            },
        )
        self._alarms = zcl.Cluster(ALARMS)
        node.fit(self._cluster, self._alarms)
        node.offer("turn", self._turn)
        node.offer("program", self._program)
        node.checks_in(lambda: node.report(self._cluster, _LOCK_STATE))
        node.describe(self._facts)

    # By radio.

    def _commanded(self, heard: Heard, to: Bolt) -> Reply:
        """ZCL 7.3.2.15.1: with a PIN or without; a wrong one is refused even if none is asked."""
        pin = octets(heard.payload)[0] if heard.payload else b""
        slot = self._slot(pin)
        if slot is None if pin else self._require_pin.number:
            self._event(By.RADIO, _WRONG_PIN[to], _NO_USER)
            return Reply(heard.command, bytes((Status.FAILURE,)))
        if self._state.number == Bolt.JAMMED:
            return Reply(heard.command, bytes((Status.FAILURE,)))
        self._move(to, By.RADIO, _DONE[to], _NO_USER if slot is None else slot, heard.at)
        return Reply(heard.command, bytes((Status.SUCCESS,)))

    def _set_pin(self, heard: Heard) -> Reply:
        """ZCL 7.3.2.15.6: slot, status, type, PIN."""
        head = heard.payload[:4]
        slot, pin = int.from_bytes(head[:2], "little"), octets(heard.payload, 4)[0]
        if not _has(slot) or not _SHORTEST_PIN <= len(pin) <= _LONGEST_PIN:
            return Reply(0x05, _SET_FAILED)
        if self._slot(pin) not in (None, slot):
            return Reply(0x05, _DUPLICATE)
        self._node.memory.pins[slot] = head[2:4] + pin
        self._node.radio.remember()
        return Reply(0x05, _SET)

    def _get_pin(self, heard: Heard) -> Reply | Status:
        """ZCL 7.3.2.17.7: slot, status (0: free), type, PIN."""
        if len(heard.payload) < 2:
            return Status.MALFORMED_COMMAND
        slot = heard.payload[:2]
        kept = self._node.memory.pins.get(int.from_bytes(slot, "little"))
        if kept is None:
            return Reply(0x06, slot + b"\x00\xff\x00")
        return Reply(0x06, slot + kept[:2] + bytes((len(kept) - 2,)) + kept[2:])

    def _clear_pin(self, heard: Heard) -> Reply | Status:
        if len(heard.payload) < 2:
            return Status.MALFORMED_COMMAND
        slot = int.from_bytes(heard.payload[:2], "little")
        if not _has(slot):
            return Reply(0x07, b"\x01")
        self._node.memory.pins.pop(slot, None)
        self._node.radio.remember()
        return Reply(0x07, b"\x00")

    def _clear_all_pins(self, _: Heard) -> Reply:
        self._node.memory.pins.clear()
        self._node.radio.remember()
        return Reply(0x08, b"\x00")

    # By hand, or with a PIN at the lock.

    def _turn(self, gesture: Gesture) -> Nanoseconds:
        if gesture.to == "jammed":
            return self._jam()
        if gesture.to not in ("locked", "unlocked"):
            raise hint(gesture.to, ("locked", "unlocked", "jammed"), "position")
        to = Bolt[gesture.to.upper()]
        if not gesture.slot:
            return self._move(to, By.HAND, _BY_HAND[to], _NO_USER)
        if gesture.slot not in self._node.memory.pins:
            raise CannotDo(f"slot: no PIN is set in slot {gesture.slot}")
        return self._move(to, By.KEYPAD, _DONE[to], gesture.slot)

    def _program(self, gesture: Gesture) -> Nanoseconds:
        """Somebody types a PIN into a slot at the lock, or takes it out; it tells nobody."""
        pin = gesture.code.encode()
        fits = _SHORTEST_PIN <= len(pin) <= _LONGEST_PIN and pin.isdigit()
        if not (0 < gesture.slot < _SLOTS) or not (fits or not pin):
            raise CannotDo(f"slot 1 to {_SLOTS - 1}, and {_SHORTEST_PIN} to {_LONGEST_PIN} digits")
        if pin:
            self._node.memory.pins[gesture.slot] = _ENABLED + pin
        else:
            self._node.memory.pins.pop(gesture.slot, None)
        self._node.radio.remember()
        return 0

    def _jam(self) -> Nanoseconds:
        """ZCL 7.3.2.14: an alarm of code 0 about this cluster, and the state."""
        self._state.number = Bolt.JAMMED
        self._node.radio.happen("lock", {"state": "jammed", "by": "hand"})
        alarm = bytes((_DEADBOLT_JAMMED,)) + DOOR_LOCK.to_bytes(2, "little")
        alarm_at = self._node.command_bound(self._alarms, 0x00, alarm)
        return self._node.report(self._cluster, _LOCK_STATE) or alarm_at

    def _move(
        self, to: Bolt, by: By, code: int, user: int, at: Nanoseconds | None = None
    ) -> Nanoseconds:
        self._state.number = to
        self._node.radio.happen("lock", {"state": to.name.lower(), "by": by.name.lower()}, at)
        event_at = self._event(by, code, user)
        return self._node.report(self._cluster, _LOCK_STATE) or event_at

    def _event(self, by: By, code: int, user: int) -> Nanoseconds:
        """ZCL 7.3.2.16.3: source, code, user, PIN (never sent), local time (none), data."""
        payload = bytes((by, code)) + user.to_bytes(2, "little") + b"\x00" + _NO_TIME + b"\x00"
        return self._node.command_bound(self._cluster, _OPERATION_EVENT, payload)

    def _slot(self, pin: bytes) -> int | None:
        # The first byte is the user's status: 1 is "occupied and enabled".
        kept = self._node.memory.pins.items()
        return next((slot for slot, row in kept if row[2:] == pin and row[0] == 1), None)

    def _facts(self) -> Mapping[str, object]:
        return {
            "lock": Bolt(self._state.number).name.lower(),
            "pin_slots": sorted(self._node.memory.pins),
        }


def _has(slot: int) -> bool:
    return 0 <= slot < _SLOTS
