"""Default Responses to frames that zigpy never sees: one command each, behind all others."""

from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

WAITING_MOST = 32  # a sensor that is not answered may repeat itself; an alarm must not wait


class Thanks:
    """Answers one sensor after the other, the latest of them when there are too many."""

    def __init__(
        self,
        send: Callable[..., Awaitable[object]],
        spawn: Callable[[Coroutine[None, None, None]], Any],
    ) -> None:
        self._send = send
        self._spawn = spawn
        self._waiting: deque[tuple[Any, ...]] = deque(maxlen=WAITING_MOST)
        self._is_at_work = False

    def owe(self, *fields: Any) -> None:
        """Take an answer to be sent; it drives out the oldest when too many wait."""
        self._waiting.append(fields)
        if not self._is_at_work:
            self._is_at_work = True
            self._spawn(self._pay())

    async def _pay(self) -> None:
        try:
            while self._waiting:
                await self._send(*self._waiting.popleft())
        finally:
            self._is_at_work = False
