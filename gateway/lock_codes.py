"""The hub's hand on the PINs in locks: fills them into orders, and compares what locks tell.

Here alone vault and house meet. The vault is written before the house hears of a new PIN, and
after it heard that one is gone; `begin` mends what a crash left in between.
"""

import asyncio
import logging
import string
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from secrets import choice

from gateway.config.codes import CodeBook, WeakCode, must_be_strong
from gateway.house import House
from gateway.model.command import ClearLockCode, SetLockCode
from gateway.model.credential import Code, LockCodeRead
from gateway.model.device import DeviceId
from gateway.model.driver import CommandRefused
from gateway.model.effect import Order
from gateway.model.event import CommandConfirmed, Entry, PartFailed
from gateway.model.lock_event import (
    Found,
    LockCodeChecked,
    LockPinForgotten,
    LockPinKept,
    OneTimePinEnded,
    OneTimePinMade,
)
from gateway.secrets import Vault, VaultRefused
from rules import lock_codes
from rules.lock_slots import Slot
from rules.state import State

ONE_TIME_DIGITS = 6
SLOTS = (*range(10, 0, -1), *range(11, 31))
"""Where one-time PINs are put, in this order: small locks have ten slots, and people type theirs
into the first ones."""
THE_HUB = "the hub"
THE_VAULT = "the vault of PINs"
_PERSON, _ONCE = "person ", "once "
_GONE = "gone "  # whose PIN is kept no longer, until the journal has that

log = logging.getLogger("nightlatch.lock_codes")


class NoSlot(Exception):
    """A lock has no room, or does not say whether it has. The message is a sentence."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a one-time PIN is to be."""

    label: str
    seconds: int
    by: str


type Look = Callable[[Slot], Awaitable[bool]]
"""Has a lock tell what is in a slot, and returns when the house knows: False where the lock has no
such slot. May raise NoSlot."""


class NotTheirs(Exception):
    """A PIN cannot be this person's. The message is a sentence, and does not hold the PIN."""


class LockCodes:
    """Keeps PINs and hands them out, for the event loop's thread."""

    def __init__(
        self, vault: Vault, house: Callable[[], House], book: Callable[[], CodeBook]
    ) -> None:
        self._vault = vault
        self._house = house
        self._book = book
        self._writing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self) -> None:
        """Open the vault, and tell the house what it does not know of it.

        PINs that the house believes kept and the vault has not are told, and stay in the locks: a
        backup without its vault must not lock anybody out.
        """
        house = self._house()
        try:
            self._vault.open()
        except VaultRefused as refused:
            house.take(PartFailed(THE_VAULT, str(refused)))
            return
        names, codes = self._vault.names(), house.state.lock_codes
        people = {name.removeprefix(_PERSON) for name in names if name.startswith(_PERSON)}
        for person in sorted(people - codes.kept):
            house.take(LockPinKept(person, THE_HUB))
        for person in (name.removeprefix(_GONE) for name in names if name.startswith(_GONE)):
            house.take(LockPinForgotten(person, THE_HUB))
        if gone := sorted(house.state.lock_codes.kept - people):
            lost = f"the PIN of {', '.join(gone)} is not in it: `nightlatch code set` gives it anew"
            house.take(PartFailed(THE_VAULT, lost))
        for slot in (slot for name in names if (slot := _slot_named(name)) is not None):
            if slot not in codes.once:
                house.take(OneTimePinEnded(slot.lock, slot.number, THE_HUB))

    def filled(self, command: SetLockCode) -> SetLockCode:
        """Give an order with its PIN. Raises CommandRefused, with a sentence."""
        if command.code is not None:
            return command
        code = self._code_of(Slot(command.device, command.slot))
        if code is None:
            text = f"the PIN for slot {command.slot} of {command.device} is not kept: set it anew"
            raise CommandRefused(text)
        return replace(command, code=code)

    def read(self, said: LockCodeRead) -> None:
        """Compare what a lock holds with what is kept; the house hears of it where it is news."""
        house, slot = self._house(), Slot(said.device, said.slot)
        found = self._found(slot, said)
        if lock_codes.is_news(house.state, slot, found):
            house.take(LockCodeChecked(said.device, said.slot, found))

    def watch(self, entry: Entry, state: State, _: Sequence[Order]) -> None:
        """Forget a one-time PIN once its lock says that it is gone."""
        match entry.event:
            case CommandConfirmed(command=ClearLockCode(device=lock, slot=number)):
                if Slot(lock, number) not in state.lock_codes.once:
                    self._drop_soon(_once(Slot(lock, number)))
            case LockPinForgotten(person=person):
                self._house().after_commit(partial(self._drop_soon, _GONE + person))
            case _:
                return

    async def keep(self, person: str, code: Code, by: str) -> LockPinKept:
        """Keep a person's PIN; give what the house is to be told.

        Raises WeakCode, NotTheirs or VaultRefused.
        """
        await self._must_be_theirs(person, code)
        async with self._writing:
            if self._vault.holds(code, _PERSON + person):
                raise NotTheirs("somebody else has that PIN: choose another")
            change = {_PERSON + person: code}, (_GONE + person,)
            await asyncio.to_thread(self._vault.change, *change)
        return LockPinKept(person, by)

    async def _must_be_theirs(self, person: str, code: Code) -> None:
        """At a keypad and at a lock one person has one code; nobody has another's."""
        book = self._book()
        must_be_strong(code.text)
        found = await asyncio.to_thread(book.find, code)
        if found not in (None, person):
            raise NotTheirs("somebody else has that code: choose another")
        if found is None and book.has(person):
            raise NotTheirs(f"that is not the code of {person} in the configuration")

    async def forget(self, person: str, by: str) -> LockPinForgotten:
        """Keep a person's PIN no longer; give what the house is to be told. Raises VaultRefused."""
        async with self._writing:
            change = {_GONE + person: Code("")}, (_PERSON + person,)
            await asyncio.to_thread(self._vault.change, *change)
        return LockPinForgotten(person, by)

    async def once(self, lock: DeviceId, wish: Wish, look: Look) -> tuple[Code, OneTimePinMade]:
        """Make a one-time PIN; give it, and what the house is to be told.

        Raises VaultRefused or NoSlot.
        """
        async with self._writing:
            slot, code = await self._free(lock, look), self._new()
            await asyncio.to_thread(self._vault.change, {_once(slot): code})
        return code, OneTimePinMade(lock, slot.number, wish.label, wish.seconds, wish.by)

    async def close(self) -> None:
        """Let what is being written be written."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _found(self, slot: Slot, said: LockCodeRead) -> Found:
        if said.code is None:
            return Found.MISSING
        kept = self._code_of(slot)
        if not said.is_shown:  # a lock that hides its PINs says only that there is one
            return Found.OTHER if kept is None else Found.RIGHT
        return Found.RIGHT if said.code == kept else Found.OTHER

    def _code_of(self, slot: Slot) -> Code | None:
        house = self._house()
        if slot in house.state.lock_codes.once:
            return self._vault.get(_once(slot))
        person = house.site.owner_of(slot.lock, slot.number)
        return None if person is None else self._vault.get(_PERSON + person.name)

    async def _free(self, lock: DeviceId, look: Look) -> Slot:
        """Find a slot in which the hub and the lock know of no PIN."""
        if not self._vault.is_open:
            await asyncio.to_thread(self._vault.change, {})  # says why
        for slot in (Slot(lock, number) for number in SLOTS):
            if self._is_free(slot) and await look(slot) and self._is_free(slot):
                return slot
        raise NoSlot(f"none of {len(SLOTS)} slots is free in this lock")

    def _is_free(self, slot: Slot) -> bool:
        house = self._house()
        known = lock_codes.slots_of(house.site, house.state.lock_codes)
        return slot not in known and self._vault.get(_once(slot)) is None

    def _new(self) -> Code:
        while True:
            digits = "".join(choice(string.digits) for _ in range(ONE_TIME_DIGITS))
            try:
                must_be_strong(digits)
            except WeakCode:
                continue
            if not self._vault.holds(Code(digits)):
                return Code(digits)

    def _drop_soon(self, name: str) -> None:
        if self._vault.get(name) is None:
            return
        task = asyncio.get_running_loop().create_task(self._drop(name))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drop(self, name: str) -> None:
        try:
            async with self._writing:
                await asyncio.to_thread(self._vault.change, {}, (name,))
        except VaultRefused as refused:
            log.warning("%s", refused)  # the next start finds it, and ends it again


def _once(slot: Slot) -> str:
    return f"{_ONCE}{slot.lock} {slot.number}"


def _slot_named(name: str) -> Slot | None:
    lock, _, number = name.removeprefix(_ONCE).rpartition(" ")
    is_one = name.startswith(_ONCE) and bool(lock) and number.isdecimal()
    return Slot(DeviceId(lock), int(number)) if is_one else None
