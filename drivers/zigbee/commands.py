"""What each command is on the air, and what proves that it was done."""

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial

from zigpy.exceptions import ZigbeeException

from drivers.shared import BOLT_SECONDS, Watchers, moved, seen
from drivers.zigbee import zcl
from drivers.zigbee.directory import Place
from drivers.zigbee.keypad import Keypads
from drivers.zigbee.post import Post
from drivers.zigbee.zcl import ClusterId, Frame
from gateway.model.capability import Lock, Switch
from gateway.model.command import (
    ClearLockCode,
    LockDoor,
    ReadLockCode,
    SetLockCode,
    ShowPanel,
    SilenceSiren,
    SoundSiren,
    TurnSwitch,
    UnlockDoor,
)
from gateway.model.credential import Code, LockCodeRead
from gateway.model.device import DeviceId
from gateway.model.driver import CommandRefused, CommandUnsupported, Report
from gateway.model.event import Proof

type DeviceCommand = (
    SoundSiren
    | SilenceSiren
    | LockDoor
    | UnlockDoor
    | TurnSwitch
    | SetLockCode
    | ClearLockCode
    | ReadLockCode
    | ShowPanel
)

START_WARNING = 0x00
# ZCL 8.4.2.3.1.1: warning mode 1 (burglar) in the high bits, strobe, siren level very high.
BURGLAR = 0x17
LONGEST_WARNING_SECONDS = 0xFFFE
STROBE = bytes([50, 2])  # duty cycle in percent, strobe level high

LOCK, UNLOCK, SET_PIN, GET_PIN, CLEAR_PIN = 0x00, 0x01, 0x05, 0x06, 0x07
PIN_LIMIT = 16
ENABLED = 0x01  # ZCL 7.3.2.16.6: user status; a PIN of any other opens nothing
STATE_ATTRIBUTE = 0x0000  # of locks and switches alike
SWITCH_SECONDS = 0.05  # a relay that reports does so at once; else it is asked


class Commands:
    """Carries out what a device is asked."""

    def __init__(
        self,
        post: Post,
        keypads: Keypads,
        watchers: Watchers,
        find: Callable[[DeviceId], Place],
        report: Report,
    ) -> None:
        self._post = post
        self._keypads = keypads
        self._watchers = watchers
        self._find = find
        self._report = report

    async def perform(self, command: DeviceCommand) -> Proof:
        """Send; nothing here suspends before the first frame is written."""
        place = self._find(command.device)
        match command:
            case SoundSiren():
                return await self._warn(place, warning(command.seconds))
            case SilenceSiren():
                return await self._warn(place, SILENCE)
            case LockDoor():
                return await self._bolt(place, LOCK, Lock.LOCKED)
            case UnlockDoor():
                return await self._bolt(place, UNLOCK, Lock.UNLOCKED)
            case TurnSwitch():
                return await self._turn(place, on=command.on)
            case SetLockCode():
                return await self._pin(place, SET_PIN, pin(command))
            case ClearLockCode():
                return await self._pin(place, CLEAR_PIN, command.slot.to_bytes(2, "little"))
            case ReadLockCode():
                return await self._read_pin(place, command.slot)
            case ShowPanel():
                _demand(place, ClusterId.ACE, "a keypad", server=False)
                await self._keypads.show(place, command)
                return Proof.ACCEPTED

    async def _warn(self, place: Place, body: bytes) -> Proof:
        _demand(place, ClusterId.WARNING, "a siren")
        await self._post.order(place, ClusterId.WARNING, START_WARNING, body)
        return Proof.ACCEPTED  # IAS WD has no attribute that tells whether it sounds

    async def _pin(self, place: Place, number: int, body: bytes) -> Proof:
        _demand(place, ClusterId.DOOR_LOCK, "a lock")
        await self._post.order(place, ClusterId.DOOR_LOCK, number, body)
        return Proof.ACCEPTED

    async def _read_pin(self, place: Place, slot: int) -> Proof:
        _demand(place, ClusterId.DOOR_LOCK, "a lock")
        body = slot.to_bytes(2, "little")
        answer = await self._post.ask(place, ClusterId.DOOR_LOCK, GET_PIN, body)
        self._report(LockCodeRead(place.id, slot, pin_in(place.id, slot, answer)))
        return Proof.REPORTED

    async def _bolt(self, place: Place, number: int, want: Lock) -> Proof:
        _demand(place, ClusterId.DOOR_LOCK, "a lock")
        with self._watchers.of(place.id) as reports:
            await self._post.order(place, ClusterId.DOOR_LOCK, number)
            return await moved(reports, want, partial(_ask, place, ClusterId.DOOR_LOCK))

    async def _turn(self, place: Place, *, on: bool) -> Proof:
        _demand(place, ClusterId.ON_OFF, "a switch")
        want = Switch.ON if on else Switch.OFF
        with self._watchers.of(place.id) as reports:
            await self._post.order(place, ClusterId.ON_OFF, int(on))
            if await seen(reports, want, SWITCH_SECONDS):
                return Proof.REPORTED
            await _ask(place, ClusterId.ON_OFF)
            return Proof.REPORTED if await seen(reports, want, 0) else Proof.ACCEPTED


def warning(seconds: int) -> bytes:
    """Give the fields of Start Warning (ZCL 8.4.2.3.1): burglar, as loud as it goes, flashing."""
    lasting = max(1, min(seconds, LONGEST_WARNING_SECONDS))
    return bytes([BURGLAR]) + lasting.to_bytes(2, "little") + STROBE


SILENCE = bytes(5)  # Start Warning with mode 0: stop


def pin(command: SetLockCode) -> bytes:
    """Give the fields of Set PIN Code (ZCL 7.3.2.16.6): user, enabled, unrestricted, the PIN."""
    if command.code is None:
        raise CommandRefused(f"the code for {command.device} is not known any more: set it anew")
    digits = command.code.text.encode("ascii", "strict") if _fits(command) else b""
    if not digits:
        raise CommandRefused(f"{command.device} takes codes of 1 to {PIN_LIMIT} digits")
    return command.slot.to_bytes(2, "little") + bytes([1, 0, len(digits)]) + digits


def pin_in(device: DeviceId, slot: int, answer: Frame) -> Code | None:
    """Read a Get PIN Code Response (ZCL 7.3.2.17.7): user, status, type, PIN; None: it is free."""
    fields = zcl.unpack("HBB", answer.body)
    if answer.command != GET_PIN or fields is None or fields[0] != slot:
        raise CommandRefused(f"{device} did not tell what is in slot {slot}")
    if fields[1] != ENABLED:
        return None
    found = zcl.text(answer.body, 4)  # a lock that sends no PINs over the air leaves it out
    return Code("" if found is None else found[0].decode("ascii", "replace"))


def _fits(command: SetLockCode) -> bool:
    digits = "" if command.code is None else command.code.text
    return digits.isascii() and digits.isdigit() and len(digits) <= PIN_LIMIT


def _demand(place: Place, cluster: ClusterId, what: str, *, server: bool = True) -> None:
    has = place.endpoint.in_clusters if server else place.endpoint.out_clusters
    if cluster not in has:
        raise CommandUnsupported(f"{place.id} is not {what}")


async def _ask(place: Place, cluster: ClusterId) -> None:
    """Have a device tell its state; its answer is heard like any report of its own."""
    with contextlib.suppress(ZigbeeException, TimeoutError):  # then there is no proof: ACCEPTED
        async with asyncio.timeout(BOLT_SECONDS):
            await place.endpoint.in_clusters[cluster].read_attributes([STATE_ATTRIBUTE])
