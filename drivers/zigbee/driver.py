"""The Zigbee driver: one life of the radio after another, each with a new zigpy application."""

import asyncio

from drivers.zigbee.directory import DRIVER
from drivers.zigbee.life import Life
from drivers.zigbee.radio import Loss, loaded, open_radio
from drivers.zigbee.settings import ZigbeeSettings
from gateway.model.command import Command
from gateway.model.device import DriverId
from gateway.model.driver import RadioLost, Report
from gateway.model.event import Proof


class ZigbeeDriver:
    """Speaks to one EZSP stick."""

    def __init__(self, settings: ZigbeeSettings) -> None:
        self._settings = settings
        self._life: Life | None = None

    @property
    def id(self) -> DriverId:
        """Name the driver."""
        return DRIVER

    async def run(self, report: Report) -> None:
        """Open the radio and live until cancelled; raise RadioLost when it cannot go on.

        zigpy does not reconnect: the next call builds everything anew.
        """
        async with loaded(self._settings) as app:
            loss = Loss()
            app.add_listener(loss)
            life = Life(app, loss, report, self._settings)
            try:
                await loss.watch(
                    asyncio.create_task(open_radio(app, self._settings.port, loss, life.listen))
                )
                # The house answers what it is told at once, so orders come in before this returns.
                self._life = life
                life.begin()
                reason = await asyncio.shield(loss.sentence)
                raise RadioLost(reason)
            finally:
                self._life = None
                await life.end()

    async def perform(self, command: Command) -> Proof:
        """Return once the device took the command; raise a DriverError that names the situation."""
        if self._life is None:
            raise RadioLost("the Zigbee stick is not connected")
        return await self._life.perform(command)
