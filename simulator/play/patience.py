"""Waits for the hub to have come so far, with a bound and the names of who is missing.

NotPaired
"""

import asyncio
from collections.abc import Awaitable, Callable

PAIRING_SECONDS = 60.0
POLL_SECONDS = 0.05
ASK_AGAIN_SECONDS = 0.1


class NotPaired(Exception):
    """Devices did not become the hub's in time; the text names them."""


async def until_none(
    what: str, left: Callable[[], Awaitable[list[str]]], poll_seconds: float = POLL_SECONDS
) -> None:
    """Ask who is left until nobody is; raise NotPaired."""
    names: list[str] = []
    try:
        async with asyncio.timeout(PAIRING_SECONDS):
            names = await left()
            while names:
                await asyncio.sleep(poll_seconds)
                names = await left()
    except TimeoutError:
        waited = f"after {PAIRING_SECONDS:g} s"
        raise NotPaired(f"{what} {waited}: {', '.join(names)}") from None
