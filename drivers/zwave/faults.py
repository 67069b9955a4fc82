"""Why devices cannot be relied on: told when it begins, and when it is over."""

from collections.abc import Callable

from gateway.model.device import DeviceId
from gateway.model.event import DeviceFault, Fault


class Faults:
    """What is wrong with whom. That nothing is wrong is told once too: it may have been before."""

    def __init__(self, report: Callable[[DeviceFault], None]) -> None:
        self._report = report
        self._told: dict[tuple[DeviceId, Fault], bool] = {}

    def mark(self, device: DeviceId, fault: Fault, *, present: bool) -> None:
        """Note how it is, and tell it where that is news."""
        if self._told.get((device, fault)) is not present:
            self._told[device, fault] = present
            self._report(DeviceFault(device, fault, present))

    def forget(self, device: DeviceId) -> None:
        """Forget a device that left."""
        self._told = {key: present for key, present in self._told.items() if key[0] != device}
