"""What the stick keeps over a restart: tokens, network, keys, known devices. JSON, mode 0600."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

COUNTER_STEP = 4096  # flash wears out: frame counters are kept in steps, and jump over one at start
NO_EUI64 = b"\xff" * 8


@dataclass(frozen=True, slots=True)
class Network:
    """The network the stick is coordinator of."""

    extended_pan_id: bytes
    pan_id: int
    power: int
    channel: int
    manager: int
    update_id: int
    channels: int
    security: int  # EmberInitialSecurityBitmask it was formed with
    network_key: bytes
    sequence: int
    link_key: bytes


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A device that joined."""

    eui64: bytes
    nwk: int
    sleepy: bool


@dataclass(frozen=True, slots=True)
class LinkKey:
    """An application link key in the key table."""

    eui64: bytes
    key: bytes


@dataclass(slots=True)
class Memory:
    """The flash. Parts change it in place and `Store.save` it when it matters."""

    eui64: bytes
    network: Network | None = None
    frame_counter: int = 0
    aps_counter: int = 0
    neighbours: dict[bytes, Neighbour] = field(default_factory=dict)
    link_keys: dict[int, LinkKey] = field(default_factory=dict)
    tokens: dict[str, bytes] = field(default_factory=dict)

    def by_nwk(self, nwk: int) -> Neighbour | None:
        """Find a device by its short address."""
        return next((known for known in self.neighbours.values() if known.nwk == nwk), None)

    @property
    def children(self) -> list[Neighbour]:
        """The end devices; routers are neighbours, but nobody's children."""
        return [known for known in self.neighbours.values() if known.sleepy]


class Store:
    """Keeps a memory in a folder, or nowhere."""

    def __init__(self, folder: Path | None) -> None:
        """Use the folder if there is one."""
        self._path = None if folder is None else folder / "stick.json"

    def load(self, eui64: bytes) -> Memory:
        """Give what was kept, or a blank stick."""
        if self._path is None or not self._path.exists():
            return Memory(eui64)
        return _memory(json.loads(self._path.read_text()))

    def save(self, memory: Memory) -> None:
        """Keep it. It holds keys, so nobody else may read it, not even while it is written."""
        if self._path is None:
            return
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = self._path.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(_plain(memory), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)


def _plain(memory: Memory) -> dict[str, Any]:
    return {
        "eui64": memory.eui64.hex(),
        "network": None if memory.network is None else _hex(asdict(memory.network)),
        "frame_counter": memory.frame_counter,
        "aps_counter": memory.aps_counter,
        "neighbours": [_hex(asdict(known)) for known in memory.neighbours.values()],
        "link_keys": {index: _hex(asdict(key)) for index, key in memory.link_keys.items()},
        "tokens": _hex(memory.tokens),
    }


def _hex(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: v.hex() if isinstance(v, bytes) else v for name, v in fields.items()}


def _memory(plain: dict[str, Any]) -> Memory:
    network = plain["network"]
    known = [Neighbour(**_bytes(fields, "eui64")) for fields in plain["neighbours"]]
    keys = {
        int(index): LinkKey(**_bytes(fields, "eui64", "key"))
        for index, fields in plain["link_keys"].items()
    }
    return Memory(
        eui64=bytes.fromhex(plain["eui64"]),
        network=network
        and Network(**_bytes(network, "extended_pan_id", "network_key", "link_key")),
        frame_counter=plain["frame_counter"] + COUNTER_STEP,
        aps_counter=plain["aps_counter"] + COUNTER_STEP,
        neighbours={neighbour.eui64: neighbour for neighbour in known},
        link_keys=keys,
        tokens=_bytes(plain["tokens"], *plain["tokens"]),
    )


def _bytes(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return fields | {name: bytes.fromhex(fields[name]) for name in names}
