"""What a device remembers over a power cut, and how that is written as JSON."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from simulator.zigbee import zcl, zdo


@dataclass(slots=True)
class Memory:
    """What survives a power cut, beside the attributes that are kept."""

    nwk: int | None = None
    bindings: tuple[zdo.Binding, ...] = ()
    pins: dict[int, bytes] = field(default_factory=dict)


def dump(memory: Memory, clusters: Iterable[zcl.Cluster]) -> dict[str, object]:
    return {
        "nwk": memory.nwk,
        "bindings": [_dump_binding(one) for one in memory.bindings],
        "pins": {str(slot): pin.hex() for slot, pin in memory.pins.items()},
        "clusters": {_key(cluster): _dump_cluster(cluster) for cluster in clusters},
    }


def load(saved: Mapping[str, object], clusters: Iterable[zcl.Cluster]) -> Memory:
    """Take up what `dump` gave. A memory of another shape is as if it had never been."""
    try:
        memory = _load_memory(saved)
        rows = saved["clusters"]
        for cluster in clusters:
            _load_cluster(cluster, rows[_key(cluster)])  # type: ignore[index]  # a wrong shape is caught below
    except (KeyError, TypeError, ValueError, AttributeError):
        return Memory()
    return memory


def _key(cluster: zcl.Cluster) -> str:
    return f"{cluster.id:04x}.{cluster.side.name.lower()}"


def _dump_binding(binding: zdo.Binding) -> list[object]:
    return [binding.endpoint, binding.cluster, binding.to.hex(), binding.to_endpoint]


def _dump_cluster(cluster: zcl.Cluster) -> dict[str, object]:
    return {
        "attributes": {
            str(identifier): attribute.raw.hex()
            for identifier, attribute in cluster.attributes.items()
            if attribute.writable or attribute.reported or attribute.kept
        },
        "reporting": {
            str(identifier): [one.least_seconds, one.most_seconds, one.change.hex()]
            for identifier, one in cluster.reporting.items()
        },
    }


def _load_memory(saved: Mapping[str, object]) -> Memory:
    nwk, bindings, pins = saved["nwk"], saved["bindings"], saved["pins"]
    if not isinstance(bindings, list) or not isinstance(pins, dict):
        raise TypeError
    return Memory(
        nwk=nwk if isinstance(nwk, int) else None,
        bindings=tuple(
            zdo.Binding(endpoint, cluster, bytes.fromhex(to), end)
            for endpoint, cluster, to, end in bindings
        ),
        pins={int(slot): bytes.fromhex(pin) for slot, pin in pins.items()},
    )


def _load_cluster(cluster: zcl.Cluster, saved: Mapping[str, Mapping[str, object]]) -> None:
    for identifier, raw in saved["attributes"].items():
        cluster.attributes[int(identifier)].raw = bytes.fromhex(str(raw))
    for identifier, row in saved["reporting"].items():
        if isinstance(row, list):
            reporting = zcl.Reporting(int(row[0]), int(row[1]), bytes.fromhex(row[2]))
            cluster.reporting[int(identifier)] = reporting
