"""The PINs in locks: whose is where, when, and whether the lock holds what it should.

The hub keeps the PINs, the rules only know of whom it does. What a slot should hold follows from
the state; an order goes out for the difference, and again until the lock took it. So a crash and a
lock that was away are mended without remembering what was under way.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from gateway.model.capability import Lock
from gateway.model.clock import HouseTime, after, between
from gateway.model.command import ClearLockCode, ReadLockCode, SetLockCode
from gateway.model.device import DeviceId
from gateway.model.effect import Effect, Level, Notify
from gateway.model.event import (
    CommandConfirmed,
    CommandFailed,
    ConfigurationLoaded,
    DeviceJoined,
    Event,
    LockOperated,
    Started,
    Ticked,
    WallTold,
)
from gateway.model.lock_event import (
    Found,
    LockCodeChecked,
    LockPinForgotten,
    LockPinKept,
    OneTimePinEnded,
    OneTimePinMade,
)
from rules import comings, health, lock_rounds
from rules.lock_slots import LockCodes, OneTime, Slot, SlotState
from rules.lock_windows import has_windows, open_at
from rules.lock_work import Work
from rules.site import Site
from rules.state import State, Trouble, TroubleKind, put, without

AGAIN = timedelta(minutes=10)
CLEARED_WITHIN = timedelta(hours=1)
"""So long at most between two tries to take a PIN out: one that must go is insisted on."""
WRITTEN_WITHIN = timedelta(days=1)
"""And to put one in: a lock runs on a battery, and what it refuses it will refuse again."""
DOUBLINGS = 8
REWRITE_NOT_WITHIN = timedelta(hours=1)


def step(site: Site, state: State, event: Event, at: HouseTime) -> tuple[State, tuple[Effect, ...]]:
    """Give the state after an event, and what to order and to say."""
    work = Work(site, state, at)
    _take(work, event)
    if work.codes is state.lock_codes:
        return state, tuple(work.effects)
    state, said = _troubled(site, replace(state, lock_codes=work.codes), at)
    return state, (*work.effects, *said)


def next_deadline(state: State) -> HouseTime | None:
    """Give when something is next due: a one-time PIN's end, a retry, a reading through."""
    return min(_due(state.lock_codes), default=None)


def wish(site: Site, codes: LockCodes, slot: Slot) -> tuple[bool | None, str]:
    """Give whether a slot should hold a PIN (None: it is left as it is), and whose."""
    now = codes.slots.get(slot, SlotState())
    once = codes.once.get(slot)
    if once is not None:
        return not once.over, ""
    person = site.owner_of(slot.lock, slot.number)
    if person is None:
        return (False if now.is_leaving else None), ""
    if person.unlock and codes.edge is None:  # a moment after a start: the clock is told next
        return now.holds, now.whose
    is_open = not person.unlock or person.name in codes.open
    if person.name in codes.kept or not is_open:
        return is_open, person.name
    return (False if now.is_leaving else None), person.name


def is_as_ordered(now: SlotState, found: Found) -> bool:
    """Tell whether what was found in a slot is what was ordered; always, where nothing was."""
    return now.holds is None or found is (Found.RIGHT if now.holds else Found.MISSING)


def is_news(state: State, slot: Slot, found: Found) -> bool:
    """Tell whether what was found in a slot is worth an event."""
    now = state.lock_codes.slots.get(slot, SlotState())
    known = now.found or (Found.MISSING if now.holds is None else None)
    return found is not known or (now.done and not is_as_ordered(now, found))


def slots_of(site: Site, codes: LockCodes) -> list[Slot]:
    """Give every slot that is anybody's, or was."""
    own = {Slot(lock, n) for p in site.people.values() for lock, n in p.lock_slots.items()}
    return sorted(own | set(codes.slots) | set(codes.once))


def _take(work: Work, event: Event) -> None:
    match event:
        case CommandConfirmed() | CommandFailed():
            _outcome(work, event)
        case LockOperated(device=lock, lock=Lock.UNLOCKED, slot=int(number), source=comings.KEYPAD):
            _used(work, Slot(lock, number))
        case DeviceJoined(device=device):
            _came(work, device.id)
        case LockCodeChecked(device=lock, slot=number, found=found):
            _checked(work, Slot(lock, number), found)
        case LockPinKept() | LockPinForgotten() | OneTimePinMade() | OneTimePinEnded():
            _asked(work, event)
        case Started() | ConfigurationLoaded() | WallTold() | Ticked():
            _went_by(work, event)
        case _:
            return


def _went_by(work: Work, event: Started | ConfigurationLoaded | WallTold | Ticked) -> None:
    match event:
        case Started():
            if work.codes != LockCodes():
                slots = {
                    s: replace(now, given=False, waits=False) for s, now in work.codes.slots.items()
                }
                work.codes = replace(work.codes, slots=slots, edge=None, looked={}, walks={})
        case ConfigurationLoaded():
            if work.codes.edge is not None:
                work.codes = replace(work.codes, edge=None)
        case WallTold(wall=wall):
            if not has_windows(work.site):
                return
            now, edge = open_at(work.site, wall)
            if (now, edge) != (work.codes.open, work.codes.edge):
                work.codes = replace(work.codes, open=now, edge=edge)
        case Ticked():
            _ticked(work)
            return
    for slot in slots_of(work.site, work.codes):
        _settle(work, slot)


def _ticked(work: Work) -> None:
    for slot, once in work.codes.once.items():
        if not once.over and once.until <= work.at:
            work.tell(f"the {once.words} of {work.name(slot.lock)} is over, unused")
            _end(work, slot, once)
    for slot, now in work.codes.slots.items():
        if now.again is not None and now.again <= work.at:
            work.give(slot)
    lock_rounds.daily(work)


def _asked(
    work: Work, event: LockPinKept | LockPinForgotten | OneTimePinMade | OneTimePinEnded
) -> None:
    match event:
        case LockPinKept(person=person):
            work.codes = replace(work.codes, kept=work.codes.kept | {person})
            for slot in _slots_of_person(work.site, person):
                _settle(work, slot, anew=True)
        case LockPinForgotten(person=person):
            work.codes = replace(work.codes, kept=work.codes.kept - {person})
            for slot in _slots_of_person(work.site, person):
                if slot not in work.codes.once:
                    work.order(slot, holds=False, whose=person)
        case OneTimePinMade(device=lock, slot=number, label=label, seconds=seconds):
            slot = Slot(lock, number)
            work.put_once(slot, OneTime(label, after(work.at, timedelta(seconds=seconds))))
            _settle(work, slot, anew=True)
        case OneTimePinEnded(device=lock, slot=number):
            slot = Slot(lock, number)
            if (once := work.codes.once.get(slot)) is not None:
                _end(work, slot, once)
            elif work.site.owner_of(lock, number) is None:
                work.order(slot, holds=False, whose="")


def _slots_of_person(site: Site, name: str) -> list[Slot]:
    person = site.people.get(name)
    return [] if person is None else [Slot(lock, n) for lock, n in person.lock_slots.items()]


def _used(work: Work, slot: Slot) -> None:
    once = work.codes.once.get(slot)
    if once is not None and not once.over:
        work.tell(f"{work.name(slot.lock)} was opened with the {once.words}")
        _end(work, slot, once)


def _end(work: Work, slot: Slot, once: OneTime) -> None:
    work.put_once(slot, replace(once, over=True))
    _settle(work, slot)


def _settle(work: Work, slot: Slot, *, anew: bool = False) -> None:
    """Order what a slot should hold, where that is not ordered (`anew`: all the same)."""
    holds, whose = wish(work.site, work.codes, slot)
    now = work.of(slot)
    if holds is None:
        if now.holds is not None:
            work.put(slot, SlotState(found=now.found, since=now.since))
    elif (holds, whose) != (now.holds, now.whose) or (anew and holds):
        work.order(slot, holds=holds, whose=whose)


def _came(work: Work, lock: DeviceId) -> None:
    """A lock is there (again): what it did not take it is given, and it is read through."""
    for slot, now in work.codes.slots.items():
        if slot.lock != lock or now.holds is None or now.done or now.given:
            continue
        work.give(slot)
    if lock_rounds.is_managed(work.codes, lock):
        lock_rounds.begin_unless_recent(work, lock)


def _outcome(work: Work, event: CommandConfirmed | CommandFailed) -> None:
    failed = isinstance(event, CommandFailed)
    match event.command:
        case ReadLockCode(device=lock, slot=number):
            lock_rounds.go_on(work, Slot(lock, number), failed=failed)
        case SetLockCode(device=lock, slot=number) | ClearLockCode(device=lock, slot=number):
            holds = isinstance(event.command, SetLockCode)
            if isinstance(event, CommandFailed):
                _failed(work, Slot(lock, number), holds=holds, permanent=event.permanent)
            else:
                _confirmed(work, Slot(lock, number), holds=holds)
            work.give_next(lock)
        case _:
            return


def _failed(work: Work, slot: Slot, *, holds: bool, permanent: bool) -> None:
    now = work.of(slot)
    if now.holds is None:
        return
    if now.holds is not holds:
        if now.done:  # it may have been taken all the same, after the newer order
            work.read(slot)
        return
    now = replace(now, given=False, failures=now.failures + 1)
    if not now.done and not (holds and permanent):
        now = replace(now, again=after(work.at, _pause(now.failures, holds=holds)))
    work.put(slot, now)


def _pause(failures: int, *, holds: bool) -> timedelta:
    """Give how long to wait after so many failures: twice as long each time, up to a bound."""
    most = WRITTEN_WITHIN if holds else CLEARED_WITHIN
    return min(AGAIN * (1 << min(failures - 1, DOUBLINGS)), most)


def _confirmed(work: Work, slot: Slot, *, holds: bool) -> None:
    now = work.of(slot)
    if now.holds is None:
        return
    if now.holds is not holds:
        if now.done:  # two orders overtook each other: the newer one holds
            work.give(slot)
        return
    work.put(slot, replace(now, done=True, given=False, again=None, failures=0))
    once = work.codes.once.get(slot)
    if not holds and once is not None and once.over:
        work.put_once(slot, None)
    if slot.lock in work.codes.looked:
        work.read(slot)
    else:
        lock_rounds.begin(work, slot.lock)
    _settle(work, slot)


def _checked(work: Work, slot: Slot, found: Found) -> None:
    was = work.of(slot)
    since = was.since if found is was.found else work.at
    now = replace(was, found=found, since=since)
    if now.holds is None:
        work.put(slot, now)
        if found is Found.OTHER is not was.found and _is_nobodys(work, slot):
            said = f"{work.name(slot.lock)} holds a PIN in slot {slot.number}, which is nobody's"
            work.tell(said, Level.TROUBLE)
        return
    drifted = now.done and not is_as_ordered(now, found)
    once = work.codes.once.get(slot)
    if drifted and once is not None and not once.over:
        # It may have been used while the hub was away: it does not go back in.
        work.tell(f"the {once.words} is gone from {work.name(slot.lock)}")
        _end(work, slot, once)
        return
    work.put(slot, replace(now, drifted=drifted))
    if drifted and _may_rewrite(now, work.at):
        work.put(slot, replace(now, drifted=True, rewritten=work.at))
        work.give(slot)


def _is_nobodys(work: Work, slot: Slot) -> bool:
    return work.site.owner_of(slot.lock, slot.number) is None


def _may_rewrite(now: SlotState, at: HouseTime) -> bool:
    return now.rewritten is None or between(now.rewritten, at) >= REWRITE_NOT_WITHIN


def _due(codes: LockCodes) -> Iterator[HouseTime]:
    yield from (once.until for once in codes.once.values() if not once.over)
    yield from (now.again for now in codes.slots.values() if now.again is not None)
    yield from lock_rounds.due(codes)


def _troubled(site: Site, state: State, at: HouseTime) -> tuple[State, tuple[Notify, ...]]:
    """Raise and clear the trouble of each lock; tell of each change once."""
    there = {slot.lock for slot, now in state.lock_codes.slots.items() if now.drifted}
    known = {t.subject for t in state.troubles if t.kind is TroubleKind.LOCK_CODE}
    said: list[Notify] = []
    for lock in sorted(there ^ known):
        trouble = Trouble(TroubleKind.LOCK_CODE, lock)
        if not health.concerns(site, trouble):
            continue
        text = health.sentence(site, trouble)
        if lock in there:
            state = replace(state, troubles=put(state.troubles, trouble, at))
            said.append(Notify(f"trouble: {text}", Level.TROUBLE))
        else:
            state = replace(state, troubles=without(state.troubles, trouble))
            said.append(Notify(f"over: {text}", Level.INFO))
    return state, tuple(said)
