"""Keeps drivers running: a lost radio is a trouble at once, and is taken back when it returns."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from gateway.model.driver import Driver, DriverError, Report, Told
from gateway.model.event import DriverFound, DriverLost

PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before each new try; the last holds for all that follow."""

log = logging.getLogger("nightlatch.supervisor")


async def keep(
    driver: Driver, report: Report, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Run a driver until cancelled, however often it is lost."""
    life = _Life(driver, report)
    while True:
        await life.live()
        await sleep(life.pause())


class _Life:
    """One driver's lives, and what was said of them: each loss is told once."""

    def __init__(self, driver: Driver, report: Report) -> None:
        self._driver = driver
        self._report = report
        self._losses = 0
        self._told_lost = False

    async def live(self) -> None:
        """Run the driver once; say why it ended."""
        try:
            await self._driver.run(self._hear)
            reason = "it ended by itself"
        except DriverError as lost:
            reason = str(lost)
        except Exception as bug:  # one broken driver stops nothing else (law 6)
            log.exception("the %s driver failed", self._driver.id)
            reason = f"the driver failed: {type(bug).__name__}"
        if not self._told_lost:
            self._told_lost = True
            self._report(DriverLost(self._driver.id, reason))

    def pause(self) -> float:
        """Give how long to wait before the next life."""
        self._losses += 1
        return PAUSES[min(self._losses, len(PAUSES)) - 1]

    def _hear(self, said: Told) -> None:
        if isinstance(said, DriverFound):
            self._losses = 0
            self._told_lost = False
        self._report(said)
