"""Brings ZCL commands to devices: by the fast lane first, by an ordinary zigpy request second."""

import asyncio
import logging

from zigpy.exceptions import ZigbeeException

from drivers.zigbee import lane, zcl
from drivers.zigbee.directory import Place
from drivers.zigbee.lane import Lane, Letter
from drivers.zigbee.zcl import Frame
from gateway.model.driver import CommandRefused, CommandUnsupported

log = logging.getLogger(__name__)

SECOND_TRY_SECONDS = 10.0
UNANSWERED = (ZigbeeException, TimeoutError)

# ZCL 2.6.3: what a device answers when it has no such command or cluster.
_UNSUPPORTED = {0x01 + 0x80, 0x82, 0x83, 0x84, 0xC3}


class Post:
    """Sends and sends once more; what both come to is raised as zigpy raises it."""

    def __init__(self, fast: Lane) -> None:
        self._lane = fast

    async def order(self, place: Place, cluster: int, number: int, body: bytes = b"") -> Frame:
        """Order something of a device, and give its answer, which was not a refusal."""
        answer = await self._answer(place, cluster, number, body)
        check(place, answer)
        return answer

    async def ask(self, place: Place, cluster: int, number: int, body: bytes = b"") -> Frame:
        """Ask a device something; give its answer, which begins with no status."""
        answer = await self._answer(place, cluster, number, body)
        if not answer.specific:
            check(place, answer)
        return answer

    async def _answer(self, place: Place, cluster: int, number: int, body: bytes) -> Frame:
        letter = self._letter(place, cluster, zcl.command(_next(place), number, body))
        try:
            answer = await self._lane.send(letter)
        except UNANSWERED as error:
            log.info("%s: once more, %r", place.id, error)
            data = zcl.command(_next(place), number, body)
            answer = await self._by_zigpy(self._letter(place, cluster, data))
        if answer is None:
            raise TimeoutError(f"{place.id} gave no answer")
        return answer

    async def tell(
        self, place: Place, cluster: int, number: int, body: bytes, sequence: int | None = None
    ) -> None:
        """Tell a client something as its server, or answer its request `sequence`."""
        tsn = _next(place) if sequence is None else sequence
        data = zcl.command(tsn, number, body, to_client=True)
        letter = self._letter(place, cluster, data, wants_answer=False)
        try:
            await self._lane.send(letter)
        except UNANSWERED as error:
            log.info("%s: once more, %r", place.id, error)
            await self._by_zigpy(letter)

    def _letter(
        self, place: Place, cluster: int, data: bytes, *, wants_answer: bool = True
    ) -> Letter:
        return Letter(place.node, place.endpoint.endpoint_id, cluster, data, wants_answer)

    async def _by_zigpy(self, letter: Letter) -> Frame | None:
        """Send the ordinary way: it looks for a new route. The lane hears the answer as well."""
        with self._lane.expecting(letter) as answered:
            async with asyncio.timeout(SECOND_TRY_SECONDS):
                await letter.node.request(
                    profile=lane.HOME_AUTOMATION,
                    cluster=letter.cluster,
                    src_ep=lane.OUR_ENDPOINT,
                    dst_ep=letter.endpoint,
                    sequence=letter.data[1],
                    data=letter.data,
                    expect_reply=letter.wants_answer,
                    ask_for_ack=True,
                )
                return await answered if letter.wants_answer else None


def check(place: Place, answer: Frame) -> None:
    """Raise what a refusal means. A Default Response names the command, then the status."""
    default = not answer.specific and answer.command == zcl.General.DEFAULT_RESPONSE
    status = answer.body[1:2] if default else answer.body[:1]
    if status == bytes([zcl.SUCCESS]):
        return
    text = f"{place.id} answered no: ZCL status 0x{status.hex() or '??'}"
    if default and status and status[0] in _UNSUPPORTED:
        raise CommandUnsupported(text)
    raise CommandRefused(text)


def _next(place: Place) -> int:
    return int(place.node.get_sequence())
