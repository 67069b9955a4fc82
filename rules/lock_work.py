"""The workbench of one step over the PINs in locks: what is ordered, and what is said."""

from dataclasses import replace

from gateway.model.clock import HouseTime
from gateway.model.command import ClearLockCode, ReadLockCode, SetLockCode
from gateway.model.device import DeviceId, driver_of
from gateway.model.effect import Effect, Level, Notify, Perform
from rules.lock_slots import NO_SLOT, LockCodes, OneTime, Slot, SlotState
from rules.site import Site
from rules.state import State, put, without
from rules.words import name_of

AT_ONCE = 4
"""Orders for the slots of one lock that are under way: the bolt waits for no more than these."""


class Work:
    """What is known, as it is made anew. Nobody sees it outside of the step."""

    def __init__(self, site: Site, state: State, at: HouseTime) -> None:
        self.site = site
        self.at = at
        self.codes: LockCodes = state.lock_codes
        self.effects: list[Effect] = []
        self._drivers = state.drivers

    def of(self, slot: Slot) -> SlotState:
        """Give what is known of a slot."""
        return self.codes.slots.get(slot, NO_SLOT)

    def put(self, slot: Slot, now: SlotState) -> None:
        """Have a slot be so; one of which there is nothing to remember is forgotten."""
        slots = self.codes.slots
        kept = without(slots, slot) if now.is_blank else put(slots, slot, now)
        self.codes = replace(self.codes, slots=kept)

    def put_once(self, slot: Slot, once: OneTime | None) -> None:
        """Have a slot hold a one-time PIN; None: no longer."""
        now = self.codes.once
        kept = without(now, slot) if once is None else put(now, slot, once)
        self.codes = replace(self.codes, once=kept)

    def order(self, slot: Slot, *, holds: bool, whose: str) -> None:
        """Have a lock hold a PIN in a slot, or none."""
        was = self.of(slot)
        now = replace(was, holds=holds, whose=whose, done=False, again=None)
        if (holds, whose) != (was.holds, was.whose):
            now = replace(now, found=None, drifted=False, rewritten=None, failures=0)
        self.put(slot, now)
        self.give(slot)

    def give(self, slot: Slot) -> None:
        """Give a slot's order, in its turn; a lock that is not there is given it when it comes."""
        now = replace(self.of(slot), done=False, given=False, waits=False, again=None)
        self.put(slot, now)
        if not self._is_there(slot.lock):
            return
        is_full = self._under_way(slot.lock) >= AT_ONCE
        self.put(slot, replace(now, given=not is_full, waits=is_full))
        if is_full:
            return
        make = SetLockCode if now.holds else ClearLockCode
        self.effects.append(Perform(make(slot.lock, slot.number)))

    def give_next(self, lock: DeviceId) -> None:
        """Give the orders whose turn it is: others of the lock are no longer under way."""
        for slot, now in self.codes.slots.items():
            if slot.lock == lock and now.waits:
                self.give(slot)

    def read(self, slot: Slot) -> None:
        """Have a lock tell what is in a slot."""
        if self._is_there(slot.lock):
            self.effects.append(Perform(ReadLockCode(slot.lock, slot.number)))

    def tell(self, text: str, level: Level = Level.INFO) -> None:
        """Tell people."""
        self.effects.append(Notify(text, level))

    def name(self, lock: DeviceId) -> str:
        """Give a lock's name, for sentences."""
        return name_of(self.site, lock)

    def _under_way(self, lock: DeviceId) -> int:
        return sum(now.given for slot, now in self.codes.slots.items() if slot.lock == lock)

    def _is_there(self, lock: DeviceId) -> bool:
        driver = self._drivers.get(driver_of(lock))
        return driver is not None and driver.found
