"""The words of ZCL chapter 2: frames, types, attributes and clusters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from simulator.zigbee.seams import Nanoseconds

# Frame control (ZCL 2.4.1.1).
CLUSTER_SPECIFIC = 0x01
MANUFACTURER_SPECIFIC = 0x04
TO_CLIENT = 0x08  # "direction": set when a server speaks to a client
NO_DEFAULT_RESPONSE = 0x10


class Status(IntEnum):
    """ZCL 2.6.3."""

    SUCCESS = 0x00
    FAILURE = 0x01
    NOT_AUTHORIZED = 0x7E
    MALFORMED_COMMAND = 0x80
    UNSUP_CLUSTER_COMMAND = 0x81
    UNSUP_GENERAL_COMMAND = 0x82
    UNSUP_MANUF_CLUSTER_COMMAND = 0x83
    UNSUP_MANUF_GENERAL_COMMAND = 0x84
    INVALID_FIELD = 0x85
    UNSUPPORTED_ATTRIBUTE = 0x86
    INVALID_VALUE = 0x87
    READ_ONLY = 0x88
    UNREPORTABLE_ATTRIBUTE = 0x8C
    INVALID_DATA_TYPE = 0x8D
    UNSUPPORTED_CLUSTER = 0xC3


class General(IntEnum):
    """The general commands (ZCL 2.5)."""

    READ = 0x00
    READ_RESPONSE = 0x01
    WRITE = 0x02
    WRITE_UNDIVIDED = 0x03
    WRITE_RESPONSE = 0x04
    WRITE_NO_RESPONSE = 0x05
    CONFIGURE_REPORTING = 0x06
    CONFIGURE_REPORTING_RESPONSE = 0x07
    READ_REPORTING = 0x08
    READ_REPORTING_RESPONSE = 0x09
    REPORT = 0x0A
    DEFAULT_RESPONSE = 0x0B
    DISCOVER = 0x0C
    DISCOVER_RESPONSE = 0x0D
    DISCOVER_RECEIVED = 0x11
    DISCOVER_RECEIVED_RESPONSE = 0x12
    DISCOVER_EXTENDED = 0x15
    DISCOVER_EXTENDED_RESPONSE = 0x16


class Type(IntEnum):
    """The data types our attributes have (ZCL 2.6.2)."""

    BOOLEAN = 0x10
    BITMAP8 = 0x18
    BITMAP16 = 0x19
    UINT8 = 0x20
    UINT16 = 0x21
    UINT32 = 0x23
    INT16 = 0x29
    ENUM8 = 0x30
    ENUM16 = 0x31
    STRING = 0x42
    EUI64 = 0xF0


class Side(IntEnum):
    SERVER = 0
    CLIENT = 1


# Sizes of every fixed type a host may send, not only of ours: a record must be skipped to reach
# the next one.
_SIZES = (
    {0x10: 1, 0x38: 2, 0x39: 4, 0x3A: 8, 0xE0: 4, 0xE1: 4, 0xE2: 4, 0xE8: 2, 0xE9: 2, 0xEA: 4}
    | {0xF0: 8, 0xF1: 16, 0x30: 1, 0x31: 2, 0x00: 0}
    | {base + more: more + 1 for base in (0x08, 0x18, 0x20, 0x28) for more in range(8)}
)
_LENGTH_BYTES = {0x41: 1, 0x42: 1, 0x43: 2, 0x44: 2}
_ANSWERS = frozenset({0x01, 0x04, 0x07, 0x09, 0x0A, 0x0B, 0x0D, 0x12, 0x14, 0x16})


class Malformed(Exception):
    """The bytes end early, or have a type that has no length."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A ZCL frame as it lies in the APS payload (ZCL 2.4.1)."""

    control: int
    manufacturer: bytes
    sequence: int
    command: int
    payload: bytes

    @property
    def side(self) -> Side:
        """The side of the cluster that is addressed."""
        return Side.CLIENT if self.control & TO_CLIENT else Side.SERVER

    @property
    def is_answer(self) -> bool:
        """Whether it answers or reports, so that it gets no answer itself."""
        return not self.control & CLUSTER_SPECIFIC and self.command in _ANSWERS


@dataclass(slots=True)
class Attribute:
    """One attribute; its value is kept as it goes on the air."""

    type: Type
    raw: bytes
    writable: bool = False
    reported: bool = False
    kept: bool = False  # survives a power cut though nobody can write or report it

    @property
    def number(self) -> int:
        return int.from_bytes(self.raw, "little", signed=self.type is Type.INT16)

    @number.setter
    def number(self, number: int) -> None:
        signed = self.type is Type.INT16
        self.raw = number.to_bytes(_SIZES[self.type], "little", signed=signed)


@dataclass(frozen=True, slots=True)
class Reporting:
    """How an attribute is to be reported (ZCL 2.5.7)."""

    least_seconds: int
    most_seconds: int
    change: bytes = b""


@dataclass(frozen=True, slots=True)
class Heard:
    """A cluster command, or a write, as its handler sees it."""

    command: int
    payload: bytes
    endpoint: int
    at: Nanoseconds


@dataclass(frozen=True, slots=True)
class Reply:
    """A cluster command that answers a cluster command."""

    command: int
    payload: bytes


type Handler = Callable[[Heard], Reply | Status]
type Written = Callable[[int, Heard], None]


@dataclass(slots=True)
class Cluster:
    """One side of a cluster on an endpoint: its attributes and the commands it receives."""

    id: int
    side: Side = Side.SERVER
    attributes: dict[int, Attribute] = field(default_factory=dict)
    commands: Mapping[int, Handler] = field(default_factory=dict)
    written: Written | None = None
    reporting: dict[int, Reporting] = field(default_factory=dict)

    def report(self, attribute: int) -> bytes:
        """The record of one attribute in a Report Attributes command (ZCL 2.5.11)."""
        told = self.attributes[attribute]
        return attribute.to_bytes(2, "little") + bytes((told.type,)) + told.raw


def number(kind: Type, value: int, **traits: bool) -> Attribute:
    """An attribute that holds a number."""
    attribute = Attribute(kind, b"", **traits)
    attribute.number = value
    return attribute


def text(value: str) -> Attribute:
    """An attribute that holds a character string (ZCL 2.6.2.13)."""
    data = value.encode("utf-8")
    return Attribute(Type.STRING, bytes((len(data),)) + data)


def parse(data: bytes) -> Frame | None:
    """Take a frame apart; None when not even the header is whole: it cannot be answered."""
    length = 5 if data and data[0] & MANUFACTURER_SPECIFIC else 3
    if len(data) < length:
        return None
    return Frame(data[0], data[1 : length - 2], data[length - 2], data[length - 1], data[length:])


def default_response(command: int, status: Status) -> bytes:
    """The payload of a Default Response (ZCL 2.5.12)."""
    return bytes((command, status))


def octets(data: bytes, start: int = 0) -> tuple[bytes, int]:
    """Take a string with a length byte; give it and where it ends. 0xFF is "no string"."""
    size = take(data, start, 1)[0]
    size = 0 if size == 0xFF else size
    return take(data, start + 1, size), start + 1 + size


def take(data: bytes, start: int, size: int) -> bytes:
    """Give the bytes that must be there."""
    taken = data[start : start + size]
    if len(taken) < size:
        raise Malformed
    return taken


def u16(data: bytes, start: int) -> int:
    return int.from_bytes(take(data, start, 2), "little")


def value_of(kind: int, data: bytes, start: int) -> bytes:
    """Give the bytes of one value of this data type, its length bytes with it."""
    if (size := _SIZES.get(kind)) is not None:
        return take(data, start, size)
    length = _LENGTH_BYTES.get(kind)
    if length is None:
        raise Malformed
    size = int.from_bytes(take(data, start, length), "little")
    no_string = (1 << 8 * length) - 1
    return take(data, start, length + (0 if size == no_string else size))
