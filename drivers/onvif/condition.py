"""How a camera is, in words for people. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from drivers.onvif.subscription import Way
from gateway.model.answers import Check

SKEW_MOST_SECONDS = 5.0  # beyond, the times in its pictures mislead


class Condition(StrEnum):
    """How a camera is."""

    NEW = "not reached yet"
    WELL = "well"
    GONE = "does not answer"
    LOCKED = "refuses the user or the password"


@dataclass(frozen=True, slots=True)
class CameraState:
    """What there is to say about a camera. Nothing secret."""

    name: str
    address: str  # where it is, as far as that is known
    condition: Condition
    configured: str = ""  # its address in the configuration
    reason: str = ""  # of a condition that is not well
    events: Way | None = None  # None: not known
    why_not_pulled: str = ""
    skew_seconds: float | None = None
    manufacturer: str = ""
    model: str = ""
    streams: int = 0

    @property
    def is_off(self) -> bool:
        """Tell whether its clock is too wrong."""
        return self.skew_seconds is not None and abs(self.skew_seconds) > SKEW_MOST_SECONDS


def check_of(state: CameraState) -> Check:
    """Say it in a line: whether it lets us in, and how its events come."""
    name = f"camera {state.name} services"
    if state.condition is not Condition.WELL:
        return Check(name, ok=False, sentence=f"{state.address}: {_why(state)}")
    words = [f"{state.manufacturer} {state.model}".strip(), f"{state.streams} streams"]
    words.append(_events(state))
    if state.skew_seconds is not None:
        words.append(f"its clock is {state.skew_seconds:+.1f} s off")
    if state.is_off:
        words.append("give the camera a time server")
    said = ", ".join(filter(None, words))
    return Check(name, ok=not state.is_off, sentence=f"{state.address}: {said}")


def _why(state: CameraState) -> str:
    if state.condition is Condition.LOCKED:
        return f"{state.reason or state.condition}: correct the user, or the password in its file"
    return f"{state.condition}: {state.reason}" if state.reason else str(state.condition)


def _events(state: CameraState) -> str:
    if state.events in (None, Way.PULL):
        return "" if state.events is None else "its events are pulled"
    what = "no events" if state.events is Way.NONE else "its events are pushed"
    return f"{what} ({state.why_not_pulled})" if state.why_not_pulled else what
