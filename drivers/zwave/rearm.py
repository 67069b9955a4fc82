"""Detectors that tell an alarm and never its end: after a while they are ready for the next."""

import asyncio
from collections.abc import Callable, Iterable

from drivers.zwave.translate import Told, Vote
from gateway.model.capability import Glass, Motion, Reading, Tamper
from gateway.model.device import DeviceId
from gateway.model.event import Reported

_QUIET: dict[Reading, Reading] = {
    Glass.BROKEN: Glass.WHOLE,
    Motion.MOVING: Motion.STILL,
    Tamper.TAMPERED: Tamper.INTACT,
}


class Rearm:
    """Tells the end of what has none on the wire, some time after the last of it."""

    def __init__(self, seconds: float, report: Callable[[Reported | Vote], None]) -> None:
        self._seconds = seconds
        self._report = report
        self._waiting: dict[tuple[DeviceId, str], asyncio.TimerHandle] = {}

    def note(self, events: Iterable[Told]) -> None:
        """Begin to wait for the end of what these tell, or wait anew."""
        for event in events:
            match event:
                case Reported(device, reading) if reading in _QUIET:
                    self._wait((device, reading), Reported(device, _QUIET[reading]))
                case Vote(device, who, reading) if reading in _QUIET:
                    self._wait((device, who), Vote(device, who, _QUIET[reading]))
                case _:
                    pass

    def forget(self, device: DeviceId) -> None:
        """Tell no end of what a device told: nothing is known of it any more."""
        for key in [key for key in self._waiting if key[0] == device]:
            self._waiting.pop(key).cancel()

    def _wait(self, key: tuple[DeviceId, str], end: Reported | Vote) -> None:
        if key in self._waiting:
            self._waiting[key].cancel()
        later = asyncio.get_running_loop().call_later(self._seconds, self._end, key, end)
        self._waiting[key] = later

    def close(self) -> None:
        """Let go of all that waits."""
        for waiting in self._waiting.values():
            waiting.cancel()
        self._waiting.clear()

    def _end(self, key: tuple[DeviceId, str], event: Reported | Vote) -> None:
        del self._waiting[key]
        self._report(event)
