"""The serial line's acknowledgement, written behind what a frame has us send instead of before it.

bellows acknowledges a frame and then looks into it, so a siren's frame waits for the write of five
bytes. The frame we send carries the same acknowledgement (ASH: ackNum of a DATA frame), so nothing
is later for the stick. The acknowledgement itself still leaves in the very call that brought the
frame: no timer and no turn of the loop lies between, and the stick's patience is 0.4 s and more.

This file leans on the insides of bellows; tests/drivers/zigbee/test_ack.py fails when they move.
"""

import asyncio
import contextlib
import logging
from typing import Any

from bellows.ash import AshProtocol, NcpFailure  # type: ignore[import-untyped]  # bellows: no types

log = logging.getLogger(__name__)


def acknowledge_behind(ezsp: Any) -> bool:
    """Have the acknowledgements of this connection written last.

    False, and all is as bellows does it, where its insides are not as we know them, or where it
    reads the line in a thread of its own and has acknowledged before we hear of a frame.
    """
    proxy = getattr(ezsp, "_gw", None)
    ash = getattr(getattr(proxy, "_obj", None), "_transport", None)
    if getattr(proxy, "_obj_loop", None) is not asyncio.get_running_loop():
        return False
    if not isinstance(ash, AshProtocol) or not callable(getattr(ash, "_send_ack", None)):
        log.info("this bellows is not as we know it: the line is acknowledged its way")
        return False
    behind = _Behind(ash)
    ash._send_ack = behind.acknowledge  # noqa: SLF001  # bellows has no say in it
    ash.data_frame_received = behind.frame_received
    return True


class _Behind:
    """Keeps an acknowledgement back while the frame is handled that it is for."""

    def __init__(self, ash: Any) -> None:
        self._acknowledge = ash._send_ack  # noqa: SLF001  # same
        self._frame_received = ash.data_frame_received
        self._is_handling = False
        self._is_due = False

    def acknowledge(self) -> None:
        """Stand in for AshProtocol._send_ack."""
        if self._is_handling:
            self._is_due = True
        else:
            self._acknowledge()

    def frame_received(self, frame: Any) -> None:
        """Stand in for AshProtocol.data_frame_received."""
        self._is_handling = True
        try:
            self._frame_received(frame)
        finally:
            self._is_handling = False
            if self._is_due:
                self._is_due = False
                with contextlib.suppress(NcpFailure):  # the line was closed by what we heard
                    self._acknowledge()
