"""What a device can reach of the world around it."""

from collections.abc import Callable, Mapping
from typing import Protocol

from simulator.zigbee.seams import ApsFrame, Nanoseconds


class Timer(Protocol):
    def cancel(self) -> None: ...


class Radio(Protocol):
    """What a node can reach of the world around it."""

    def transmit(self, frame: ApsFrame, to: bytes | None = None) -> Nanoseconds:
        """Send to the coordinator, or to the device with this EUI64."""
        ...

    def happen(self, what: str, facts: Mapping[str, object], at: Nanoseconds | None = None) -> None:
        """Let the watchers know; `at` is now if it is not given."""
        ...

    def later(self, seconds: float, do: Callable[[], object]) -> Timer: ...

    def remember(self) -> None:
        """The node's memory changed and is to be kept."""
        ...

    def leave(self, *, rejoin: bool) -> None:
        """The host told the node to leave; it goes once its answer is out."""
        ...
