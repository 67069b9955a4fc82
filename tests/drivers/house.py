"""A house of one driver: it writes down what the driver reports, and waits for what it wants."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from gateway.model.driver import Driver, Told

WAIT_SECONDS = 45.0


class House:
    """What one driver reported, in its order."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.on_event: Callable[[Told], None] = lambda _event: None
        self._news = asyncio.Event()

    def report(self, event: Told) -> None:
        """Be told by the driver."""
        self.told.append(event)
        self._news.set()
        self.on_event(event)

    async def until(self, wanted: Callable[[Told], bool], *, since: int = 0) -> Any:
        """Wait for an event, from the `since`th on, and give it."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while True:
                    for event in self.told[since:]:
                        if wanted(event):
                            return event
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise TimeoutError(f"not told; the last was {self.told[-9:]}") from None

    async def heard(self, event: Told, *, since: int = 0) -> None:
        """Wait for exactly this event."""
        await self.until(lambda told: told == event, since=since)


@contextlib.asynccontextmanager
async def living(driver: Driver, house: House) -> AsyncIterator[asyncio.Task[None]]:
    """Give the driver a life, and end it."""
    life = asyncio.create_task(driver.run(house.report))
    try:
        yield life
    finally:
        life.cancel()
        await asyncio.wait((life,))
