"""Checks codes, and makes of each a person's request or a refusal. Codes end here.

The check is slow on purpose (argon2id), so it runs in a thread, and few at a time.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable

from gateway.model.credential import Code, CodeOffered, Wish
from gateway.model.device import DeviceId
from gateway.model.event import ArmRequested, CodeRefused, DisarmRequested, Event
from rules.site import Site

CHECKS_MAX = 4
"""Codes in the air at most from one place; more than that is no person, and goes unchecked."""

log = logging.getLogger("nightlatch.doorman")

type Find = Callable[[Code], str | None]
"""Names the person whose code it is. Slow; for a thread."""


class Doorman:
    """Stands between a typed code and the house."""

    def __init__(self, site: Callable[[], Site], find: Find, take: Callable[[Event], None]) -> None:
        self._site = site
        self._find = find
        self._take = take
        self._checking: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()

    def offer(self, offered: CodeOffered) -> None:
        """Take a code typed at a keypad; returns at once, the house hears of it soon."""
        task = asyncio.get_running_loop().create_task(self._check(offered))
        self._tasks.add(task)
        task.add_done_callback(self._checked)

    async def who(self, code: Code | None, via: str) -> str | None:
        """Name the person; for a wrong code tell the house, and give None."""
        if code is None:
            return None
        if self._checking[via] >= CHECKS_MAX:
            self._take(CodeRefused(via))
            return None
        self._checking[via] += 1
        try:
            person = await asyncio.to_thread(self._find, code)
        finally:
            self._checking[via] -= 1
        if person is None:
            self._take(CodeRefused(via))
        return person

    def _checked(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a code could not be checked", exc_info=task.exception())

    async def _check(self, offered: CodeOffered) -> None:
        person = await self.who(offered.code, offered.via)
        if person is None:
            if offered.code is None:
                self._take(CodeRefused(offered.via))
            return
        for area in self._areas(person, offered):
            self._take(_request(person, area, offered))

    def _areas(self, person: str, offered: CodeOffered) -> list[str]:
        if offered.area is not None:
            return [offered.area]
        site = self._site()
        if person not in site.people:  # taken out of the configuration meanwhile
            return []
        own = site.people[person].areas
        return [
            name
            for name, area in site.areas.items()
            if name in own and DeviceId(offered.via) in area.keypads
        ]


def _request(person: str, area: str, offered: CodeOffered) -> Event:
    match offered.wish:
        case Wish.ARM:
            mode = offered.mode or ""
            return ArmRequested(area, mode, person, offered.via, force=offered.force)
        case Wish.DISARM:
            return DisarmRequested(area, person, offered.via)
