"""How a camera's streams are, for `nightlatch doctor`: what they are, and how much comes."""

from gateway.detection.stream.line import Now
from gateway.detection.stream.news import StreamBack, StreamLost, StreamNews
from gateway.detection.wire import Watched
from gateway.model.device import DeviceId


class Counting:
    """Of one camera. `picture` is for the stream's thread, `take` for another."""

    def __init__(self, device: DeviceId, now: Now) -> None:
        self._device = device
        self._now = now
        self._since = now()
        self._pictures = 0
        self._taken = 0
        self._small = ""

    def back(self, told: StreamBack) -> None:
        """Take in what the small stream is."""
        self._small = _words(told)

    def picture(self) -> None:
        """Count a picture."""
        self._pictures += 1

    def take(self, lost: str, large: StreamNews | None) -> Watched:
        """Give how the streams are, and the rate since the last time."""
        now = self._now()
        seconds, self._since = now - self._since, now
        came = self._pictures - self._taken
        self._taken += came
        rate = round(came / max(seconds, 1e-3), 1)
        large_lost = isinstance(large, StreamLost)
        small = lost or self._small
        return Watched(self._device, small, bool(lost), rate, _words(large), large_lost)


def _words(told: StreamNews | None) -> str:
    match told:
        case StreamBack(codec=codec, width=width, height=height, sparse=sparse):
            kept = ", of which only the key frames are looked at" if sparse else ""
            return f"{codec} {width}x{height}{kept}"
        case StreamLost(reason=reason):
            return reason
        case None:
            return ""
