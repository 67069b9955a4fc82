"""What keypads are told: the answer to a code, and what the panel shows (ZCL 8.3, IAS ACE)."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import IntEnum

from drivers.zigbee.directory import Place
from drivers.zigbee.post import UNANSWERED, Post
from drivers.zigbee.zcl import ClusterId
from gateway.model.command import ShowPanel
from gateway.model.credential import CodeOffered, Wish
from gateway.model.device import DeviceId
from gateway.model.driver import DriverError

log = logging.getLogger(__name__)

ANSWER_SECONDS = 3.0  # then the house changed nothing, and the keypad hears no


class ToKeypad(IntEnum):
    """Commands to a keypad (ZCL 8.3.2.5)."""

    ARM_RESPONSE = 0x00
    PANEL_STATUS_CHANGED = 0x04
    PANEL_STATUS_RESPONSE = 0x05


class Panel(IntEnum):
    """Panel status (ZCL 8.3.2.5.6.1)."""

    DISARMED = 0x00
    ARMED_HOME = 0x01
    ARMED_NIGHT = 0x02
    ARMED_AWAY = 0x03
    EXIT_DELAY = 0x04
    ENTRY_DELAY = 0x05
    NOT_READY = 0x06
    IN_ALARM = 0x07


class Notification(IntEnum):
    """Arm notification (ZCL 8.3.2.5.1.1)."""

    DISARMED = 0x00
    HOME = 0x01
    NIGHT = 0x02
    AWAY = 0x03
    INVALID_CODE = 0x04
    NOT_READY = 0x05


_ARMED = {"home": Panel.ARMED_HOME, "night": Panel.ARMED_NIGHT}
_GRANTED = {"home": Notification.HOME, "night": Notification.NIGHT}
REFUSED = "refused"  # the house's word for a code that is nobody's: an answer, nothing to show
_PHASES = {
    "disarmed": Panel.DISARMED,
    "exit": Panel.EXIT_DELAY,
    "entry": Panel.ENTRY_DELAY,
    "alarm": Panel.IN_ALARM,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a keypad shows since when."""

    panel: ShowPanel
    at: float


@dataclass(frozen=True, slots=True)
class Asked:
    """A code that a keypad still waits for an answer to."""

    wish: Wish
    mode: str | None
    sequence: int
    giving_up: asyncio.TimerHandle


class Keypads:
    """Answers keypads in the house's name."""

    def __init__(self, post: Post, spawn: Callable[[Coroutine[None, None, None]], object]) -> None:
        self._post = post
        self._spawn = spawn
        self._shown: dict[DeviceId, Shown] = {}
        self._asked: dict[DeviceId, Asked] = {}

    def asked(self, place: Place, offer: CodeOffered, sequence: int) -> None:
        """Remember who waits for an answer, and answer no when the house does nothing."""
        self._take(place.id)
        later = asyncio.get_running_loop().call_later(
            ANSWER_SECONDS, lambda: self._spawn(self._refuse(place))
        )
        self._asked[place.id] = Asked(offer.wish, offer.mode, sequence, later)

    def status_wanted(self, place: Place, sequence: int) -> None:
        """Answer a keypad that woke and asks what to show. Silence where nobody told us yet."""
        shown = self._shown.get(place.id)
        if shown is not None:
            passed = asyncio.get_running_loop().time() - shown.at
            body = panel_status(shown.panel, passed)
            self._spawn(self._tell(place, ToKeypad.PANEL_STATUS_RESPONSE, body, sequence))

    async def show(self, place: Place, panel: ShowPanel) -> None:
        """Answer the keypad that asked, then show it what is so."""
        asked = self._take(place.id)
        if panel.phase != REFUSED:
            self._shown[place.id] = Shown(panel, asyncio.get_running_loop().time())
        if asked is not None:
            body = bytes([notification(asked.wish, panel)])
            number = ToKeypad.ARM_RESPONSE
            await self._post.tell(place, ClusterId.ACE, number, body, asked.sequence)
        if panel.phase != REFUSED:
            changed = ToKeypad.PANEL_STATUS_CHANGED
            await self._post.tell(place, ClusterId.ACE, changed, panel_status(panel))

    def close(self) -> None:
        """Let go of all that waits."""
        for device in list(self._asked):
            self._take(device)

    def _take(self, device: DeviceId) -> Asked | None:
        asked = self._asked.pop(device, None)
        if asked is not None:
            asked.giving_up.cancel()
        return asked

    async def _refuse(self, place: Place) -> None:
        asked = self._take(place.id)
        if asked is not None:
            armed = asked.wish is Wish.ARM
            answer = Notification.NOT_READY if armed else Notification.INVALID_CODE
            await self._tell(place, ToKeypad.ARM_RESPONSE, bytes([answer]), asked.sequence)

    async def _tell(self, place: Place, number: int, body: bytes, sequence: int) -> None:
        try:
            await self._post.tell(place, ClusterId.ACE, number, body, sequence)
        except (*UNANSWERED, DriverError) as error:  # nobody waits for this: its end is the log
            log.info("the keypad %s was not answered: %r", place.id, error)


def panel_status(panel: ShowPanel, passed_seconds: float = 0.0) -> bytes:
    """Give the fields of Panel Status Changed (ZCL 8.3.2.5.6): status, seconds, sound, alarm."""
    status = _status(panel)
    seconds = max(0, min(255, panel.seconds - int(passed_seconds)))
    return bytes([status, seconds, 0x01, 0x01 if status is Panel.IN_ALARM else 0x00])


def notification(wish: Wish, panel: ShowPanel) -> Notification:
    """Say what became of a wish, by what the house shows now."""
    if panel.phase == REFUSED:
        return Notification.INVALID_CODE
    disarmed = _status(panel) is Panel.DISARMED
    if wish is Wish.DISARM:
        return Notification.DISARMED if disarmed else Notification.INVALID_CODE
    if disarmed:
        return Notification.NOT_READY
    return _GRANTED.get(panel.mode or "", Notification.AWAY)


def _status(panel: ShowPanel) -> Panel:
    """Find the Zigbee word for a phase. A phase without one shows as what the mode is."""
    known = _PHASES.get(panel.phase)
    return _ARMED.get(panel.mode or "", Panel.ARMED_AWAY) if known is None else known
