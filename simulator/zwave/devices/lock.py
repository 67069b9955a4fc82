"""Door Lock (0x62): a bolt that a hand, a PIN or the radio moves, and that can jam."""

from collections.abc import Mapping, Sequence
from enum import IntEnum

from simulator.gesture import Gesture
from simulator.request import CannotDo
from simulator.zwave.devices.codes import UserCodes
from simulator.zwave.devices.notification import Notification, Type
from simulator.zwave.devices.part import (
    Action,
    Answer,
    Body,
    Facts,
    Heard,
    Nanoseconds,
    Part,
    Verdict,
    mask,
    whole,
)

TRAVEL_SECONDS = 0.05
_REPORT, _CONFIGURATION, _CAPABILITIES = 0x03, 0x06, 0x08
_CONSTANT = 0x01  # operation type: it stays as it is put
_NO_TIMEOUT = 0xFE
_HANDLES = 0x11  # the first handle outside and the first inside
_BOLT_DRAWN = 0x02  # of the door's condition; its sensor and latch are not there
_BOLT = 0x02  # of what the condition has


class Bolt(IntEnum):
    """Door lock mode."""

    UNLOCKED = 0x00
    JAMMED = 0xFE  # "unknown": neither locked nor unlocked
    LOCKED = 0xFF


class Event(IntEnum):
    """Access control notifications of a lock."""

    HAND_LOCKED, HAND_UNLOCKED = 0x01, 0x02
    RADIO_LOCKED, RADIO_UNLOCKED = 0x03, 0x04
    CODE_LOCKED, CODE_UNLOCKED = 0x05, 0x06
    JAMMED = 0x0B


_EVENTS: Mapping[tuple[str, Bolt], Event] = {
    ("hand", Bolt.LOCKED): Event.HAND_LOCKED,
    ("hand", Bolt.UNLOCKED): Event.HAND_UNLOCKED,
    ("radio", Bolt.LOCKED): Event.RADIO_LOCKED,
    ("radio", Bolt.UNLOCKED): Event.RADIO_UNLOCKED,
    ("keypad", Bolt.LOCKED): Event.CODE_LOCKED,
    ("keypad", Bolt.UNLOCKED): Event.CODE_UNLOCKED,
}


class DoorLock(Part):
    CC = 0x62
    VERSION = 4

    def __init__(self, body: Body, notification: Notification, codes: UserCodes) -> None:
        super().__init__(body)
        self._notification = notification
        self._codes = codes
        self._bolt = Bolt.UNLOCKED

    def hear(self, heard: Heard) -> Answer:
        match heard.command:
            case 0x01:
                return self._commanded(heard)
            case 0x02:
                return self._report()
            case 0x05:
                timeless = (_NO_TIMEOUT, _NO_TIMEOUT)
                return self.said(_CONFIGURATION, _CONSTANT, _HANDLES, *timeless, bytes(5))
            case 0x07:
                modes = bytes((Bolt.UNLOCKED, Bolt.LOCKED))
                kinds = mask((_CONSTANT,))
                head = (len(kinds), kinds, len(modes), modes)
                return self.said(_CAPABILITIES, *head, _HANDLES, _BOLT, 0)
            case _:
                return None

    def actions(self) -> Mapping[str, Action]:
        return {"turn": self._turn}

    def reports(self) -> Sequence[bytes]:
        return [self._report()]

    def facts(self) -> Facts:
        return {"bolt": self._bolt.name.lower()}

    def dump(self) -> Facts:
        return {"bolt": int(self._bolt)}

    def load(self, memory: Facts) -> None:
        bolt = whole(memory.get("bolt"), Bolt.UNLOCKED)
        self._bolt = Bolt(bolt) if bolt in [*Bolt] else Bolt.UNLOCKED

    def _commanded(self, heard: Heard) -> Verdict:
        if not heard.payload or heard.payload[0] not in (Bolt.LOCKED, Bolt.UNLOCKED):
            return Verdict.FAIL
        if self._bolt is Bolt.JAMMED:
            self.body.say(self._notification.raised(Type.ACCESS, Event.JAMMED))
            return Verdict.FAIL
        to, at = Bolt(heard.payload[0]), heard.at
        self.body.later(TRAVEL_SECONDS, lambda: self._arrive(to, at))
        return Verdict.OK

    def _arrive(self, to: Bolt, at: Nanoseconds) -> None:
        """The bolt is there; the device says so, whoever moved it."""
        for frame in self._move(to, "radio", at):
            self.body.say(frame)

    def _turn(self, gesture: Gesture) -> Sequence[bytes]:
        names = {bolt.name.lower(): bolt for bolt in Bolt}
        if gesture.to not in names:
            raise CannotDo(f"to: expected one of {', '.join(names)}, found {gesture.to!r}")
        if gesture.slot and not self._codes.opens(gesture.slot):
            raise CannotDo(f"slot {gesture.slot} has no PIN that opens")
        by = "keypad" if gesture.slot else "hand"
        return self._move(names[gesture.to], by, None, gesture.slot)

    def _move(self, to: Bolt, by: str, at: Nanoseconds | None, slot: int = 0) -> Sequence[bytes]:
        was_jammed, self._bolt = self._bolt is Bolt.JAMMED, to
        self.body.remember()
        self.body.happen("lock", {"state": to.name.lower(), "by": by, "slot": slot}, at)
        if to is Bolt.JAMMED:
            return [self._notification.raised(Type.ACCESS, Event.JAMMED), self._report()]
        if was_jammed:
            self._notification.idle(Type.ACCESS, Event.JAMMED)
        whose = bytes((slot,)) if slot else b""
        event = _EVENTS[by, to]
        return [self._notification.passing(Type.ACCESS, event, whose), self._report()]

    def _report(self) -> bytes:
        condition = 0 if self._bolt is Bolt.LOCKED else _BOLT_DRAWN
        handles = 0 if self._bolt is Bolt.LOCKED else _HANDLES
        timeless = (_NO_TIMEOUT, _NO_TIMEOUT)
        return self.said(_REPORT, self._bolt, handles, condition, *timeless, self._bolt, 0)
