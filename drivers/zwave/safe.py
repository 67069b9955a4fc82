"""The only way to send: every result is waited for, within our own deadline, and judged here.

Commands go to a command class by its name, never by Z-Wave JS's "set value": that writes what was
asked for into its own values once the device said "understood", and tells it as if the device had.
"""

import asyncio
from collections.abc import Awaitable
from enum import IntEnum
from typing import Any

from zwave_js_server.const import ControllerStatus, NodeStatus
from zwave_js_server.exceptions import (
    BaseZwaveJSServerError,
    FailedCommand,
    FailedZWaveCommand,
    NotConnected,
    NotFoundError,
)

from drivers.zwave.cc import Cc
from drivers.zwave.directory import Place, command_class
from gateway.model.driver import (
    CommandRefused,
    CommandUnsupported,
    DeviceUnknown,
    DeviceUnreachable,
    RadioLost,
)

ANSWER_SECONDS = 10.0
YIELD_SECONDS = 0.5  # a dead device costs the stick seconds: those that live are told first
DROPPED_SECONDS = 12.0  # a server looks for so long whether its stick comes back
AGAIN_SECONDS = 0.25


class Supervised(IntEnum):
    """What a device says of a command (SDS13783 3.7.3)."""

    NO_SUPPORT = 0
    WORKING = 1
    FAIL = 2
    SUCCESS = 255


class Code(IntEnum):
    """Errors of Z-Wave JS that are not simply silence."""

    DRIVER_FAILED = 100
    DRIVER_DESTROYED = 102
    DRIVER_NOT_READY = 103
    PORT_CLOSED = 112
    MESSAGE_DROPPED = 202
    NODE_NOT_FOUND = 211
    ENDPOINT_NOT_FOUND = 212
    NODE_REMOVED = 213
    CC_NOT_SUPPORTED = 302
    CC_NOT_IMPLEMENTED = 303
    CC_NO_API = 304
    ARGUMENT_INVALID = 322


_GRIEF = (
    *(asyncio.InvalidStateError, BaseZwaveJSServerError),
    *(AssertionError, KeyError, TypeError, ValueError),
)
_LOST = {Code.DRIVER_FAILED, Code.DRIVER_DESTROYED, Code.DRIVER_NOT_READY, Code.PORT_CLOSED}
_GONE = {Code.NODE_NOT_FOUND, Code.NODE_REMOVED}
_UNSUPPORTED = {
    Code.ENDPOINT_NOT_FOUND,
    Code.CC_NOT_SUPPORTED,
    Code.CC_NOT_IMPLEMENTED,
    Code.CC_NO_API,
}


class _Dropped(DeviceUnreachable):
    """It never came to the air: the stick is away, or has its hands full."""


async def order(place: Place, number: Cc, method: str, *given: Any) -> Supervised | None:
    """Have a device do something. None: its radio took it, and it does not say more."""
    refuse_sleeper(place)
    if place.node.status is NodeStatus.DEAD:
        await asyncio.sleep(YIELD_SECONDS)
    return judge(place, await ask(place, number, method, *given))


async def ask(place: Place, number: Cc, method: str, *given: Any) -> Any:
    """Call a command class of a device, and give what it answers.

    Where the stick dropped the call it is made again: one that was pulled may be back in a moment,
    and if it is not, the end of the server comes before ours.
    """
    clock = asyncio.get_running_loop().time
    until = clock() + DROPPED_SECONDS
    while True:
        try:
            return await _ask_once(place, number, method, *given)
        except _Dropped:
            if clock() >= until or not _is_worth_it(place):
                raise
        await asyncio.sleep(AGAIN_SECONDS)


async def _ask_once(place: Place, number: Cc, method: str, *given: Any) -> Any:
    endpoint = place.node.endpoints[place.endpoint]
    call = endpoint.async_invoke_cc_api(command_class(number), method, *given, wait_for_result=True)
    return await answered(place.id, call)


def _is_worth_it(place: Place) -> bool:
    """Say whether a dropped call may do better soon: not where the device sleeps, or is jammed."""
    driver = place.node.client.driver
    jammed = driver is not None and driver.controller.status is ControllerStatus.JAMMED
    return not jammed and place.node.status is not NodeStatus.ASLEEP


def judge(place: Place, result: Any) -> Supervised | None:
    """Judge what came of a command; raise where the device says no."""
    status = result.get("status") if isinstance(result, dict) else None
    match status:
        case Supervised.NO_SUPPORT:
            raise CommandUnsupported(f"{place.id} says that it has no such command")
        case Supervised.FAIL:
            raise CommandRefused(f"{place.id} says that it could not do it")
        case Supervised.WORKING | Supervised.SUCCESS:
            return Supervised(status)
        case _:
            return None


def refuse_sleeper(place: Place) -> None:
    """Leave nothing in the queue of a device that sleeps: it would be done whenever it wakes."""
    if place.node.status is NodeStatus.ASLEEP:
        raise DeviceUnreachable(f"{place.id} sleeps: it hears when it wakes up")


async def answered[T](name: str, call: Awaitable[T], seconds: float | None = ANSWER_SECONDS) -> T:
    """Give what the server answers; raise the DriverError that names what went wrong."""
    try:
        async with asyncio.timeout(seconds):
            return await call
    except TimeoutError:
        raise DeviceUnreachable(f"{name} did not answer in {seconds:g} s") from None
    except FailedZWaveCommand as error:
        raise _named(name, error.zwave_error_code) from None
    except NotConnected:
        raise RadioLost("the Z-Wave server is lost") from None
    except NotFoundError:
        raise CommandUnsupported(f"{name} has no such command") from None
    except FailedCommand as error:
        if error.error_code == "node_not_found":
            raise DeviceUnknown(f"there is no {name} on the Z-Wave network") from None
        raise DeviceUnreachable(f"{name}: the server says {error.error_code}") from None
    except _GRIEF as error:
        # A race of the library where a device changes between dead and alive, or an odd answer.
        raise DeviceUnreachable(f"{name} gave no answer: {type(error).__name__}") from None


def _named(name: str, code: int) -> Exception:
    """Name an error by its number: its text may hold what was sent."""
    if code in _LOST:
        return RadioLost("the Z-Wave stick is lost")
    if code == Code.MESSAGE_DROPPED:
        return _Dropped(f"{name} was not called: the Z-Wave stick is away or busy")
    if code in _GONE:
        return DeviceUnknown(f"there is no {name} on the Z-Wave network")
    if code in _UNSUPPORTED:
        return CommandUnsupported(f"{name} has no such command")
    if code == Code.ARGUMENT_INVALID:
        return CommandRefused(f"{name} does not take that")
    return DeviceUnreachable(f"{name} did not answer (Z-Wave error {code})")
