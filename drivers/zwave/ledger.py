"""What each device said last in this life of the server, so that only news is passed on."""

from collections.abc import Iterable, Iterator

from drivers.shared import Signs
from drivers.zwave.translate import Told, Vote
from gateway.model.capability import (
    Battery,
    Capability,
    Lock,
    Reading,
    Tamper,
    capability_of,
    unknown,
)
from gateway.model.credential import CodeOffered
from gateway.model.device import DeviceId
from gateway.model.event import DeviceHeard, Event, Reported, Telemetry

_BAD: frozenset[Reading] = frozenset({Battery.LOW, Tamper.TAMPERED})
_GOOD: dict[Capability, Reading] = {
    Capability.BATTERY: Battery.GOOD,
    Capability.TAMPER: Tamper.INTACT,
}


class Ledger:
    """Passes news on. Reports always are news; what is voted on is when the outcome changed."""

    def __init__(self) -> None:
        self._votes: dict[tuple[DeviceId, Capability], dict[str, Reading]] = {}
        self._outcome: dict[tuple[DeviceId, Capability], Reading] = {}
        self._signs = Signs()
        self._known: set[tuple[DeviceId, Capability]] = set()
        self._unknown: set[tuple[DeviceId, Capability]] = set()  # and the house was told so
        self._jammed: set[DeviceId] = set()

    def news(self, events: Iterable[Told]) -> Iterator[Event | Telemetry | CodeOffered]:
        """Give what is worth passing on, and remember it."""
        for event in events:
            match event:
                case Vote():
                    yield from self._count(event)
                case Reported(device, Lock.UNKNOWN) if device in self._jammed:
                    pass  # of course: it is stuck
                case Reported(device, reading):
                    self._learn(device, reading)
                    yield event
                case _:
                    yield event

    def heard(self, device: DeviceId, now: float) -> Iterator[DeviceHeard]:
        """Give a sign of life, at most one in a minute."""
        return self._signs.heard(device, now)

    def knows(self, device: DeviceId, capability: Capability) -> bool:
        """Say whether a device told this reading in this life."""
        return (device, capability) in self._known

    def unsaid(self, device: DeviceId, capability: Capability) -> Iterator[Reported]:
        """Give UNKNOWN where nothing is known, and the house does not know that yet."""
        key = (device, capability)
        if key not in self._known and key not in self._unknown:
            self._unknown.add(key)
            yield Reported(device, unknown(capability))

    def forget(self, device: DeviceId) -> None:
        """Forget a device that left."""
        self.doubt(device)
        self._unknown = {key for key in self._unknown if key[0] != device}

    def doubt(self, device: DeviceId) -> None:
        """Count nothing any more of what a device said."""
        for memory in (self._votes, self._outcome):
            for key in [key for key in memory if key[0] == device]:
                del memory[key]
        self._signs.forget(device)
        self._jammed.discard(device)
        self._known = {known for known in self._known if known[0] != device}

    def _learn(self, device: DeviceId, reading: Reading) -> None:
        key = (device, capability_of(reading))
        if isinstance(reading, Lock):
            (self._jammed.add if reading is Lock.JAMMED else self._jammed.discard)(device)
        known, other = self._known, self._unknown
        if reading is unknown(key[1]):
            known, other = other, known
        known.add(key)
        other.discard(key)

    def _count(self, vote: Vote) -> Iterator[Reported]:
        key = (vote.device, capability_of(vote.reading))
        votes = self._votes.setdefault(key, {})
        if vote.reading is unknown(key[1]):
            votes.pop(vote.who, None)
        else:
            votes[vote.who] = vote.reading
        now = _outcome(key[1], votes.values())
        if self._outcome.get(key) is not now:
            self._outcome[key] = now
            self._learn(vote.device, now)
            yield Reported(vote.device, now)


def _outcome(capability: Capability, votes: Iterable[Reading]) -> Reading:
    cast = list(votes)
    if not cast:
        return unknown(capability)
    return next((vote for vote in cast if vote in _BAD), _GOOD[capability])
