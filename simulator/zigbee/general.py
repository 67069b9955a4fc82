"""The ZCL foundation: the general commands that every cluster answers (ZCL 2.5)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.zigbee.zcl import (
    Attribute,
    Cluster,
    Frame,
    General,
    Malformed,
    Reporting,
    Status,
    take,
    u16,
    value_of,
)

_ANALOG = frozenset({*range(0x20, 0x30), 0x38, 0x39, 0x3A, 0xE0, 0xE1, 0xE2})
_LONGEST_VALUE = 64


@dataclass(frozen=True, slots=True)
class Answer:
    """What a general command is answered with, and which attributes it wrote or set to report."""

    command: int
    payload: bytes
    written: tuple[int, ...] = ()
    silent: bool = False


def carry_out(cluster: Cluster, frame: Frame) -> Answer | Status:
    """Carry out a general command on a cluster. A status asks for a Default Response."""
    handler = _GENERAL.get(frame.command)
    if handler is None:
        return Status.UNSUP_GENERAL_COMMAND
    try:
        return handler(cluster, frame.payload)
    except Malformed:
        return Status.MALFORMED_COMMAND


def _read(cluster: Cluster, data: bytes) -> Answer:
    """ZCL 2.5.1, 2.5.2."""
    records = bytearray()
    for start in range(0, len(data), 2):
        identifier = u16(data, start)
        attribute = cluster.attributes.get(identifier)
        records += identifier.to_bytes(2, "little")
        if attribute is None:
            records.append(Status.UNSUPPORTED_ATTRIBUTE)
        else:
            records += bytes((Status.SUCCESS, attribute.type)) + attribute.raw
    return Answer(General.READ_RESPONSE, bytes(records))


def _records_to_write(data: bytes) -> list[tuple[int, int, bytes]]:
    records = []
    start = 0
    while start < len(data):
        identifier, kind = u16(data, start), take(data, start + 2, 1)[0]
        value = value_of(kind, data, start + 3)
        records.append((identifier, kind, value))
        start += 3 + len(value)
    return records


def _write(cluster: Cluster, data: bytes, *, undivided: bool = False) -> Answer:
    """ZCL 2.5.3 to 2.5.5: the answer lists failures only, or is one SUCCESS."""
    records = _records_to_write(data)
    failures = bytearray()
    for identifier, kind, value in records:
        status = _may_write(cluster.attributes.get(identifier), kind, value)
        if status is not Status.SUCCESS:
            failures += bytes((status,)) + identifier.to_bytes(2, "little")
    written = []
    for identifier, kind, value in () if undivided and failures else records:
        attribute = cluster.attributes.get(identifier)
        if attribute and _may_write(attribute, kind, value) is Status.SUCCESS:
            attribute.raw = value
            written.append(identifier)
    return Answer(General.WRITE_RESPONSE, bytes(failures) or b"\x00", tuple(written))


def _may_write(attribute: Attribute | None, kind: int, value: bytes) -> Status:
    if attribute is None:
        return Status.UNSUPPORTED_ATTRIBUTE
    if not attribute.writable:
        return Status.READ_ONLY
    if attribute.type != kind:
        return Status.INVALID_DATA_TYPE
    return Status.SUCCESS if len(value) <= _LONGEST_VALUE else Status.INVALID_VALUE


def _write_undivided(cluster: Cluster, data: bytes) -> Answer:
    return _write(cluster, data, undivided=True)


def _write_no_response(cluster: Cluster, data: bytes) -> Answer:
    return Answer(General.WRITE_RESPONSE, b"", _write(cluster, data).written, silent=True)


def _configure_reporting(cluster: Cluster, data: bytes) -> Answer:
    """ZCL 2.5.7, 2.5.8."""
    failures = bytearray()
    wanted: dict[int, Reporting] = {}
    start = 0
    while start < len(data):
        direction, identifier = take(data, start, 1)[0], u16(data, start + 1)
        start += 3
        status = Status.UNREPORTABLE_ATTRIBUTE
        if direction == 0:
            kind, reporting, start = _reporting(data, start)
            status = _may_report(cluster.attributes.get(identifier), kind, reporting)
            if status is Status.SUCCESS:
                wanted[identifier] = reporting
        else:
            start += 2  # a timeout for reports we might receive: we receive none
        if status is not Status.SUCCESS:
            failures += bytes((status, direction)) + identifier.to_bytes(2, "little")
    cluster.reporting |= wanted
    answer = General.CONFIGURE_REPORTING_RESPONSE
    return Answer(answer, bytes(failures) or b"\x00", tuple(wanted))


def _reporting(data: bytes, start: int) -> tuple[int, Reporting, int]:
    kind = take(data, start, 1)[0]
    least, most = u16(data, start + 1), u16(data, start + 3)
    change = value_of(kind, data, start + 5) if kind in _ANALOG else b""
    return kind, Reporting(least, most, change), start + 5 + len(change)


def _may_report(attribute: Attribute | None, kind: int, reporting: Reporting) -> Status:
    if attribute is None:
        return Status.UNSUPPORTED_ATTRIBUTE
    if not attribute.reported:
        return Status.UNREPORTABLE_ATTRIBUTE
    if attribute.type != kind:
        return Status.INVALID_DATA_TYPE
    # A most of 0 asks for no periodic reports, so the least may then be larger.
    if 0 < reporting.most_seconds < reporting.least_seconds:
        return Status.INVALID_VALUE
    return Status.SUCCESS


def _read_reporting(cluster: Cluster, data: bytes) -> Answer:
    """ZCL 2.5.9, 2.5.10."""
    records = bytearray()
    for start in range(0, len(data), 3):
        asked = take(data, start, 3)
        identifier = u16(asked, 1)
        attribute = cluster.attributes.get(identifier)
        reporting = cluster.reporting.get(identifier)
        if attribute is None:
            records += bytes((Status.UNSUPPORTED_ATTRIBUTE,)) + asked
        elif asked[0] or reporting is None:
            records += bytes((0x8B,)) + asked  # NOT_FOUND: never configured
        else:
            records += bytes((Status.SUCCESS,)) + asked + bytes((attribute.type,))
            records += reporting.least_seconds.to_bytes(2, "little")
            records += reporting.most_seconds.to_bytes(2, "little") + reporting.change
    return Answer(General.READ_REPORTING_RESPONSE, bytes(records))


def _discovered(cluster: Cluster, data: bytes) -> tuple[list[tuple[int, Attribute]], bytes]:
    first, most = u16(data, 0), take(data, 2, 1)[0]
    found = [(i, a) for i, a in sorted(cluster.attributes.items()) if i >= first]
    return found[:most], bytes((len(found) <= most,))


def _discover(cluster: Cluster, data: bytes) -> Answer:
    """ZCL 2.5.13, 2.5.14."""
    found, complete = _discovered(cluster, data)
    records = b"".join(i.to_bytes(2, "little") + bytes((a.type,)) for i, a in found)
    return Answer(General.DISCOVER_RESPONSE, complete + records)


def _discover_extended(cluster: Cluster, data: bytes) -> Answer:
    """ZCL 2.5.22, 2.5.23: access is bit 0 readable, bit 1 writable, bit 2 reportable."""
    found, complete = _discovered(cluster, data)
    records = b"".join(
        i.to_bytes(2, "little") + bytes((a.type, 1 | a.writable << 1 | a.reported << 2))
        for i, a in found
    )
    return Answer(General.DISCOVER_EXTENDED_RESPONSE, complete + records)


def _discover_received(cluster: Cluster, data: bytes) -> Answer:
    """ZCL 2.5.18, 2.5.19."""
    first, most = take(data, 0, 2)
    found = [command for command in sorted(cluster.commands) if command >= first]
    payload = bytes((len(found) <= most, *found[:most]))
    return Answer(General.DISCOVER_RECEIVED_RESPONSE, payload)


_GENERAL: Mapping[int, Callable[[Cluster, bytes], Answer]] = {
    General.READ: _read,
    General.WRITE: _write,
    General.WRITE_UNDIVIDED: _write_undivided,
    General.WRITE_NO_RESPONSE: _write_no_response,
    General.CONFIGURE_REPORTING: _configure_reporting,
    General.READ_REPORTING: _read_reporting,
    General.DISCOVER: _discover,
    General.DISCOVER_RECEIVED: _discover_received,
    General.DISCOVER_EXTENDED: _discover_extended,
}
