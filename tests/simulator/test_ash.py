"""The frame layer of the stick's line: bytes as UG101 prints them, and laws over any bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.zigbee.ash import (
    ACK_WAIT_MAX,
    EXCEEDED_TIMEOUTS,
    MAX_DATA,
    MAX_STUFFED,
    MAX_TIMEOUTS,
    MIN_DATA,
    Ash,
    BadCheckError,
    Delivered,
    Event,
    Frame,
    HostReset,
    Kind,
    Splitter,
    decode,
    encode,
    mix,
)
from simulator.zigbee.tally import Tally

RST = bytes.fromhex("1ac038bc7e")
payloads = st.binary(min_size=MIN_DATA, max_size=MAX_DATA)
numbers = st.integers(0, 7)
frames = st.one_of(
    st.builds(Frame, st.just(Kind.DATA), numbers, numbers, again=st.booleans(), data=payloads),
    st.builds(Frame, st.sampled_from((Kind.ACK, Kind.NAK)), acknowledges=numbers),
    st.just(Frame(Kind.RST)),
    st.builds(
        Frame,
        st.sampled_from((Kind.RSTACK, Kind.ERROR)),
        data=st.binary(min_size=2, max_size=2),
    ),
)


@pytest.mark.parametrize(
    ("frame", "wire"),
    [
        (Frame(Kind.RST), "c038bc7e"),
        (Frame(Kind.RSTACK, data=b"\x02\x02"), "c102029b7b7e"),
        (Frame(Kind.RSTACK, data=b"\x02\x0b"), "c1020b0a527e"),
        (Frame(Kind.DATA, 2, 5, data=bytes.fromhex("00000002")), "254221a856a6097e"),
        (
            Frame(Kind.DATA, 5, 3, data=bytes.fromhex("00800002021130")),
            "5342a1a8562804 82032a7e",
        ),
        (Frame(Kind.ACK, acknowledges=1), "8160597e"),
        (Frame(Kind.NAK, acknowledges=6), "a634dc7e"),
    ],
)
def test_frames_are_on_the_wire_as_the_reference_prints_them(frame: Frame, wire: str) -> None:
    assert encode(frame) == bytes.fromhex(wire)
    assert decode(bytes.fromhex(wire)[:-1]) == frame


def test_the_pseudo_random_sequence_begins_as_the_reference_says() -> None:
    assert mix(bytes(8)) == bytes.fromhex("4221a8542a15b2 59")


@given(frames)
def test_no_reserved_byte_stands_inside_a_frame(frame: Frame) -> None:
    wire = encode(frame)

    assert not set(wire[:-1]) & {0x7E, 0x11, 0x13, 0x18, 0x1A}
    assert wire[-1] == 0x7E


@given(st.lists(frames, min_size=1, max_size=6), st.data())
def test_frames_come_out_as_they_went_in_at_any_chunking(
    sent: list[Frame], data: st.DataObject
) -> None:
    wire = b"".join(map(encode, sent))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=8)))
    splitter, received = Splitter(), list[Frame]()

    for begin, end in zip([0, *cuts], [*cuts, len(wire)], strict=True):
        received += map(decode, splitter.split(wire[begin:end]))

    assert received == sent


@given(st.binary(max_size=2000), st.integers(1, 50))
def test_garbage_never_raises_stays_bounded_and_reads_the_same_at_any_chunking(
    garbage: bytes, size: int
) -> None:
    whole, pieces = _up(), _up()

    at_once = whole.receive(garbage, 0)
    piecemeal: list[Event] = []
    for at in range(0, len(garbage), size):
        piecemeal += pieces.receive(garbage[at : at + size], 0)

    assert piecemeal == at_once
    assert len(pieces._splitter._rest) <= MAX_STUFFED + 1


@given(frames, st.integers(0, 7), st.data())
def test_one_flipped_bit_is_never_taken_for_a_frame(
    frame: Frame, bit: int, data: st.DataObject
) -> None:
    body = bytearray(encode(frame)[:-1])
    body[data.draw(st.integers(0, len(body) - 1))] ^= 1 << bit
    splitter = Splitter()

    read = splitter.split(bytes(body) + b"\x7e")

    for piece in read:
        with pytest.raises(Exception, match=r"^$") as caught:
            decode(piece)
        assert caught.type.__name__ in {"BadFrameError", "BadCheckError"}


def test_a_cancel_byte_takes_back_what_came_before_it() -> None:
    assert Splitter().split(b"rubbish" + RST) == [b"\xc0\x38\xbc"]


def test_flow_control_between_the_bytes_of_a_frame_is_not_part_of_it() -> None:
    assert Splitter().split(b"\xc0\x11\x38\x13\xbc\x7e") == [b"\xc0\x38\xbc"]


def test_a_reset_is_answered_as_a_software_reset() -> None:
    ash = Ash(Tally())

    events = ash.receive(RST, 0)

    assert events == [HostReset()]
    assert ash.drain(0) == [bytes.fromhex("c1020b0a527e")]


def test_an_answer_carries_the_acknowledgement_of_its_question() -> None:
    ash = _up()

    events = ash.receive(_host(0), 0)
    ash.send(b"answer")

    assert events == [Delivered(b"question 0")]
    assert ash.drain(0) == [encode(Frame(Kind.DATA, 0, 1, data=b"answer"))]


def test_data_without_an_answer_is_acknowledged_by_itself() -> None:
    ash = _up()

    ash.receive(_host(0), 0)

    assert ash.drain(0) == [encode(Frame(Kind.ACK, acknowledges=1))]
    assert ash.drain(0) == []


def test_a_broken_frame_is_refused_once_and_its_repetition_taken() -> None:
    tally = Tally()
    ash = _up(tally)
    broken = bytearray(_host(0))
    broken[2] ^= 1

    ash.receive(bytes(broken), 0)
    ash.receive(bytes(broken), 0)
    refused = ash.drain(0)
    events = ash.receive(_host(0, again=True), 0)

    assert refused == [encode(Frame(Kind.NAK, acknowledges=0))]
    assert events == [Delivered(b"question 0")]
    assert (tally.crc_errors, tally.nak_sent, tally.retransmissions_received) == (2, 1, 1)


def test_a_frame_sent_twice_is_delivered_once_and_acknowledged_again() -> None:
    ash = _up()
    ash.receive(_host(0), 0)
    ash.drain(0)

    events = ash.receive(_host(0, again=True), 0)

    assert events == []
    assert ash.drain(0) == [encode(Frame(Kind.ACK, acknowledges=1))]


def test_a_gap_is_refused_and_counted() -> None:
    tally = Tally()
    ash = _up(tally)

    events = ash.receive(_host(1), 0)

    assert events == []
    assert ash.drain(0) == [encode(Frame(Kind.NAK, acknowledges=0))]
    assert (tally.out_of_sequence, tally.nak_sent) == (1, 1)


def test_no_more_than_the_window_goes_out_unacknowledged() -> None:
    ash = _up()
    for number in range(8):
        ash.send(b"frame %d" % number)

    first = ash.drain(0)
    ash.receive(encode(Frame(Kind.ACK, acknowledges=2)), 0)
    then = ash.drain(0)

    assert [decode(frame[:-1]).data[-1:] for frame in first] == [b"0", b"1", b"2", b"3", b"4"]
    assert [decode(frame[:-1]).data[-1:] for frame in then] == [b"5", b"6"]


def test_what_finds_no_buffer_is_lost_and_counted() -> None:
    tally = Tally()
    ash = _up(tally)

    taken = sum(ash.send(b"frame") for _ in range(300))

    assert taken == 255
    assert tally.overflows == 45


def test_what_the_host_refuses_goes_out_again_marked_so() -> None:
    tally = Tally()
    ash = _up(tally)
    ash.send(b"frame 0")
    ash.send(b"frame 1")
    ash.drain(0)

    ash.receive(encode(Frame(Kind.NAK, acknowledges=1)), 0)

    assert ash.drain(0) == [encode(Frame(Kind.DATA, 1, 0, again=True, data=b"frame 1"))]
    assert (tally.nak_received, tally.retransmissions_sent) == (1, 1)


def test_an_acknowledged_frame_is_not_sent_again() -> None:
    ash = _up()
    ash.send(b"frame 0")
    ash.drain(0)

    ash.receive(encode(Frame(Kind.ACK, acknowledges=1)), 0)
    ash.tick(10 * ACK_WAIT_MAX)

    assert ash.deadline is None
    assert ash.drain(0) == []


def test_a_silent_host_is_asked_again_and_then_given_up_until_it_resets() -> None:
    tally = Tally()
    ash = _up(tally)
    ash.send(b"frame 0")
    ash.drain(0)

    again = [frame for _ in range(MAX_TIMEOUTS) for frame in _let_pass(ash)]
    last = _let_pass(ash)
    ash.receive(_host(0), 0)
    still = ash.drain(0)
    events = ash.receive(RST, 0)

    assert again == [encode(Frame(Kind.DATA, 0, 0, again=True, data=b"frame 0"))] * MAX_TIMEOUTS
    assert last == still == [encode(Frame(Kind.ERROR, data=bytes((2, EXCEEDED_TIMEOUTS))))]
    assert (tally.timeouts, tally.retransmissions_sent) == (MAX_TIMEOUTS + 1, MAX_TIMEOUTS)
    assert events == [HostReset()]


def test_the_wait_for_an_acknowledgement_follows_the_host_between_its_bounds() -> None:
    ash = _up()
    waits = list[int]()
    for number in range(20):
        ash.send(b"frame")
        ash.drain(0)
        assert ash.deadline is not None
        waits.append(ash.deadline)
        ash.receive(encode(Frame(Kind.ACK, acknowledges=number + 1 & 7)), 1_000_000)

    assert waits[0] == 1_600_000_000
    assert waits == sorted(waits, reverse=True)
    assert waits[-1] == 400_000_000


def test_an_acknowledgement_of_what_was_never_sent_is_counted_and_moves_nothing() -> None:
    tally = Tally()
    ash = _up(tally)
    ash.send(b"frame 0")
    ash.drain(0)

    ash.receive(encode(Frame(Kind.ACK, acknowledges=5)), 0)

    assert tally.out_of_sequence == 1
    assert ash.deadline is not None


def test_the_stick_says_nothing_before_its_first_reset() -> None:
    ash = Ash(Tally())

    ash.receive(_host(0) + b"\xff\xff\xff\x7e", 0)

    assert ash.send(b"frame") is False
    assert ash.drain(0) == []


def test_a_check_that_fails_is_told_from_a_frame_that_is_none() -> None:
    with pytest.raises(BadCheckError):
        decode(b"\xc0\x38\xbd")


def _up(tally: Tally | None = None) -> Ash:
    ash = Ash(tally or Tally())
    ash.restart(0x02)
    ash.drain(0)
    return ash


def _host(number: int, *, again: bool = False) -> bytes:
    return encode(Frame(Kind.DATA, number, 0, again=again, data=b"question %d" % number))


def _let_pass(ash: Ash) -> list[bytes]:
    assert ash.deadline is not None
    ash.tick(ash.deadline)
    return ash.drain(0)
