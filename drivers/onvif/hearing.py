"""One camera's messages on their way to the house."""

import asyncio
import logging
from collections.abc import Callable, Iterable

from drivers.onvif import topics, translate, vendors
from drivers.onvif.message import Message
from drivers.onvif.senses import Senses
from gateway.model.device import DeviceId
from gateway.model.driver import Report, Told
from gateway.model.event import Reported

log = logging.getLogger(__name__)

UNKNOWN_MOST = 32  # topics without a word that are worth a line

type Wanted = Callable[[Told], bool]


class Hearing:
    """Translates, reports, and wakes who waits for what is reported."""

    def __init__(self, name: str, senses: Senses, report: Report) -> None:
        self._name = name
        self._senses = senses
        self._report = report
        self._table = topics.standard()
        self._loop = asyncio.get_running_loop()
        self._unknown: set[str] = set()
        self._waiting: dict[asyncio.Future[None], Wanted] = {}

    def hear(self, message: Message) -> None:
        """Take in a message. Never waits, never raises."""
        if message.path in self._table.topics:
            self._sense(translate.senses(message, self._table))
        elif not self._table.is_quiet(message.path):
            # Their parsers are coroutines that wait for nothing: this is done when it returns.
            asyncio.Task(self._by_maker(message), loop=self._loop, eager_start=True)

    def tell(self, told: Iterable[Told]) -> None:
        """Report, and wake who waits for that."""
        for one in told:
            self._report(one)
            for waiting, wanted in tuple(self._waiting.items()):
                if not waiting.done() and wanted(one):
                    waiting.set_result(None)

    def expect(self, wanted: Wanted) -> asyncio.Future[None]:
        """Give what is done as soon as something wanted is reported."""
        waiting: asyncio.Future[None] = self._loop.create_future()
        self._waiting[waiting] = wanted
        waiting.add_done_callback(lambda done: self._waiting.pop(done, None))
        return waiting

    def expect_from(self, device: DeviceId) -> asyncio.Future[None]:
        """Give what is done as soon as a device tells a reading."""
        return self.expect(lambda told: isinstance(told, Reported) and told.device == device)

    async def _by_maker(self, message: Message) -> None:
        said = await vendors.senses(message, self._table)
        if said is not None:
            self._sense(said)
        elif message.path not in self._unknown and len(self._unknown) < UNKNOWN_MOST:
            self._unknown.add(message.path)
            log.info("camera %s speaks of %s: no word for it", self._name, message.path)

    def _sense(self, said: Iterable[translate.Sense]) -> None:
        for one in said:
            self.tell(self._senses.take(one, self._loop.time()))
