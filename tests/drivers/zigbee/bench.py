"""bellows' real protocol object with a wire that the test holds, and our lane on it."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import bellows.types as t  # type: ignore[import-untyped]  # bellows ships no types
import zigpy.types as zt
from bellows.ezsp import EZSP  # type: ignore[import-untyped]  # same
from bellows.zigbee.application import (  # type: ignore[import-untyped]  # same
    ControllerApplication,
)
from zigpy.device import Device as Node

from drivers.zigbee import zcl
from drivers.zigbee.lane import Heard, Lane, Letter

NWK = 0x1234


class Wire:
    """The stick's end: keeps what bellows writes, answers when told."""

    def __init__(self) -> None:
        self.written: list[bytes] = []

    async def send_data(self, data: bytes) -> None:
        self.written.append(data)


class Bench:
    """A lane on bellows' real EZSP object, with a wire that we hold."""

    def __init__(self, version: int, *, listens: bool = True) -> None:
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
        self.is_all_told: bool | None = False
        self.zigpy_heard: list[bytes] = []
        self.app.packet_received = self._zigpy_hears
        self.plain_handler = self.app.ezsp_callback_handler
        if listens:
            self.lane = Lane(self.app, self._hear, self.joined.append, asyncio.ensure_future)
            self.lane.listen()
            self.begin_zigpy()
        nwk = zt.NWK.convert(f"{NWK:04x}")
        self.node = Node(self.app, zt.EUI64.convert("00:12:4b:00:1c:a1:00:06"), nwk)
        self.version = version

    def begin_zigpy(self) -> None:
        """Have zigpy listen, as bellows does when it starts, and hear its first callback."""
        self.zigpy_id = self.ezsp.add_callback(self.app.ezsp_callback_handler)
        self.ezsp.handle_callback("stackStatusHandler", [t.EmberStatus.NETWORK_UP])

    def _hear(self, heard: Heard) -> bool:
        self.heard.append(heard)
        self.order.append("lane")
        if self.is_all_told is None:
            raise ValueError("a fault of ours")
        return self.is_all_told

    def _zigpy_hears(self, packet: Any) -> None:
        self.zigpy_heard.append(packet.data.serialize())
        self.order.append("zigpy")

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

    def incoming(
        self, cluster: int, data: bytes, *, profile: int = 0x0104, message_type: int = 0
    ) -> None:
        aps = t.EmberApsFrame(
            profileId=profile,
            clusterId=cluster,
            sourceEndpoint=1,
            destinationEndpoint=1,
            options=t.EmberApsOption.APS_OPTION_NONE,
            groupId=0,
            sequence=9,
        )
        way = t.EmberIncomingMessageType(message_type)
        new = [way, aps, NWK, None, 0, 0, 200, -50, 0, data]
        old = [way, aps, 200, -50, NWK, 0, 0, data]
        self.ezsp.handle_callback("incomingMessageHandler", new if self.version >= 14 else old)


def start(coroutine: Coroutine[Any, Any, Any], tasks: list[asyncio.Task[Any]]) -> asyncio.Task[Any]:
    task = asyncio.Task(coroutine, loop=asyncio.get_running_loop(), eager_start=True)
    tasks.append(task)
    return task


async def turns(count: int) -> None:
    """Let the loop turn: what is ready runs, and nothing waits for time."""
    for _ in range(count):
        await asyncio.sleep(0)
