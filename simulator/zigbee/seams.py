"""The seams inside the simulated network: stick below, devices above, the control socket beside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

type Nanoseconds = int
"""CLOCK_BOOTTIME nanoseconds: the same clock for the stick, the runner and the hub."""

type Happening = Mapping[str, object]
"""One JSON object that watchers of the control socket are shown."""


@dataclass(frozen=True, slots=True)
class ApsFrame:
    """An APS data frame: addresses inside the node, and the ZDO or ZCL bytes it carries."""

    profile: int
    cluster: int
    source_endpoint: int
    destination_endpoint: int
    sequence: int
    payload: bytes
    group: int = 0


class Join(StrEnum):
    """What became of an attempt to join."""

    ACCEPTED = "accepted"
    CLOSED = "closed"  # the network does not permit joining
    NO_NETWORK = "no_network"
    NO_KEY = "no_key"  # an install code is demanded, or the one given is not the one installed


@dataclass(frozen=True, slots=True)
class Joiner:
    """A device that asks to join, or (with its old short address) to rejoin."""

    eui64: bytes  # little endian, as on the air
    capability: int  # MAC capability byte: 0x80 sleepy end device, 0x8E mains router
    install_code: bytes | None = None  # 16 bytes + CRC, as printed on the device
    rejoin_nwk: int | None = None


class Coordinator(Protocol):
    """What a device on the air can reach of the stick."""

    def join(self, joiner: Joiner) -> tuple[Join, int]:
        """Admit a device, tell the host; give the answer and its short address (0 if refused)."""
        ...

    def hear(
        self, source: int, frame: ApsFrame, *, broadcast: bool = False, lqi: int = 200
    ) -> Nanoseconds:
        """Take a frame that reached the coordinator; give when its bytes went on the host's wire.

        0 when it did not go out now (no host, no network, jammed): then it is lost, as on the air.
        Behind a full window (5 frames) it is queued, and the time is that of queueing.
        """
        ...

    def leave(self, eui64: bytes, nwk: int) -> None:
        """Tell the host that a device said it leaves."""
        ...


class Air(Protocol):
    """What the stick can reach of the air."""

    async def unicast(self, nwk: int, frame: ApsFrame, at: Nanoseconds) -> bool:
        """Deliver to one device; whether it acknowledged. `at`: when the host's bytes were read."""
        ...

    def broadcast(self, frame: ApsFrame, at: Nanoseconds) -> None:
        """Deliver to every awake device (and to sleepy ones when they poll)."""
        ...

    def forget(self, nwk: int) -> None:
        """The stick left or formed another network: this short address means nothing any more."""
        ...

    def energy(self, channel: int) -> int:
        """Energy on a channel, 0..255: what an energy scan reports."""
        ...


class Wire(Protocol):
    """The stick's serial line and its faults, as the control socket drives them."""

    def unplug(self) -> None:
        """Pull the stick: the port dies (pty: EIO and no path; TCP: reset, nobody listens)."""
        ...

    def plug(self) -> None:
        """Put the stick back: same tables, same path or port, power-on reset."""
        ...

    def reset(self, code: int) -> None:
        """Reset the stick's processor: RSTACK with this code, host state gone, tables kept."""
        ...

    def fault(self, **settings: float) -> None:
        """Set line faults: drop, garble, duplicate, lose_ack (chance 0..1), delay_ms, byte_by_byte,
        baud (0: as fast as it goes), seed. What is not named stays; `clear=1` ends all."""
        ...

    def jam(self, *, on: bool) -> None:
        """Jam the radio: every transmission fails its CCA (counted), nothing is heard."""
        ...

    def babble(self, count: int, seed: int) -> int:
        """Say `count` things that no stick says; give how many of them the line took."""
        ...

    def statistics(self) -> Mapping[str, int]:
        """Counts since start: nak_sent, nak_received, crc_errors, retransmissions_sent,
        retransmissions_received, out_of_sequence, timeouts, resets, frames_in, frames_out,
        unknown_commands, cca_failures."""
        ...


type Tell = Callable[[Happening], None]
"""Shows a happening to everyone who watches the control socket."""
