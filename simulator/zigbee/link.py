"""The stick's serial line: reads and writes the port directly, as badly as it is told to."""

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict
from random import Random
from typing import Protocol

from simulator.zigbee.ash import SOFTWARE
from simulator.zigbee.babble import noise, payloads
from simulator.zigbee.faults import LINE_BUFFER, SECOND, Faults, Mangler
from simulator.zigbee.lane import Lane
from simulator.zigbee.ports import Port
from simulator.zigbee.seams import Nanoseconds
from simulator.zigbee.tally import Tally

READ_SIZE = 4096
BOOT_SECONDS = 0.1  # from a bridge's pull at the reset line to the stick's first word
PLUGGED_TWICE = "the stick is plugged in already"


class Stick(Protocol):
    """What hangs on the line."""

    @property
    def deadline(self) -> Nanoseconds | None:
        """When it wants to be ticked."""
        ...

    def receive(self, data: bytes, now: Nanoseconds) -> None:
        """Take bytes of the host, read at `now`."""
        ...

    def tick(self, now: Nanoseconds) -> None:
        """See to what is overdue."""
        ...

    def reset(self, code: int) -> None:
        """Reset its processor."""
        ...

    def host_connected(self) -> None:
        """Meet a host."""
        ...

    def host_gone(self) -> None:
        """Lose it."""
        ...

    def power_off(self) -> None:
        """Lose power."""
        ...

    def say(self, payload: bytes) -> bool:
        """Send an EZSP payload as it is, if there is room for it."""
        ...

    def jam(self, *, on: bool) -> None:
        """Jam its radio."""
        ...


class Link:
    """Implements seams.Wire. Without faults a read is answered, and a write written, at once."""

    def __init__(
        self, port: Port, stick: Stick, tally: Tally, clock: Callable[[], Nanoseconds]
    ) -> None:
        """Begin unplugged."""
        self._port = port
        self._stick = stick
        self._tally = tally
        self._clock = clock
        self._plugged = False
        self._fd = -1
        self._blocked = bytearray()  # what the port would not take; only then a writer waits
        self._timer: asyncio.TimerHandle | None = None
        self._boot: asyncio.TimerHandle | None = None
        self._set_faults(Faults())

    def _set_faults(self, faults: Faults) -> None:
        self._faults = faults
        self._in = Mangler(Random(faults.seed))  # noqa: S311 - faults, not secrets
        self._out = Mangler(Random(faults.seed + 1))  # noqa: S311 - the same
        self._lane_in = Lane(self._clock, self._arrive)
        self._lane_out = Lane(self._clock, self._put)

    @property
    def address(self) -> str:
        """What a host opens."""
        return self._port.address

    # --- seams.Wire ------------------------------------------------------------------------

    def plug(self) -> None:
        """Put the stick in: power comes on, the port appears."""
        if self._plugged:
            raise ValueError(PLUGGED_TWICE)
        self._plugged = True
        self._port.open(self._host_came)

    def unplug(self) -> None:
        """Pull the stick."""
        if not self._plugged:
            return
        self._plugged = False
        had_host = self._fd >= 0
        self._let_go()
        self._port.close()
        if had_host:
            self._stick.host_gone()
        self._stick.power_off()

    def reset(self, code: int) -> None:
        """Reset the stick's processor."""
        self._stick.reset(code)

    def fault(self, **settings: float) -> None:
        """Change the line's faults. What was under way on a slow line is lost with the change."""
        faults = self._faults.changed(settings)
        self._lane_in.clear()
        self._lane_out.clear()
        self._set_faults(faults)

    def jam(self, *, on: bool) -> None:
        """Jam the radio."""
        self._stick.jam(on=on)

    def babble(self, count: int, seed: int) -> int:
        """Say what no stick says: noise on the bare line, then frames that mean nothing."""
        if self._fd >= 0:
            self._put(noise(seed), 0)
        return sum(self._stick.say(payload) for payload in payloads(count, seed))

    def statistics(self) -> Mapping[str, int]:
        """Give the counts since start."""
        return asdict(self._tally)

    # --- ncp.Output ------------------------------------------------------------------------

    def write(self, frame: bytes) -> Nanoseconds:
        """Write a frame; when its last byte is on the wire, or 0 where no host listens."""
        if self._fd < 0:
            return 0
        self._watch_deadline()
        if self._faults.touches_frames:
            frame = self._out.mangle(self._faults, frame)
        # Without pacing this is the moment before the bytes go out: a host on the other core may
        # have read them before we could look at the clock again.
        return self._lane_out.push(self._faults, frame, self._clock())

    # ---------------------------------------------------------------------------------------

    def _host_came(self, fd: int) -> None:
        self._fd = fd
        loop = asyncio.get_running_loop()
        loop.add_reader(fd, self._readable)
        self._stick.host_connected()
        if self._port.resets:
            self._boot = loop.call_later(BOOT_SECONDS, self._booted)

    def _booted(self) -> None:
        self._boot = None
        self._stick.reset(SOFTWARE)

    def _host_left(self) -> None:
        self._let_go()
        self._port.hang_up()
        self._stick.host_gone()

    def _let_go(self) -> None:
        if self._fd >= 0:
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._fd)
            loop.remove_writer(self._fd)
            self._fd = -1
        self._blocked.clear()
        self._lane_in.clear()
        self._lane_out.clear()
        for timer in (self._timer, self._boot):
            if timer is not None:
                timer.cancel()
        self._timer = self._boot = None

    def _readable(self) -> None:
        try:
            data = os.read(self._fd, READ_SIZE)
        except BlockingIOError:
            return
        except OSError:  # EIO: nobody has the other end of the pty open; or the peer reset
            data = b""
        now = self._clock()
        if not data:
            self._host_left()
            return
        if self._faults.touches_frames:
            data = self._in.mangle(self._faults, data)
        self._lane_in.push(self._faults, data, now)

    def _arrive(self, data: bytes, now: Nanoseconds) -> None:
        if self._boot is not None:
            return  # a processor that boots hears nothing
        self._stick.receive(data, now)
        self._watch_deadline()

    def _put(self, data: bytes, _: Nanoseconds) -> None:
        if self._fd < 0:
            return
        if self._blocked:
            self._keep(data)
            return
        try:
            written = os.write(self._fd, data)
        except BlockingIOError:
            written = 0
        except OSError:  # the reader will see the same and end with the host
            return
        if written < len(data):
            self._keep(data[written:])
            asyncio.get_running_loop().add_writer(self._fd, self._writable)

    def _keep(self, data: bytes) -> None:
        """Hold what the host does not read; beyond the buffer it overruns, as a UART does."""
        if len(self._blocked) + len(data) <= LINE_BUFFER:
            self._blocked += data

    def _writable(self) -> None:
        data = bytes(self._blocked)
        self._blocked.clear()
        asyncio.get_running_loop().remove_writer(self._fd)
        self._put(data, 0)

    def _watch_deadline(self) -> None:
        """Keep one timer. It looks again when it fires, so a deadline that moved costs nothing."""
        if self._timer is None:
            self._arm()

    def _arm(self) -> None:
        deadline = self._stick.deadline
        if deadline is not None:
            wait = max(0.0, (deadline - self._clock()) / SECOND)
            self._timer = asyncio.get_running_loop().call_later(wait, self._due)

    def _due(self) -> None:
        self._timer = None
        self._stick.tick(self._clock())
        self._arm()
