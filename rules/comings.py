"""Who comes in by a lock: a PIN tells whose it is, and may disarm."""

from gateway.model.capability import Lock
from gateway.model.clock import HouseTime
from gateway.model.device import DeviceId
from gateway.model.effect import Level, Notify
from gateway.model.event import DisarmRequested, Event, LockOperated
from gateway.model.lock_event import Found
from rules import alarm
from rules.lock_slots import NO_SLOT, Slot
from rules.site import Person, Site
from rules.state import Phase, State
from rules.words import name_of

KEYPAD = "keypad"
"""The source of a `LockOperated` that a PIN at the lock itself brought about."""


def step(
    site: Site, before: State, state: State, event: Event, at: HouseTime
) -> tuple[State, tuple[Notify, ...]]:
    """Tell who came in, and disarm what the lock disarms for them."""
    match event:
        case LockOperated(device=lock, lock=Lock.UNLOCKED, slot=number):
            slot = None if number is None else Slot(lock, number)
        case _:
            return state, ()
    if slot in state.lock_codes.once:  # told, and ended, with the PINs
        return state, ()
    person = site.owner_of(lock, number)
    if person is None:
        return state, _stranger(site, event) if event.source == KEYPAD else ()
    if slot is not None and not _is_theirs(state, slot):
        said = f"{name_of(site, lock)} was unlocked with a PIN that is not to be in it any more"
        return state, (Notify(f"{said}, {person.name}'s or another", Level.TROUBLE),)
    return _came(site, before, state, (lock, person), at)


def _came(
    site: Site, before: State, state: State, who: tuple[DeviceId, Person], at: HouseTime
) -> tuple[State, tuple[Notify, ...]]:
    lock, person = who
    said: tuple[Notify, ...] = (
        Notify(f"{person.name} came in by {name_of(site, lock)}", Level.INFO),
    )
    for area in _disarmed_by(site, state, lock, person):
        asked = DisarmRequested(area, person.name, lock)
        state, more = alarm.step(site, before, state, asked, at)
        said += more
    return state, said


def _is_theirs(state: State, slot: Slot) -> bool:
    """Tell whether a person's slot holds what it should, as far as anybody knows.

    A PIN that is to leave opens until the lock took that; so does one that somebody else put there.
    Neither of them disarms.
    """
    now = state.lock_codes.slots.get(slot, NO_SLOT)
    return now.holds is not False and not (now.holds and now.found is Found.OTHER)


def _stranger(site: Site, event: LockOperated) -> tuple[Notify, ...]:
    if event.device not in site.names:
        return ()
    slot = "an unknown PIN" if event.slot is None else f"the PIN of slot {event.slot}, nobody's"
    return (Notify(f"{name_of(site, event.device)} was unlocked with {slot}", Level.INFO),)


def _disarmed_by(site: Site, state: State, lock: DeviceId, person: Person) -> tuple[str, ...]:
    return tuple(
        name
        for name, area in site.areas.items()
        if lock in area.unlock_disarms
        and person.may_disarm
        and name in person.areas
        and state.areas[name].phase is not Phase.DISARMED
    )
