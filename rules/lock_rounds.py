"""Reading locks through: whether each slot holds what it should, and none a PIN of nobody's.

One slot at a time, so that a siren beside it or a bolt waits for a single answer at most.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from gateway.model.clock import HouseTime, after, between
from gateway.model.device import DeviceId
from rules.lock_slots import LockCodes, Slot
from rules.lock_work import Work
from rules.site import Site
from rules.state import put, without

EVERY = timedelta(days=1)
NOT_WITHIN = timedelta(hours=1)
"""A lock whose radio comes and goes is not read through more often: it runs on a battery."""
LOOKED_INTO = 20
"""The slots 1 to this one are read, and all that are anybody's."""


def begin(work: Work, lock: DeviceId) -> None:
    """Read a lock through."""
    numbers = tuple(sorted(_numbers(work.site, work.codes, lock)))
    codes = work.codes
    walks, looked = put(codes.walks, lock, numbers), put(codes.looked, lock, work.at)
    work.codes = replace(codes, walks=walks, looked=looked)
    work.read(Slot(lock, numbers[0]))


def begin_unless_recent(work: Work, lock: DeviceId) -> None:
    """Read a lock through that was not for a while."""
    last = work.codes.looked.get(lock)
    if last is None or between(last, work.at) >= NOT_WITHIN:
        begin(work, lock)


def go_on(work: Work, slot: Slot, *, failed: bool) -> None:
    """A slot was read: read the next. A lock that gives no answer is left alone for the day."""
    walk = work.codes.walks.get(slot.lock, ())
    if not walk or (walk[0] != slot.number and not failed):
        return
    left = () if failed else walk[1:]
    walks = work.codes.walks
    kept = put(walks, slot.lock, left) if left else without(walks, slot.lock)
    work.codes = replace(work.codes, walks=kept)
    if left:
        work.read(Slot(slot.lock, left[0]))


def daily(work: Work) -> None:
    """Begin what is due; a lock in which the hub has no PIN any more is left alone."""
    for lock, last in work.codes.looked.items():
        if after(last, EVERY) > work.at:
            continue
        if is_managed(work.codes, lock):
            begin(work, lock)
        else:
            work.codes = replace(work.codes, looked=without(work.codes.looked, lock))


def due(codes: LockCodes) -> Iterable[HouseTime]:
    """Give when locks are to be read through."""
    return (after(last, EVERY) for last in codes.looked.values())


def is_managed(codes: LockCodes, lock: DeviceId) -> bool:
    """Tell whether the hub orders PINs in and out of a lock."""
    return any(s.lock == lock and now.holds is not None for s, now in codes.slots.items())


def _numbers(site: Site, codes: LockCodes, lock: DeviceId) -> set[int]:
    found = set(range(1, LOOKED_INTO + 1))
    found |= {p.lock_slots[lock] for p in site.people.values() if lock in p.lock_slots}
    return found | {slot.number for slot in codes.slots if slot.lock == lock}
