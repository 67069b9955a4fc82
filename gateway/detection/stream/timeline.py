"""One count of microseconds for the packets of a stream, whatever the camera's clock does.

A camera that reboots, or sets its clock, goes on with times of long ago or of next year.
"""

from copy import copy

BACK_MOST_US = 1_000_000
"""Sound and picture come that far out of order."""
AHEAD_MOST_US = 2_000_000
"""Beyond what passed since the packet before: a camera that holds back and then sends on."""


class Timeline:
    """Places each packet on the count."""

    def __init__(self) -> None:
        self._offset_us: int | None = None
        self._last_us = 0
        self._last_at = 0.0

    def place(self, camera_us: int | None, at: float) -> tuple[int, bool]:
        """Give where a packet of that time stands, come at `at` seconds; True: a clock jumped."""
        passed = max(0, int(1e6 * (at - self._last_at)))
        if camera_us is None:  # so a connection's first packets come: the next has a time
            return self._last_us, False
        here = self._last_us if self._offset_us is None else camera_us + self._offset_us
        behind = here < self._last_us - BACK_MOST_US
        ahead = here > self._last_us + passed + AHEAD_MOST_US
        jumped = self._offset_us is not None and (behind or ahead)
        if jumped:
            here = self._last_us + passed
        if jumped or self._offset_us is None:
            self._offset_us = here - camera_us
        if here >= self._last_us:
            self._last_us, self._last_at = here, at
        return here, jumped

    def successor(self) -> "Timeline":
        """Give one that goes on from here, for a stream that takes another's place."""
        return copy(self)

    def lift(self, at: float) -> None:
        """Have the next packet go on from what passed until `at`: a new connection."""
        if self._offset_us is not None:
            self._last_us += max(0, int(1e6 * (at - self._last_at)))
            self._last_at = at
            self._offset_us = None
