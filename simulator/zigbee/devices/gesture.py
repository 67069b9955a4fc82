"""What can be done to a device from outside, and the refusal of what cannot."""

from collections.abc import Callable

from simulator.gesture import Gesture
from simulator.request import CannotDo
from simulator.table import near
from simulator.zigbee.seams import Nanoseconds

type Action = Callable[[Gesture], Nanoseconds]


def hint(word: str, known: tuple[str, ...], what: str) -> CannotDo:
    return CannotDo(f"no {what} {word!r}{near(word, known)}")
