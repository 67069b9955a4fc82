"""Battery (0x80) and Wake Up (0x84)."""

from collections.abc import Callable, Mapping, Sequence

from simulator.zwave.devices.part import Action, Answer, Body, Facts, Heard, Part, Verdict, whole

LOW_PERCENT = 15
_LOW = 0xFF  # in place of the level: the warning itself
_REPORT = 0x03
_AWAKE = 0x07
_INTERVAL_REPORT, _CAPABILITIES = 0x06, 0x0A
_SHORTEST, _LONGEST, _USUAL, _STEP = 1, 86_400, 14_400, 1  # seconds


class Battery(Part):
    CC = 0x80

    def __init__(self, body: Body) -> None:
        super().__init__(body)
        self._percent = 100

    def hear(self, heard: Heard) -> Answer:
        return self._report() if heard.command == 0x02 else None

    def actions(self) -> Mapping[str, Action]:
        return {"battery": lambda gesture: [self._drain(gesture.percent)]}

    def reports(self) -> Sequence[bytes]:
        return [self._report()]

    def facts(self) -> Facts:
        return {"battery": self._percent}

    def dump(self) -> Facts:
        return {"percent": self._percent}

    def load(self, memory: Facts) -> None:
        self._percent = whole(memory.get("percent"), 100)

    def _drain(self, percent: float) -> bytes:
        self._percent = round(min(100, max(0, percent)))
        self.body.remember()
        return self._report()

    def _report(self) -> bytes:
        return self.said(_REPORT, _LOW if self._percent < LOW_PERCENT else self._percent)


class WakeUp(Part):
    """A sleeper wakes by itself at the interval it was given, and by hand."""

    CC = 0x84
    VERSION = 2

    def __init__(self, body: Body) -> None:
        super().__init__(body)
        self._interval = round(body.spec.wake_seconds)
        self._destination = 0
        self._call_off: Callable[[], None] = lambda: None
        self._set_clock()

    def hear(self, heard: Heard) -> Answer:
        match heard.command:
            case 0x04:
                return self._set(heard.payload)
            case 0x05:
                return self.said(_INTERVAL_REPORT, _seconds(self._interval), self._destination)
            case 0x08:
                self.body.sleep()
                return Verdict.OK
            case 0x09:
                limits = (_SHORTEST, _LONGEST, _USUAL, _STEP)
                return self.said(_CAPABILITIES, *map(_seconds, limits))
            case _:
                return None

    def facts(self) -> Facts:
        return {"wake_seconds": self._interval}

    def dump(self) -> Facts:
        return {"interval": self._interval, "destination": self._destination}

    def load(self, memory: Facts) -> None:
        self._interval = whole(memory.get("interval"), self._interval)
        self._destination = whole(memory.get("destination"), 0)
        self._set_clock()

    def awake(self) -> bytes:
        """Give what a device says that is up."""
        return self.said(_AWAKE)

    def _set(self, payload: bytes) -> Verdict:
        interval = int.from_bytes(payload[:3])
        if len(payload) < 4 or interval > _LONGEST:
            return Verdict.FAIL
        self._interval, self._destination = interval, payload[3]
        self.body.remember()
        self._set_clock()
        return Verdict.OK

    def _set_clock(self) -> None:
        self._call_off()
        if self._interval:
            self._call_off = self.body.later(self._interval, self._wake)

    def _wake(self) -> None:
        self.body.say(self.awake())
        self._set_clock()


def _seconds(number: int) -> bytes:
    return number.to_bytes(3)
