"""Messages between host and air, with their confirmations."""

import asyncio
from collections.abc import Callable

from simulator.zigbee.ezsp.layout import Fields
from simulator.zigbee.ezsp.status import Status
from simulator.zigbee.seams import Air, ApsFrame, Nanoseconds
from simulator.zigbee.stick import interview
from simulator.zigbee.stick.config import (
    MESSAGE_CONTENTS_POLICY,
    TAG_AND_CONTENTS,
    Configuration,
)
from simulator.zigbee.stick.host import Handlers, Host
from simulator.zigbee.stick.memory import COUNTER_STEP, NO_EUI64, Memory, Store
from simulator.zigbee.stick.network import Networking
from simulator.zigbee.stick.tables import (
    APS_RX_BROADCAST,
    APS_RX_UNICAST,
    APS_TX_BROADCAST,
    APS_TX_FAILED,
    APS_TX_UNICAST,
    CCA_FAILURES,
    MAC_RX_BROADCAST,
    MAC_RX_UNICAST,
    MAC_TX_BROADCAST,
    MAC_TX_FAILED,
    MAC_TX_UNICAST,
    Counters,
)
from simulator.zigbee.tally import Tally

MAX_PAYLOAD = 82  # what is left of a frame of 127 bytes with network security
MAX_UNDER_WAY = 64  # unicasts without an answer from the air; more are refused as busy
MAC_TRIES = 4  # each fails its own clear channel assessment
UNICAST, MULTICAST, BROADCAST = 0, 2, 4  # EmberIncomingMessageType
DIRECT_OUT, MULTICAST_OUT, BROADCAST_OUT = 0, 3, 5  # EmberOutgoingMessageType
COORDINATOR, ALL_NODES = 0x0000, 0xFFFF
ZDO_PROFILE = 0x0000
MICROSECOND = 1000


class Messaging:
    """Answers what concerns messages, and takes in what the air says."""

    def __init__(  # noqa: PLR0913 - the parts of a stick, each named once in ncp.py
        self,
        *,
        host: Host,
        memory: Memory,
        store: Store,
        configuration: Configuration,
        networking: Networking,
        counters: Counters,
        tally: Tally,
        air: Callable[[], Air],
    ) -> None:
        """Begin as after a reset, with a clear channel."""
        self._host = host
        self._memory = memory
        self._store = store
        self._configuration = configuration
        self._networking = networking
        self._counters = counters
        self._tally = tally
        self._air = air
        self.jammed = False
        self._under_way: set[asyncio.Task[None]] = set()
        self._sequence = 0
        self._own_sequence = 0

    def reset(self) -> None:
        """Forget what was under way: its confirmations would belong to the host before."""
        for task in self._under_way:
            task.cancel()
        self._under_way.clear()

    def handlers(self) -> Handlers:
        """Give the commands answered here."""
        return {
            "maximumPayloadLength": lambda _: {"length": MAX_PAYLOAD},
            "sendUnicast": self._unicast,
            "sendBroadcast": lambda asked: self._broadcast(asked, BROADCAST_OUT, asked["nwk"]),
            "sendMulticast": lambda asked: self._broadcast(asked, MULTICAST_OUT, ALL_NODES),
        }

    def hear(self, source: int, frame: ApsFrame, *, broadcast: bool, lqi: int) -> Nanoseconds:
        """Hand a frame to the host; when it went on the wire, or 0."""
        if self.jammed or not self._networking.up:
            return 0
        self._counters.add(MAC_RX_BROADCAST if broadcast else MAC_RX_UNICAST)
        self._counters.add(APS_RX_BROADCAST if broadcast else APS_RX_UNICAST)
        kind = BROADCAST if broadcast else UNICAST
        known = self._memory.by_nwk(source)
        return self._tell(source, known.eui64 if known else NO_EUI64, frame, kind, lqi)

    def _tell(self, source: int, eui64: bytes, frame: ApsFrame, kind: int, lqi: int) -> Nanoseconds:
        return self._host.callback(
            "incomingMessageHandler",
            {
                "kind": MULTICAST if frame.group else kind,
                "profile": frame.profile,
                "cluster": frame.cluster,
                "source_endpoint": frame.source_endpoint,
                "destination_endpoint": frame.destination_endpoint,
                "options": 0x0100,
                "group": frame.group,
                "aps_sequence": frame.sequence,
                "nwk": source,
                "eui64": eui64,
                "binding": 0xFF,
                "address": 0xFF,
                "lqi": lqi,
                "rssi": -100 + lqi // 4,
                "timestamp": self._host.now() // MICROSECOND & 0xFFFFFFFF,
                "message": frame.payload,
            },
        )

    def _refusal(self, asked: Fields) -> Status | None:
        if not self._networking.up:
            return Status.NETWORK_DOWN
        if len(asked["message"]) > MAX_PAYLOAD:
            return Status.MESSAGE_TOO_LONG
        return Status.BUSY if len(self._under_way) >= MAX_UNDER_WAY else None

    def _number(self, asked: Fields) -> ApsFrame:
        """Give the frame its APS sequence, and count it against the keys."""
        self._sequence = self._sequence + 1 & 0xFF
        self._memory.frame_counter += 1
        if self._memory.frame_counter % COUNTER_STEP == 0:
            self._store.save(self._memory)
        return ApsFrame(
            asked["profile"],
            asked["cluster"],
            asked["source_endpoint"],
            asked["destination_endpoint"],
            self._sequence,
            asked["message"],
            asked["group"],
        )

    def _unicast(self, asked: Fields) -> Fields:
        refusal = self._refusal(asked)
        if refusal is not None:
            return {"status": refusal, "aps_sequence": 0}
        if asked["kind"] != DIRECT_OUT:  # by address table or binding: no host here uses them
            return {"status": Status.NOT_SUPPORTED, "aps_sequence": 0}
        frame, at = self._number(asked), self._host.now()
        self._host.afterwards(lambda: self._carry(asked, frame, at))
        return {"status": Status.OK, "aps_sequence": frame.sequence}

    def _carry(self, asked: Fields, frame: ApsFrame, at: Nanoseconds) -> None:
        if asked["nwk"] == COORDINATOR:
            self._sent(asked, frame, DIRECT_OUT, Status.OK)
            self._answer_self(frame)
        elif self.jammed:
            self._hit_noise(1)
            self._sent(asked, frame, DIRECT_OUT, Status.DELIVERY_FAILED)
        else:
            # Started at once, not in the loop's next round: the siren is waiting.
            task = asyncio.Task(
                self._deliver(asked, frame, at),
                loop=asyncio.get_running_loop(),
                eager_start=True,
            )
            if not task.done():
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)

    async def _deliver(self, asked: Fields, frame: ApsFrame, at: Nanoseconds) -> None:
        acknowledged = await self._air().unicast(asked["nwk"], frame, at)
        self._counters.add(MAC_TX_UNICAST if acknowledged else MAC_TX_FAILED)
        self._counters.add(APS_TX_UNICAST if acknowledged else APS_TX_FAILED)
        status = Status.OK if acknowledged else Status.DELIVERY_FAILED
        self._sent(asked, frame, DIRECT_OUT, status)

    def _answer_self(self, frame: ApsFrame) -> None:
        if frame.profile != ZDO_PROFILE or not frame.payload:
            return
        endpoints = self._configuration.settings.endpoints
        payload = interview.answer(self._memory, endpoints, frame.cluster, frame.payload)
        self._own_sequence = self._own_sequence + 1 & 0xFF
        cluster = frame.cluster | interview.ANSWER
        answer = ApsFrame(ZDO_PROFILE, cluster, 0, 0, self._own_sequence, payload)
        self._tell(COORDINATOR, self._memory.eui64, answer, UNICAST, 255)

    def _broadcast(self, asked: Fields, kind: int, destination: int) -> Fields:
        refusal = self._refusal(asked)
        if refusal is not None:
            return {"status": refusal, "aps_sequence": 0}
        frame, at = self._number(asked), self._host.now()
        self._host.afterwards(lambda: self._spread({**asked, "nwk": destination}, frame, kind, at))
        return {"status": Status.OK, "aps_sequence": frame.sequence}

    def _spread(self, asked: Fields, frame: ApsFrame, kind: int, at: Nanoseconds) -> None:
        if self.jammed:
            self._hit_noise(1)
            self._sent(asked, frame, kind, Status.DELIVERY_FAILED)
            return
        self._counters.add(MAC_TX_BROADCAST)
        self._counters.add(APS_TX_BROADCAST)
        self._air().broadcast(frame, at)
        self._sent(asked, frame, kind, Status.OK)

    def _hit_noise(self, messages: int) -> None:
        self._counters.add(CCA_FAILURES, MAC_TRIES * messages)
        self._counters.add(MAC_TX_FAILED, messages)
        self._counters.add(APS_TX_FAILED, messages)
        self._tally.cca_failures += MAC_TRIES * messages

    def _sent(self, asked: Fields, frame: ApsFrame, kind: int, status: Status) -> None:
        policies = self._configuration.settings.policies
        whole = policies.get(MESSAGE_CONTENTS_POLICY) == TAG_AND_CONTENTS
        told = {name: asked[name] for name in _ECHOED}
        self._host.callback(
            "messageSentHandler",
            told
            | {
                "status": status,
                "kind": kind,
                "aps_sequence": frame.sequence,
                "message": frame.payload if whole else b"",
            },
        )


_ECHOED = (
    "nwk",
    "profile",
    "cluster",
    "source_endpoint",
    "destination_endpoint",
    "options",
    "group",
    "tag",
)
