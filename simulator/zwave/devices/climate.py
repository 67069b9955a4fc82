"""Multilevel Sensor (0x31), Thermostat Mode (0x40) and Setpoint (0x43): temperatures in °C."""

from collections.abc import Mapping, Sequence

from simulator.gesture import Gesture
from simulator.zwave.devices.part import (
    Action,
    Answer,
    Body,
    Facts,
    Heard,
    Part,
    Verdict,
    mask,
    whole,
)

_AIR = 0x01  # sensor type
_HEATING = 0x01  # setpoint type
_OFF, _HEAT = 0x00, 0x01
_COLDEST, _HOTTEST = 5.0, 30.0
_TENTHS = 0x22  # precision 1, °C, two bytes


class Thermometer(Part):
    CC = 0x31
    VERSION = 5

    def __init__(self, body: Body) -> None:
        super().__init__(body)
        self._celsius = 20.0

    def hear(self, heard: Heard) -> Answer:
        match heard.command:
            case 0x01:
                return self.said(0x02, mask((_AIR,), first=1))
            case 0x03:
                return self.said(0x06, _AIR, mask((0,)))
            case 0x04:
                return self._report()
            case _:
                return None

    def actions(self) -> Mapping[str, Action]:
        return {"temperature": self._warm}

    def reports(self) -> Sequence[bytes]:
        return [self._report()]

    def facts(self) -> Facts:
        return {"celsius": self._celsius}

    def _warm(self, gesture: Gesture) -> Sequence[bytes]:
        self._celsius = gesture.celsius
        return [self._report()]

    def _report(self) -> bytes:
        return self.said(0x05, _AIR, _degrees(self._celsius))


class ThermostatMode(Part):
    CC = 0x40
    VERSION = 3

    def __init__(self, body: Body) -> None:
        super().__init__(body)
        self._mode = _HEAT

    def hear(self, heard: Heard) -> Answer:
        match heard.command:
            case 0x01:
                return self._set(heard)
            case 0x02:
                return self.said(0x03, self._mode)
            case 0x04:
                return self.said(0x05, mask((_OFF, _HEAT)))
            case _:
                return None

    def facts(self) -> Facts:
        return {"mode": "heat" if self._mode else "off"}

    def dump(self) -> Facts:
        return {"mode": self._mode}

    def load(self, memory: Facts) -> None:
        self._mode = whole(memory.get("mode"), _HEAT)

    def _set(self, heard: Heard) -> Verdict:
        if not heard.payload or heard.payload[0] not in (_OFF, _HEAT):
            return Verdict.FAIL
        self._mode = heard.payload[0]
        self.body.remember()
        self.body.happen("thermostat", self.facts(), heard.at)
        return Verdict.OK


class ThermostatSetpoint(Part):
    CC = 0x43
    VERSION = 3

    def __init__(self, body: Body) -> None:
        super().__init__(body)
        self._celsius = 20.0

    def hear(self, heard: Heard) -> Answer:
        match heard.command:
            case 0x01:
                return self._set(heard)
            case 0x02:
                return self._report(heard.payload)
            case 0x04:
                return self.said(0x05, mask((_HEATING,)))
            case 0x09:
                return self.said(0x0A, _HEATING, _degrees(_COLDEST), _degrees(_HOTTEST))
            case _:
                return None

    def facts(self) -> Facts:
        return {"setpoint": self._celsius}

    def dump(self) -> Facts:
        return {"tenths": round(self._celsius * 10)}

    def load(self, memory: Facts) -> None:
        self._celsius = whole(memory.get("tenths"), 200) / 10

    def _set(self, heard: Heard) -> Verdict:
        celsius = _read(heard.payload[1:])
        if heard.payload[:1] != bytes((_HEATING,)) or celsius is None:
            return Verdict.FAIL
        if not _COLDEST <= celsius <= _HOTTEST:
            return Verdict.FAIL
        self._celsius = celsius
        self.body.remember()
        self.body.happen("thermostat", self.facts(), heard.at)
        return Verdict.OK

    def _report(self, asked: bytes) -> Answer:
        if asked[:1] != bytes((_HEATING,)):
            return self.said(0x03, 0, _degrees(0))  # no such setpoint
        return self.said(0x03, _HEATING, _degrees(self._celsius))


def _degrees(celsius: float) -> bytes:
    return bytes((_TENTHS,)) + round(celsius * 10).to_bytes(2, signed=True)


def _read(payload: bytes) -> float | None:
    """Read precision, scale, size and value; None for another scale or too little."""
    if not payload or payload[0] & 0x18 or len(payload) < 1 + (payload[0] & 0x07):
        return None
    value = int.from_bytes(payload[1 : 1 + (payload[0] & 0x07)], signed=True)
    return float(value / 10 ** (payload[0] >> 5))
