"""Entry Control (0x6F) and Indicator (0x87): a keypad's keys, and what it shows."""

from collections.abc import Mapping, Sequence
from enum import IntEnum

from simulator.gesture import Gesture
from simulator.request import CannotDo
from simulator.table import near
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
)

_NOTIFICATION, _KEYS, _EVENTS, _CONFIGURATION = 0x01, 0x03, 0x05, 0x08
_NO_DATA, _ASCII = 0x00, 0x02
_PADDED = 16  # so that nobody on the air learns how long a PIN is
_CACHE = (0x01, 0x0A, 0x01, 0x0A)  # keys and seconds, least and most


class Key(IntEnum):
    """Entry control event types."""

    ENTER = 0x02
    DISARM = 0x03
    ARM_AWAY = 0x05
    ARM_HOME = 0x06
    FIRE = 0x10
    PANIC = 0x11
    EMERGENCY = 0x13
    CANCEL = 0x19


class EntryControl(Part):
    CC = 0x6F

    def __init__(self, body: Body) -> None:
        super().__init__(body)
        self._sequence = 0
        self._cached_keys, self._cached_seconds = 8, 5

    def hear(self, heard: Heard) -> Answer:
        match heard.command:
            case 0x02:
                keys = mask(b"0123456789")
                return self.said(_KEYS, len(keys), keys)
            case 0x04:
                data, events = mask((_NO_DATA, _ASCII)), mask(Key)
                return self.said(_EVENTS, len(data), data, len(events), events, *_CACHE)
            case 0x06 if len(heard.payload) > 1:
                self._cached_keys, self._cached_seconds = heard.payload[:2]
                return Verdict.OK
            case 0x07:
                return self.said(_CONFIGURATION, self._cached_keys, self._cached_seconds)
            case _:
                return None

    def actions(self) -> Mapping[str, Action]:
        return {"press": self._press}

    def _press(self, gesture: Gesture) -> Sequence[bytes]:
        names = {key.name.lower(): key for key in Key}
        key = names.get(gesture.key)
        if key is None:
            raise CannotDo(f"this keypad has no key {gesture.key!r}{near(gesture.key, names)}")
        self._sequence = (self._sequence + 1) % 256
        code = gesture.code.encode()
        data = code.ljust(_PADDED, b"\xff") if code else b""
        kind = _ASCII if code else _NO_DATA
        return [self.said(_NOTIFICATION, self._sequence, kind, key, len(data), data)]


class Property(IntEnum):
    """What of an indicator is set."""

    LEVEL = 0x01
    BINARY = 0x02
    MINUTES = 0x06
    SECONDS = 0x07
    VOLUME = 0x09


INDICATORS: Mapping[int, str] = {
    0x02: "disarmed",
    0x04: "not_ready",
    0x05: "busy",
    0x08: "code_accepted",
    0x09: "invalid_code",
    0x0A: "armed_home",
    0x0B: "armed_away",
    0x0C: "in_alarm",
    0x0D: "in_alarm",
    0x0E: "in_alarm",
    0x0F: "in_alarm",
    0x10: "bypass_challenge",
    0x11: "entry_delay",
    0x12: "exit_delay",
    0x13: "in_alarm",
    0x14: "in_alarm",
    0x15: "in_alarm",
    0x50: "identify",
    0x60: "chime",
}
_ANSWERS = frozenset({"code_accepted", "invalid_code", "bypass_challenge"})
_REPORT, _SUPPORTED = 0x03, 0x05


class Indicator(Part):
    CC = 0x87
    VERSION = 3

    def __init__(self, body: Body) -> None:
        super().__init__(body)
        self._shown: dict[int, dict[int, int]] = {}
        self._writes: list[str] = []

    def hear(self, heard: Heard) -> Answer:
        asked = heard.payload[0] if heard.payload else 0
        match heard.command:
            case 0x01:
                return self._set(heard)
            case 0x02:
                return self._report(asked)
            case 0x04:
                return self._supported(asked)
            case _:
                return None

    def facts(self) -> Facts:
        shown = {
            f"{number:02x}": {Property(what).name.lower(): value for what, value in values.items()}
            for number, values in sorted(self._shown.items())
        }
        return {"indicators": shown, "writes": self._writes[-20:]}

    def _set(self, heard: Heard) -> Verdict:
        """After the value for indicator 0 and a count: which, what of it, and how much."""
        triples = [heard.payload[at : at + 3] for at in range(2, len(heard.payload), 3)]
        if not triples or any(len(one) < 3 or one[0] not in INDICATORS for one in triples):
            return Verdict.FAIL
        if any(one[1] not in [*Property] for one in triples):
            return Verdict.FAIL
        self._writes.append(heard.payload.hex())
        written: dict[int, dict[int, int]] = {}
        for number, what, value in triples:
            written.setdefault(number, {})[what] = value
        for number, values in written.items():
            self._shown[number] = values
            self._tell(number, values, heard.at)
        return Verdict.OK

    def _tell(self, number: int, values: Mapping[int, int], at: Nanoseconds) -> None:
        seconds = values.get(Property.MINUTES, 0) * 60 + values.get(Property.SECONDS, 0)
        is_on = any(values.get(what) for what in (Property.BINARY, Property.LEVEL)) or seconds
        shows = INDICATORS[number]
        if shows in _ANSWERS and is_on:
            self.body.happen("arm_response", {"notification": shows}, at)
        told = {"state": shows, "on": bool(is_on), "seconds": seconds, "indicator": number}
        self.body.happen("keypad" if is_on else "keypad_off", told, at)

    def _report(self, number: int) -> bytes:
        values = self._shown.get(number, {Property.BINARY: 0})
        triples = b"".join(bytes((number, what, value)) for what, value in values.items())
        return self.said(_REPORT, 0, len(values), triples)

    def _supported(self, asked: int) -> Answer:
        numbers = sorted(INDICATORS)
        number = asked or numbers[0]
        if number not in INDICATORS:
            return self.said(_SUPPORTED, 0, 0, 0)
        following = next((one for one in numbers if one > number), 0)
        properties = mask(Property)
        return self.said(_SUPPORTED, number, following, len(properties), properties)
