"""The fast lane: a sensor's frame read before zigpy sees it, a siren's sent before all others.

Everything that leans on the insides of bellows and zigpy stands in this file, and
tests/drivers/zigbee/test_lane.py fails when a new version moves them.

Why at all: a zigpy request asks the stick for three things before it sends, and first answers the
sensor with a Default Response that does the same: seven round trips stand before the siren. Here
the siren's `sendUnicast` is the first frame out after the sensor's frame came in. What we have
handled to the end is kept from zigpy, and the sensor answered by one command instead of four.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

import bellows.types as t  # type: ignore[import-untyped]  # bellows ships no types
from bellows.ash import AshException  # type: ignore[import-untyped]  # same
from bellows.exception import EzspError  # type: ignore[import-untyped]  # same
from zigpy.application import ControllerApplication
from zigpy.device import Device as Node
from zigpy.exceptions import DeliveryError

from drivers.zigbee import zcl
from drivers.zigbee.ack import acknowledge_behind
from drivers.zigbee.thanks import Thanks
from gateway.model.driver import RadioLost

log = logging.getLogger(__name__)

HOME_AUTOMATION = 0x0104
OUR_ENDPOINT = 1
FIRST = 10_000  # bellows gives its watchdog 999 and every packet -1
LAST = -2  # behind all that bellows has to do
EZSP_SECONDS = 10.0  # bellows' own patience with the stick
MAINS_SECONDS = 5.0  # to deliver and to answer; a router does both in some ten milliseconds
SLEEPY_SECONDS = 12.0  # a parent keeps a frame 7.68 s for a device that polls
FRESH_JOIN = 1  # EmberDeviceUpdate.STANDARD_SECURITY_UNSECURED_JOIN
_CHANGED_IN = 14  # EZSP 14 moved the fields of two callbacks, and made tags 16 bits wide
_THANKS_TAG = 0x0100  # zigpy's tags have 8 bits
_TO_US_ALONE = t.EmberIncomingMessageType.INCOMING_UNICAST
_DIRECT = t.EmberOutgoingMessageType.OUTGOING_DIRECT
_UNCONFIRMED = t.EmberApsOption.APS_OPTION_ENABLE_ROUTE_DISCOVERY
# EmberZNet: asks for the APS acknowledgement. Each that is awaited takes one of the stick's few
# places for messages under way, which the siren must find free.
_CONFIRMED = _UNCONFIRMED | t.EmberApsOption.APS_OPTION_RETRY
_BROKEN = (AshException, EzspError, OSError, RuntimeError)  # TimeoutError is an OSError


@dataclass(frozen=True, slots=True)
class Heard:
    """A frame as it came from the stick."""

    nwk: int
    endpoint: int
    cluster: int
    aps_sequence: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """A ZCL frame on its way to one endpoint. `data[1]` is its sequence number."""

    node: Node
    endpoint: int
    cluster: int
    data: bytes
    wants_answer: bool = True

    @property
    def key(self) -> tuple[int, int, int, int]:
        """Name the answer: from where, on what, to which sequence number."""
        return (int(self.node.nwk), self.endpoint, self.cluster, self.data[1])


class Lane:
    """One EZSP connection, beside zigpy on the same stick."""

    def __init__(
        self,
        app: ControllerApplication,
        on_frame: Callable[[Heard], bool],
        on_fresh_join: Callable[[t.EUI64], None],
        spawn: Callable[[Coroutine[None, None, None]], object],
    ) -> None:
        """`on_frame` says whether it handled a frame to the end: then zigpy is not shown it."""
        self._app = app
        self._on_frame = on_frame
        self._on_fresh_join = on_fresh_join
        self._answers: dict[tuple[int, int, int, int], asyncio.Future[zcl.Frame]] = {}
        self._deliveries: dict[tuple[int, int], asyncio.Future[object]] = {}
        self._thanks = Thanks(self._thank, spawn)
        self._settled: Any = None  # the fields of the callback that zigpy is not shown
        self._stands_before_zigpy = False

    def listen(self) -> None:
        """Hear every callback before zigpy: bellows calls in the order of registration.

        To be called between zigpy's `connect`, which makes the EZSP object, and its
        `initialize`, which registers zigpy's own callback there.
        """
        self._ezsp.add_callback(self._callback)
        self._stand_before_zigpy()
        acknowledge_behind(self._ezsp)

    def _stand_before_zigpy(self) -> None:
        """Have zigpy hear through us.

        Only once it did is a frame kept from it: a bellows that registers something else goes
        on hearing, and answering, every frame itself.
        """
        app: Any = self._app
        hear = getattr(app, "ezsp_callback_handler", None)
        if not callable(hear):
            return

        def unless_settled(name: str, args: Any) -> None:
            self._stands_before_zigpy = True
            if args is not self._settled:
                hear(name, args)

        app.ezsp_callback_handler = unless_settled

    @property
    def _ezsp(self) -> Any:
        ezsp: Any = getattr(self._app, "_ezsp", None)  # there is no public way to the stick
        if ezsp is None:
            raise RadioLost("the Zigbee stick is not connected")
        return ezsp

    # In

    def _callback(self, name: str, args: Any) -> None:
        try:
            if name == "incomingMessageHandler":
                is_settled = self._incoming(args)
            elif name == "messageSentHandler":
                is_settled = self._sent(args)
            else:
                is_settled = False
                if name == "trustCenterJoinHandler" and int(args[2]) == FRESH_JOIN:
                    self._on_fresh_join(args[1])
        except Exception:  # one hostile frame must not cost the frames behind it; told by logging
            log.exception("a %s could not be handled", name)
        else:
            if is_settled and self._stands_before_zigpy:
                self._settled = args  # kept, so that no other can be taken for it

    def _incoming(self, args: Any) -> bool:
        """Hear a frame; say whether zigpy need not."""
        aps = args[1]
        if aps.profileId != HOME_AUTOMATION:
            return False
        nwk = args[2] if self._ezsp.ezsp_version >= _CHANGED_IN else args[4]
        heard = Heard(
            int(nwk),
            int(aps.sourceEndpoint),
            int(aps.clusterId),
            int(aps.sequence),
            bytes(args[-1]),
        )
        if self._on_frame(heard):
            # ZCL 2.5.12.2: what was said to many is answered by nobody.
            if self._stands_before_zigpy and args[0] == _TO_US_ALONE:
                self._owe_thanks(heard)
            return True
        if self._answers:
            self._match(heard)
        return False

    def _owe_thanks(self, heard: Heard) -> None:
        data = zcl.default_response(heard.data)
        if data is not None:
            self._thanks.owe(
                heard.nwk, _aps(heard.endpoint, heard.cluster, data, _UNCONFIRMED), data
            )

    def _match(self, heard: Heard) -> None:
        frame = zcl.parse(heard.data)
        if frame is None or (not frame.specific and frame.command == zcl.General.REPORT):
            return  # a report's own sequence number may collide with ours
        key = (heard.nwk, heard.endpoint, heard.cluster, frame.sequence)
        waiting = self._answers.get(key)
        if waiting is not None and not waiting.done():
            waiting.set_result(frame)

    def _sent(self, args: Any) -> bool:
        """Hear what became of a frame; say whether zigpy need not."""
        if self._ezsp.ezsp_version >= _CHANGED_IN:
            status, nwk, tag = args[0], args[2], args[4]
            if tag == _THANKS_TAG:
                return True
        else:
            nwk, tag, status = args[1], args[3], args[4]
        waiting = self._deliveries.get((int(nwk), int(tag)))
        if waiting is not None and not waiting.done():
            waiting.set_result(status)
        return False

    # Out

    async def send(self, letter: Letter) -> zcl.Frame | None:
        """Send ahead of everything that waits; give the device's answer.

        When nothing else is on its way the frame is written before this first suspends.
        Raises DeliveryError or TimeoutError, and RadioLost when the stick is gone.
        """
        loop = asyncio.get_running_loop()
        nwk = int(letter.node.nwk)
        # zigpy's own, so that no two letters share one; 0 is that of the thanks before EZSP 14.
        tag = self._app.get_sequence() or self._app.get_sequence()
        delivered: asyncio.Future[object] = loop.create_future()
        self._deliveries[nwk, tag] = delivered
        try:
            with self.expecting(letter) as answered:
                async with asyncio.timeout(_patience(letter.node)):
                    status, _ = await self._command(
                        "sendUnicast", *_unicast(letter, tag), priority=FIRST
                    )
                    _check("the stick did not take it", status)
                    _check("it was not acknowledged", await delivered)
                    return await answered if letter.wants_answer else None
        except TimeoutError:  # an OSError to Python, but of the device to us
            raise
        except _BROKEN as error:
            raise RadioLost(f"the Zigbee stick took no command: {error!r}") from error
        finally:
            self._deliveries.pop((nwk, tag), None)

    @contextlib.contextmanager
    def expecting(self, letter: Letter) -> Iterator[asyncio.Future[zcl.Frame]]:
        """Give the answer to a letter, whichever way it is sent."""
        answered: asyncio.Future[zcl.Frame] = asyncio.get_running_loop().create_future()
        self._answers[letter.key] = answered
        try:
            yield answered
        finally:
            self._answers.pop(letter.key, None)

    async def _thank(self, nwk: int, aps: t.EmberApsFrame, data: bytes) -> None:
        # Whoever needs the stick finds out what is wrong with it; here nobody waits for anything.
        with contextlib.suppress(*_BROKEN, RadioLost):
            tag = _THANKS_TAG if self._ezsp.ezsp_version >= _CHANGED_IN else 0
            fields = (_DIRECT, t.EmberNodeId(nwk), aps, tag, data)
            await self._command("sendUnicast", *fields, priority=LAST)

    async def cca_failures(self) -> int:
        """Count how often the stick found its channel busy, since bellows cleared the count."""
        try:
            counters = await self._ezsp.read_counters()
        except _BROKEN as error:
            raise RadioLost(f"the Zigbee stick took no command: {error!r}") from error
        return int(counters.get(t.EmberCounterType.COUNTER_PHY_CCA_FAIL_COUNT, 0))

    async def _command(self, name: str, *args: Any, priority: int) -> Any:
        """Do what bellows' ProtocolHandler.command does, with a priority of our own.

        bellows gives `sendUnicast` the lowest, behind every lookup that zigpy has queued. What
        the stick works on right now is waited for: it takes one command at a time.
        """
        protocol = self._ezsp._protocol  # noqa: SLF001  # bellows has no priority in its API
        async with protocol._send_semaphore(priority=priority):  # noqa: SLF001  # same
            data = protocol._ezsp_frame(name, *args)  # noqa: SLF001  # same
            number, _, schema = protocol.COMMANDS[name]
            answer = asyncio.get_running_loop().create_future()
            protocol._awaiting[protocol._seq] = (number, schema, answer)  # noqa: SLF001  # same
            protocol._seq = (protocol._seq + 1) % 256  # noqa: SLF001  # same
            await protocol._gw.send_data(data)  # noqa: SLF001  # same
            async with asyncio.timeout(EZSP_SECONDS):
                return await answer


def _unicast(letter: Letter, tag: int) -> tuple[Any, ...]:
    """Give the fields of EZSP sendUnicast; versions name them differently but agree in order."""
    aps = _aps(letter.endpoint, letter.cluster, letter.data, _CONFIRMED)
    return _DIRECT, t.EmberNodeId(letter.node.nwk), aps, tag, letter.data


def _aps(endpoint: int, cluster: int, data: bytes, options: t.EmberApsOption) -> t.EmberApsFrame:
    return t.EmberApsFrame(
        profileId=t.uint16_t(HOME_AUTOMATION),
        clusterId=t.uint16_t(cluster),
        sourceEndpoint=t.uint8_t(OUR_ENDPOINT),
        destinationEndpoint=t.uint8_t(endpoint),
        options=options,
        groupId=t.uint16_t(0),
        sequence=t.uint8_t(data[1]),
    )


def _check(what: str, status: Any) -> None:
    if t.sl_Status.from_ember_status(status) != t.sl_Status.OK:
        raise DeliveryError(f"{what}: {status!r}")


def _patience(node: Node) -> float:
    descriptor = node.node_desc
    sleepy = descriptor is None or not descriptor.is_receiver_on_when_idle
    return SLEEPY_SECONDS if sleepy else MAINS_SECONDS
