"""ZCL frames: bytes in, parts out, and back. Pure; what is cut short or unknown is None."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

# ZCL 2.4.1.1: the frame control field.
_TYPE = 0b0000_0011
_CLUSTER_SPECIFIC = 0b0000_0001
_MANUFACTURER = 0b0000_0100
_FROM_SERVER = 0b0000_1000
_NO_DEFAULT_RESPONSE = 0b0001_0000

SUCCESS = 0x00


class ClusterId(IntEnum):
    """The clusters that Nightlatch has words for."""

    POWER = 0x0001
    ON_OFF = 0x0006
    DOOR_LOCK = 0x0101
    TEMPERATURE = 0x0402
    ZONE = 0x0500
    ACE = 0x0501
    WARNING = 0x0502


class General(IntEnum):
    """General commands, ZCL 2.5."""

    READ_RESPONSE = 0x01
    REPORT = 0x0A
    DEFAULT_RESPONSE = 0x0B


@dataclass(frozen=True, slots=True)
class Frame:
    """A ZCL frame, taken apart."""

    specific: bool  # to the cluster; else a general command
    from_server: bool
    sequence: int
    command: int
    body: bytes
    manufacturer: int | None = None


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute that was read or reported. `value` is None where we cannot tell it."""

    id: int
    value: int | None


def parse(data: bytes) -> Frame | None:
    """Take a frame apart (ZCL 2.4.1); None when it is cut short or of a reserved type."""
    if len(data) < 3 or data[0] & _TYPE > _CLUSTER_SPECIFIC:
        return None
    control, rest, manufacturer = data[0], data[1:], None
    if control & _MANUFACTURER:
        if len(rest) < 4:
            return None
        manufacturer, rest = int.from_bytes(rest[:2], "little"), rest[2:]
    return Frame(
        specific=bool(control & _CLUSTER_SPECIFIC),
        from_server=bool(control & _FROM_SERVER),
        sequence=rest[0],
        command=rest[1],
        body=rest[2:],
        manufacturer=manufacturer,
    )


def command(sequence: int, number: int, body: bytes = b"", *, to_client: bool = False) -> bytes:
    """Build a cluster command. From us as a server no Default Response is wanted: keypads choke."""
    control = _CLUSTER_SPECIFIC
    if to_client:
        control |= _FROM_SERVER | _NO_DEFAULT_RESPONSE
    return bytes((control, sequence, number)) + body


def default_response(data: bytes) -> bytes | None:
    """Build the answer "taken" to a whole frame (ZCL 2.5.12); None when it wants none."""
    control = data[0]
    if control & (_NO_DEFAULT_RESPONSE | _MANUFACTURER):
        return None
    back = _NO_DEFAULT_RESPONSE | (~control & _FROM_SERVER)
    return bytes((back, data[1], General.DEFAULT_RESPONSE, data[2], SUCCESS))


def attributes(frame: Frame) -> Iterator[Attribute]:
    """Give what a report (ZCL 2.5.11) or a read response (2.5.2) tells, as far as it is whole."""
    if frame.specific or frame.manufacturer is not None:
        return
    if frame.command == General.REPORT:
        yield from _records(frame.body, with_status=False)
    elif frame.command == General.READ_RESPONSE:
        yield from _records(frame.body, with_status=True)


def _records(body: bytes, *, with_status: bool) -> Iterator[Attribute]:
    at = 0
    while at + 3 <= len(body):
        number = int.from_bytes(body[at : at + 2], "little")
        at += 2
        if with_status:
            at += 1
            if body[at - 1] != SUCCESS:
                continue
            if at >= len(body):
                return
        size = _size(body, at)
        if size is None or at + 1 + size > len(body):
            return
        yield Attribute(number, _value(body[at], body[at + 1 : at + 1 + size]))
        at += 1 + size


def _size(body: bytes, at: int) -> int | None:
    """Tell how many bytes a value of the type at `at` takes (ZCL 2.6.2); None when unknown."""
    kind = body[at]
    if kind in (0x41, 0x42):  # octet and character strings carry their length
        return 1 + (body[at + 1] if at + 1 < len(body) and body[at + 1] != 0xFF else 0)
    if 0x08 <= kind <= 0x0F or 0x18 <= kind <= 0x1F or 0x20 <= kind <= 0x2F:
        return (kind & 0x07) + 1  # data, bitmaps, integers: 8 to 64 bits
    return _SIZES.get(kind)


_SIZES = {
    0x00: 0,
    0x10: 1,  # boolean
    0x30: 1,  # enum8
    0x31: 2,  # enum16
    0x38: 2,  # half float
    0x39: 4,
    0x3A: 8,
    0xE0: 4,
    0xE1: 4,
    0xE2: 4,
    0xE8: 2,
    0xE9: 2,
    0xEA: 4,
    0xF0: 8,  # EUI64
    0xF1: 16,
}


def _value(kind: int, raw: bytes) -> int | None:
    if kind in (0x10, 0x30, 0x31) or 0x18 <= kind <= 0x1F or 0x20 <= kind <= 0x27:
        return int.from_bytes(raw, "little")
    if 0x28 <= kind <= 0x2F:
        return int.from_bytes(raw, "little", signed=True)
    return None


def text(body: bytes, at: int) -> tuple[bytes, int] | None:
    """Read a length-prefixed string at `at`; give it and where the next field begins."""
    if at >= len(body):
        return None
    if body[at] == 0xFF:  # ZCL 2.6.2.12: an invalid string
        return b"", at + 1
    end = at + 1 + body[at]
    return (body[at + 1 : end], end) if end <= len(body) else None


def unpack(layout: str, body: bytes) -> tuple[int, ...] | None:
    """Read fixed little-endian fields from the front of a body; None when it is cut short."""
    if len(body) < struct.calcsize("<" + layout):
        return None
    return struct.unpack_from("<" + layout, body)
