"""Which devices the server knows, by their names in the house, and what they can do and tell."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from types import MappingProxyType

from zwave_js_server.const import CommandClass
from zwave_js_server.model.driver import Driver
from zwave_js_server.model.node import Node
from zwave_js_server.model.value import Value

from drivers.zwave.cc import GENERIC_BINARY_SWITCH, SPECIFIC_SIREN, SPECIFIC_VALVE, Cc
from drivers.zwave.notifications import Map, Meaning, meaning, standard
from drivers.zwave.settings import Override
from drivers.zwave.translate import SIREN, SWITCH, VALVE, Part
from gateway.model.capability import Capability
from gateway.model.device import Device, DeviceId, DriverId
from gateway.model.driver import DeviceUnknown

DRIVER = DriverId("zwave")
ROOT = 0

_CLASSES = {
    Cc.ENTRY_CONTROL: Capability.KEYPAD,
    Cc.BATTERY: Capability.BATTERY,
}
_VALUES = {
    (Cc.DOOR_LOCK, "currentMode"): Capability.LOCK,
    (Cc.DOOR_LOCK, "doorStatus"): Capability.CONTACT,
    (Cc.SOUND_SWITCH, "toneId"): Capability.SIREN,
    (Cc.MULTILEVEL_SWITCH, "currentValue"): Capability.SWITCH,
    (Cc.BARRIER, "currentState"): Capability.GATE,
    (Cc.THERMOSTAT_MODE, "mode"): Capability.THERMOSTAT,
}
_MEASURES = {Cc.MULTILEVEL_SENSOR, Cc.THERMOSTAT_SETPOINT, Cc.CENTRAL_SCENE}


@dataclass(frozen=True, slots=True)
class Place:
    """An endpoint of a node: what a DeviceId names."""

    id: DeviceId
    node: Node
    endpoint: int
    part: Part
    capabilities: frozenset[Capability]

    def has(self, number: Cc) -> bool:
        """Say whether the endpoint has a command class."""
        return number in classes_of(self.node, self.endpoint)


def command_class(number: Cc) -> CommandClass:
    """Give the library's name of a command class."""
    return CommandClass(number.value)


def device_id(home: int, node: int, endpoint: int = ROOT) -> DeviceId:
    """Name an endpoint: `zwave:e0f1a2b3/12/0`."""
    return DeviceId(f"{DRIVER}:{home:08x}/{node}/{endpoint}")


class Directory:
    """Finds nodes in the library's own table, and keeps what was found out of each."""

    def __init__(self, driver: Driver, overrides: Iterable[Override]) -> None:
        self._driver = driver
        self._overrides = tuple(overrides)
        self._by_node: dict[int, tuple[Place, ...]] = {}

    @property
    def home(self) -> int:
        """Give the network's number."""
        return self._driver.controller.home_id or 0

    def nodes(self) -> list[Node]:
        """Give every node but our own stick."""
        own = self._driver.controller.own_node_id
        return [n for n in self._driver.controller.nodes.values() if n.node_id != own]

    def learn(self, node: Node, glass: Iterable[int]) -> tuple[Place, ...]:
        """Find out anew what a node is; these endpoints of it hear glass break."""
        found = tuple(self._look(node, set(glass)))
        self._by_node[node.node_id] = found
        return found

    def forget(self, node: int) -> tuple[Place, ...]:
        """Forget a node that left, and give what it was."""
        return self._by_node.pop(node, ())

    def of_node(self, node: int) -> tuple[Place, ...]:
        """Give the endpoints of a node that was learned."""
        return self._by_node.get(node, ())

    def place(self, node: int, endpoint: int) -> Place | None:
        """Give an endpoint; what nobody is, the root is."""
        places = self.of_node(node)
        same = (p for p in places if p.endpoint == endpoint)
        return next(same, places[0] if places else None)

    def find(self, name: DeviceId) -> Place:
        """Find the endpoint a DeviceId names, or raise DeviceUnknown."""
        for places in self._by_node.values():
            for place in places:
                if place.id == name:
                    return place
        raise DeviceUnknown(f"there is no {name} on the Z-Wave network")

    def _look(self, node: Node, glass: set[int]) -> Iterator[Place]:
        for index in sorted({ROOT, *node.endpoints}):
            name = device_id(self.home, node.node_id, index)
            part = part_of(node, index, name, self._overrides)
            found = capabilities(node, index, part)
            if index in glass:
                found |= {Capability.GLASS}
            if index == ROOT or found or _MEASURES & classes_of(node, index):
                yield Place(name, node, index, part, frozenset(found))


def classes_of(node: Node, endpoint: int) -> set[int]:
    """Give the command classes of an endpoint, as numbers."""
    found = node.endpoints.get(endpoint)
    return set() if found is None else {info.id for info in found.command_classes}


def all_classes_of(node: Node) -> set[int]:
    """Give the command classes of a node, whichever endpoint has them."""
    return set().union(*(classes_of(node, index) for index in node.endpoints))


def part_of(node: Node, endpoint: int, name: DeviceId, overrides: Iterable[Override]) -> Part:
    """Give what the translation must know of an endpoint."""
    mine = [o for o in overrides if o.device == name]
    words = _words(mine)
    noted = {
        found.capability
        for value in values_of(node, endpoint)
        if (found := _noted(words, value)) is not None
    }
    part = Part(name, words, frozenset(noted), switch_of(node, endpoint))
    for override in mine:
        match override.source:
            case "basic":
                part = replace(part, basic=meaning(override.reads))
            case "binary_switch":
                part = replace(part, switch=meaning(override.reads))
            case _:
                pass
    return part


def _words(overrides: Iterable[Override]) -> Map:
    words = standard()
    states, sensors = dict(words.states), dict(words.sensors)
    for override in overrides:
        match override.source:
            case "notification":
                kind, _, variable = override.name.partition("/")
                states[kind, variable] = meaning(override.reads)
            case "binary_sensor":
                sensors[override.name] = meaning(override.reads)
            case _:
                pass
    return replace(words, states=MappingProxyType(states), sensors=MappingProxyType(sensors))


def _noted(words: Map, value: Value) -> Meaning | None:
    if value.command_class != Cc.NOTIFICATION:
        return None
    return words.states.get((str(value.property_), str(value.property_key)))


def switch_of(node: Node, endpoint: int) -> Meaning:
    """Say what a binary switch switches, by the class of its device."""
    kind = node.endpoints[endpoint].device_class if endpoint in node.endpoints else None
    kind = kind or node.device_class
    if kind is None or kind.generic.key != GENERIC_BINARY_SWITCH:
        return SWITCH
    return {SPECIFIC_SIREN: SIREN, SPECIFIC_VALVE: VALVE}.get(kind.specific.key, SWITCH)


def values_of(node: Node, endpoint: int) -> Iterator[Value]:
    """Give the values of an endpoint that the device was found to have."""
    return (v for v in list(node.values.values()) if (v.endpoint or ROOT) == endpoint)


def capabilities(node: Node, endpoint: int, part: Part) -> set[Capability]:
    """Say what an endpoint can do and tell, by its command classes and values."""
    classes = classes_of(node, endpoint)
    found = {name for number, name in _CLASSES.items() if number in classes} | part.noted
    for value in values_of(node, endpoint):
        key = (value.command_class, value.property_)
        if key in _VALUES:
            found.add(_VALUES[key])
        elif key == (Cc.BINARY_SWITCH, "currentValue"):
            found.add(part.switch.capability)
        elif key[0] == Cc.BINARY_SENSOR and key[1] in part.words.sensors:
            found.add(part.words.sensors[str(key[1])].capability)
    if part.basic is not None:
        found.add(part.basic.capability)
    return found


def describe(place: Place) -> Device:
    """Say for the house what an endpoint is."""
    config = place.node.device_config
    return Device(
        id=place.id,
        capabilities=place.capabilities,
        manufacturer=config.manufacturer or "",
        model=config.label or place.node.label or "",
        mains=bool(place.node.is_listening),
    )


def is_insecure(node: Node) -> bool:
    """Say whether a node has security that it did not join with: anybody can speak for it."""
    own = classes_of(node, ROOT)
    guarded = bool({Cc.SECURITY_2, Cc.SECURITY_0} & own) or Cc.DOOR_LOCK in own
    highest = node.data.get("highestSecurityClass")
    return bool(node.ready) and guarded and (highest is None or highest == -1)
