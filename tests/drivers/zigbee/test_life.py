"""One life of the radio on bellows' protocol object: what the simulated stick shows too seldom."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from zigpy.endpoint import Status
from zigpy.zdo.types import NodeDescriptor

from drivers.zigbee import ZigbeeSettings, directory
from drivers.zigbee.life import Life
from drivers.zigbee.radio import Loss
from drivers.zigbee.translate import ZoneType
from drivers.zigbee.zcl import ClusterId
from gateway.model.capability import Contact
from gateway.model.command import SoundSiren
from gateway.model.device import DeviceId
from gateway.model.driver import DeviceUnknown, DeviceUnreachable, RadioLost, Told
from gateway.model.event import DeviceHeard, DeviceJoined, DriverFound, Proof, Reported
from tests.drivers.zigbee.bench import Bench, start, turns

DEVICE = DeviceId("zigbee:00124b001ca10006/1")
OPENED = bytes.fromhex("091100 0100 00 01 0000")
CLOSED = bytes.fromhex("091200 0000 00 01 0000")
ROUTER, _ = NodeDescriptor.deserialize(bytes.fromhex("01408e7c1152520000 2c52 0000"))
ENROLL_REQUEST = bytes.fromhex("092a01 1500 0000")


@dataclass
class Lived:
    """A life that has begun to listen, with one node: a contact and a siren in one."""

    bench: Bench
    life: Life
    loss: Loss
    told: list[Told]
    tasks: list[asyncio.Task[Any]] = field(default_factory=list[asyncio.Task[Any]])

    def zone(self) -> Any:
        return self.bench.node.endpoints[1].in_clusters[ClusterId.ZONE]

    def sound(self) -> asyncio.Task[Proof]:
        return start(self.life.perform(SoundSiren(DEVICE, 180)), self.tasks)

    def readings(self) -> list[object]:
        return [e.reading for e in self.told if isinstance(e, Reported)]


@pytest.fixture
async def lived(tmp_path: Path) -> AsyncIterator[Lived]:
    bench = Bench(14, listens=False)
    endpoint = bench.node.add_endpoint(1)
    endpoint.profile_id = 0x0104
    endpoint.add_input_cluster(ClusterId.ZONE)
    endpoint.add_input_cluster(ClusterId.WARNING)
    endpoint.status = Status.ZDO_INIT
    bench.node.node_desc = ROUTER
    bench.app.devices[bench.node.ieee] = bench.node
    told: list[Told] = []
    loss = Loss()
    settings = ZigbeeSettings("/dev/null", 15, tmp_path / "zigbee.db")
    life = Life(bench.app, loss, told.append, settings)
    life.listen()
    bench.begin_zigpy()
    lived = Lived(bench, life, loss, told)
    lived.zone().update_attribute(directory.ZONE_TYPE_ATTRIBUTE, ZoneType.CONTACT)
    yield lived
    for task in lived.tasks:
        task.cancel()
    await life.end()


async def test_an_enroll_request_is_answered_with_its_own_number_and_names_the_type(
    lived: Lived,
) -> None:
    lived.zone().update_attribute(directory.ZONE_TYPE_ATTRIBUTE, ZoneType.MOTION)

    lived.bench.incoming(ClusterId.ZONE, ENROLL_REQUEST)
    await turns(5)

    assert lived.bench.names()[0] == "sendUnicast"
    assert lived.bench.wire.written[0].endswith(bytes.fromhex("05 012a00 00 01"))
    assert directory.zone_type(lived.bench.node.endpoints[1]) == ZoneType.CONTACT
    assert lived.bench.zigpy_heard == [ENROLL_REQUEST]


async def test_what_was_heard_before_a_device_was_announced_is_told_after_it(lived: Lived) -> None:
    lived.bench.incoming(ClusterId.ZONE, OPENED)
    lived.bench.incoming(ClusterId.ZONE, CLOSED)
    assert lived.told == []

    lived.life.begin()

    told = [e for e in lived.told if not isinstance(e, DeviceHeard)]
    assert isinstance(told[0], DriverFound)
    assert isinstance(told[1], DeviceJoined)
    contacts = [r for r in lived.readings() if isinstance(r, Contact)]
    assert contacts == [Contact.OPEN, Contact.CLOSED]
    assert lived.bench.zigpy_heard == [OPENED, CLOSED]  # it had them when they came, and once


async def test_an_announced_zone_is_not_heard_twice(lived: Lived) -> None:
    lived.life.begin()
    lived.bench.incoming(ClusterId.ZONE, OPENED)

    assert [r for r in lived.readings() if isinstance(r, Contact)] == [Contact.OPEN]
    assert lived.bench.zigpy_heard == []
    assert lived.bench.node.last_seen is not None


async def test_an_order_under_way_ends_with_the_radio(lived: Lived) -> None:
    lived.life.begin()
    order = lived.sound()
    assert lived.bench.names()[0] == "sendUnicast"

    lived.loss.connection_lost(None)

    with pytest.raises(RadioLost, match="closed"):
        await asyncio.wait_for(order, 1)


async def test_an_order_on_a_radio_that_is_lost_says_so(lived: Lived) -> None:
    lived.life.begin()
    lived.loss.connection_lost(OSError(5, "device disconnected"))

    with pytest.raises(RadioLost, match="gone"):
        await asyncio.wait_for(lived.sound(), 1)


async def test_an_order_that_fails_in_the_lane_is_tried_by_zigpy(
    lived: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[dict[str, Any]] = []

    async def request(**asked: Any) -> None:
        tries.append(asked)
        answer = bytes((0x18, asked["sequence"], 0x0B, 0x00, 0x00))
        lived.bench.incoming(asked["cluster"], answer)

    monkeypatch.setattr(lived.bench.node, "request", request)
    lived.life.begin()
    order = lived.sound()
    lived.bench.answer(0, 0x0C03, 0)  # the stick has no room for it

    assert await asyncio.wait_for(order, 5) is Proof.ACCEPTED
    first = lived.bench.wire.written[0]
    assert tries[0]["data"] == bytes((0x01, tries[0]["sequence"])) + first[-6:]
    assert tries[0]["sequence"] != first[-7]  # an answer that comes late is not taken for this
    assert tries[0]["dst_ep"] == 1
    assert tries[0]["ask_for_ack"]


async def test_a_siren_that_neither_way_reaches_is_unreachable(
    lived: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def request(**_asked: Any) -> None:
        raise TimeoutError

    monkeypatch.setattr(lived.bench.node, "request", request)
    lived.life.begin()
    order = lived.sound()
    lived.bench.answer(0, 0x0C03, 0)

    with pytest.raises(DeviceUnreachable):
        await asyncio.wait_for(order, 5)


def test_a_nodes_place_is_found_anew_when_zigpy_replaced_it() -> None:
    async def play() -> None:
        bench = Bench(14)
        endpoint = bench.node.add_endpoint(1)
        endpoint.add_input_cluster(ClusterId.WARNING)
        endpoint.status = Status.ZDO_INIT
        bench.node.node_desc = ROUTER
        bench.app.devices[bench.node.ieee] = bench.node
        found = directory.Directory(bench.app)
        before = found.find(DEVICE)
        assert found.find(DEVICE) is before

        del bench.node.endpoints[1]
        again = bench.node.add_endpoint(1)
        again.add_input_cluster(ClusterId.WARNING)
        again.status = Status.ZDO_INIT

        assert found.find(DEVICE).endpoint is again
        bench.app.devices.clear()
        with pytest.raises(DeviceUnknown):
            found.find(DEVICE)

    asyncio.run(play())
