"""A node: what every device has in common. Memory, an endpoint of clusters, and frames in and out.

A kind of device fits its clusters into a node and offers what a hand can do to it. The node knows
neither: it finds the cluster that a frame is for, and hands it on.
"""

from collections.abc import Callable, Mapping

from simulator.gesture import Gesture
from simulator.request import CannotDo
from simulator.zigbee import general, zcl, zdo
from simulator.zigbee.devices import dialogue, memory
from simulator.zigbee.devices.gesture import Action
from simulator.zigbee.devices.memory import Memory
from simulator.zigbee.devices.periodic import NEVER_SECONDS, Periodic
from simulator.zigbee.devices.radio import Radio
from simulator.zigbee.house import DeviceSpec, eui64_text
from simulator.zigbee.seams import ApsFrame, Nanoseconds

ENDPOINT = 1
HOME_AUTOMATION = 0x0104
ANY_PROFILE = 0xFFFF
ALL_ENDPOINTS = 0xFF
MANUFACTURER_CODE = 0x1234  # in no list of manufacturers that we know of

type Facts = Callable[[], Mapping[str, object]]
type Outbox = list[tuple[ApsFrame, bytes | None]]


class Node:
    """One device on the air."""

    def __init__(self, spec: DeviceSpec, radio: Radio, device_id: int) -> None:
        self.spec = spec
        self.radio = radio
        self.memory = Memory()
        self.muted = False
        self.background: Callable[[], Nanoseconds] | None = None
        self.hub_endpoint = 1
        self._device_id = device_id
        self._clusters: dict[tuple[int, zcl.Side], zcl.Cluster] = {}
        self._actions: dict[str, Action] = {}
        self._facts: list[Facts] = []
        self._check_ins: list[Callable[[], Nanoseconds]] = []
        self._on_joined: list[Callable[[], object]] = []
        self._on_left: list[Callable[[], object]] = []
        self._periodic = Periodic(radio.later, self.report, self.check_in, spec.check_in_seconds)
        self._outbox: Outbox | None = None
        self._zcl_sequence = 0
        self._aps_counter = 0

    # What a kind fits in.

    def fit(self, *clusters: zcl.Cluster) -> None:
        for cluster in clusters:
            self._clusters[cluster.id, cluster.side] = cluster

    def offer(self, name: str, action: Action) -> None:
        self._actions[name] = action

    def describe(self, facts: Facts) -> None:
        self._facts.append(facts)

    def checks_in(self, report: Callable[[], Nanoseconds]) -> None:
        self._check_ins.append(report)

    def when_joined(self, do: Callable[[], object]) -> None:
        self._on_joined.append(do)

    def when_left(self, do: Callable[[], object]) -> None:
        self._on_left.append(do)

    # What the world does to it.

    def act(self, name: str, gesture: Gesture) -> Nanoseconds:
        """Let a hand do something; give when the report of it was on the host's wire."""
        action = self._actions.get(name)
        if action is None:
            can = ", ".join(sorted(self._actions))
            raise CannotDo(
                f"{self.spec.name!r} is a {self.spec.kind} and cannot {name!r}; it can: {can}"
            )
        return action(gesture)

    def check_in(self) -> Nanoseconds:
        return _first([report() for report in self._check_ins])

    def joined(self, nwk: int, *, anew: bool) -> None:
        """The coordinator let us in: anew with an empty memory, or back into our place."""
        if anew:
            self.left()
        self.memory.nwk = nwk
        self._periodic.start(self._clusters.values())
        self.radio.remember()

    def settle(self) -> None:
        """After the announcement: what a device does by itself then."""
        for do in self._on_joined:
            do()

    def left(self) -> None:
        """Forget the network. What has nothing to do with it, PINs above all, stays."""
        self.memory.nwk = None
        self.memory.bindings = ()
        self._periodic.stop()
        for cluster in self._clusters.values():
            cluster.reporting.clear()
        for do in self._on_left:
            do()
        self.radio.remember()

    def state(self) -> dict[str, object]:
        """What the device really is."""
        nwk = self.memory.nwk
        told: dict[str, object] = {
            "name": self.spec.name,
            "kind": self.spec.kind,
            "eui64": eui64_text(self.spec.eui64),
            "joined": nwk is not None,
            "nwk": nwk,
            "muted": self.muted,
            "bindings": [f"0x{one.cluster:04x}" for one in self.memory.bindings],
        }
        for facts in self._facts:
            told.update(facts())
        return told

    @property
    def own(self) -> zdo.Self:
        inputs = [cluster for cluster, side in self._clusters if side is zcl.Side.SERVER]
        outputs = [cluster for cluster, side in self._clusters if side is zcl.Side.CLIENT]
        nwk = self.memory.nwk
        return zdo.Self(
            eui64=self.spec.eui64,
            nwk=0xFFFF if nwk is None else nwk,
            sleepy=self.spec.sleepy,
            battery=(0x0001, zcl.Side.SERVER) in self._clusters,
            manufacturer_code=MANUFACTURER_CODE,
            endpoint=ENDPOINT,
            profile=HOME_AUTOMATION,
            device_id=self._device_id,
            inputs=tuple(sorted(inputs)),
            outputs=tuple(sorted(outputs)),
        )

    # Frames out.

    def announcement(self) -> ApsFrame:
        payload = bytes((self._next_zcl(),)) + zdo.announce(self.own)
        return ApsFrame(0, zdo.DEVICE_ANNOUNCE, 0, 0, self._next_aps(), payload)

    def command(
        self, cluster: zcl.Cluster, command: int, payload: bytes, to: zdo.Binding | None = None
    ) -> Nanoseconds:
        """Send a cluster command of ours to the hub, or along a binding."""
        control = zcl.CLUSTER_SPECIFIC | dialogue.towards(cluster.side)
        data = bytes((control, self._next_zcl(), command)) + payload
        return self._send(cluster.id, data, to)

    def command_bound(self, cluster: zcl.Cluster, command: int, payload: bytes) -> Nanoseconds:
        """Send a cluster command to all who are bound to the cluster."""
        bound = self._bound(cluster.id)
        return _first([self.command(cluster, command, payload, to) for to in bound])

    def report(self, cluster: zcl.Cluster, *attributes: int) -> Nanoseconds:
        """Report attributes to all who are bound to the cluster (ZCL 2.5.11).

        Without a configuration the maker's own applies: report every change. A hand's change is
        reported at once, whatever the least interval and the reportable change are.
        """
        wanted = [
            attribute
            for attribute in attributes
            if attribute not in cluster.reporting
            or cluster.reporting[attribute].most_seconds != NEVER_SECONDS
        ]
        if not wanted:
            return 0
        return _first([self._report(cluster, wanted, to) for to in self._bound(cluster.id)])

    def report_to_hub(self, cluster: zcl.Cluster, attribute: int) -> Nanoseconds:
        """Report to the coordinator, bound or not."""
        return self._report(cluster, [attribute], None)

    def _report(
        self, cluster: zcl.Cluster, attributes: list[int], to: zdo.Binding | None
    ) -> Nanoseconds:
        control = zcl.NO_DEFAULT_RESPONSE | dialogue.towards(cluster.side)
        records = b"".join([cluster.report(attribute) for attribute in attributes])
        data = bytes((control, self._next_zcl(), zcl.General.REPORT)) + records
        return self._send(cluster.id, data, to)

    def _bound(self, cluster: int) -> list[zdo.Binding]:
        return [one for one in self.memory.bindings if one.cluster == cluster and not one.group]

    def _send(self, cluster: int, data: bytes, to: zdo.Binding | None) -> Nanoseconds:
        endpoint = self.hub_endpoint if to is None else to.to_endpoint
        frame = ApsFrame(HOME_AUTOMATION, cluster, ENDPOINT, endpoint, self._next_aps(), data)
        address = None if to is None else to.to
        if self._outbox is not None:
            self._outbox.append((frame, address))
            return 0
        return self.radio.transmit(frame, address)

    def _next_zcl(self) -> int:
        self._zcl_sequence = (self._zcl_sequence + 1) & 0xFF
        return self._zcl_sequence

    def _next_aps(self) -> int:
        self._aps_counter = (self._aps_counter + 1) & 0xFF
        return self._aps_counter

    # Frames in.

    def receive(
        self, frame: ApsFrame, at: Nanoseconds, *, broadcast: bool = False
    ) -> list[tuple[ApsFrame, bytes | None]]:
        """Take a frame in; give what the node then sends, in order, each with its addressee."""
        outbox: Outbox = []
        self._outbox = outbox
        try:
            if frame.destination_endpoint == 0:
                self._zdo(frame, broadcast=broadcast)
            elif frame.destination_endpoint in (ENDPOINT, ALL_ENDPOINTS):
                self._zcl(frame, at, broadcast=broadcast)
        finally:
            self._outbox = None
        return outbox

    def _zdo(self, frame: ApsFrame, *, broadcast: bool) -> None:
        if frame.profile or not frame.payload:
            return
        bindings, sequence = self.memory.bindings, frame.payload[:1]
        outcome = zdo.answer(
            self.own, bindings, frame.cluster, frame.payload[1:], broadcast=broadcast
        )
        if outcome.bindings is not None:
            self.memory.bindings = outcome.bindings
            self.radio.remember()
        if outcome.answer is not None and self._outbox is not None:
            cluster = frame.cluster | zdo.RESPONSE
            end = frame.source_endpoint
            answer = ApsFrame(0, cluster, 0, end, self._next_aps(), sequence + outcome.answer)
            self._outbox.append((answer, None))
        if outcome.leaves:
            self.radio.leave(rejoin=outcome.rejoins)

    def _zcl(self, frame: ApsFrame, at: Nanoseconds, *, broadcast: bool) -> None:
        heard = zcl.parse(frame.payload)
        if heard is None or frame.profile not in (HOME_AUTOMATION, ANY_PROFILE):
            return
        if heard.is_answer:
            return  # to a report or a request of ours: nothing we do depends on it
        cluster = self._clusters.get((frame.cluster, heard.side))
        asked = zcl.Heard(heard.command, heard.payload, frame.source_endpoint, at)
        if cluster is None:
            answer = dialogue.default(heard, zcl.Status.UNSUPPORTED_CLUSTER)
        elif heard.control & zcl.MANUFACTURER_SPECIFIC:
            answer = dialogue.refusal_of_extension(heard)
        elif heard.control & zcl.CLUSTER_SPECIFIC:
            answer = dialogue.command(cluster, heard, asked)
        else:
            answer = self._general(cluster, heard, asked)
        if answer is not None and not broadcast and self._outbox is not None:
            # In front of what the device sends by itself on account of this frame.
            self._outbox.insert(0, (self._answering(frame, answer), None))

    def _general(self, cluster: zcl.Cluster, heard: zcl.Frame, asked: zcl.Heard) -> bytes | None:
        outcome = general.carry_out(cluster, heard)
        if isinstance(outcome, zcl.Status):
            return dialogue.default(heard, outcome)
        if outcome.written:
            self.radio.remember()
        if outcome.command == zcl.General.CONFIGURE_REPORTING_RESPONSE:
            self._periodic.start(self._clusters.values())
        elif cluster.written is not None:
            for attribute in outcome.written:
                cluster.written(attribute, asked)
        if outcome.silent:
            return None
        return dialogue.answer(heard, 0, outcome.command, outcome.payload)

    def _answering(self, asked: ApsFrame, data: bytes) -> ApsFrame:
        end, cluster = asked.source_endpoint, asked.cluster
        return ApsFrame(HOME_AUTOMATION, cluster, ENDPOINT, end, self._next_aps(), data)

    # Memory.

    def dump(self) -> dict[str, object]:
        return memory.dump(self.memory, self._clusters.values())

    def load(self, saved: Mapping[str, object]) -> None:
        self.memory = memory.load(saved, self._clusters.values())

    def wake(self) -> None:
        """Power is back: timers run again."""
        if self.memory.nwk is not None:
            self._periodic.start(self._clusters.values())


def _first(times: list[Nanoseconds]) -> Nanoseconds:
    return next((at for at in times if at), 0)
