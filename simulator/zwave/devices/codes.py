"""User Code (0x63): the PINs of a lock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from simulator.gesture import Gesture
from simulator.request import CannotDo
from simulator.zwave.devices.part import (
    Action,
    Answer,
    Body,
    Facts,
    Heard,
    Part,
    Verdict,
    mask,
    table,
)

SLOTS = 20
SHORTEST, LONGEST = 4, 10
_REPORT, _COUNT, _CAPABILITIES, _KEYPAD_MODE = 0x03, 0x05, 0x07, 0x0A
_EXTENDED_REPORT, _ADMIN = 0x0D, 0x10
_SETS_SEVERAL = 0x20
_NORMAL = 0x00  # keypad mode
_DIGITS = b"0123456789"


class Status(IntEnum):
    AVAILABLE = 0x00
    ENABLED = 0x01
    DISABLED = 0x02
    NOT_THERE = 0xFE


@dataclass(frozen=True, slots=True)
class Code:
    status: int
    digits: bytes


class UserCodes(Part):
    CC = 0x63
    VERSION = 2

    def __init__(self, body: Body) -> None:
        super().__init__(body)
        self._codes: dict[int, Code] = {}

    def opens(self, slot: int) -> bool:
        """Say whether the PIN of this slot moves the bolt."""
        code = self._codes.get(slot)
        return code is not None and code.status == Status.ENABLED

    def hear(self, heard: Heard) -> Answer:
        payload = heard.payload
        match heard.command:
            case 0x01:
                return self._set(payload[0], payload[1], payload[2:]) if payload[1:] else _BAD
            case 0x02:
                return self._report(payload[0]) if payload else Verdict.SILENT
            case 0x04:
                return self.said(_COUNT, SLOTS, SLOTS.to_bytes(2))
            case 0x06:
                return self._capabilities()
            case 0x09:
                return self.said(_KEYPAD_MODE, _NORMAL)
            case 0x0B:
                return self._set_several(payload)
            case 0x0C:
                return self._extended_report(payload)
            case 0x0F:
                return self.said(_ADMIN, 0)
            case _:
                return None

    def actions(self) -> Mapping[str, Action]:
        return {"program": self._program}

    def facts(self) -> Facts:
        return {
            "codes": {
                str(slot): {
                    "status": Status(code.status).name.lower(),
                    "digits": code.digits.decode(),
                }
                for slot, code in sorted(self._codes.items())
            }
        }

    def dump(self) -> Facts:
        return {
            str(slot): [code.status, code.digits.decode()] for slot, code in self._codes.items()
        }

    def load(self, memory: Facts) -> None:
        for slot, kept in table(memory).items():
            match kept:
                case [int(status), str(digits)]:
                    self._codes[int(slot)] = Code(status, digits.encode())
                case _:
                    continue

    def _capabilities(self) -> bytes:
        statuses = mask((Status.AVAILABLE, Status.ENABLED, Status.DISABLED))
        modes, keys = mask((_NORMAL,)), mask(_DIGITS)
        several = (len(statuses), statuses, _SETS_SEVERAL | len(modes), modes)
        return self.said(_CAPABILITIES, *several, len(keys), keys)

    def _set(self, slot: int, status: int, digits: bytes) -> Verdict:
        if slot > SLOTS:
            return _BAD
        if status == Status.AVAILABLE:
            self._clear(slot)
        elif not self._store(slot, status, digits):
            return _BAD
        self.body.remember()
        return Verdict.OK

    def _program(self, gesture: Gesture) -> Sequence[bytes]:
        """Somebody types a PIN into a slot at the lock, or takes it out; it tells nobody."""
        status = Status.ENABLED if gesture.code else Status.AVAILABLE
        done = gesture.slot and self._set(gesture.slot, status, gesture.code.encode())
        if done is not Verdict.OK:
            raise CannotDo(f"slot 1 to {SLOTS}, and {SHORTEST} to {LONGEST} digits of nobody else")
        return []

    def _clear(self, slot: int) -> None:
        if slot:
            self._codes.pop(slot, None)
        else:
            self._codes.clear()  # slot 0: all of them

    def _store(self, slot: int, status: int, digits: bytes) -> bool:
        known = status in (Status.ENABLED, Status.DISABLED)
        fits = SHORTEST <= len(digits) <= LONGEST and all(digit in _DIGITS for digit in digits)
        taken = any(code.digits == digits for other, code in self._codes.items() if other != slot)
        if not (slot and known and fits) or taken:
            return False
        self._codes[slot] = Code(status, digits)
        return True

    def _report(self, slot: int) -> bytes:
        return self.said(_REPORT, slot, *self._as_stored(slot))

    def _as_stored(self, slot: int) -> tuple[int, bytes]:
        if not 1 <= slot <= SLOTS:
            return Status.NOT_THERE, bytes(4)
        code = self._codes.get(slot)
        return (code.status, code.digits) if code else (Status.AVAILABLE, bytes(4))

    def _set_several(self, payload: bytes) -> Verdict:
        verdicts, rest = [], payload[1:]
        while len(rest) >= 4:
            slot, status, length = int.from_bytes(rest[:2]), rest[2], rest[3]
            verdicts.append(self._set(slot, status, rest[4 : 4 + length]))
            rest = rest[4 + length :]
        return Verdict.OK if verdicts and set(verdicts) == {Verdict.OK} else _BAD

    def _extended_report(self, payload: bytes) -> Answer:
        if len(payload) < 2:
            return Verdict.SILENT
        slot = int.from_bytes(payload[:2])
        status, digits = self._as_stored(slot)
        digits = b"" if status in (Status.AVAILABLE, Status.NOT_THERE) else digits
        following = min((other for other in self._codes if other > slot), default=0)
        said = (slot.to_bytes(2), status, len(digits), digits, following.to_bytes(2))
        return self.said(_EXTENDED_REPORT, 1, *said)


_BAD = Verdict.FAIL
