"""RTP packets of H.264 (RFC 6184) and H.265 (RFC 7798), and RTCP sender reports."""

import struct
from collections.abc import Iterator, Sequence

from simulator.camera.codec import Codec

CLOCK_HZ = 90_000
PAYLOAD_TYPE = 96
MOST_PAYLOAD_BYTES = 1400
_NTP_EPOCH = 2_208_988_800  # seconds from 1900 to 1970
_VERSION = 0x80
_SENDER_REPORT = 200
_SOURCE_DESCRIPTION = 202


_TOGETHER = {Codec.H264: 24, Codec.H265: 48}  # STAP-A, AP
_APART = {Codec.H264: 28, Codec.H265: 49}  # FU-A, FU


def payloads(codec: Codec, nals: Sequence[bytes], most: int = MOST_PAYLOAD_BYTES) -> list[bytes]:
    """Give the payloads of one access unit: small units together, large ones in pieces."""
    out: list[bytes] = []
    small: list[bytes] = []
    for nal in nals:
        if _size([*small, nal], codec) <= most:
            small.append(nal)
            continue
        out += _together(codec, small)
        small = []
        if _size([nal], codec) <= most:
            small = [nal]
        else:
            out += [nal] if len(nal) <= most else _apart(codec, nal, most)
    return out + list(_together(codec, small))


class Packets:
    """The RTP packets of one listener: its own numbers from its own start."""

    def __init__(self, ssrc: int, sequence: int, start: int) -> None:
        self.ssrc = ssrc
        self.sequence = sequence
        self._start = start
        self._count = 0
        self._octets = 0

    def stamp(self, at: float) -> int:
        """Give the RTP time of a moment."""
        return (self._start + round(at * CLOCK_HZ)) & 0xFFFFFFFF

    def wrap(self, payload: bytes, at: float, *, last: bool) -> bytes:
        kind = PAYLOAD_TYPE | (0x80 if last else 0)
        head = struct.pack(">BBHII", _VERSION, kind, self.sequence, self.stamp(at), self.ssrc)
        self.sequence = (self.sequence + 1) & 0xFFFF
        self._count += 1
        self._octets += len(payload)
        return head + payload

    def report(self, at: float, clock: float) -> bytes:
        """Give a sender report: the moment `at` is `clock`, in seconds since 1970."""
        seconds, rest = divmod(clock + _NTP_EPOCH, 1)
        body = struct.pack(
            ">IIIIII",
            *(self.ssrc, int(seconds) & 0xFFFFFFFF, int(rest * 2**32)),
            *(self.stamp(at), self._count & 0xFFFFFFFF, self._octets & 0xFFFFFFFF),
        )
        return _rtcp(_SENDER_REPORT, 0, body) + self._description()

    def _description(self) -> bytes:
        item = b"\x01\x0anightlatch"
        chunk = struct.pack(">I", self.ssrc) + item
        return _rtcp(_SOURCE_DESCRIPTION, 1, chunk + bytes(4 - len(chunk) % 4))


def _rtcp(kind: int, count: int, body: bytes) -> bytes:
    return struct.pack(">BBH", _VERSION | count, kind, len(body) // 4) + body


def _size(nals: Sequence[bytes], codec: Codec) -> int:
    if len(nals) == 1:
        return len(nals[0])
    return codec.header_bytes + sum(2 + len(nal) for nal in nals)


def _together(codec: Codec, nals: Sequence[bytes]) -> Iterator[bytes]:
    if len(nals) == 1:
        yield nals[0]
    elif nals:
        head = _header(codec, _TOGETHER[codec], nals)
        yield head + b"".join(struct.pack(">H", len(nal)) + nal for nal in nals)


def _header(codec: Codec, kind: int, nals: Sequence[bytes]) -> bytes:
    """Give the header of a payload that carries others: it is as important as they are."""
    if codec is Codec.H264:
        return bytes([max(nal[0] & 0x60 for nal in nals) | kind])
    layer_bit, tid = nals[0][0] & 0x81, min(nal[1] for nal in nals)
    return bytes([layer_bit | kind << 1, tid])


def _apart(codec: Codec, nal: bytes, most: int) -> Iterator[bytes]:
    skip = codec.header_bytes
    head, kind = _header(codec, _APART[codec], [nal]), codec.kind(nal)
    room = most - skip - 1
    starts = range(skip, len(nal), room)
    for start in starts:
        first = 0x80 if start == starts[0] else 0
        last = 0x40 if start == starts[-1] else 0
        yield head + bytes([first | last | kind]) + nal[start : start + room]
