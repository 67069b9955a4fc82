"""The codes of a lock, each in the slot of its user: written, read back, cleared.

A lock of the newer kind keeps users and their credentials (User Credential, by Z-Wave JS's access
control), one of the older kind a code a slot (User Code). No code is in an error or a log.
"""

import contextlib
import hmac
from typing import Any

from zwave_js_server.const.command_class.access_control import (
    SetCredentialResult,
    SetUserResult,
    UserCredentialType,
)
from zwave_js_server.model.access_control import (
    AccessControlAPI,
    CredentialData,
    SetUserOptions,
)

from drivers.zwave.cc import Cc
from drivers.zwave.directory import Place
from drivers.zwave.safe import answered, ask, order, refuse_sleeper
from gateway.model.command import ClearLockCode, ReadLockCode, SetLockCode
from gateway.model.credential import Code, LockCodeRead
from gateway.model.driver import (
    CommandRefused,
    CommandUnsupported,
    DeviceUnreachable,
    DriverError,
)
from gateway.model.event import Proof

SHORTEST, LONGEST = 4, 10  # digits
ENABLED = 1
AVAILABLE, NO_SUCH_SLOT = 0, 254  # SDS13781 4.97: the status of a user's slot
PIN = UserCredentialType.PIN_CODE
HIDDEN = "****"  # a lock that tells no more than that there is one
ANOTHERS = "another user's"
"""Stands for a PIN that opens in somebody else's name: it is not the one of here."""


class NoSlot(CommandUnsupported):
    """The lock has no such slot."""


async def read_code(place: Place, command: ReadLockCode) -> LockCodeRead:
    """Have the lock tell what is in a slot now; nothing is taken from a memory."""
    refuse_sleeper(place)
    stored = await _stored(place, command.slot)
    code = None if stored is None else Code(stored)
    return LockCodeRead(place.id, command.slot, code)


async def _stored(place: Place, slot: int) -> str | None:
    """Ask for a slot: None for an empty one, asterisks where the lock does not show its codes."""
    if place.has(Cc.USER_CREDENTIAL):
        found = await _credential(place, slot)
        if found is None:
            return None
        if found.user_id != slot:
            return ANOTHERS
        return found.data if found.data and isinstance(found.data, str) else HIDDEN
    if place.has(Cc.USER_CODE):
        return _code(place, slot, await ask(place, Cc.USER_CODE, "get", slot))
    raise CommandUnsupported(f"{place.id} keeps no codes")


async def _credential(place: Place, slot: int) -> CredentialData | None:
    try:
        return await answered(place.id, _access(place).get_credential(PIN, slot))
    except CommandRefused:  # the number is not one of its slots
        raise NoSlot(f"{place.id} has no slot {slot}") from None


def _access(place: Place) -> AccessControlAPI:
    return place.node.endpoints[place.endpoint].access_control


async def set_code(place: Place, command: SetLockCode) -> Proof:
    """Store a code, and read it back: a lock refuses one that another slot has."""
    digits = _digits(command)
    refuse_sleeper(place)
    if place.has(Cc.USER_CREDENTIAL):
        await _store_credential(place, command.slot, digits)
    elif place.has(Cc.USER_CODE):
        await order(place, Cc.USER_CODE, "set", command.slot, ENABLED, digits)
    if not is_same(await _stored(place, command.slot), digits):
        raise CommandRefused(f"{place.id} did not keep the code of slot {command.slot}")
    return Proof.REPORTED


async def clear_code(place: Place, command: ClearLockCode) -> Proof:
    """Remove a code, and look whether it is gone. In a slot that is not there, it is."""
    refuse_sleeper(place)
    slot = command.slot
    with contextlib.suppress(NoSlot):
        if place.has(Cc.USER_CREDENTIAL):
            await _remove_credential(place, slot)
        elif place.has(Cc.USER_CODE):
            await order(place, Cc.USER_CODE, "clear", slot)
        if await _stored(place, slot) is not None:
            raise CommandRefused(f"{place.id} still has a code in slot {slot}")
    return Proof.REPORTED


def is_same(stored: str | None, digits: str) -> bool:
    """Compare what was read back. A lock that hides its codes shows as many asterisks."""
    if stored is None:
        return False
    if set(stored) == {"*"}:
        return True
    return hmac.compare_digest(stored.encode(), digits.encode())


def _digits(command: SetLockCode) -> str:
    if command.code is None:
        raise CommandRefused(f"the code for {command.device} is not known any more: set it anew")
    digits = command.code.text
    if not (digits.isascii() and digits.isdigit() and SHORTEST <= len(digits) <= LONGEST):
        raise CommandRefused(f"{command.device} takes codes of {SHORTEST} to {LONGEST} digits")
    return digits


def _code(place: Place, slot: int, answer: Any) -> str | None:
    """Read a User Code Report as Z-Wave JS gives it. No report says nothing of the slot."""
    if not isinstance(answer, dict) or "userIdStatus" not in answer:
        raise DeviceUnreachable(f"{place.id} did not tell what is in the slot")
    if answer["userIdStatus"] == NO_SUCH_SLOT:
        raise NoSlot(f"{place.id} has no slot {slot}")
    if answer["userIdStatus"] == AVAILABLE:
        return None
    code = answer.get("userCode")
    return code if code and isinstance(code, str) else HIDDEN


async def _store_credential(place: Place, slot: int, digits: str) -> None:
    access = _access(place)
    user = await answered(place.id, access.get_user(slot))
    if user is None or not user.active:
        made = await answered(place.id, access.set_user(slot, SetUserOptions(active=True)))
        if made is not SetUserResult.OK:
            raise CommandRefused(f"{place.id} takes no user {slot}: {made.name}")
    done = await answered(place.id, access.set_credential(slot, PIN, slot, digits))
    if done is not SetCredentialResult.OK:
        raise CommandRefused(f"{place.id} refuses the code of slot {slot}: {done.name}")


async def _remove_credential(place: Place, slot: int) -> None:
    """Take a user's PIN, and the user as well where that was all: some have a tag or a card."""
    access, found = _access(place), await _credential(place, slot)
    if found is not None:
        if found.user_id != slot:
            raise CommandRefused(f"the code in slot {slot} of {place.id} is {ANOTHERS}")
        gone = await answered(place.id, access.delete_credential(slot, PIN, slot))
        if gone is not SetCredentialResult.OK:
            raise CommandRefused(f"{place.id} keeps the code of slot {slot}: {gone.name}")
    with contextlib.suppress(DriverError):  # a user without a PIN opens nothing
        if not await answered(place.id, access.get_credentials(slot)):
            await answered(place.id, access.delete_user(slot))
