"""The fast lane against bellows' own protocol code: fails when a new bellows moves its insides."""

import asyncio
from collections.abc import Iterator
from typing import Any

import bellows.types as t  # type: ignore[import-untyped]  # bellows ships no types
import pytest
import zigpy.types as zt
from bellows.ezsp import EZSP  # type: ignore[import-untyped]  # same
from bellows.zigbee.application import (  # type: ignore[import-untyped]  # same
    ControllerApplication,
)
from hypothesis import given
from hypothesis import strategies as st
from zigpy.device import Device as Node
from zigpy.exceptions import DeliveryError

from drivers.zigbee import zcl
from drivers.zigbee.lane import FIRST, Heard, Lane, Letter

NWK = 0x1234
VERSIONS = (13, 14, 16, 18, 19)


class Wire:
    """The stick's end: keeps what bellows writes, answers when told."""

    def __init__(self) -> None:
        self.written: list[bytes] = []

    async def send_data(self, data: bytes) -> None:
        self.written.append(data)


class Bench:
    """A lane on bellows' real EZSP object, with a wire that we hold."""

    def __init__(self, version: int) -> None:
        self.app = ControllerApplication({"device": {"path": "/dev/null"}})
        self.ezsp = EZSP({"path": "/dev/null"})
        self.wire = Wire()
        self.ezsp._gw = self.wire
        self.ezsp._switch_protocol_version(version)
        self.ezsp.start_ezsp()
        self.app._ezsp = self.ezsp
        self.heard: list[Heard] = []
        self.joined: list[object] = []
        self.order: list[str] = []
        self.lane = Lane(self.app, self._hear, self.joined.append)
        self.lane.listen()
        self.ezsp.add_callback(lambda *_: self.order.append("zigpy"))
        nwk = zt.NWK.convert(f"{NWK:04x}")
        self.node = Node(self.app, zt.EUI64.convert("00:12:4b:00:1c:a1:00:06"), nwk)
        self.version = version

    def _hear(self, heard: Heard) -> None:
        self.heard.append(heard)
        self.order.append("lane")

    def letter(self, sequence: int = 7) -> Letter:
        return Letter(self.node, 1, 0x0502, zcl.command(sequence, 0, b"\x17\xb4\x00\x32\x02"))

    def names(self) -> list[str]:
        """Name the commands on the wire, in their order."""
        by_id = {number: name for name, (number, _, _) in self.ezsp._protocol.COMMANDS.items()}
        return [by_id[int.from_bytes(data[3:5], "little")] for data in self.wire.written]

    def answer(self, nth: int, *values: Any) -> None:
        """Answer the nth command as the stick would."""
        data = self.wire.written[nth]
        number = int.from_bytes(data[3:5], "little")
        _, _, schema = self.ezsp._protocol.COMMANDS_BY_ID[number]
        body = b"".join(
            kind(value).serialize() for kind, value in zip(schema.values(), values, strict=True)
        )
        self.ezsp.frame_received(bytes([data[0], 0x80, 0x01]) + data[3:5] + body)

    def accept(self, nth: int) -> None:
        self.answer(nth, 0, 1)

    def sent(self, tag: int, status: int = 0) -> None:
        """Say what became of a unicast."""
        if self.version >= 14:
            args: list[Any] = [t.sl_Status(status), 0, NWK, None, tag, b""]
        else:
            args = [0, NWK, None, tag, t.EmberStatus(0x66 if status else 0), b""]
        self.ezsp.handle_callback("messageSentHandler", args)

    def incoming(self, cluster: int, data: bytes, *, profile: int = 0x0104) -> None:
        aps = t.EmberApsFrame(
            profileId=profile,
            clusterId=cluster,
            sourceEndpoint=1,
            destinationEndpoint=1,
            options=t.EmberApsOption.APS_OPTION_NONE,
            groupId=0,
            sequence=9,
        )
        new, old = [0, aps, NWK, None, 0, 0, 200, -50, 0, data], [0, aps, 200, -50, NWK, 0, 0, data]
        self.ezsp.handle_callback("incomingMessageHandler", new if self.version >= 14 else old)


@pytest.fixture(params=VERSIONS)
async def bench(request: pytest.FixtureRequest) -> Bench:
    return Bench(request.param)


@pytest.fixture
def started() -> Iterator[list[asyncio.Task[Any]]]:
    tasks: list[asyncio.Task[Any]] = []
    yield tasks
    for task in tasks:
        task.cancel()


def start(coroutine: Any, tasks: list[asyncio.Task[Any]]) -> asyncio.Task[Any]:
    task = asyncio.Task(coroutine, loop=asyncio.get_running_loop(), eager_start=True)
    tasks.append(task)
    return task


async def test_the_frame_is_written_before_anything_suspends(
    bench: Bench, started: list[asyncio.Task[Any]]
) -> None:
    start(bench.lane.send(bench.letter()), started)

    assert bench.names() == ["sendUnicast"]
    assert bytes.fromhex("010700 17b4003202") in bench.wire.written[0]


async def test_it_is_what_bellows_itself_would_have_written(
    bench: Bench, started: list[asyncio.Task[Any]]
) -> None:
    start(bench.lane.send(bench.letter()), started)
    ours = bench.wire.written.pop()
    other = Bench(bench.version)
    aps = t.EmberApsFrame(
        profileId=0x0104,
        clusterId=0x0502,
        sourceEndpoint=1,
        destinationEndpoint=1,
        options=t.EmberApsOption.APS_OPTION_RETRY
        | t.EmberApsOption.APS_OPTION_ENABLE_ROUTE_DISCOVERY,
        groupId=0,
        sequence=7,
    )

    start(other.ezsp.send_unicast(NWK, aps, 1, bench.letter().data), started)

    assert ours == other.wire.written[0]


async def test_it_goes_ahead_of_all_that_waits_at_the_stick(
    bench: Bench, started: list[asyncio.Task[Any]]
) -> None:
    for _ in range(5):
        start(bench.ezsp._command("networkState"), started)
    start(bench.lane.send(bench.letter()), started)
    assert bench.names() == ["networkState"]  # the stick takes one command at a time

    bench.answer(0, 2)
    await turns(10)

    assert bench.names() == ["networkState", "sendUnicast"]


async def test_the_devices_answer_is_given(bench: Bench, started: list[asyncio.Task[Any]]) -> None:
    sending = start(bench.lane.send(bench.letter(7)), started)
    bench.accept(0)
    await turns(5)
    bench.sent(1)
    bench.incoming(0x0502, bytes.fromhex("18060b 00 00"))  # to another order
    bench.incoming(0x0502, bytes.fromhex("18070b 00 81"))

    answer = await asyncio.wait_for(sending, 5)

    assert answer.body == b"\x00\x81"


async def test_what_was_not_delivered_is_said(
    bench: Bench, started: list[asyncio.Task[Any]]
) -> None:
    sending = start(bench.lane.send(bench.letter()), started)
    bench.accept(0)
    await turns(5)
    bench.sent(1, 0x0C02)  # SL_STATUS_ZIGBEE_DELIVERY_FAILED; EmberStatus 0x66

    with pytest.raises(DeliveryError):
        await asyncio.wait_for(sending, 5)


async def test_what_the_stick_does_not_take_is_said(
    bench: Bench, started: list[asyncio.Task[Any]]
) -> None:
    sending = start(bench.lane.send(bench.letter()), started)
    bench.answer(0, 0x72 if bench.version < 14 else 0x0C03, 0)

    with pytest.raises(DeliveryError):
        await asyncio.wait_for(sending, 5)


async def test_a_sensor_is_heard_before_zigpy_hears_it(bench: Bench) -> None:
    bench.incoming(0x0500, bytes.fromhex("091100 0100 00 01 0000"))

    assert bench.heard == [Heard(NWK, 1, 0x0500, 9, bytes.fromhex("091100010000010000"))]
    assert bench.order == ["lane", "zigpy"]


async def test_other_profiles_are_not_ours(bench: Bench) -> None:
    bench.incoming(0x0013, b"\x00\x01\x02", profile=0)

    assert bench.heard == []


async def test_a_stranger_that_joins_is_told_of_and_a_rejoin_is_not(bench: Bench) -> None:
    for status in (1, 0, 2):
        bench.ezsp.handle_callback("trustCenterJoinHandler", [NWK, "address", status, 0, 0])

    assert bench.joined == ["address"]


async def test_nothing_in_bellows_goes_first_as_the_lane_does(bench: Bench) -> None:
    commands = bench.ezsp._protocol.COMMANDS

    assert max(bench.ezsp._protocol._get_command_priority(name) for name in commands) < FIRST


@given(data=st.binary(max_size=120), cluster=st.integers(0, 0xFFFF))
def test_no_frame_raises_out_of_the_callback(data: bytes, cluster: int) -> None:
    async def play() -> Bench:
        bench = Bench(14)
        bench.incoming(cluster, data)
        return bench

    assert len(asyncio.run(play()).heard) == 1


@given(st.binary(min_size=5, max_size=120))
def test_no_garbled_ezsp_frame_silences_the_lane(data: bytes) -> None:
    async def play() -> Bench:
        bench = Bench(14)
        bench.ezsp.frame_received(bytes([0, 0x90, 0x01]) + data)
        bench.ezsp.frame_received(bytes([0, 0x90, 0x01, 0x45, 0x00]) + data)
        bench.incoming(0x0500, bytes.fromhex("091100 0100 00 01 0000"))
        return bench

    assert asyncio.run(play()).heard[-1].cluster == 0x0500


async def turns(count: int) -> None:
    """Let the loop turn: what is ready runs, and nothing waits for time."""
    for _ in range(count):
        await asyncio.sleep(0)
