"""ZDO requests the host sends to the stick itself: every host interviews its coordinator."""

from collections.abc import Mapping

from simulator.zigbee.ezsp.layout import Fields
from simulator.zigbee.stick.memory import Memory

OK, NOT_SUPPORTED, DEVICE_NOT_FOUND, NOT_ACTIVE = 0x00, 0x84, 0x81, 0x83
ANSWER = 0x8000
ROWS = 3  # neighbours in one answer: what fits into a frame

# Zigbee specification 2.3.2.3: coordinator, 2.4 GHz; full function, mains, on when idle; Silicon
# Labs; 82 byte buffer; 21/32 and above transfers; primary trust centre of revision 21.
_NODE_DESCRIPTOR = bytes.fromhex("00408f4910520001412c000100")
_POWER_DESCRIPTOR = bytes.fromhex("10c1")  # mains, full


def answer(memory: Memory, endpoints: Mapping[int, Fields], cluster: int, request: bytes) -> bytes:
    """Give the ZDO answer's payload: sequence, status, and what was asked for."""
    sequence, asked = request[:1], request[1:]
    own = b"\0\0"
    match cluster:
        case 0x0000:  # NWK_addr_req
            found = OK if asked[:8] == memory.eui64 else DEVICE_NOT_FOUND
            return sequence + bytes((found,)) + memory.eui64 + own
        case 0x0001:  # IEEE_addr_req
            return sequence + bytes((OK,)) + memory.eui64 + own
        case 0x0002:  # Node_Desc_req
            return sequence + bytes((OK,)) + own + _NODE_DESCRIPTOR
        case 0x0003:  # Power_Desc_req
            return sequence + bytes((OK,)) + own + _POWER_DESCRIPTOR
        case 0x0004:  # Simple_Desc_req
            return sequence + _simple(endpoints, asked[2:3])
        case 0x0005:  # Active_EP_req
            return sequence + bytes((OK,)) + own + bytes((len(endpoints), *sorted(endpoints)))
        case 0x0021 | 0x0022 | 0x0036 | 0x0038:  # bind, unbind, permit, network update
            return sequence + bytes((OK,))
        case 0x0031:  # Mgmt_Lqi_req
            return sequence + _neighbours(memory, asked[0] if asked else 0)
        case 0x0032:  # Mgmt_Rtg_req: everything is one hop away
            return sequence + bytes((OK, 0, 0, 0))
        case _:
            return sequence + bytes((NOT_SUPPORTED,))


def _simple(endpoints: Mapping[int, Fields], asked: bytes) -> bytes:
    endpoint = endpoints.get(asked[0]) if asked else None
    if endpoint is None:
        return bytes((NOT_ACTIVE, 0, 0, 0))
    described: bytes = (
        asked
        + endpoint["profile"].to_bytes(2, "little")
        + endpoint["device"].to_bytes(2, "little")
        + bytes((endpoint["flags"] & 0x0F,))
        + _clusters(endpoint["inputs"])
        + _clusters(endpoint["outputs"])
    )
    return bytes((OK, 0, 0, len(described))) + described


def _clusters(clusters: list[int]) -> bytes:
    return bytes((len(clusters),)) + b"".join(c.to_bytes(2, "little") for c in clusters)


def _neighbours(memory: Memory, start: int) -> bytes:
    """Give a page of the neighbour table (Zigbee specification 2.4.4.3.2)."""
    known = list(memory.neighbours.values())
    page = known[start : start + ROWS]
    extended_pan_id = bytes(8) if memory.network is None else memory.network.extended_pan_id
    rows = b"".join(
        extended_pan_id
        + neighbour.eui64
        + neighbour.nwk.to_bytes(2, "little")
        + bytes((0x12 if neighbour.sleepy else 0x25, 0x02, 1, 255))
        for neighbour in page
    )
    return bytes((OK, min(len(known), 255), start, len(page))) + rows
