"""Frames that a device sent twice because our acknowledgement was lost."""

from collections import OrderedDict

from drivers.zigbee.lane import Heard
from drivers.zigbee.zcl import ClusterId, Frame

ECHO_SECONDS = 5.0  # a device repeats for about 3 x 1.6 s
REMEMBERED_MOST = 64

# Readings may be heard twice: they say the same. A code that is heard twice is counted twice.
_COUNTED = (ClusterId.ACE, ClusterId.DOOR_LOCK)

type _Key = tuple[int, int, int, int, bytes]


class Echoes:
    """Recognises a repeated frame where hearing it twice would do harm."""

    def __init__(self) -> None:
        self._last: OrderedDict[_Key, float] = OrderedDict()

    def repeats(self, heard: Heard, frame: Frame, now: float) -> bool:
        """Say whether this very frame was just heard; remember it."""
        if not frame.specific or heard.cluster not in _COUNTED:
            return False
        key = (heard.nwk, heard.endpoint, heard.cluster, heard.aps_sequence, heard.data)
        last = self._last.pop(key, None)
        self._last[key] = now
        while len(self._last) > REMEMBERED_MOST:
            self._last.popitem(last=False)
        return last is not None and now - last < ECHO_SECONDS
