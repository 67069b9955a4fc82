"""What is pressed at a keypad (Entry Control, SDS13781 4.54). Pure. A code is only ever in a Code.

Z-Wave JS drops a press that it heard twice, by its sequence number.
"""

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any

from gateway.model.credential import Code, CodeOffered, Wish
from gateway.model.device import DeviceId
from gateway.model.event import Panic, PanicPressed


class Key(IntEnum):
    """Event types that we have a word for."""

    ENTER = 2
    DISARM_ALL = 3
    ARM_ALL = 4
    ARM_AWAY = 5
    ARM_HOME = 6
    FIRE = 16
    POLICE = 17
    PANIC = 18
    MEDICAL = 19


ASCII_DATA = 2
_PANICS = {
    Key.FIRE: Panic.FIRE,
    Key.POLICE: Panic.PANIC,
    Key.PANIC: Panic.PANIC,
    Key.MEDICAL: Panic.MEDICAL,
}
_MODES = {Key.ARM_ALL: "away", Key.ARM_AWAY: "away", Key.ARM_HOME: "home"}


def pressed(device: DeviceId, args: Mapping[str, Any]) -> Iterator[CodeOffered | PanicPressed]:
    """Say what a press asks for. ENTER behind a code is a wish to disarm."""
    number = args.get("eventType")
    if not isinstance(number, int) or number not in set(Key):
        return
    key, code = Key(number), _code(args)
    if key in _PANICS:
        yield PanicPressed(device, _PANICS[key])
    elif key in _MODES:
        yield CodeOffered(device, code, Wish.ARM, _MODES[key])
    elif key is Key.DISARM_ALL or code is not None:
        yield CodeOffered(device, code, Wish.DISARM)


def _code(args: Mapping[str, Any]) -> Code | None:
    data = args.get("eventData")
    if not isinstance(data, str) or args.get("dataType") != ASCII_DATA:
        return None
    digits = data.strip("\0 \xff")
    return Code(digits) if digits.isascii() and digits.isprintable() and digits else None
