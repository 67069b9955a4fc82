"""What the hub asks of a driver, and the errors a driver may raise.

DriverError
├── RadioLost           the whole radio is gone; the supervisor starts the driver anew
├── DeviceUnreachable   the device did not acknowledge: worth a retry until the deadline
├── DeviceUnknown       no such device on this driver: the configuration or a removal; no retry
├── CommandRefused      the device answered no: no retry
└── CommandUnsupported  this driver or device has no such command: no retry
"""

from collections.abc import Callable
from typing import Protocol

from gateway.model.command import Command
from gateway.model.credential import CodeOffered, LockCodeRead, Noticed, StreamsFound, ViewChanged
from gateway.model.device import DriverId
from gateway.model.event import Event, Proof, Telemetry

type Told = Event | Telemetry | CodeOffered | LockCodeRead | StreamsFound | Noticed | ViewChanged
type Report = Callable[[Told], None]
"""How a driver says what happened. Synchronous, never waits; call it on the event loop's thread."""


class DriverError(Exception):
    """A command, or the driver itself, came to grief. The message is a sentence for people."""


class RadioLost(DriverError):
    """The radio or server is gone."""


class DeviceUnreachable(DriverError):
    """The device did not acknowledge."""


class DeviceUnknown(DriverError):
    """There is no such device here."""


class CommandRefused(DriverError):
    """The device answered, and the answer was no."""


class CommandUnsupported(DriverError):
    """There is no such command here."""


class Driver(Protocol):
    """One radio or network."""

    @property
    def id(self) -> DriverId:
        """Name the driver: the prefix of its devices' ids."""
        ...

    async def run(self, report: Report) -> None:
        """Open the radio and live until cancelled; raise RadioLost when it cannot go on.

        Reports DriverFound once the radio answers, then DeviceJoined for each device it knows,
        then the readings it asks for anew. It reports UNKNOWN for what it cannot read.
        Called again, after a pause, for a new life.
        """
        ...

    async def perform(self, command: Command) -> Proof:
        """Return once the device took the command; raise a DriverError that names the situation.

        The first frame leaves before the first suspension where that can be had.
        """
        ...
