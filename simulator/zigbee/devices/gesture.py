"""What can be done to a device from outside, and the refusal of what cannot."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.zigbee.house import near
from simulator.zigbee.seams import Nanoseconds


class CannotDo(Exception):
    """The device has no such part, or is in no state to do this."""


@dataclass(frozen=True, slots=True)
class Gesture:
    """What a hand, a flame or the weather does to a device: the fields of a control request."""

    percent: float = 100.0
    key: str = ""
    code: str = ""
    to: str = ""
    slot: int = 0
    on: bool = False
    celsius: float = 20.0


type Action = Callable[[Gesture], Nanoseconds]


def hint(word: str, known: tuple[str, ...], what: str) -> CannotDo:
    return CannotDo(f"no {what} {word!r}{near(word, known)}")
