"""What goes on beside: what must not be dropped, and chores, which a flood from the air may."""

import asyncio
import logging
from collections.abc import Callable, Coroutine

log = logging.getLogger(__name__)

TASKS_MOST = 1024  # with more under way, no chore is begun

type Work = Coroutine[None, None, None]
type _Key = tuple[int, str]


class Tasks:
    """The tasks of one life: none of them outlives it."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._chores: dict[_Key, bool] = {}  # under way, and whether once more after that

    def spawn(self, work: Work) -> asyncio.Task[None]:
        """Do what is never dropped, and what no device can give cause to without end."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def chore(self, node: int, what: str, work: Callable[[], Work]) -> None:
        """Do what a node gave cause to; what it gives cause to meanwhile, once more after that."""
        key = (node, what)
        if key in self._chores:
            self._chores[key] = True
        elif len(self._tasks) < TASKS_MOST:
            self._chores[key] = False
            self.spawn(self._go_through(key, work))

    async def _go_through(self, key: _Key, work: Callable[[], Work]) -> None:
        try:
            await work()
            while self._chores[key]:
                self._chores[key] = False
                await work()
        finally:
            del self._chores[key]

    async def end(self) -> None:
        """End them all."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.info("a task of the Z-Wave driver ended: %s", type(error).__name__)
