"""The fields of a command as text ("status:ember index:u8 name:lv"), packed and unpacked."""

import struct
from collections.abc import Mapping
from typing import Any

from simulator.zigbee.ezsp.status import Status

type Fields = Mapping[str, Any]
"""Values by field name: int, bytes, or Status. A field that is not named packs as zero."""

STATUS_GREW = 14  # from this version on every status is an sl_status of four bytes

_CODES = {"u8": "B", "i8": "b", "u16": "H", "u32": "I", "eui64": "8s", "key": "16s"}
_TAILS = ("lv", "lv32", "rest")
_GROUPS = {
    "@aps": (
        "profile:u16 cluster:u16 source_endpoint:u8 destination_endpoint:u8 "
        "options:u16 group:u16 aps_sequence:u8"
    ),
    "@network": (
        "extended_pan_id:eui64 pan_id:u16 power:i8 channel:u8 "
        "join_method:u8 manager:u16 update_id:u8 channels:u32"
    ),
    "@context": (
        "key_type:u8 key_index:u8 derived_type:u16 eui64:eui64 "
        "multi_network:u8 flags:u8 algorithm:u32"
    ),
    "@metadata": "bitmask:u16 outgoing:u32 incoming:u32 ttl:u16",
}


class TruncatedError(Exception):
    """A command ends before its fields do."""


class Layout:
    """One list of fields for one version. Only the last field may vary in length."""

    def __init__(self, text: str, version: int) -> None:
        """Compile the text. An unknown type is a KeyError here, not at the first use."""
        pairs = [field.split(":") for field in _expand(text).split()]
        self._tail_name, self._tail = "", ""
        if pairs and pairs[-1][1] in _TAILS:
            self._tail_name, self._tail = pairs.pop()
        self._names = [name for name, _ in pairs]
        self._blank = [b"" if kind in {"eui64", "key"} else 0 for _, kind in pairs]
        self._spaces = [_space(kind, version) for _, kind in pairs]
        self._fixed = struct.Struct("<" + "".join(_code(kind, version) for _, kind in pairs))

    def pack(self, fields: Fields) -> bytes:
        """Give the bytes. A tail that is not named is left out, its length too."""
        values = [
            getattr(value, space) if isinstance(value, Status) else value
            for name, blank, space in zip(self._names, self._blank, self._spaces, strict=True)
            for value in (fields.get(name, blank),)
        ]
        packed = self._fixed.pack(*values)
        tail = fields.get(self._tail_name)
        match self._tail, tail:
            case "", _:
                return packed
            case _, None:
                return packed
            case "lv", bytes():
                return packed + bytes((len(tail),)) + tail
            case "lv32", bytes():
                return packed + len(tail).to_bytes(4, "little") + tail
            case _:
                return packed + bytes(tail)

    def unpack(self, data: bytes) -> Fields:
        """Read the bytes. What follows the last field is ignored, as the stick does."""
        if len(data) < self._fixed.size:
            raise TruncatedError
        fields = dict(zip(self._names, self._fixed.unpack_from(data), strict=True))
        rest = data[self._fixed.size :]
        match self._tail:
            case "lv":
                fields[self._tail_name] = _counted(rest, 1)
            case "lv32":
                fields[self._tail_name] = _counted(rest, 4)
            case "rest":
                fields[self._tail_name] = rest
            case _:
                pass
        return fields


def _expand(text: str) -> str:
    for group, fields in _GROUPS.items():
        text = text.replace(group, fields)
    return text


def _space(kind: str, version: int) -> str:
    """Which number space a status is said in; for other fields it does not matter."""
    return kind if version < STATUS_GREW and kind in {"ember", "ezsp"} else "sl"


def _code(kind: str, version: int) -> str:
    if kind in {"ember", "ezsp", "sl"}:
        return "I" if _space(kind, version) == "sl" else "B"
    return _CODES[kind]


def _counted(data: bytes, width: int) -> bytes:
    size = int.from_bytes(data[:width], "little")
    if len(data) < width + size:
        raise TruncatedError
    return data[width : width + size]
