"""Bolts: moved, and believed only when the lock says so itself."""

import contextlib
from functools import partial

from drivers.shared import Watchers, moved
from drivers.zwave.cc import BOLT_THROWN, Cc
from drivers.zwave.directory import Place
from drivers.zwave.safe import ask, order
from gateway.model.capability import Lock
from gateway.model.driver import CommandUnsupported, DriverError
from gateway.model.event import Proof

BOLT_DRAWN = 0x00


async def move_bolt(place: Place, watchers: Watchers, want: Lock) -> Proof:
    """Move a bolt, and wait for the lock's own report of it; ask where none comes."""
    if not place.has(Cc.DOOR_LOCK):
        raise CommandUnsupported(f"{place.id} is not a lock")
    mode = BOLT_THROWN if want is Lock.LOCKED else BOLT_DRAWN
    with watchers.of(place.id) as reports:
        await order(place, Cc.DOOR_LOCK, "set", mode)
        return await moved(reports, want, partial(look, place))


async def look(place: Place) -> None:
    """Have a lock tell where its bolt is; the answer is heard like any report of its own."""
    with contextlib.suppress(DriverError):  # then there is no proof
        await ask(place, Cc.DOOR_LOCK, "get")
