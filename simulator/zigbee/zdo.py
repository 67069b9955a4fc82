"""The device profile: descriptors, addresses, bindings and leaving (Zigbee PRO chapter 2.4)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

END_DEVICE_CAPABILITY = 0x80  # allocate an address; receiver off when idle, battery
ROUTER_CAPABILITY = 0x8E  # full function, mains, receiver on, allocate an address
RESPONSE = 0x8000
DEVICE_ANNOUNCE = 0x0013
MOST_BINDINGS = 16


class Status(IntEnum):
    """ZDP status values (Zigbee PRO 2.4.5)."""

    SUCCESS = 0x00
    INVALID_REQUEST_TYPE = 0x80
    DEVICE_NOT_FOUND = 0x81
    INVALID_ENDPOINT = 0x82
    NOT_ACTIVE = 0x83
    NOT_SUPPORTED = 0x84
    NO_ENTRY = 0x88
    TABLE_FULL = 0x8C


@dataclass(frozen=True, slots=True)
class Binding:
    """One row of the binding table (Zigbee PRO 2.2.8.2.1)."""

    endpoint: int
    cluster: int
    to: bytes  # EUI64 of a device, or the two bytes of a group
    to_endpoint: int = 0

    @property
    def group(self) -> bool:
        return len(self.to) == 2

    def encode(self) -> bytes:
        mode = bytes((0x01 if self.group else 0x03,))
        end = b"" if self.group else bytes((self.to_endpoint,))
        return bytes((self.endpoint,)) + self.cluster.to_bytes(2, "little") + mode + self.to + end


@dataclass(frozen=True, slots=True)
class Self:
    """What a node says of itself."""

    eui64: bytes
    nwk: int
    sleepy: bool
    battery: bool
    manufacturer_code: int
    endpoint: int
    profile: int
    device_id: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    @property
    def capability(self) -> int:
        return END_DEVICE_CAPABILITY if self.sleepy else ROUTER_CAPABILITY


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer's bytes behind the sequence number, and what the request changes in the node."""

    answer: bytes | None
    bindings: tuple[Binding, ...] | None = None
    leaves: bool = False
    rejoins: bool = False


type Request = Callable[[Self, tuple[Binding, ...], bytes], Outcome]


def answer(
    node: Self, bindings: tuple[Binding, ...], cluster: int, data: bytes, *, broadcast: bool
) -> Outcome:
    """Answer a request; `data` is what follows the sequence number. Silence where it is due."""
    if cluster & RESPONSE or cluster == DEVICE_ANNOUNCE:
        return Outcome(None)
    request = _REQUESTS.get(cluster)
    if request is None:
        return Outcome(None if broadcast else bytes((Status.NOT_SUPPORTED,)))
    try:
        outcome = request(node, bindings, data)
    except IndexError:
        return Outcome(None if broadcast else bytes((Status.INVALID_REQUEST_TYPE,)))
    # Only address requests are answered when broadcast, and only by whom they ask for
    # (Zigbee PRO 2.4.3.1.1.2).
    if broadcast and (cluster > 0x0001 or outcome.answer is None or outcome.answer[0]):
        return Outcome(None, outcome.bindings, outcome.leaves, outcome.rejoins)
    return outcome


def announce(node: Self) -> bytes:
    """Device_annce behind its sequence number (Zigbee PRO 2.4.3.1.11)."""
    return _nwk(node) + node.eui64 + bytes((node.capability,))


def _nwk(node: Self) -> bytes:
    return node.nwk.to_bytes(2, "little")


def _whole(data: bytes, size: int) -> bytes:
    if len(data) < size:
        raise IndexError(size)
    return data


def _u16(data: bytes, start: int) -> int:
    return data[start] | data[start + 1] << 8


def _of_interest(node: Self, data: bytes) -> bool:
    return _u16(data, 0) == node.nwk


def _refuse(node: Self, status: Status) -> Outcome:
    return Outcome(bytes((status,)) + _nwk(node))


def _nwk_address(node: Self, _: tuple[Binding, ...], data: bytes) -> Outcome:
    if _whole(data, 10)[:8] != node.eui64:
        return Outcome(bytes((Status.DEVICE_NOT_FOUND,)) + data[:8] + b"\xff\xff")
    return _addresses(node, extended=data[8] == 1)


def _ieee_address(node: Self, _: tuple[Binding, ...], data: bytes) -> Outcome:
    if not _of_interest(node, _whole(data, 4)):
        return Outcome(bytes((Status.DEVICE_NOT_FOUND,)) + b"\xff" * 8 + data[:2])
    return _addresses(node, extended=data[2] == 1)


def _addresses(node: Self, *, extended: bool) -> Outcome:
    # The extended response adds the children, of which there are none, then no start index.
    tail = b"\x00" if extended else b""
    return Outcome(b"\x00" + node.eui64 + _nwk(node) + tail)


def _node_descriptor(node: Self, _: tuple[Binding, ...], data: bytes) -> Outcome:
    """Zigbee PRO 2.3.2.3."""
    if not _of_interest(node, data):
        return _refuse(node, Status.DEVICE_NOT_FOUND)
    logical = 0x02 if node.sleepy else 0x01
    descriptor = bytes((logical, 0x40, node.capability))  # 0x40: the 2.4 GHz band
    descriptor += node.manufacturer_code.to_bytes(2, "little")
    # Buffer 82, transfers 82 each way; server mask: stack revision 22 in bits 9 to 15.
    descriptor += bytes.fromhex("52 5200 002c 5200 00")
    return Outcome(b"\x00" + _nwk(node) + descriptor)


def _power_descriptor(node: Self, _: tuple[Binding, ...], data: bytes) -> Outcome:
    """Zigbee PRO 2.3.2.4: mode, available sources; source in use, level (0xC: full)."""
    if not _of_interest(node, data):
        return _refuse(node, Status.DEVICE_NOT_FOUND)
    source = 0x4 if node.battery else 0x1  # disposable battery, or constant mains
    mode = 0x2 if node.sleepy else 0x0  # receiver comes on when stimulated, or always on
    return Outcome(b"\x00" + _nwk(node) + bytes((source << 4 | mode, 0xC0 | source)))


def _simple_descriptor(node: Self, _: tuple[Binding, ...], data: bytes) -> Outcome:
    """Zigbee PRO 2.3.2.5."""
    endpoint = _whole(data, 3)[2]
    if not _of_interest(node, data):
        return Outcome(bytes((Status.DEVICE_NOT_FOUND,)) + _nwk(node) + b"\x00")
    if not 1 <= endpoint <= 254:
        return Outcome(bytes((Status.INVALID_ENDPOINT,)) + _nwk(node) + b"\x00")
    if endpoint != node.endpoint:
        return Outcome(bytes((Status.NOT_ACTIVE,)) + _nwk(node) + b"\x00")
    descriptor = bytes((node.endpoint,)) + node.profile.to_bytes(2, "little")
    descriptor += node.device_id.to_bytes(2, "little") + b"\x01"  # device version 1
    descriptor += _clusters(node.inputs) + _clusters(node.outputs)
    return Outcome(b"\x00" + _nwk(node) + bytes((len(descriptor),)) + descriptor)


def _clusters(clusters: tuple[int, ...]) -> bytes:
    return bytes((len(clusters),)) + b"".join(one.to_bytes(2, "little") for one in clusters)


def _active_endpoints(node: Self, _: tuple[Binding, ...], data: bytes) -> Outcome:
    if not _of_interest(node, data):
        return Outcome(bytes((Status.DEVICE_NOT_FOUND,)) + _nwk(node) + b"\x00")
    return Outcome(b"\x00" + _nwk(node) + bytes((1, node.endpoint)))


def _match_descriptor(node: Self, _: tuple[Binding, ...], data: bytes) -> Outcome:
    """Zigbee PRO 2.4.3.1.7: one shared cluster is enough."""
    inputs, start = _listed(data, 4)
    outputs, _end = _listed(data, start)
    shared = set(inputs) & set(node.inputs) or set(outputs) & set(node.outputs)
    fits = bool(shared) and _u16(data, 2) in (node.profile, 0xFFFF)
    found = bytes((1, node.endpoint)) if fits else b"\x00"
    return Outcome(b"\x00" + _nwk(node) + found)


def _listed(data: bytes, start: int) -> tuple[list[int], int]:
    count = data[start]
    clusters = [_u16(data, start + 1 + 2 * number) for number in range(count)]
    return clusters, start + 1 + 2 * count


def _binding(node: Self, data: bytes) -> Binding | Status:
    if data[:8] != node.eui64:
        return Status.NOT_SUPPORTED  # we keep nobody else's bindings
    endpoint, cluster, mode = data[8], _u16(data, 9), data[11]
    if endpoint != node.endpoint:
        return Status.INVALID_ENDPOINT
    if mode == 0x01:
        return Binding(endpoint, cluster, _whole(data, 14)[12:14])
    if mode == 0x03:
        return Binding(endpoint, cluster, _whole(data, 21)[12:20], data[20])
    return Status.INVALID_REQUEST_TYPE


def _bind(node: Self, bindings: tuple[Binding, ...], data: bytes) -> Outcome:
    """Zigbee PRO 2.4.3.2.2."""
    wanted = _binding(node, data)
    if isinstance(wanted, Status):
        return Outcome(bytes((wanted,)))
    if wanted in bindings:
        return Outcome(b"\x00")
    if len(bindings) >= MOST_BINDINGS:
        return Outcome(bytes((Status.TABLE_FULL,)))
    return Outcome(b"\x00", (*bindings, wanted))


def _unbind(node: Self, bindings: tuple[Binding, ...], data: bytes) -> Outcome:
    """Zigbee PRO 2.4.3.2.3."""
    unwanted = _binding(node, data)
    if isinstance(unwanted, Status):
        return Outcome(bytes((unwanted,)))
    if unwanted not in bindings:
        return Outcome(bytes((Status.NO_ENTRY,)))
    return Outcome(b"\x00", tuple(one for one in bindings if one != unwanted))


def _mgmt_table(node: Self, _: tuple[Binding, ...], data: bytes) -> Outcome:
    """Mgmt_Lqi and Mgmt_Rtg: a router has such tables; ours are empty."""
    if node.sleepy:
        return Outcome(bytes((Status.NOT_SUPPORTED,)))
    return Outcome(bytes((Status.SUCCESS, 0, data[0], 0)))


def _mgmt_bind(node: Self, bindings: tuple[Binding, ...], data: bytes) -> Outcome:
    """Zigbee PRO 2.4.4.3.4: as many rows as fit a frame, from the start index."""
    start = data[0]
    rows = [node.eui64 + one.encode() for one in bindings[start : start + 3]]
    return Outcome(bytes((0, len(bindings), start, len(rows))) + b"".join(rows))


def _leave(node: Self, _: tuple[Binding, ...], data: bytes) -> Outcome:
    """Zigbee PRO 2.4.3.3.5; address zero means the receiver itself. Bit 7: rejoin."""
    flags = _whole(data, 9)[8]
    if data[:8] not in (node.eui64, bytes(8)):
        return Outcome(bytes((Status.NOT_SUPPORTED,)))
    return Outcome(b"\x00", leaves=True, rejoins=bool(flags & 0x80))


def _permit_joining(_node: Self, _: tuple[Binding, ...], data: bytes) -> Outcome:
    _whole(data, 2)
    return Outcome(b"\x00")


_REQUESTS: Mapping[int, Request] = {
    0x0000: _nwk_address,
    0x0001: _ieee_address,
    0x0002: _node_descriptor,
    0x0003: _power_descriptor,
    0x0004: _simple_descriptor,
    0x0005: _active_endpoints,
    0x0006: _match_descriptor,
    0x0021: _bind,
    0x0022: _unbind,
    0x0031: _mgmt_table,
    0x0032: _mgmt_table,
    0x0033: _mgmt_bind,
    0x0034: _leave,
    0x0036: _permit_joining,
}
