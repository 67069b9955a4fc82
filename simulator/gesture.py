"""What a hand, a flame or the weather does to a device, whatever radio it has."""

from collections.abc import Iterable
from dataclasses import dataclass

from simulator.request import Field, Request, Requests, is_flag, is_number, is_text, whole_up_to

DEVICE = {"device": Field(is_text, "the name of a device")}
_PLAIN = (
    *("join", "leave", "open", "close", "motion", "still", "smoke", "clear", "wet", "dry"),
    *("tamper", "untamper", "mute", "unmute", "check_in"),
)


@dataclass(frozen=True, slots=True)
class Gesture:
    """The fields of a request that is done to a device."""

    percent: float = 100.0
    key: str = ""
    code: str = ""
    to: str = ""
    slot: int = 0
    on: bool = False
    celsius: float = 20.0


def gesture(request: Request) -> Gesture:
    """Give what a request that was checked does."""
    known = Gesture.__dataclass_fields__
    return Gesture(**{key: value for key, value in request.items() if key in known})  # type: ignore[arg-type]  # checked saw the types


def gestures(plain: Iterable[str], slots_most: int) -> Requests:
    """Give what may be done to the devices of a radio: what they all know, and `plain` besides."""
    slot = Field(whole_up_to(slots_most), "the number of a PIN's slot")
    perhaps = Field(slot.fits, slot.expected, needed=False)
    return {
        **dict.fromkeys((*_PLAIN, *plain), DEVICE),
        "battery": {**DEVICE, "percent": Field(is_number, "a number from 0 to 100")},
        "turn": {
            **DEVICE,
            "to": Field(is_text, "'locked', 'unlocked' or 'jammed'"),
            "slot": perhaps,
        },
        "program": {**DEVICE, "slot": slot, "code": Field(is_text, "a PIN", needed=False)},
        "switch": {**DEVICE, "on": Field(is_flag, "true or false")},
        "temperature": {**DEVICE, "celsius": Field(is_number, "a number")},
    }
