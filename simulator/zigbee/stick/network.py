"""The network: forming, starting, leaving, permitting joins, scanning, and who joined."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from simulator.zigbee.ezsp.layout import Fields
from simulator.zigbee.ezsp.status import Status
from simulator.zigbee.seams import Air, Join, Joiner, Nanoseconds
from simulator.zigbee.stick.host import Handlers, Host
from simulator.zigbee.stick.memory import Memory, Neighbour, Network, Store
from simulator.zigbee.stick.security import SECOND, InitialSecurity, Security

NO_NETWORK, JOINED = 0, 2  # EmberNetworkStatus
COORDINATOR = 1  # EmberNodeType
SLEEPY_END_DEVICE, ROUTER = 4, 2
FOR_EVER = 0xFF
ENERGY_SCAN = 0
NO_ADDRESS = 0xFFFE
FIRST_CHANNEL, LAST_CHANNEL = 11, 26
RECEIVER_ON_WHEN_IDLE = 0x08  # MAC capability

# EmberDeviceUpdate and EmberJoinDecision of trustCenterJoinHandler
SECURED_REJOIN, UNSECURED_JOIN, DEVICE_LEFT = 0, 1, 2
USE_PRECONFIGURED_KEY, DENY_JOIN, NO_ACTION = 0, 2, 3


class Networking:
    """Answers what concerns the network, and admits devices."""

    def __init__(
        self,
        host: Host,
        memory: Memory,
        store: Store,
        security: Security,
        air: Callable[[], Air],
    ) -> None:
        """Begin with the radio off."""
        self._host = host
        self._memory = memory
        self._store = store
        self._security = security
        self._air = air
        self.reset()

    def reset(self) -> None:
        """Radio off until the host starts the network again."""
        self.up = False
        self._joins_until: Nanoseconds = 0

    def handlers(self) -> Handlers:
        """Give the commands answered here."""
        return {
            "networkInit": self._init,
            "networkState": lambda _: {"state": JOINED if self.up else NO_NETWORK},
            "formNetwork": self._form,
            "leaveNetwork": self._leave,
            "permitJoining": self._permit,
            "getNetworkParameters": self._parameters,
            "getRadioParameters": self._radio,
            "getRadioChannel": lambda _: {"channel": self._channel()},
            "setRadioChannel": self._set_channel,
            "setRadioPower": _done,
            "getEui64": lambda _: {"eui64": self._memory.eui64},
            "getNodeId": lambda _: {"nwk": 0x0000 if self.up else NO_ADDRESS},
            "getParentChildParameters": self._family,
            "startScan": self._scan,
            "stopScan": _done,
            "findUnusedPanId": self._find_pan_id,
            "setConcentrator": _done,
            "setManufacturerCode": _done,
            "setPowerDescriptor": _done,
            "setSourceRouteDiscoveryMode": lambda _: {"remaining": 0},
            "sendManyToOneRouteRequest": _done,
            "removeDevice": self._remove,
            "tokenFactoryReset": self._factory_reset,
        }

    def join(self, joiner: Joiner) -> tuple[Join, int]:
        """Judge a joiner, give it an address, tell the host."""
        if not self.up:
            return Join.NO_NETWORK, 0
        if joiner.rejoin_nwk is not None:
            # A secured rejoin: it holds the network key, and needs nobody's permission.
            return self._admit(joiner, joiner.rejoin_nwk, SECURED_REJOIN, NO_ACTION)
        if self._host.now() >= self._joins_until:
            return Join.CLOSED, 0
        verdict = self._security.judge(joiner)
        if verdict is not Join.ACCEPTED:
            self._tell_join(joiner.eui64, NO_ADDRESS, UNSECURED_JOIN, DENY_JOIN)
            return verdict, 0
        return self._admit(joiner, None, UNSECURED_JOIN, USE_PRECONFIGURED_KEY)

    def left(self, eui64: bytes, nwk: int) -> None:
        """Forget a device that said it leaves."""
        if self._memory.neighbours.pop(eui64, None) is not None:
            self._store.save(self._memory)
        self._tell_join(eui64, nwk, DEVICE_LEFT, NO_ACTION)

    def _admit(
        self, joiner: Joiner, wanted: int | None, update: int, decision: int
    ) -> tuple[Join, int]:
        sleepy = not joiner.capability & RECEIVER_ON_WHEN_IDLE
        known = Neighbour(joiner.eui64, self._address(joiner.eui64, wanted), sleepy)
        if self._memory.neighbours.get(joiner.eui64) != known:
            self._memory.neighbours[joiner.eui64] = known
            self._store.save(self._memory)
        if sleepy:
            self._tell_child(known)
        self._tell_join(joiner.eui64, known.nwk, update, decision)
        return Join.ACCEPTED, known.nwk

    def _address(self, eui64: bytes, wanted: int | None) -> int:
        """Give the address it had or wants, unless somebody else has it now."""
        before = self._memory.neighbours.get(eui64)
        taken = {known.nwk for known in self._memory.neighbours.values() if known.eui64 != eui64}
        nwk = wanted if wanted is not None else before.nwk if before else 0
        while nwk in taken or not 0x0001 <= nwk <= 0xFFF7:
            nwk = secrets.randbelow(0xFFF7) + 1
        return nwk

    def _tell_child(self, known: Neighbour) -> None:
        index = self._memory.children.index(known)
        fields = {"index": index, "joining": 1, "nwk": known.nwk, "eui64": known.eui64}
        self._host.callback("childJoinHandler", fields | {"kind": SLEEPY_END_DEVICE})

    def _tell_join(self, eui64: bytes, nwk: int, update: int, decision: int) -> None:
        fields: dict[str, Any] = {"nwk": nwk, "eui64": eui64, "update": update}
        self._host.callback(
            "trustCenterJoinHandler", fields | {"decision": decision, "parent": 0x0000}
        )

    def _init(self, _: Fields) -> Fields:
        if self._memory.network is None:
            return {"status": Status.NOT_JOINED}
        self._host.afterwards(self._come_up)
        return {"status": Status.OK}

    def _come_up(self) -> None:
        self.up = True
        self._host.callback("stackStatusHandler", {"status": Status.NETWORK_UP})

    def _form(self, asked: Fields) -> Fields:
        initial = self._security.initial
        if self.up:
            return {"status": Status.INVALID_STATE}
        if initial is None or not FIRST_CHANNEL <= asked["channel"] <= LAST_CHANNEL:
            return {"status": Status.INVALID_PARAMETER}
        self._forget_everyone()
        self._memory.network = initial.secure(_network(asked, initial))
        self._store.save(self._memory)
        self._host.afterwards(self._come_up)
        return {"status": Status.OK}

    def _leave(self, _: Fields) -> Fields:
        if self._memory.network is None:
            return {"status": Status.NOT_JOINED}
        self._forget_everyone()
        self._memory.network = None
        self._store.save(self._memory)
        self.reset()
        down = {"status": Status.NETWORK_DOWN}
        self._host.afterwards(lambda: _ignore(self._host.callback("stackStatusHandler", down)))
        return {"status": Status.OK}

    def _factory_reset(self, asked: Fields) -> Fields:
        """Blank the stack's tokens; what was made in the factory stays."""
        self._forget_everyone()
        self._memory.network = None
        self._memory.link_keys.clear()
        if not asked["keep_frame_counter"]:
            self._memory.frame_counter = self._memory.aps_counter = 0
        self._store.save(self._memory)
        self.reset()
        return {}

    def _forget_everyone(self) -> None:
        for known in self._memory.neighbours.values():
            self._air().forget(known.nwk)
        self._memory.neighbours.clear()

    def _permit(self, asked: Fields) -> Fields:
        if not self.up:
            return {"status": Status.NOT_JOINED}
        seconds = asked["duration"]
        # A day and more stands for ever: the host must close it, or a reset will.
        length = 1_000_000 if seconds == FOR_EVER else seconds
        self._joins_until = self._host.now() + length * SECOND
        return {"status": Status.OK}

    def _remove(self, asked: Fields) -> Fields:
        known = self._memory.neighbours.get(asked["target"])
        if known is None:
            return {"status": Status.NOT_FOUND}
        self._host.afterwards(lambda: self._put_out(known))
        return {"status": Status.OK}

    def _put_out(self, known: Neighbour) -> None:
        self._air().forget(known.nwk)
        self.left(known.eui64, known.nwk)

    def _parameters(self, _: Fields) -> Fields:
        network = self._memory.network
        if network is None or not self.up:
            return {"status": Status.NOT_JOINED}
        return {
            "status": Status.OK,
            "node_type": COORDINATOR,
            "extended_pan_id": network.extended_pan_id,
            "pan_id": network.pan_id,
            "power": network.power,
            "channel": network.channel,
            "manager": network.manager,
            "update_id": network.update_id,
            "channels": network.channels,
        }

    def _radio(self, _: Fields) -> Fields:
        network = self._memory.network
        if network is None or not self.up:
            return {"status": Status.NOT_JOINED}
        return {"status": Status.OK, "power": network.power, "channel": network.channel}

    def _channel(self) -> int:
        return 0 if self._memory.network is None else self._memory.network.channel

    def _set_channel(self, asked: Fields) -> Fields:
        network = self._memory.network
        if network is None:
            return {"status": Status.NOT_JOINED}
        if not FIRST_CHANNEL <= asked["channel"] <= LAST_CHANNEL:
            return {"status": Status.INVALID_PARAMETER}
        self._memory.network = replace(network, channel=asked["channel"])
        self._store.save(self._memory)
        return {"status": Status.OK}

    def _family(self, _: Fields) -> Fields:
        children = len(self._memory.children)
        return {"children": children, "parent_eui64": b"\xff" * 8, "parent": 0xFFFF}

    def _scan(self, asked: Fields) -> Fields:
        channels = [c for c in range(FIRST_CHANNEL, LAST_CHANNEL + 1) if asked["channels"] >> c & 1]
        if not channels:
            return {"status": Status.INVALID_PARAMETER}
        energy = asked["kind"] == ENERGY_SCAN
        self._host.afterwards(lambda: self._scanned(channels if energy else [], channels[-1]))
        return {"status": Status.OK}

    def _scanned(self, measured: list[int], last: int) -> None:
        """Tell energies; an active scan finds nobody: this network is alone on its air."""
        for channel in measured:
            rssi = _dbm(self._air().energy(channel))
            self._host.callback("energyScanResultHandler", {"channel": channel, "rssi": rssi})
        self._host.callback("scanCompleteHandler", {"channel": last, "status": Status.OK})

    def _find_pan_id(self, asked: Fields) -> Fields:
        channel = max(asked["channels"].bit_length() - 1, 0)
        found = {"pan_id": secrets.randbelow(0xFFFE), "channel": channel}
        self._host.afterwards(
            lambda: _ignore(self._host.callback("unusedPanIdFoundHandler", found))
        )
        return {"status": Status.OK}


def _done(_: Fields) -> Fields:
    """For what changes nothing that anybody on this air could notice."""
    return {"status": Status.OK}


def _network(asked: Fields, initial: InitialSecurity) -> Network:
    return Network(
        extended_pan_id=asked["extended_pan_id"],
        pan_id=asked["pan_id"],
        power=asked["power"],
        channel=asked["channel"],
        manager=asked["manager"],
        update_id=asked["update_id"],
        channels=asked["channels"],
        security=initial.bitmask,
        network_key=b"",
        sequence=0,
        link_key=b"",
    )


def _dbm(energy: int) -> int:
    """Turn the seam's 0..255 into the dBm the radio measures: -100 to -35."""
    return -100 + energy * 65 // 255


def _ignore(_: Nanoseconds) -> None:
    """For a callback whose time nobody asks after."""
