"""What is packed for the line is unpacked by the book, RFC 6184 and RFC 7798, to the same."""

import struct
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.camera.codec import Codec
from simulator.camera.rtsp.rtp import CLOCK_HZ, Packets, payloads

MOST = 60
TIGHT = 9  # bytes of a payload, so that most units are cut
H264 = st.builds(
    lambda ref, kind, rest: bytes([ref << 5 | kind]) + rest,
    st.integers(0, 3),
    st.sampled_from([1, 5, 6, 7, 8]),
    st.binary(min_size=1, max_size=400),
)
H265 = st.builds(
    lambda kind, rest: bytes([kind << 1, 1]) + rest,
    st.sampled_from([0, 1, 19, 32, 33, 34, 39]),
    st.binary(min_size=1, max_size=400),
)


@given(st.lists(H264, min_size=1, max_size=12))
def test_h264_comes_out_as_it_went_in(nals: list[bytes]) -> None:
    packed = payloads(Codec.H264, nals, TIGHT)

    assert list(_h264(packed)) == nals
    assert all(0 < len(one) <= TIGHT for one in packed)


@given(st.lists(H265, min_size=1, max_size=12))
def test_h265_comes_out_as_it_went_in(nals: list[bytes]) -> None:
    packed = payloads(Codec.H265, nals, TIGHT)

    assert list(_h265(packed)) == nals
    assert all(0 < len(one) <= TIGHT for one in packed)


def test_small_units_go_together_and_large_ones_in_pieces() -> None:
    small, large = [b"\x67abc", b"\x68de"], b"\x65" + bytes(range(150))

    kinds = [one[0] & 0x1F for one in payloads(Codec.H264, [*small, large], MOST)]

    assert kinds == [24, 28, 28, 28]


def test_units_together_are_as_important_as_the_most_important() -> None:
    (packed,) = payloads(Codec.H264, [b"\x06abc", b"\x65de", b"\x27f"], MOST)

    assert packed[0] == 0x60 | 24


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF), st.floats(0, 1e7))
def test_numbers_follow_each_other_and_times_wrap(sequence: int, start: int, at: float) -> None:
    packets = Packets(7, sequence, start)

    heads = [packets.wrap(b"x", at + step, last=step == 1)[:12] for step in (0, 1)]

    first, second = (struct.unpack(">BBHII", head) for head in heads)
    assert (first[2] + 1) % 0x10000 == second[2]
    assert (second[3] - first[3]) % 2**32 == pytest.approx(CLOCK_HZ, abs=1)
    assert (first[1], second[1]) == (96, 96 | 0x80)
    assert first[4] == second[4] == 7


def test_a_report_says_which_moment_is_which() -> None:
    packets = Packets(7, 0, 1000)
    packets.wrap(b"four", 1.0, last=True)

    report = packets.report(at=2.0, clock=0.5)

    head, words, rest = report[:4], struct.unpack(">IIIIII", report[4:28]), report[28:]
    assert head == bytes([0x80, 200, 0, 6])
    assert words == (7, 2_208_988_800, 2**31, 1000 + 2 * CLOCK_HZ, 1, 4)
    assert rest[:2] == bytes([0x81, 202])
    assert len(rest) == 4 * (int.from_bytes(rest[2:4], "big") + 1)


def _h264(packed: Sequence[bytes]) -> Iterator[bytes]:
    pieces = b""
    for one in packed:
        match one[0] & 0x1F:
            case 24:
                yield from _lengths(one[1:])
            case 28:
                begins, ends, kind = one[1] & 0x80, one[1] & 0x40, one[1] & 0x1F
                pieces = bytes([one[0] & 0xE0 | kind]) if begins else pieces
                pieces += one[2:]
                if ends:
                    yield pieces
            case _:
                yield one


def _h265(packed: Sequence[bytes]) -> Iterator[bytes]:
    pieces = b""
    for one in packed:
        match one[0] >> 1 & 0x3F:
            case 48:
                yield from _lengths(one[2:])
            case 49:
                begins, ends, kind = one[2] & 0x80, one[2] & 0x40, one[2] & 0x3F
                pieces = bytes([one[0] & 0x81 | kind << 1, one[1]]) if begins else pieces
                pieces += one[3:]
                if ends:
                    yield pieces
            case _:
                yield one


def _lengths(rest: bytes) -> Iterator[bytes]:
    while rest:
        length = int.from_bytes(rest[:2], "big")
        yield rest[2 : 2 + length]
        rest = rest[2 + length :]
