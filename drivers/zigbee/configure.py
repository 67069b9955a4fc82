"""Makes a device that joined report to us: IAS enrolment, bindings, reporting."""

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

from zigpy.application import ControllerApplication
from zigpy.zcl import Cluster

from drivers.zigbee.directory import ZONE_TYPE_ATTRIBUTE, Place
from drivers.zigbee.lane import Heard, Lane, Letter
from drivers.zigbee.post import UNANSWERED
from drivers.zigbee.zcl import ClusterId, command
from gateway.model.driver import DriverError

log = logging.getLogger(__name__)

STEP_SECONDS = 12.0  # a sleepy device's parent keeps a frame 7.68 s
ENROL_TRIES = 5
ENROL_PAUSE_SECONDS = 1.0  # after the first and second, then twice as long each time
ENROLLED = 1
ZONE_STATE, ZONE_ADDRESS = 0x0000, 0x0010
ENROLL_RESPONSE = 0x00
MOST_ZONES = 0xFE


@dataclass(frozen=True, slots=True)
class Reporting:
    """How often an attribute is to be reported."""

    cluster: int
    attribute: int
    shortest_seconds: int
    longest_seconds: int
    change: int


REPORTING = (
    Reporting(ClusterId.POWER, 0x0021, 60, 6 * 3600, 2),  # half percents
    Reporting(ClusterId.ON_OFF, 0x0000, 0, 600, 1),
    Reporting(ClusterId.DOOR_LOCK, 0x0000, 0, 3600, 1),
    Reporting(ClusterId.TEMPERATURE, 0x0000, 30, 900, 50),  # hundredths of a degree
)


class Configurator:
    """Talks a device through what it needs to serve the house."""

    def __init__(self, app: ControllerApplication, fast: Lane) -> None:
        self._app = app
        self._lane = fast
        self._zone_ids: dict[str, int] = {}

    async def enrol(self, place: Place) -> bool:
        """Enrol an IAS zone in whichever of three ways it wants (ZCL 8.2.2.3); say if it is.

        Some send their request once our address is written, some sent it long before, some
        never do and take an answer they did not ask for. So: write, answer what was asked
        (`answer_request`), answer unasked, and believe only what reads back.
        """
        zone = place.endpoint.in_clusters[ClusterId.ZONE]
        await _step(place, "bind the zone", zone.bind())
        for attempt in range(ENROL_TRIES):
            ours = {ZONE_ADDRESS: self._app.state.node_info.ieee}
            await _step(place, "write our address", zone.write_attributes(ours))
            await _step(place, "enrol", self._respond(place))
            state = await _step(place, "read the zone", _read(zone, ZONE_STATE))
            kind = await _step(place, "read the zone type", _read(zone, ZONE_TYPE_ATTRIBUTE))
            if state == ENROLLED and kind is not None:
                return True
            await asyncio.sleep(ENROL_PAUSE_SECONDS * 2 ** max(0, attempt - 1))
        log.warning("%s did not enrol: it will not report", place.id)
        return False

    async def answer_request(self, node: Any, heard: Heard) -> None:
        """Answer an Enroll Request with the request's own sequence number."""
        body = bytes([0x00, self._zone_id(f"{node.ieee}/{heard.endpoint}")])
        data = command(heard.data[1], ENROLL_RESPONSE, body)
        try:
            await self._lane.send(
                Letter(node, heard.endpoint, heard.cluster, data, wants_answer=False)
            )
        except (*UNANSWERED, DriverError) as error:  # `enrol` tries again: its end is the log
            log.info("the enrolment of %s was not answered: %r", node.ieee, error)

    async def report(self, place: Place) -> None:
        """Bind and configure reporting for what we have words for."""
        for wish in REPORTING:
            cluster = place.endpoint.in_clusters.get(wish.cluster)
            if cluster is None:
                continue
            await _step(place, f"bind {cluster.name}", cluster.bind())
            asked = cluster.configure_reporting(
                wish.attribute, wish.shortest_seconds, wish.longest_seconds, wish.change
            )
            await _step(place, f"have {cluster.name} reported", asked)
        if (keypad := place.endpoint.out_clusters.get(ClusterId.ACE)) is not None:
            await _step(place, f"bind {keypad.name}", keypad.bind())

    async def _respond(self, place: Place) -> None:
        number = place.endpoint.endpoint_id
        body = bytes([0x00, self._zone_id(f"{place.node.ieee}/{number}")])
        data = command(place.node.get_sequence(), ENROLL_RESPONSE, body)
        await self._lane.send(Letter(place.node, number, ClusterId.ZONE, data, wants_answer=False))

    def _zone_id(self, name: str) -> int:
        """Give a zone its number: one each, as far as there are numbers."""
        return self._zone_ids.setdefault(name, 1 + len(self._zone_ids) % MOST_ZONES)


async def _read(cluster: Cluster, attribute: int) -> int | None:
    found, _ = await cluster.read_attributes([attribute])
    value = found.get(attribute)
    return None if value is None else int(value)


async def _step[T](place: Place, what: str, work: Awaitable[T]) -> T | None:
    """Do one step; a device that cannot take it is still worth having, and the log says so."""
    try:
        async with asyncio.timeout(STEP_SECONDS):
            return await work
    except UNANSWERED as error:
        log.info("%s: could not %s: %r", place.id, what, error)
        return None


def note_zone_type(node: Any, heard: Heard, kind: int) -> None:
    """Keep the zone type that an Enroll Request names: it may be all we ever get to hear."""
    endpoint = node.endpoints.get(heard.endpoint)
    cluster = getattr(endpoint, "in_clusters", {}).get(ClusterId.ZONE)
    if cluster is not None:
        cluster.update_attribute(ZONE_TYPE_ATTRIBUTE, kind)
