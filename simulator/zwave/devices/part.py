"""One command class of a device: what it answers, what can be done to it, what it is.

The bytes are those of the Z-Wave Application Command Class specification; the class's number and
the command's come first in what is said, and are taken off of what is heard.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol

from simulator.gesture import Gesture
from simulator.zwave.house import DeviceSpec

type Nanoseconds = int
"""CLOCK_BOOTTIME: the same clock for the stick, the runner and the hub."""

type Facts = Mapping[str, object]


class Verdict(StrEnum):
    """What became of a command that is answered by no report."""

    OK = "ok"
    FAIL = "fail"
    SILENT = "stop"


type Answer = bytes | Verdict | None
"""A report, a verdict, or None for a command that the part does not know."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A command of the controller, for one part."""

    command: int
    payload: bytes
    at: Nanoseconds  # when the host's last byte was read
    supervised: bool


class Body(Protocol):
    """What a part reaches of the device it belongs to."""

    @property
    def spec(self) -> DeviceSpec: ...
    def say(self, frame: bytes) -> Awaitable[Nanoseconds]:
        """Send to the controller, when the answer to what is being heard is out."""
        ...

    def happen(self, what: str, facts: Facts, at: Nanoseconds | None = None) -> None:
        """Tell who watches."""
        ...

    def later(self, seconds: float, do: Callable[[], object]) -> Callable[[], None]:
        """Do something later; give what calls it off."""
        ...

    def remember(self) -> None:
        """Have the memory kept."""
        ...

    def sleep(self) -> None:
        """Hear nothing until the next wake-up."""
        ...


type Action = Callable[[Gesture], Sequence[bytes]]
"""Does it, and gives what is said of it."""


class Part:
    """One command class."""

    CC: ClassVar[int]
    VERSION: ClassVar[int] = 1

    def __init__(self, body: Body) -> None:
        self.body = body

    def hear(self, heard: Heard) -> Answer:  # noqa: ARG002 - this one knows no command
        """Answer a command."""
        return None

    def actions(self) -> Mapping[str, Action]:
        """Give what can be done to it."""
        return {}

    def reports(self) -> Sequence[bytes]:
        """Give what a device that is well says of it unasked."""
        return ()

    def facts(self) -> Facts:
        """Give what it is, for `state`."""
        return {}

    def dump(self) -> Facts:
        """Give what it keeps when its power goes."""
        return {}

    def load(self, memory: Facts) -> None:
        """Be as it was."""

    def said(self, command: int, *payload: int | bytes) -> bytes:
        """Put a command of this class together."""
        tail = b"".join(bytes((one,)) if isinstance(one, int) else one for one in payload)
        return bytes((self.CC, command)) + tail


def mask(numbers: Iterable[int], first: int = 0) -> bytes:
    """Set a bit for every number; the lowest bit of the first byte stands for `first`."""
    bits = 0
    for number in numbers:
        bits |= 1 << number - first
    return bits.to_bytes(max(1, (bits.bit_length() + 7) // 8), "little")


def whole(value: object, default: int) -> int:
    """Give a number of a memory that may be damaged."""
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def table(value: object) -> Facts:
    """Give a table of a memory that may be damaged."""
    return value if isinstance(value, dict) else {}
