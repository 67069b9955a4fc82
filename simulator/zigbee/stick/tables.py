"""Tables of addresses, children, neighbours and groups, and the stack's counters."""

from simulator.zigbee.ezsp.layout import Fields
from simulator.zigbee.ezsp.status import Status
from simulator.zigbee.stick.config import (
    ADDRESS_TABLE,
    MAX_CHILDREN,
    MULTICAST_TABLE,
    SOURCE_ROUTE_TABLE,
    TC_ADDRESS_CACHE,
    Configuration,
)
from simulator.zigbee.stick.host import Handlers
from simulator.zigbee.stick.memory import NO_EUI64, Memory

UNUSED_NWK, UNKNOWN_NWK = 0xFFFF, 0xFFFD
SLEEPY_END_DEVICE = 4
MAX_TIMEOUTS_SET = 256  # extended timeouts remembered

# EmberCounterType
MAC_TX_UNICAST, MAC_RX_UNICAST, MAC_RX_BROADCAST, MAC_TX_BROADCAST = 3, 2, 0, 1
MAC_TX_FAILED = 5
APS_RX_BROADCAST, APS_TX_BROADCAST, APS_RX_UNICAST, APS_TX_UNICAST, APS_TX_FAILED = 6, 7, 8, 9, 11
JOIN_INDICATION, CCA_FAILURES, COUNTERS = 16, 32, 40


class Counters:
    """The stack's counters: 16 bits each, told and cleared at the host's wish."""

    def __init__(self) -> None:
        """Begin at zero."""
        self._values = [0] * COUNTERS

    def add(self, counter: int, by: int = 1) -> None:
        """Count; a full counter stays full, so that a flood is not mistaken for silence."""
        self._values[counter] = min(self._values[counter] + by, 0xFFFF)

    def read(self) -> bytes:
        """Give all of them as the host gets them."""
        return b"".join(value.to_bytes(2, "little") for value in self._values)

    def clear(self) -> None:
        """Begin anew."""
        self._values = [0] * COUNTERS


class Tables:
    """Answers what concerns tables and counters."""

    def __init__(self, memory: Memory, configuration: Configuration, counters: Counters) -> None:
        """Begin as after a reset."""
        self._memory = memory
        self._configuration = configuration
        self._counters = counters
        self.reset()

    def reset(self) -> None:
        """Forget what is volatile: all of it but children and neighbours."""
        self._addresses: dict[int, tuple[int, bytes]] = {}
        self._groups: dict[int, Fields] = {}
        self._extended: dict[bytes, bool] = {}
        self._counters.clear()

    def handlers(self) -> Handlers:
        """Give the commands answered here."""
        return {
            "getChildData": self._child,
            "getNeighbor": self._neighbour,
            "neighborCount": lambda _: {"count": len(self._memory.neighbours) & 0xFF},
            "getRouteTableEntry": lambda _: {"status": Status.INVALID_INDEX},
            "getSourceRouteTableFilledSize": lambda _: {"size": 0},
            "getSourceRouteTableTotalSize": lambda _: {"size": self._size(SOURCE_ROUTE_TABLE)},
            "lookupNodeIdByEui64": self._nwk_of,
            "lookupEui64ByNodeId": self._eui64_of,
            "getMulticastTableEntry": self._get_group,
            "setMulticastTableEntry": self._set_group,
            "getExtendedTimeout": self._get_timeout,
            "setExtendedTimeout": self._set_timeout,
            "readCounters": lambda _: {"values": self._counters.read()},
            "readAndClearCounters": self._read_and_clear,
            **self._address_handlers(),
        }

    def _address_handlers(self) -> Handlers:
        return {
            "setAddressTableInfo": self._set_address,
            "getAddressTableInfo": self._get_address,
            "setAddressTableRemoteEui64": self._set_address,
            "setAddressTableRemoteNodeId": self._set_address,
            "getAddressTableRemoteEui64": self._get_address,
            "getAddressTableRemoteNodeId": self._get_address,
        }

    def _size(self, config: int) -> int:
        return self._configuration.settings.sizes[config] & 0xFF

    def _child(self, asked: Fields) -> Fields:
        children, index = self._memory.children[: self._size(MAX_CHILDREN)], asked["index"]
        if index >= len(children):
            return {"status": Status.NOT_JOINED}
        child = children[index]
        return {
            "status": Status.OK,
            "eui64": child.eui64,
            "kind": SLEEPY_END_DEVICE,
            "nwk": child.nwk,
        }

    def _neighbour(self, asked: Fields) -> Fields:
        known = list(self._memory.neighbours.values())
        if asked["index"] >= len(known):
            return {"status": Status.INVALID_INDEX}
        found = known[asked["index"]]
        cost = {"lqi": 255, "in_cost": 1, "out_cost": 1}
        return {"status": Status.OK, "nwk": found.nwk, "eui64": found.eui64, **cost}

    def _nwk_of(self, asked: Fields) -> Fields:
        eui64 = asked["eui64"]
        if eui64 == self._memory.eui64:
            return {"status": Status.OK, "nwk": 0x0000}
        if (known := self._memory.neighbours.get(eui64)) is not None:
            return {"status": Status.OK, "nwk": known.nwk}
        for nwk, entry in self._addresses.values():
            if entry == eui64:
                return {"status": Status.OK, "nwk": nwk}
        return {"status": Status.NOT_FOUND, "nwk": UNUSED_NWK}

    def _eui64_of(self, asked: Fields) -> Fields:
        if asked["nwk"] == 0x0000:
            return {"status": Status.OK, "eui64": self._memory.eui64}
        if (known := self._memory.by_nwk(asked["nwk"])) is not None:
            return {"status": Status.OK, "eui64": known.eui64}
        for nwk, eui64 in self._addresses.values():
            if nwk == asked["nwk"]:
                return {"status": Status.OK, "eui64": eui64}
        return {"status": Status.NOT_FOUND, "eui64": NO_EUI64}

    def _set_address(self, asked: Fields) -> Fields:
        index = asked["index"]
        if index >= self._size(ADDRESS_TABLE):
            return {"status": Status.INVALID_INDEX}
        nwk, eui64 = self._addresses.get(index, (UNKNOWN_NWK, NO_EUI64))
        self._addresses[index] = asked.get("nwk", nwk), asked.get("eui64", eui64)
        return {"status": Status.OK}

    def _get_address(self, asked: Fields) -> Fields:
        index, end = asked["index"], self._size(ADDRESS_TABLE) + self._size(TC_ADDRESS_CACHE)
        unused = {"nwk": UNUSED_NWK, "eui64": NO_EUI64}
        if index >= end:
            return {"status": Status.INVALID_INDEX, **unused}
        if index not in self._addresses:
            return {"status": Status.NOT_FOUND, **unused}
        nwk, eui64 = self._addresses[index]
        return {"status": Status.OK, "nwk": nwk, "eui64": eui64}

    def _get_group(self, asked: Fields) -> Fields:
        if asked["index"] >= self._size(MULTICAST_TABLE):
            return {"status": Status.INVALID_INDEX}
        return {"status": Status.OK, **self._groups.get(asked["index"], {})}

    def _set_group(self, asked: Fields) -> Fields:
        if asked["index"] >= self._size(MULTICAST_TABLE):
            return {"status": Status.INVALID_INDEX}
        self._groups[asked["index"]] = {
            name: asked[name] for name in ("group", "endpoint", "network")
        }
        return {"status": Status.OK}

    def _get_timeout(self, asked: Fields) -> Fields:
        extended = self._extended.get(asked["eui64"], False)
        return {"extended": int(extended), "status": Status.OK if extended else Status.FAIL}

    def _set_timeout(self, asked: Fields) -> Fields:
        if len(self._extended) >= MAX_TIMEOUTS_SET:
            self._extended.clear()
        self._extended[asked["eui64"]] = bool(asked["extended"])
        return {"status": Status.OK}

    def _read_and_clear(self, _: Fields) -> Fields:
        values = self._counters.read()
        self._counters.clear()
        return {"values": values}
