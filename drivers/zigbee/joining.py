"""Opens the network to new devices for a while, and closes it again, whatever happens."""

import asyncio
import logging
import re
from collections.abc import Callable

import zigpy.types as zt
import zigpy.util
from zigpy.application import ControllerApplication

from drivers.zigbee.directory import DRIVER
from drivers.zigbee.radio import TROUBLES
from drivers.zigbee.settings import ZigbeeSettings
from gateway.model.command import PermitJoin
from gateway.model.credential import Code
from gateway.model.driver import CommandRefused
from gateway.model.event import JoiningChanged

log = logging.getLogger(__name__)

CLOSE_SECONDS = 10.0


class Joining:
    """Whether strangers may join."""

    def __init__(
        self,
        app: ControllerApplication,
        settings: ZigbeeSettings,
        report: Callable[[JoiningChanged], None],
    ) -> None:
        self._app = app
        self._seconds_max = settings.permit_seconds_max
        self._codes_only = settings.install_codes_only
        self._report = report
        self._open = False
        self._closing: asyncio.Task[None] | None = None

    async def permit(self, command: PermitJoin) -> None:
        """Open for as long as asked and allowed; 0 closes now."""
        self._cancel()
        seconds = max(0, min(command.seconds, self._seconds_max))
        if seconds == 0:
            await self._app.permit(0)
            self._changed(open_now=False)
            return
        if self._codes_only and command.install_code is None:
            raise CommandRefused("devices join here only with their install code and address")
        # Armed first: an opening that fails halfway is closed in time as well.
        self._closing = asyncio.create_task(self._close_in(seconds))
        if command.install_code is not None:
            address, key = install_code(command.address, command.install_code)
            await self._app.permit_with_link_key(address, key, seconds)
        else:
            await self._app.permit(seconds)
        self._changed(open_now=True)

    def close(self) -> None:
        """The radio ends, and its permission with it: zigpy closes joining when it starts."""
        self._cancel()
        self._changed(open_now=False)

    async def _close_in(self, seconds: float) -> None:
        """Close in time. The stick does it by itself; its policies and Green Power need telling."""
        await asyncio.sleep(seconds)
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._app.permit(0)
        except TROUBLES as error:  # nobody waits for this: its end is the log
            log.warning("joining was closed by its time only: %r", error)
        self._closing = None
        self._changed(open_now=False)

    def _cancel(self) -> None:
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None

    def _changed(self, *, open_now: bool) -> None:
        if open_now != self._open:
            self._open = open_now
            self._report(JoiningChanged(DRIVER, open_now))


def install_code(of: str, code: Code) -> tuple[zt.EUI64, zt.KeyData]:
    """Give the address and the key of an install code, or refuse a mistyped one.

    The code is a key: no error shows it.
    """
    if re.fullmatch(r"([0-9a-fA-F]{2}:?){8}", of) is None:
        # Not shown: whoever mixes the two up has typed the code here.
        raise CommandRefused("that is no address of a Zigbee device: 16 hexadecimal digits")
    address = zt.EUI64.convert(of)
    try:
        return address, zigpy.util.convert_install_code(bytes.fromhex(code.text))
    except ValueError:
        raise CommandRefused(
            "the install code is mistyped: its length or its check sum is wrong"
        ) from None
