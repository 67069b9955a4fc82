"""What every part of the stick is given: a way to answer, to call the host, and the time."""

from collections.abc import Callable
from typing import Protocol

from simulator.zigbee.ezsp.layout import Fields
from simulator.zigbee.seams import Nanoseconds

type Handler = Callable[[Fields], Fields]
"""Answers one command."""

type Handlers = dict[str, Handler]
"""The commands a part answers, by name."""


class Host(Protocol):
    """The host's end of the line, as the parts see it."""

    def callback(self, name: str, fields: Fields) -> Nanoseconds:
        """Tell the host something; when it went on the wire, or 0 when it did not."""
        ...

    def afterwards(self, action: Callable[[], None]) -> None:
        """Do this once the command at hand is answered: no callback may overtake its answer."""
        ...

    def now(self) -> Nanoseconds:
        """Give the time by the one clock."""
        ...
