"""The rounds: one mains device after the other is asked for a sign of life, and the air watched.

A mains device says nothing for hours when all is well; asked in turn, it is heard every few
minutes. The same question shows a jammed radio: then the stick finds the channel busy each time it
wants to send (CCA, IEEE 802.15.4 6.2.5.2), and nobody is heard.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from drivers.zigbee.directory import DRIVER, Directory, Place
from drivers.zigbee.lane import Lane
from drivers.zigbee.post import UNANSWERED
from gateway.model.driver import RadioLost
from gateway.model.event import JamChanged

log = logging.getLogger(__name__)

ANSWER_SECONDS = 5.0
JAMMED_AFTER_ROUNDS = 3
"""Rounds of busy air in which nobody was heard: 30 s, as EN 50131-5-3 asks, at 10 s a round."""
BASIC, ZCL_VERSION = 0x0000, 0x0000


@dataclass(slots=True)
class Verdict:
    """Judges the air by what each round found."""

    jammed: bool = False
    _failures: int | None = None
    _bad: int = 0

    def judge(self, failures: int, *, heard: bool) -> bool | None:
        """Take a round's count of CCA failures; give what changed: jammed, free, or None.

        A round in which nobody was heard and nothing was sent says nothing.
        """
        last, self._failures = self._failures, failures
        if heard:
            self._bad = 0
            return self._become(jammed=False)
        # bellows clears the stick's counters now and then: a smaller number is a new count.
        if last is not None and (failures > last or 0 < failures < last):
            self._bad += 1
        return self._become(jammed=True) if self._bad >= JAMMED_AFTER_ROUNDS else None

    def _become(self, *, jammed: bool) -> bool | None:
        if jammed is self.jammed:
            return None
        self.jammed = jammed
        return jammed


class Rounds:
    """Walks from device to device for as long as the radio lives."""

    def __init__(
        self,
        lane: Lane,
        directory: Directory,
        every_seconds: float,
        report: Callable[[JamChanged], None],
    ) -> None:
        self._lane = lane
        self._directory = directory
        self._every = every_seconds
        self._report = report
        self._verdict = Verdict()
        self._heard = False

    def heard(self) -> None:
        """Note that somebody was heard on the air."""
        self._heard = True

    async def walk(self) -> None:
        """Ask one device a round, for ever."""
        for turn in count():
            await asyncio.sleep(self._every)
            try:
                await self._round(turn)
            except RadioLost:  # the life of the radio ends, and is told of elsewhere
                return
            except Exception:  # one odd device must not end the watch over all others
                log.exception("a round came to grief")

    async def _round(self, turn: int) -> None:
        self._heard = False
        await self._ask(turn)
        failures = await self._lane.cca_failures()
        changed = self._verdict.judge(failures, heard=self._heard)
        if changed is not None:
            self._report(JamChanged(DRIVER, changed))

    async def _ask(self, turn: int) -> None:
        mains = [place for place in self._directory.places() if _answers_always(place)]
        if not mains:
            return
        place = mains[turn % len(mains)]
        basic = place.endpoint.in_clusters.get(BASIC)
        if basic is None:
            return
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await basic.read_attributes([ZCL_VERSION])
        except UNANSWERED as error:  # its silence is the supervision's business
            log.info("%s gave no sign of life: %r", place.id, error)


def _answers_always(place: Place) -> bool:
    descriptor = place.node.node_desc
    return descriptor is not None and bool(descriptor.is_receiver_on_when_idle)
