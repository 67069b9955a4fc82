"""Carries out orders: to the driver they are for, with a deadline, retries and an outcome.

Every device has a lane of its own, so one dead siren never delays another. An order of the kind
that may be repeated replaces those of its kind that still wait in the lane: only the newest counts.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gateway.model.clock import Clock
from gateway.model.command import Command, PermitJoin, SilenceSiren, SoundSiren, driver_for
from gateway.model.device import DriverId
from gateway.model.driver import DeviceUnreachable, Driver, DriverError, RadioLost
from gateway.model.effect import Notify, Order, OrderId, Perform, Repeat, repeat_of
from gateway.model.event import CommandConfirmed, CommandFailed, Event, Proof

ATTEMPT_SECONDS = 10.0
"""A driver that has not answered by then did not."""
PAUSES = (0.3, 1.0, 2.0)
"""Seconds before each retry; when they are used up the command has failed."""
LANES_MAX = 4096
WAITING_MAX = 16
"""Orders that wait in one lane at most."""


@dataclass(slots=True)
class _Lane:
    """The orders of one device."""

    waiting: deque[Order] = field(default_factory=deque[Order])
    task: asyncio.Task[None] | None = None
    newer: asyncio.Event = field(default_factory=asyncio.Event)


class Executor:
    """Hands orders to drivers and people; each outcome is an event again."""

    def __init__(
        self,
        drivers: Mapping[DriverId, Driver],
        clock: Clock,
        report: Callable[[Event], None],
        settle: Callable[[OrderId, str], None],
        tell: Callable[[Notify], None],
    ) -> None:
        self._drivers = drivers
        self._clock = clock
        self._report = report
        self._settle = settle
        self._tell = tell
        self._lanes: dict[str, _Lane] = {}

    def take(self, order: Order) -> None:
        """Start on an order; returns at once, its first frame already on its way if it can be."""
        match order.effect:
            case Notify() as notify:
                self._tell(notify)
                self._settle(order.id, "told")
            case Perform(command=command):
                self._queue(order, command)

    async def close(self) -> None:
        """End every lane. What was not confirmed stays in the outbox."""
        tasks = [lane.task for lane in self._lanes.values() if lane.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _queue(self, order: Order, command: Command) -> None:
        target = command.driver if isinstance(command, PermitJoin) else command.device
        lane = self._lanes.setdefault(target, _Lane())
        if repeat_of(order.effect) is Repeat.SET:
            self._drop_older(lane, command)
        if len(lane.waiting) >= WAITING_MAX or len(self._lanes) > LANES_MAX:
            self._fail(order, command, "too many commands wait for it", permanent=True)
            return
        lane.waiting.append(order)
        lane.newer.set()
        if lane.task is None:
            # Eager: the driver's first frame leaves before this returns (Python 3.12).
            lane.task = asyncio.Task(
                self._work(target, lane), loop=asyncio.get_running_loop(), eager_start=True
            )
            if lane.task.done():
                lane.task = None

    def _drop_older(self, lane: _Lane, command: Command) -> None:
        for old in [o for o in lane.waiting if _replaces(command, o)]:
            lane.waiting.remove(old)
            self._settle(old.id, "replaced")

    async def _work(self, target: str, lane: _Lane) -> None:
        try:
            while lane.waiting:
                lane.newer.clear()
                await self._carry_out(lane, lane.waiting.popleft())
        finally:
            lane.task = None
            if not lane.waiting:
                self._lanes.pop(target, None)

    async def _carry_out(self, lane: _Lane, order: Order) -> None:
        assert isinstance(order.effect, Perform)  # noqa: S101  # take() sorted them
        command, reason = order.effect.command, ""
        for pause in (*PAUSES, None):
            if order.expires is not None and self._clock.now() > order.expires:
                self._fail(order, command, "it came too late to be safe", permanent=True)
                return
            try:
                proof = await self._attempt(command)
            except DeviceUnreachable as unreachable:
                reason = str(unreachable)
            except DriverError as refused:
                # A lost radio is not asked again: when it is back, the rules order anew.
                self._fail(order, command, str(refused), permanent=True)
                return
            else:
                self._settle(order.id, "confirmed")
                self._report(CommandConfirmed(order.id, command, proof))
                return
            if pause is None or await self._overtaken(lane, command, pause):
                break
        self._fail(order, command, reason, permanent=False)

    async def _attempt(self, command: Command) -> Proof:
        name = driver_for(command)
        driver = self._drivers.get(name)
        if driver is None:
            raise RadioLost(f"there is no {name} driver")
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                return await driver.perform(command)
        except TimeoutError:
            raise DeviceUnreachable(f"no answer within {ATTEMPT_SECONDS:.0f} s") from None

    async def _overtaken(self, lane: _Lane, command: Command, pause: float) -> bool:
        """Wait before a retry; whether a newer order made it pointless."""
        try:
            async with asyncio.timeout(pause):
                while not any(_replaces(_command(o), command) for o in lane.waiting):
                    lane.newer.clear()
                    await lane.newer.wait()
        except TimeoutError:
            return False
        return True

    def _fail(self, order: Order, command: Command, reason: str, *, permanent: bool) -> None:
        self._settle(order.id, f"failed: {reason}")
        self._report(CommandFailed(order.id, command, reason, permanent))


def _command(order: Order) -> Command:
    assert isinstance(order.effect, Perform)  # noqa: S101  # lanes hold nothing else
    return order.effect.command


def _topic(command: Command) -> tuple[str, object]:
    """Commands of one topic override each other; those about different slots do not."""
    if isinstance(command, SoundSiren | SilenceSiren):
        return "siren", None
    return type(command).__name__, getattr(command, "slot", None)


def _replaces(newer: Command, older: Command | Order) -> bool:
    old = _command(older) if isinstance(older, Order) else older
    return _topic(newer) == _topic(old)
