"""IAS Zone (ZCL 8.2): enrolment in the three ways of the field, and the zone status."""

from collections.abc import Mapping

from simulator.gesture import Gesture
from simulator.zigbee import zcl
from simulator.zigbee.devices.node import MANUFACTURER_CODE, Node
from simulator.zigbee.devices.power import Battery
from simulator.zigbee.house import Enrolment
from simulator.zigbee.seams import Nanoseconds
from simulator.zigbee.zcl import Attribute, Heard, Status, Type, number

IAS_ZONE = 0x0500
IAS_ZONE_DEVICE = 0x0402

# Zone types (ZCL 8.2.2.2.1.2).
MOTION, CONTACT, FIRE, WATER = 0x000D, 0x0015, 0x0028, 0x002A
KEYPAD, WARNING_DEVICE = 0x021D, 0x0225

# Bits of the zone status (ZCL 8.2.2.2.1.3).
ALARM1, TAMPER, BATTERY = 1 << 0, 1 << 2, 1 << 3
SUPERVISION_REPORTS, RESTORE_REPORTS = 1 << 4, 1 << 5

LOW_BATTERY_PERCENT = 15
NOBODY = 0xFF  # the zone id of who is not enrolled
_STATE, _TYPE, _STATUS, _CIE_ADDRESS, _ZONE_ID = 0x0000, 0x0001, 0x0002, 0x0010, 0x0011
_STATUS_CHANGE, _ENROLL_REQUEST = 0x00, 0x01  # what a zone sends
_ENROLL_RESPONSE = 0x00  # what it receives
_ASK_AGAIN_SECONDS = (1, 2, 5, 15, 60)
_NO_ADDRESS = (bytes(8), b"\xff" * 8)


class Zone:
    """The zone of a sensor. It says nothing about its status before it is enrolled."""

    def __init__(self, node: Node, zone_type: int, *, restores: bool = True) -> None:
        self._node = node
        status = RESTORE_REPORTS if restores else 0
        status |= SUPERVISION_REPORTS if node.spec.check_in_seconds else 0
        self._state = number(Type.ENUM8, 0, kept=True)
        self._type = number(Type.ENUM16, zone_type)
        self._status = number(Type.BITMAP16, status, kept=True)
        self._address = Attribute(Type.EUI64, bytes(8), writable=True)
        self._id = number(Type.UINT8, NOBODY, kept=True)
        self._cluster = zcl.Cluster(
            IAS_ZONE,
            attributes={
                _STATE: self._state,
                _TYPE: self._type,
                _STATUS: self._status,
                _CIE_ADDRESS: self._address,
                _ZONE_ID: self._id,
            },
            commands={_ENROLL_RESPONSE: self._enroll_response},
            written=self._written,
        )
        node.fit(self._cluster)
        node.offer("tamper", lambda _: self.change(on=TAMPER))
        node.offer("untamper", lambda _: self.change(off=TAMPER))
        node.checks_in(self.notify)
        node.describe(self._facts)
        node.when_joined(self._joined)
        node.when_left(self._forget)

    @property
    def enrolled(self) -> bool:
        return self._state.number == 1

    def offer(self, alarm: str, restore: str) -> None:
        """Name what sets and what clears the first alarm bit."""
        self._node.offer(alarm, lambda _: self.change(on=ALARM1))
        self._node.offer(restore, lambda _: self.change(off=ALARM1))

    def watch(self, battery: Battery) -> None:
        """Let the low battery bit follow the battery, a report of its own each time it changes."""

        def changed(gesture: Gesture) -> Nanoseconds:
            percent_at = battery.set(gesture)
            low = battery.percent < LOW_BATTERY_PERCENT
            if low == bool(self._status.number & BATTERY):
                return percent_at
            status_at = self.change(on=BATTERY) if low else self.change(off=BATTERY)
            return status_at or percent_at

        self._node.offer("battery", changed)

    def change(self, *, on: int = 0, off: int = 0) -> Nanoseconds:
        self._status.number = self._status.number & ~off | on
        return self.notify()

    def notify(self) -> Nanoseconds:
        """Zone Status Change Notification (ZCL 8.2.2.4.1): status, extended, zone id, delay."""
        if not self.enrolled:
            return 0
        payload = b"".join((self._status.raw, b"\x00", self._id.raw, b"\x00\x00"))
        return self._node.command(self._cluster, _STATUS_CHANGE, payload)

    def _written(self, attribute: int, heard: Heard) -> None:
        if attribute != _CIE_ADDRESS:
            return
        if self._address.raw in _NO_ADDRESS:
            self._forget()
            return
        self._node.hub_endpoint = heard.endpoint
        if self._node.spec.enrolment is not Enrolment.AUTO_RESPONSE and not self.enrolled:
            self._ask()

    def _joined(self) -> None:
        if self._node.spec.enrolment is Enrolment.REQUEST_FIRST and not self.enrolled:
            self._ask()
            self._ask_again(_ASK_AGAIN_SECONDS)

    def _ask_again(self, pauses: tuple[int, ...]) -> None:
        # The hub that has not yet interviewed us does not hear us, so the field's devices repeat.
        def again() -> None:
            if not self.enrolled and self._node.memory.nwk is not None:
                self._ask()
                self._ask_again(pauses[1:])

        if pauses:
            self._node.radio.later(pauses[0], again)

    def _ask(self) -> Nanoseconds:
        """Zone Enroll Request (ZCL 8.2.2.4.2): zone type, manufacturer code."""
        payload = self._type.raw + MANUFACTURER_CODE.to_bytes(2, "little")
        return self._node.command(self._cluster, _ENROLL_REQUEST, payload)

    def _enroll_response(self, heard: Heard) -> Status:
        """Zone Enroll Response (ZCL 8.2.2.3.1): code (0 is success), zone id."""
        if len(heard.payload) < 2:
            return Status.MALFORMED_COMMAND
        code, zone_id = heard.payload[:2]
        asks_first = self._node.spec.enrolment is Enrolment.REQUEST_FIRST
        if self._address.raw in _NO_ADDRESS and not asks_first:
            return Status.NOT_AUTHORIZED  # whose zone would we be?
        if code:
            return Status.SUCCESS
        self._node.hub_endpoint = heard.endpoint
        self._state.number = 1
        self._id.number = zone_id
        self._node.radio.remember()
        self._node.radio.happen("enrolled", {"zone_id": zone_id}, heard.at)
        return Status.SUCCESS

    def _forget(self) -> None:
        self._state.number = 0
        self._id.number = NOBODY
        self._address.raw = bytes(8)
        self._node.radio.remember()

    def _facts(self) -> Mapping[str, object]:
        status = self._status.number
        return {
            "enrolled": self.enrolled,
            "zone_id": self._id.number if self.enrolled else None,
            "zone_status": status,
            "alarm": bool(status & ALARM1),
            "tampered": bool(status & TAMPER),
        }
