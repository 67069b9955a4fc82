"""The late acknowledgement on bellows' real AshProtocol: fails when a new bellows moves it."""

import asyncio
from typing import Any

import pytest
from bellows.ash import (  # type: ignore[import-untyped]  # bellows ships no types
    AckFrame,
    AshProtocol,
    DataFrame,
    parse_frame,
)
from bellows.thread import ThreadsafeProxy  # type: ignore[import-untyped]  # same
from bellows.uart import Gateway  # type: ignore[import-untyped]  # same

from drivers.zigbee.ack import acknowledge_behind

FLAG = 0x7E
RESPONSE, SIREN = b"what came in", b"the siren"


class Line:
    """The serial port: keeps the frames that are written."""

    def __init__(self) -> None:
        self.written: list[Any] = []
        self.closing = False

    def write(self, data: bytes) -> None:
        self.written.append(parse_frame(AshProtocol._unstuff_bytes(data[:-1])))

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True


class Ezsp:
    """What hears the frames, as bellows' EZSP does; one answers by a frame of its own at once."""

    def __init__(self) -> None:
        self.gateway = Gateway(self)
        self.ash = AshProtocol(self.gateway)
        self.line = Line()
        self.ash.connection_made(self.line)
        self._gw = ThreadsafeProxy(self.gateway, asyncio.get_running_loop())
        self.heard: list[bytes] = []
        self.answers = True
        self.sending: list[asyncio.Task[None]] = []

    def frame_received(self, data: bytes) -> None:
        self.heard.append(data)
        if self.answers:
            work = self._gw.send_data(SIREN)
            loop = asyncio.get_running_loop()
            self.sending.append(asyncio.Task(work, loop=loop, eager_start=True))

    def receive(self, number: int, *, again: bool = False) -> None:
        """Have the stick send its frame of this number."""
        frame = DataFrame(frm_num=number, re_tx=again, ack_num=0, ezsp_frame=RESPONSE)
        self.ash.data_received(AshProtocol._stuff_bytes(frame.to_bytes()) + bytes([FLAG]))

    def kinds(self) -> list[type[Any]]:
        return [type(frame) for frame in self.line.written]


@pytest.fixture
async def ezsp() -> Any:
    made = Ezsp()
    yield made
    for task in made.sending:
        task.cancel()
    made.ash.close()
    await asyncio.sleep(0)


async def test_the_siren_goes_first_and_the_acknowledgement_in_the_same_call(ezsp: Ezsp) -> None:
    assert acknowledge_behind(ezsp)

    ezsp.receive(0)  # nothing is awaited: all this was in one call

    siren, acknowledgement = ezsp.line.written
    assert siren.ezsp_frame == SIREN
    assert siren.ack_num == acknowledgement.ack_num == 1
    assert ezsp.kinds() == [DataFrame, AckFrame]


async def test_bellows_itself_acknowledges_first(ezsp: Ezsp) -> None:
    """When it no longer does, ack.py has nothing left to do."""
    ezsp.receive(0)

    assert ezsp.kinds() == [AckFrame, DataFrame]


async def test_every_frame_is_acknowledged_by_itself(ezsp: Ezsp) -> None:
    acknowledge_behind(ezsp)
    ezsp.answers = False

    for number in (0, 1, 2, 3):
        ezsp.receive(number)

    assert [frame.ack_num for frame in ezsp.line.written] == [1, 2, 3, 4]


async def test_a_frame_that_comes_again_is_acknowledged_and_not_heard_again(ezsp: Ezsp) -> None:
    acknowledge_behind(ezsp)
    ezsp.answers = False
    ezsp.receive(0)

    ezsp.receive(0, again=True)

    assert ezsp.heard == [RESPONSE]
    assert [frame.ack_num for frame in ezsp.line.written] == [1, 1]


async def test_a_frame_out_of_turn_is_refused_as_before(ezsp: Ezsp) -> None:
    acknowledge_behind(ezsp)

    ezsp.receive(3)

    assert ezsp.heard == []
    assert [type(frame).__name__ for frame in ezsp.line.written] == ["NakFrame"]


async def test_a_frame_that_somebody_stumbles_over_is_acknowledged(
    ezsp: Ezsp, monkeypatch: pytest.MonkeyPatch
) -> None:
    acknowledge_behind(ezsp)

    def stumble(_data: bytes) -> None:
        raise ValueError("a fault of ours")

    monkeypatch.setattr(ezsp, "frame_received", stumble)
    with pytest.raises(ValueError, match="ours"):
        ezsp.receive(0)

    assert ezsp.kinds() == [AckFrame]


async def test_a_line_that_closes_while_a_frame_is_heard_raises_nothing(
    ezsp: Ezsp, monkeypatch: pytest.MonkeyPatch
) -> None:
    acknowledge_behind(ezsp)
    monkeypatch.setattr(ezsp, "frame_received", lambda _data: ezsp.ash.close())

    ezsp.receive(0)

    assert ezsp.line.written == []


async def test_a_line_read_in_another_thread_is_left_alone(ezsp: Ezsp) -> None:
    other = asyncio.new_event_loop()
    ezsp._gw = ThreadsafeProxy(ezsp.gateway, other)
    other.close()

    assert not acknowledge_behind(ezsp)


async def test_a_bellows_that_moved_its_insides_is_left_alone(ezsp: Ezsp) -> None:
    ezsp.gateway._transport, ash = None, ezsp.ash

    assert not acknowledge_behind(ezsp)
    assert not acknowledge_behind(object())
    assert "data_frame_received" not in vars(ash)
