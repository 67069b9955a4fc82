"""Which devices zigpy knows, by their names in the house and by their short addresses."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass

import zigpy.types as zt
from zigpy.application import ControllerApplication
from zigpy.device import Device as Node
from zigpy.endpoint import Endpoint

from drivers.zigbee.translate import Part, ZoneType
from drivers.zigbee.zcl import ClusterId
from gateway.model.capability import Capability
from gateway.model.device import Device, DeviceId, DriverId
from gateway.model.driver import DeviceUnknown

DRIVER = DriverId("zigbee")
ZONE_TYPE_ATTRIBUTE = 0x0001
SEEN_SECONDS = 30.0  # zigpy writes no more often

_ZONES = {
    ZoneType.CONTACT: Capability.CONTACT,
    ZoneType.HANDLE: Capability.CONTACT,
    ZoneType.MOTION: Capability.MOTION,
    ZoneType.FIRE: Capability.SMOKE,
    ZoneType.WATER: Capability.WATER,
}
_SERVERS = {
    ClusterId.POWER: Capability.BATTERY,
    ClusterId.ON_OFF: Capability.SWITCH,
    ClusterId.DOOR_LOCK: Capability.LOCK,
    ClusterId.WARNING: Capability.SIREN,
}
_OF_USE = {*_SERVERS, ClusterId.ZONE, ClusterId.TEMPERATURE}


@dataclass(frozen=True, slots=True)
class Place:
    """An endpoint of a node: what a DeviceId names."""

    id: DeviceId
    node: Node
    endpoint: Endpoint


def device_id(address: zt.EUI64, endpoint: int) -> DeviceId:
    """Name an endpoint: `zigbee:00124b001ca10001/1`."""
    return DeviceId(f"{DRIVER}:{str(address).replace(':', '')}/{endpoint}")


class Directory:
    """Finds nodes in zigpy's own table."""

    def __init__(self, app: ControllerApplication) -> None:
        self._app = app
        self._by_nwk: dict[int, Node] = {}
        self._by_id: dict[DeviceId, Place] = {}

    def places(self) -> Iterator[Place]:
        """Give every endpoint we have a word for, of every node that was interviewed."""
        for node in list(self._app.devices.values()):
            yield from places_of(node, self._app.state.node_info.ieee)

    def of_node(self, node: Node) -> list[Place]:
        """Give the endpoints of one node."""
        return list(places_of(node, self._app.state.node_info.ieee))

    def find(self, name: DeviceId) -> Place:
        """Find the endpoint a DeviceId names, or raise DeviceUnknown."""
        known = self._by_id.get(name)
        if known is None or not self._still_stands(known):
            known = self._by_id[name] = self._look_for(name)
        return known

    def _still_stands(self, place: Place) -> bool:
        """Say whether zigpy has not put another node, or another endpoint, in its stead."""
        node, number = place.node, place.endpoint.endpoint_id
        is_listed = self._app.devices.get(node.ieee) is node
        return is_listed and node.endpoints.get(number) is place.endpoint

    def _look_for(self, name: DeviceId) -> Place:
        address, _, number = name.removeprefix(f"{DRIVER}:").partition("/")
        with contextlib.suppress(ValueError):
            node = self._app.devices.get(zt.EUI64.convert(address))
            for place in self.of_node(node) if isinstance(node, Node) else ():
                if place.endpoint.endpoint_id == int(number):
                    return place
        raise DeviceUnknown(f"there is no {name} on the Zigbee network")

    def node(self, nwk: int) -> Node | None:
        """Find a node by its short address, quickly: zigpy looks through its whole table."""
        known = self._by_nwk.get(nwk)
        if known is not None and known.nwk == nwk and self._app.devices.get(known.ieee) is known:
            return known
        for node in self._app.devices.values():
            if node.nwk == nwk and isinstance(node, Node):
                self._by_nwk[nwk] = node
                return node
        return None


def places_of(node: object, coordinator: zt.EUI64) -> Iterator[Place]:
    """Give the endpoints of a node that have a cluster we know."""
    if not isinstance(node, Node) or not node.is_initialized or node.ieee == coordinator:
        return
    for number, endpoint in node.endpoints.items():
        if isinstance(endpoint, Endpoint) and _is_of_use(endpoint):
            yield Place(device_id(node.ieee, number), node, endpoint)


def _is_of_use(endpoint: Endpoint) -> bool:
    return bool(_OF_USE & set(endpoint.in_clusters)) or ClusterId.ACE in endpoint.out_clusters


def part(node: Node, endpoint: int) -> Part:
    """Give what the translation must know of an endpoint."""
    return Part(device_id(node.ieee, endpoint), zone_type(node.endpoints.get(endpoint)))


def note_seen(node: Node) -> None:
    """Tell zigpy, which writes it to its database, that a node was heard; now and then will do."""
    last = node.last_seen
    now = time.time()  # noqa: TID251  # zigpy's field has zigpy's clock; nothing of ours reads it
    if last is None or not 0 <= now - last < SEEN_SECONDS:
        node.last_seen = now


def zone_type(endpoint: object) -> int | None:
    """Give the zone type the endpoint told once; zigpy's database keeps it."""
    if not isinstance(endpoint, Endpoint):
        return None
    cluster = endpoint.in_clusters.get(ClusterId.ZONE)
    value = None if cluster is None else cluster.get(ZONE_TYPE_ATTRIBUTE)
    return None if value is None else int(value)


def describe(place: Place) -> Device:
    """Say for the house what an endpoint is."""
    descriptor = place.node.node_desc
    return Device(
        id=place.id,
        capabilities=capabilities(place.endpoint),
        manufacturer=place.node.manufacturer or "",
        model=place.node.model or "",
        mains=bool(descriptor is not None and descriptor.is_mains_powered),
    )


def capabilities(endpoint: Endpoint) -> frozenset[Capability]:
    """Say what an endpoint can do and tell, by its clusters."""
    found = {name for number, name in _SERVERS.items() if number in endpoint.in_clusters}
    if ClusterId.ZONE in endpoint.in_clusters:
        found |= {Capability.TAMPER, Capability.BATTERY}
        if (kind := zone_type(endpoint)) in _ZONES:
            found.add(_ZONES[ZoneType(kind)])
    if ClusterId.ACE in endpoint.out_clusters:
        found.add(Capability.KEYPAD)
    return frozenset(found)
