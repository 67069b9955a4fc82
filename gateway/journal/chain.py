"""The hash chain: each row vouches for all before it, so no byte changes unseen. Pure."""

import sqlite3
import struct
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from gateway.codec import CodecError, decode_effect, decode_event, encode
from gateway.journal.records import Head, Posted, Row, Snapshot
from gateway.model.clock import HouseTime
from gateway.model.effect import Effect, Order, repeat_of
from gateway.model.event import Entry, Event

UNREADABLE = (sqlite3.Error, CodecError, TypeError, ValueError, AttributeError, struct.error)
"""What reading damaged rows may raise."""
_NUMBERS = struct.Struct(">qq")
_LENGTH = struct.Struct(">I")


def forge(head: Head, entry: Entry, orders: Sequence[Order], era: str) -> Row:
    """Chain an entry and its orders to the row before. Raises CodecError."""
    posted = tuple(_posted(order) for order in orders)
    wall = entry.wall.isoformat()
    kind = type(entry.event).__name__
    body = encode(entry.event, Event)
    digest = digest_of(posted)
    row_hash = _hash(head.hash, (entry.number, entry.at), wall, era, kind, body, digest)
    return Row(entry.number, entry.at, wall, era, kind, body, digest, row_hash, posted)


def follows(head: Head, row: Row) -> bool:
    """Tell whether a row is what was written after `head`. A hole in the numbers is no lie."""
    numbers = row.number, row.at_us
    return row.number > head.number and row.hash == _hash(
        head.hash, numbers, row.wall, row.era, row.kind, row.body, row.orders
    )


def digest_of(posted: Sequence[Posted]) -> bytes:
    """Give the hash over the orders of one entry; empty where there are none."""
    if not posted:
        return b""
    hasher = sha256()
    for order in posted:
        expires = b"" if order.expires_us is None else str(order.expires_us).encode()
        parts = order.id.encode(), str(order.at_us).encode(), order.repeat.encode(), expires
        hasher.update(_joined(*parts, order.effect))
    return hasher.digest()


def sealed(snapshot: Snapshot) -> Snapshot:
    """Give a snapshot its hash."""
    return replace(snapshot, hash=_seal(snapshot))


def is_sealed(snapshot: Snapshot) -> bool:
    """Tell whether a snapshot is what was written."""
    return snapshot.hash == _seal(snapshot)


def order_of(posted: Posted) -> Order:
    """Read an order back. Raises CodecError."""
    expires = None if posted.expires_us is None else HouseTime(posted.expires_us)
    effect = decode_effect(posted.effect)
    return Order(posted.id, effect, HouseTime(posted.at_us), expires)


def event_of(row: Row) -> Event:
    """Read a row's event back. Raises CodecError."""
    event = decode_event(row.body)
    if type(event).__name__ != row.kind:
        raise CodecError(f"entry {row.number} says {row.kind} but holds {type(event).__name__}")
    return event


def _posted(order: Order) -> Posted:
    repeat = repeat_of(order.effect).value
    return Posted(order.id, order.at, repeat, order.expires, encode(order.effect, Effect))


def _hash(before: bytes, numbers: tuple[int, int], *fields: str | bytes) -> bytes:
    return sha256(before + _NUMBERS.pack(*numbers) + _joined(*fields)).digest()


def _seal(one: Snapshot) -> bytes:
    numbers = one.number, one.at_us
    return _hash(one.chain, numbers, one.wall, one.era, one.version, one.body)


def _joined(*fields: str | bytes) -> bytes:
    """Join fields with their lengths, so that no two rows have the same join."""
    parts: list[bytes] = []
    for field in fields:
        raw = field.encode() if isinstance(field, str) else field
        parts += _LENGTH.pack(len(raw)), raw
    return b"".join(parts)
