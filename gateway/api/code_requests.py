"""What can be asked of the PINs in locks: give one, take one, make one for once, list them."""

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
from functools import partial

from gateway.api.desk import Desk, device_of, must_be_allowed, person_of, take
from gateway.api.errors import Refusal
from gateway.api.fields import Ask, near, number, text
from gateway.api.shapes import Json
from gateway.config.codes import WeakCode
from gateway.lock_codes import NoSlot, NotTheirs, Wish
from gateway.model.command import ClearLockCode, ReadLockCode, SetLockCode
from gateway.model.credential import Code
from gateway.model.device import DeviceId, driver_of
from gateway.model.effect import Order, OrderId
from gateway.model.event import CommandConfirmed, CommandFailed, CommandRequested, Entry, Event
from gateway.model.lock_event import Found, OneTimePinEnded
from gateway.secrets import VaultRefused
from rules import lock_codes
from rules.lock_slots import NO_SLOT, UNLABELLED, Slot
from rules.site import Person
from rules.state import State

HOURS_MAX = 24 * 31
LABEL_MOST = 40
WRITTEN_SECONDS = 6.0
"""An answer waits so long for the locks; what they do later, the list tells."""
HOUR_SECONDS = 3600


async def code_set(desk: Desk, ask: Ask) -> Json:
    """Keep a person's PIN, and have it written to their locks."""
    person = _person(desk, text(ask, "person"))
    pin = Code(text(ask, "pin"))
    if not person.lock_slots:
        raise Refusal(f"{person.name} has no lock_slots in the configuration")
    slots = [Slot(lock, n) for lock, n in person.lock_slots.items()]
    by = await person_of(desk, ask, needed=True)
    _must_be_allowed(desk, slots[0], by)
    try:
        kept = await desk.lock_codes.keep(person.name, pin, by)
    except (WeakCode, NotTheirs, VaultRefused) as refused:
        raise Refusal(str(refused)) from None
    stored = await _take_and_wait(desk, kept, slots)
    return {"person": person.name, "slots": _rows(desk, slots), "stored": stored}


async def code_clear(desk: Desk, ask: Ask) -> Json:
    """Take a person's PIN, or the one-time PINs of a label, out of the locks."""
    name = text(ask, "name")
    by = await person_of(desk, ask, needed=True)
    once = [s for s, o in desk.house.state.lock_codes.once.items() if o.label == name]
    if name not in desk.house.site.people and once:
        return await _end(desk, name, once, by)
    person = _person(desk, name)
    slots = [Slot(lock, n) for lock, n in person.lock_slots.items()]
    if not slots:
        raise Refusal(f"{person.name} has no lock_slots in the configuration")
    _must_be_allowed(desk, slots[0], by)
    try:
        forgotten = await desk.lock_codes.forget(name, by)
    except VaultRefused as refused:
        raise Refusal(str(refused)) from None
    stored = await _take_and_wait(desk, forgotten, slots)
    return {"name": name, "slots": _rows(desk, slots), "stored": stored}


async def code_once(desk: Desk, ask: Ask) -> Json:
    """Make a PIN that opens one lock once. The answer is the only place that ever shows it."""
    lock = device_of(desk, text(ask, "device"))
    hours, label = number(ask, "hours", 24), str(ask.get("label") or UNLABELLED)
    if not 1 <= hours <= HOURS_MAX:
        raise Refusal(f"a one-time PIN lasts 1 to {HOURS_MAX} hours, not {hours}")
    if len(label) > LABEL_MOST or not label.isprintable() or label in desk.house.site.people:
        raise Refusal(f"a label has at most {LABEL_MOST} characters, and is nobody's name")
    by = await person_of(desk, ask, needed=True)
    _must_be_allowed(desk, Slot(lock, 0), by)
    _must_be_there(desk, lock)
    try:
        wish = Wish(label, hours * HOUR_SECONDS, by)
        code, made = await desk.lock_codes.once(lock, wish, partial(_look, desk, by))
    except (NoSlot, VaultRefused) as refused:
        raise Refusal(str(refused)) from None
    slot = Slot(made.device, made.slot)
    stored = await _take_and_wait(desk, made, [slot])
    return {"pin": code.text, "label": label, **_row(desk, slot), "stored": stored}


async def codes(desk: Desk, _: Ask) -> Json:
    """List every slot that is anybody's. No PIN is among it."""
    house = desk.house
    return {"slots": _rows(desk, lock_codes.slots_of(house.site, house.state.lock_codes))}


async def _end(desk: Desk, label: str, slots: Sequence[Slot], by: str) -> Json:
    _must_be_allowed(desk, slots[0], by)
    stored = True
    for slot in slots:
        ended = OneTimePinEnded(slot.lock, slot.number, by)
        stored = await _take_and_wait(desk, ended, [slot]) and stored
    return {"name": label, "slots": _rows(desk, slots), "stored": stored}


def _person(desk: Desk, name: str) -> Person:
    people = desk.house.site.people
    if name not in people:
        raise Refusal(f"there is no person '{name}'{near(name, people)}")
    return people[name]


def _must_be_allowed(desk: Desk, slot: Slot, by: str) -> None:
    """Whoever may change a lock's codes at all may do this; the journal keeps who may not."""
    asked = CommandRequested(SetLockCode(slot.lock, slot.number), by)
    must_be_allowed(desk, asked)


def _must_be_there(desk: Desk, lock: DeviceId) -> None:
    driver = desk.house.state.drivers.get(driver_of(lock))
    if driver is None or not driver.found:
        raise Refusal(f"the {driver_of(lock)} radio is not there: the lock cannot take a PIN")


async def _look(desk: Desk, by: str, slot: Slot) -> bool:
    """Have a lock tell what is in a slot; False where it has no such slot.

    Raises NoSlot where it does not answer.
    """
    asked = ReadLockCode(slot.lock, slot.number)
    ended: asyncio.Future[CommandFailed | None] = asyncio.get_running_loop().create_future()

    def note(entry: Entry, _: State, __: Sequence[Order]) -> None:
        match entry.event:
            case CommandConfirmed(command=command) if command == asked and not ended.done():
                ended.set_result(None)
            case CommandFailed(command=command) if command == asked and not ended.done():
                ended.set_result(entry.event)
            case _:
                pass

    unwatch = desk.house.watch(note)
    failed: CommandFailed | None = CommandFailed(OrderId(""), asked, "it does not answer")
    try:
        desk.house.take(CommandRequested(asked, by))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WRITTEN_SECONDS):
                failed = await ended
    finally:
        unwatch()
    if failed is None:
        return True
    if failed.permanent and desk.house.state.drivers[driver_of(slot.lock)].found:
        return False
    name = desk.house.site.names.get(slot.lock, slot.lock)
    raise NoSlot(f"{name} does not tell what is in its slots: {failed.reason}")


async def _take_and_wait(desk: Desk, event: Event, slots: Iterable[Slot]) -> bool:
    """Have the house take an event, and wait a while for what the locks make of it."""
    left, over = set(slots), asyncio.Event()

    def note(entry: Entry, state: State, _: Sequence[Order]) -> None:
        left.difference_update([slot for slot in left if _is_done(state, slot)])
        match entry.event:
            case CommandFailed(command=SetLockCode(d, n) | ClearLockCode(d, n)):
                left.discard(Slot(d, n))
            case _:
                pass
        if not left:
            over.set()

    unwatch = desk.house.watch(note)
    try:
        stored = await take(desk, event)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WRITTEN_SECONDS):
                await over.wait()
    finally:
        unwatch()
    return stored


def _is_done(state: State, slot: Slot) -> bool:
    now = state.lock_codes.slots.get(slot, NO_SLOT)
    return now.holds is None or now.done


def _rows(desk: Desk, slots: Iterable[Slot]) -> list[Json]:
    return [_row(desk, slot) for slot in slots]


def _row(desk: Desk, slot: Slot) -> Json:
    """Say how a slot stands."""
    site, known = desk.house.site, desk.house.state.lock_codes
    now, once = known.slots.get(slot, NO_SLOT), known.once.get(slot)
    person = site.owner_of(slot.lock, slot.number)
    is_theirs = once is None and person is not None
    return {
        "lock": site.names.get(slot.lock, slot.lock),
        "slot": slot.number,
        "person": person.name if is_theirs and person is not None else None,
        "once": None if once is None else once.label,
        "until_us": None if once is None else once.until,
        "kept": is_theirs and person is not None and person.name in known.kept,
        "window": _window(person if is_theirs else None, known.open),
        "ordered": None if now.holds is None else now.holds,
        "written": now.holds is not None and now.done,
        "found": _found(now.found),
        "since_us": None if now.found is None else now.since,
        "as_ordered": not now.drifted,
    }


def _window(person: Person | None, is_open: frozenset[str]) -> str | None:
    """Say whether a person's window holds; None for somebody who has none."""
    if person is None or not person.unlock:
        return None
    return "open" if person.name in is_open else "shut"


def _found(found: Found | None) -> str:
    return "unknown" if found is None else found
