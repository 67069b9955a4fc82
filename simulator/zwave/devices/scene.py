"""Central Scene (0x5B): buttons that are pressed, held and pressed again."""

from collections.abc import Mapping, Sequence
from enum import IntEnum

from simulator.gesture import Gesture
from simulator.request import CannotDo
from simulator.table import near
from simulator.zwave.devices.part import Action, Answer, Body, Heard, Part, Verdict, mask

BUTTONS = 4
_SUPPORTED, _NOTIFICATION, _CONFIGURATION = 0x02, 0x03, 0x06
_ALIKE = 0x01  # all buttons know the same presses


class Press(IntEnum):
    ONCE = 0x00
    RELEASED = 0x01
    HELD = 0x02
    TWICE = 0x03
    THRICE = 0x04


class CentralScene(Part):
    CC = 0x5B
    VERSION = 3

    def __init__(self, body: Body) -> None:
        super().__init__(body)
        self._sequence = 0

    def hear(self, heard: Heard) -> Answer:
        match heard.command:
            case 0x01:
                presses = mask(Press)
                return self.said(_SUPPORTED, BUTTONS, len(presses) << 1 | _ALIKE, presses)
            case 0x04:
                return Verdict.OK
            case 0x05:
                return self.said(_CONFIGURATION, 0)
            case _:
                return None

    def actions(self) -> Mapping[str, Action]:
        return {"press": self._press}

    def _press(self, gesture: Gesture) -> Sequence[bytes]:
        """`key` is how (left out: once), `slot` which button (left out: the first)."""
        names = {press.name.lower(): press for press in Press}
        press = names.get(gesture.key or "once")
        if press is None:
            raise CannotDo(f"no press {gesture.key!r}{near(gesture.key, names)}")
        button = gesture.slot or 1
        if button > BUTTONS:
            raise CannotDo(f"this device has {BUTTONS} buttons")
        self._sequence = (self._sequence + 1) % 256
        return [self.said(_NOTIFICATION, self._sequence, press, button)]
