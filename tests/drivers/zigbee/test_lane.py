"""The fast lane against bellows' own protocol code: fails when a new bellows moves its insides."""

import asyncio
from collections.abc import Iterator
from typing import Any

import bellows.types as t  # type: ignore[import-untyped]  # bellows ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st
from zigpy.exceptions import DeliveryError

from drivers.zigbee.lane import FIRST, Heard
from drivers.zigbee.thanks import WAITING_MOST
from tests.drivers.zigbee.bench import NWK, Bench, start, turns

VERSIONS = (13, 14, 16, 18, 19)


@pytest.fixture(params=VERSIONS)
async def bench(request: pytest.FixtureRequest) -> Bench:
    return Bench(request.param)


@pytest.fixture
def started() -> Iterator[list[asyncio.Task[Any]]]:
    tasks: list[asyncio.Task[Any]] = []
    yield tasks
    for task in tasks:
        task.cancel()


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


# What is kept from zigpy

OPENED = bytes.fromhex("091100 0100 00 01 0000")
TAKEN = bytes.fromhex("10110b 00 00")


@pytest.fixture
async def settling(bench: Bench) -> Bench:
    """Give a lane that handles all it hears."""
    bench.is_all_told = True
    return bench


async def test_what_was_handled_is_kept_from_zigpy_and_answered_in_one_command(
    settling: Bench,
) -> None:
    settling.incoming(0x0500, OPENED)
    await turns(5)

    assert settling.order == ["lane"]
    assert settling.names() == ["sendUnicast"]
    assert settling.wire.written[0].endswith(bytes([len(TAKEN)]) + TAKEN)


async def test_what_zigpy_may_need_is_shown_to_it(settling: Bench) -> None:
    settling.incoming(0x0500, OPENED)
    settling.is_all_told = False
    settling.incoming(0x0500, bytes.fromhex("091201 1500 0000"))

    assert settling.zigpy_heard == [bytes.fromhex("091201 1500 0000")]


async def test_a_sensor_that_wants_no_answer_gets_none(settling: Bench) -> None:
    settling.incoming(0x0500, bytes.fromhex("191100 0100 00 01 0000"))
    await turns(5)

    assert settling.names() == []


async def test_what_was_said_to_many_is_answered_by_nobody(settling: Bench) -> None:
    settling.incoming(
        0x0500, OPENED, message_type=t.EmberIncomingMessageType.INCOMING_BROADCAST.value
    )
    await turns(5)

    assert settling.order == ["lane"]
    assert settling.names() == []


async def test_a_report_is_answered_from_the_other_side(settling: Bench) -> None:
    settling.incoming(0x0402, bytes.fromhex("08220a 0000 29 c409"))  # by a server
    settling.incoming(0x0402, bytes.fromhex("00230a 0000 29 c409"))  # by a client
    await turns(5)
    settling.accept(0)
    await turns(5)

    first, second = settling.wire.written
    assert first.endswith(bytes.fromhex("05 10220b 0a00"))
    assert second.endswith(bytes.fromhex("05 18230b 0a00"))


async def test_a_bellows_that_hears_another_way_goes_on_hearing_all(bench: Bench) -> None:
    bench.ezsp.remove_callback(bench.zigpy_id)  # it never calls what we stand before
    bench.lane._stands_before_zigpy = False
    bench.is_all_told = True
    bench.ezsp.add_callback(bench.plain_handler)

    bench.incoming(0x0500, OPENED)
    await turns(5)

    assert bench.zigpy_heard == [OPENED]
    assert bench.names() == []


async def test_a_frame_that_could_not_be_handled_is_shown_to_zigpy(settling: Bench) -> None:
    settling.is_all_told = None  # the house stumbles over it
    settling.incoming(0x0500, OPENED)

    assert settling.zigpy_heard == [OPENED]


async def test_a_siren_goes_ahead_of_thanks(
    settling: Bench, started: list[asyncio.Task[Any]]
) -> None:
    for _ in range(3):
        settling.incoming(0x0500, OPENED)
    await turns(5)
    start(settling.ezsp._command("networkState"), started)
    start(settling.lane.send(settling.letter()), started)

    for nth in range(3):
        settling.accept(nth) if nth != 2 else settling.answer(nth, 2)
        await turns(10)

    assert settling.names() == ["sendUnicast", "sendUnicast", "networkState", "sendUnicast"]
    assert bytes.fromhex("010700 17b4003202") in settling.wire.written[1]
    assert settling.wire.written[3].endswith(TAKEN)


async def test_of_too_many_thanks_the_oldest_are_dropped(settling: Bench) -> None:
    for number in range(200):
        settling.incoming(0x0500, bytes([0x09, number]) + OPENED[2:])

    answered: list[int] = []
    await turns(5)
    while len(answered) < len(settling.wire.written):
        answered.append(settling.wire.written[-1][-4])
        settling.accept(len(answered) - 1)
        await turns(10)

    assert answered == list(range(200 - WAITING_MOST, 200))


async def test_a_stick_that_is_gone_ends_the_thanks_quietly(
    settling: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    settling.app._ezsp, ezsp = None, settling.app._ezsp
    settling.lane._thanks.owe(NWK, None, b"")
    await turns(5)
    settling.app._ezsp = ezsp

    settling.incoming(0x0500, OPENED)
    await turns(5)

    assert settling.names() == ["sendUnicast"]
    assert caplog.records == []


async def test_no_order_shares_its_tag_with_the_thanks(
    bench: Bench, started: list[asyncio.Task[Any]]
) -> None:
    bench.app._send_sequence = 255

    start(bench.lane.send(bench.letter()), started)

    assert [tag for _, tag in bench.lane._deliveries] == [1]
