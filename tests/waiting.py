"""Waiting for a condition, with a bound: no test sleeps for luck."""

import asyncio
from collections.abc import Callable

BOUND_SECONDS = 10.0


async def until(condition: Callable[[], object], bound: float = BOUND_SECONDS) -> None:
    """Wait until a condition holds; raise TimeoutError when it does not come."""
    async with asyncio.timeout(bound):
        while not condition():  # noqa: ASYNC110 - the condition is another's state
            await asyncio.sleep(0.001)
