"""What the long jobs share: to ask within a bound, to hear what comes of it, to end it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from zwave_js_server.event import EventBase
from zwave_js_server.exceptions import FailedCommand, FailedZWaveCommand
from zwave_js_server.model.controller import Controller

from drivers.zwave.directory import device_id
from drivers.zwave.safe import answered
from gateway.model.device import DeviceId
from gateway.model.driver import CommandRefused, DriverError

STICK = "the Z-Wave stick"
BUSY = (
    "the Z-Wave stick is busy with joining or removing: wait for its end, or close that with "
    "`nightlatch pair --radio zwave --seconds 0`"
)
_WHY = {
    110: "the stick has that switched off",
    200: "the stick did not answer in time",
    203: "the stick said no",
    209: "this stick cannot do that",
    218: "a device on Long Range has no routes",
    280: "the stick's memory has a format that nobody knows here",
    281: "that file holds no memory of a stick",
    282: "that file does not hold all of a stick's memory",
    283: "that file holds no memory of a stick",
    284: "the stick's memory is too small for what the file holds",
    360: "it answers, so it is not dead: `nightlatch radio exclude` takes it out",
    361: "it answers, so it is not dead: `nightlatch radio exclude` takes it out",
    362: "it answers, so it is not dead, or the stick knows of no failure",
    363: "it answers, so it is not dead",
    380: "a firmware is being written already",
    1500: "it takes a firmware already",
    1501: "it takes no firmware over the air",
    1502: "it has no such part to take a firmware",
    1503: "it did not begin to take the firmware",
    1504: "it does not let go of the firmware that it takes",
    1505: "it went silent while it took the firmware",
    1506: "that file is not whole, or no firmware",
    1507: "that file is of no kind that is known here",
    1508: "another device takes a firmware already",
}

_SAID = {
    "inclusion_already_in_progress": BUSY,
    "inclusion_phase_not_in_progress": "no device waits for that any more",
}

type Heard = Callable[[Mapping[str, Any]], None]


def called(controller: Controller, node: int) -> DeviceId:
    """Call a node what the house knows it by: where it has a name, people read that."""
    return device_id(controller.home_id or 0, node)


async def asked[T](name: str, call: Awaitable[T], seconds: float | None = 10.0) -> T:
    """Give what the server answers; raise the DriverError that names what went wrong."""
    return await answered(name, _explained(call), seconds)


async def _explained[T](call: Awaitable[T]) -> T:
    try:
        return await call
    except FailedZWaveCommand as error:
        if why := _WHY.get(error.zwave_error_code):
            raise CommandRefused(why) from None
        raise
    except FailedCommand as error:
        if why := _SAID.get(error.error_code):
            raise CommandRefused(why) from None
        raise


async def stopped(call: Awaitable[Any]) -> None:
    """Ask for the end of something; that it had ended already is as well."""
    with contextlib.suppress(DriverError):
        await asked(STICK, call)


@contextlib.contextmanager
def hearing(source: EventBase, heard: Mapping[str, Heard]) -> Iterator[None]:
    """Hear events by their names, for a while."""
    ends = [source.on(name, one) for name, one in heard.items()]
    try:
        yield
    finally:
        for end in ends:
            end()


class Outcome[T]:
    """What comes of something, told once by an event: a result, or why there is none."""

    def __init__(self) -> None:
        self._told: asyncio.Future[T | CommandRefused] = asyncio.get_running_loop().create_future()

    @property
    def told(self) -> bool:
        """Tell whether it is known."""
        return self._told.done()

    def is_(self, result: T) -> None:
        """Tell the result."""
        if not self._told.done():
            self._told.set_result(result)

    def fails(self, sentence: str) -> None:
        """Tell why there is none."""
        if not self._told.done():
            self._told.set_result(CommandRefused(sentence))

    async def within(self, seconds: float | None, otherwise: str) -> T:
        """Wait for it; raise CommandRefused where it fails, or does not come in time."""
        try:
            async with asyncio.timeout(seconds):
                told = await self._told
        except TimeoutError:
            raise CommandRefused(otherwise) from None
        if isinstance(told, CommandRefused):
            raise told
        return told
