"""What is secret: codes that somebody offered, addresses with passwords. It is never logged."""

from dataclasses import dataclass
from enum import StrEnum

from gateway.model.device import DeviceId


@dataclass(frozen=True, slots=True)
class Code:
    """A PIN or an install code in clear, on its short way to where it is used. It hides itself."""

    text: str

    def __repr__(self) -> str:
        return "Code(****)"

    __str__ = __repr__


class Wish(StrEnum):
    """What the one who offers a code wants."""

    ARM = "arm"
    DISARM = "disarm"


@dataclass(frozen=True, slots=True)
class CodeOffered:
    """Somebody typed a code. The doorman checks it and makes a request, or a refusal, of it."""

    via: str  # where it was typed: a device id, or "cli"; wrong codes are counted there
    code: Code | None
    wish: Wish
    mode: str | None = None  # of an arming
    area: str | None = None  # None: every area the person may act on
    force: bool = False


@dataclass(frozen=True, slots=True)
class LockCodeRead:
    """What a lock holds in a slot. The hub compares it with what it keeps; it goes no further."""

    device: DeviceId
    slot: int
    code: Code | None  # None: the slot is free

    @property
    def is_shown(self) -> bool:
        """Tell whether the lock shows the PIN; some give asterisks, or nothing."""
        return self.code is not None and bool(self.code.text.strip("*"))


@dataclass(frozen=True, slots=True)
class StreamsFound:
    """Where a camera's pictures are to be had: addresses with passwords. For the detection."""

    device: DeviceId
    main: Code | None  # rtsp://; None: no stream of it is known
    sub: Code | None = None  # smaller, for looking at; None: there is only the one


@dataclass(frozen=True, slots=True)
class Noticed:
    """A camera's own analytics saw something move: the detection looks hard for a while."""

    device: DeviceId
    what: str  # "motion", "line", "scene": in the camera's words, made ours


@dataclass(frozen=True, slots=True)
class ViewChanged:
    """A camera was turned on purpose: the detection learns anew what it should show."""

    device: DeviceId
