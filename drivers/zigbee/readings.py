"""Asks devices for their readings anew, a few at a time, and says UNKNOWN where none came."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from zigpy.zcl import Cluster

from drivers.zigbee.directory import Place, capabilities
from drivers.zigbee.post import UNANSWERED
from drivers.zigbee.zcl import ClusterId
from gateway.model.capability import Capability, unknown
from gateway.model.device import DeviceId
from gateway.model.driver import DeviceUnreachable
from gateway.model.event import Reported

log = logging.getLogger(__name__)

READ_SECONDS = 12.0  # a sleepy device's parent keeps a frame 7.68 s
AT_ONCE = 6  # devices; the stick sends one frame at a time, and alarms go in between

_READABLE = {
    ClusterId.DOOR_LOCK: 0x0000,
    ClusterId.ON_OFF: 0x0000,
    ClusterId.ZONE: 0x0002,
    ClusterId.POWER: 0x0021,
    ClusterId.TEMPERATURE: 0x0000,
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads. What is read is reported by whoever hears the answer; what is not, here."""

    known: Callable[[DeviceId, Capability], bool]
    report: Callable[[Reported], None]

    async def read_all(self, places: Iterable[Place]) -> None:
        """Read every device anew, a few at a time."""
        turn = asyncio.Semaphore(AT_ONCE)

        async def one(place: Place) -> None:
            async with turn:
                try:
                    await self.read(place)
                except Exception:  # one odd device must not leave the other doors unread
                    log.exception("%s could not be read", place.id)

        async with asyncio.TaskGroup() as group:
            for place in places:
                group.create_task(one(place))

    async def read(self, place: Place) -> None:
        """Read one device; report UNKNOWN for what neither answered nor reported meanwhile."""
        await _read_clusters(place)
        for capability in capabilities(place.endpoint):
            if not self.known(place.id, capability):
                self.report(Reported(place.id, unknown(capability)))

    async def refresh(self, place: Place) -> None:
        """Read one device because somebody asks; raise DeviceUnreachable when it is silent."""
        if not await _read_clusters(place):
            raise DeviceUnreachable(f"{place.id} did not answer when asked for its readings")


async def _read_clusters(place: Place) -> bool:
    """Say whether the device answered at all, or had nothing to be asked for."""
    answers = [await _answered(place, *each) for each in _clusters(place)]
    return any(answers) or not answers


def _clusters(place: Place) -> Iterator[tuple[Cluster, int]]:
    for number, attribute in _READABLE.items():
        cluster = place.endpoint.in_clusters.get(number)
        if cluster is not None:
            yield cluster, attribute


async def _answered(place: Place, cluster: Cluster, attribute: int) -> bool:
    try:
        async with asyncio.timeout(READ_SECONDS):
            await cluster.read_attributes([attribute])
    except UNANSWERED as error:
        log.info("%s did not tell its %s: %r", place.id, cluster.name, error)
        return False
    return True
