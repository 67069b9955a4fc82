"""What each device said last in this life of the radio, so that only news is passed on."""

from collections.abc import Iterable, Iterator

from drivers.shared import Signs
from drivers.zigbee import translate
from drivers.zigbee.translate import Told
from gateway.model.capability import Battery, Capability, Tamper, capability_of
from gateway.model.device import DeviceId
from gateway.model.event import DeviceHeard, Reported, Telemetry


class Ledger:
    """Passes news on. Alarms always are news; tamper and battery are when they changed."""

    def __init__(self) -> None:
        self._tamper: dict[DeviceId, Tamper] = {}
        self._battery: dict[DeviceId, Battery] = {}
        self._weak: dict[DeviceId, set[str]] = {}  # who says so: the zone's bit, the percentage
        self._signs = Signs()
        self._known: set[tuple[DeviceId, Capability]] = set()

    def news(self, events: Iterable[Told]) -> Iterator[Told]:
        """Give what is worth passing on, and remember it."""
        for event in events:
            match event:
                case Reported(device, Tamper() as tamper):
                    if self._tamper.get(device) is not tamper:
                        self._tamper[device] = tamper
                        yield self._learn(event)
                case Reported(device, Battery() as battery):
                    yield from self._vote(device, "zone", battery)
                case Reported():
                    yield self._learn(event)
                case Telemetry(device, "battery_percent", percent):
                    yield event
                    yield from self._vote(device, "percent", translate.battery(percent))
                case _:
                    yield event

    def heard(self, device: DeviceId, now: float) -> Iterator[DeviceHeard]:
        """Give a sign of life, at most one in a minute."""
        return self._signs.heard(device, now)

    def knows(self, device: DeviceId, capability: Capability) -> bool:
        """Say whether a device told this reading in this life."""
        return (device, capability) in self._known

    def forget(self, device: DeviceId) -> None:
        """Forget a device that left."""
        for memory in (self._tamper, self._battery, self._weak):
            memory.pop(device, None)
        self._signs.forget(device)
        self._known = {known for known in self._known if known[0] != device}

    def _learn(self, event: Reported) -> Reported:
        self._known.add((event.device, capability_of(event.reading)))
        return event

    def _vote(self, device: DeviceId, who: str, battery: Battery) -> Iterator[Reported]:
        """A battery is low while anyone says so: the two ways of telling need not agree."""
        weak = self._weak.setdefault(device, set())
        (weak.add if battery is Battery.LOW else weak.discard)(who)
        now = Battery.LOW if weak else Battery.GOOD
        if self._battery.get(device) is not now:
            self._battery[device] = now
            yield self._learn(Reported(device, now))
