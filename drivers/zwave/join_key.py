"""The key of the device that joins: the house is asked for it, and answers in time or not at all.

Z-Wave JS (15.29) does nothing else while it waits for a key, and hears of a cancel only once it has
one. What ends it is an answer that cannot be a key: then the device is in, without its security.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from zwave_js_server.model.controller import Controller

from drivers.zwave.asking import STICK, asked, stopped
from drivers.zwave.directory import DRIVER
from drivers.zwave.labels import KEY_SECONDS, pin
from gateway.model.command import GiveJoinKey
from gateway.model.driver import CommandRefused
from gateway.model.event import JoinKeyWanted

NO_KEY = ""


class JoinKey:
    """Whether a device waits for its key, and who opened the network to it."""

    def __init__(self, controller: Controller, report: Callable[[JoinKeyWanted], None]) -> None:
        self._controller = controller
        self._report = report
        self._hint = ""
        self._until: float | None = None
        for end in ("inclusion aborted", "node added"):
            controller.on(end, self._over)

    @property
    def is_wanted(self) -> bool:
        """Tell whether a device waits."""
        return self._until is not None

    def wanted(self, event: Mapping[str, Any]) -> None:
        """Be told that a device waits: who opened the network is asked."""
        self._hint = str(event.get("dsk", ""))
        self._until = asyncio.get_running_loop().time() + KEY_SECONDS
        self.ask()

    def ask(self) -> None:
        """Ask for the key, once more where nobody answered."""
        if self._until is not None:
            left = self._until - asyncio.get_running_loop().time()
            self._report(JoinKeyWanted(DRIVER, self._hint, max(0, round(left))))

    async def give(self, command: GiveJoinKey) -> None:
        """Answer with the five digits of the device; None lets it in without its security.

        A mistyped one is refused, and may be given again.
        """
        if self._until is None:
            raise CommandRefused("no device asks for its key")
        digits = NO_KEY if command.key is None else pin(command.key)
        self._until = None
        await asked(STICK, self._controller.async_validate_dsk_and_enter_pin(digits))

    async def refuse(self) -> None:
        """Let nobody wait for a key any more."""
        self._until = None
        await refuse_key(self._controller)

    def _over(self, _event: Mapping[str, Any]) -> None:
        self._until = None


async def refuse_key(controller: Controller) -> None:
    """End a wait for a key, should there be one."""
    await stopped(controller.async_validate_dsk_and_enter_pin(NO_KEY))
