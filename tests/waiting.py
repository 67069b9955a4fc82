"""Waiting for a condition, with a bound: no test sleeps for luck."""

import asyncio
from collections.abc import Awaitable, Callable

BOUND_SECONDS = 60.0


async def until(condition: Callable[[], object], bound: float = BOUND_SECONDS) -> None:
    """Wait until a condition holds; raise TimeoutError when it does not come."""
    async with asyncio.timeout(bound):
        while not condition():  # noqa: ASYNC110 - the condition is another's state
            await asyncio.sleep(0.001)


async def until_async[T](
    ask: Callable[[], Awaitable[T]], holds: Callable[[T], object], bound: float = BOUND_SECONDS
) -> T:
    """Ask again and again until the answer holds; give it."""
    answer = await ask()
    try:
        async with asyncio.timeout(bound):
            while not holds(answer):
                await asyncio.sleep(0.02)
                answer = await ask()
    except TimeoutError:
        raise AssertionError(f"it did not come to that within {bound:g} s: {answer}") from None
    return answer
