"""Carries out orders: to the driver they are for, with a deadline, retries and an outcome.

Every device has a lane of its own, and its siren another: one dead siren never delays a second, and
no display is waited for by an alarm. An order of the kind that may be repeated replaces those of
its topic, the one under way as well: only the newest counts.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field

from gateway.model.clock import Clock, between
from gateway.model.command import (
    Command,
    RemoveDevice,
    SetLockCode,
    SilenceSiren,
    SoundSiren,
    driver_for,
    target_of,
)
from gateway.model.device import DriverId
from gateway.model.driver import (
    CommandRefused,
    DeviceUnreachable,
    Driver,
    DriverError,
    RadioLost,
)
from gateway.model.effect import (
    Inspect,
    KeepClip,
    Notify,
    Order,
    OrderId,
    Perform,
    Repeat,
    RuleRan,
    RunProgram,
    repeat_of,
)
from gateway.model.event import CommandConfirmed, CommandFailed, Event, ProgramEnded, Proof
from gateway.model.sight import ClipFailed, Inspected

ATTEMPT_SECONDS = 10.0
"""A driver that has not answered by then did not."""
REMOVE_SECONDS = 120.0
"""A device that leaves may need a hand at its button: a driver waits for that a minute and more."""
PAUSES = (0.3, 1.0, 2.0)
"""Seconds before each retry; when they are used up the command has failed."""
LANES_MAX = 4096
WAITING_MAX = 16
"""Orders that wait in one lane at most."""

log = logging.getLogger("nightlatch.executor")

type Topic = tuple[str, object]


@dataclass(slots=True)
class _Lane:
    """The orders of one device, one at a time."""

    waiting: deque[Order] = field(default_factory=deque[Order])
    working: bool = False
    worker: asyncio.Task[None] | None = None
    current: Order | None = None
    attempt: asyncio.Task[None] | None = None  # what carries `current` out


class Executor:
    """Hands orders to drivers and people; each outcome is an event again."""

    def __init__(  # noqa: PLR0913 - whatever it may hand an order to
        self,
        drivers: Mapping[DriverId, Driver],
        clock: Clock,
        report: Callable[[Event], None],
        settle: Callable[[OrderId, str], None],
        tell: Callable[[Notify], None],
        *,
        run_program: Callable[[RunProgram], Awaitable[ProgramEnded]] | None = None,
        fill: Callable[[SetLockCode], SetLockCode] | None = None,
        see: Callable[[Inspect | KeepClip], None] | None = None,
    ) -> None:
        """`fill` gives an order to a lock the PIN that the journal never held.

        `see` hands what cameras are to do to the detection, which answers with events.
        """
        self._drivers = drivers
        self._clock = clock
        self._report = report
        self._settle = settle
        self._tell = tell
        self._run_program = run_program
        self._fill = fill
        self._see = see
        self._lanes: dict[Topic, _Lane] = {}
        self._programs: set[asyncio.Task[None]] = set()

    def take(self, order: Order) -> None:
        """Start on an order; returns at once, its first frame already on its way if it can be."""
        match order.effect:
            case Notify() as notify:
                self._tell(notify)
                self._settle(order.id, "told")
            case RuleRan():  # a record, and handed to nobody
                pass
            case Inspect() | KeepClip() as ask:
                self._look(order, ask)
            case RunProgram() as ask:
                # Not at once: to start a process takes longer than all that may wait behind this.
                task = asyncio.get_running_loop().create_task(self._see_through(order, ask))
                self._programs.add(task)
                task.add_done_callback(self._programs.discard)
            case Perform(command=command):
                self._queue(order, command)

    async def close(self) -> None:
        """End every lane and every program. What was not confirmed stays in the outbox."""
        tasks = [t for lane in self._lanes.values() for t in (lane.worker, lane.attempt) if t]
        tasks += self._programs
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _see_through(self, order: Order, ask: RunProgram) -> None:
        """Have a program run, and report what it asks for."""
        if self._run_program is None:
            ended = ProgramEnded(ask.rule, ask.program, reason="there is no sandbox")
        else:
            try:
                ended = await self._run_program(ask)
            except Exception as bug:  # one program stops nothing else (law 6)
                log.exception("the sandbox failed")
                reason = f"the sandbox failed: {type(bug).__name__}"
                ended = ProgramEnded(ask.rule, ask.program, reason=reason)
        self._settle(order.id, f"failed: {ended.reason}" if ended.reason else "ended")
        self._report(ended)

    def _look(self, order: Order, ask: Inspect | KeepClip) -> None:
        """Have the detection look or record; where there is none, say so of each camera."""
        if self._see is not None:
            try:
                self._see(ask)
            except Exception as bug:  # cameras stop nothing else (law 6)
                log.exception("the detection failed")
                self._unseen(order, ask, f"the detection failed: {type(bug).__name__}")
            else:
                self._settle(order.id, "handed over")
        else:
            self._unseen(order, ask, "there is no detection")

    def _unseen(self, order: Order, ask: Inspect | KeepClip, reason: str) -> None:
        self._settle(order.id, f"failed: {reason}")
        for camera in ask.cameras:
            match ask:
                case Inspect():
                    self._report(Inspected(camera, (), 0, reason))
                case KeepClip(incident=incident):
                    self._report(ClipFailed(camera, incident, reason))

    def _queue(self, order: Order, command: Command) -> None:
        key = target_of(command), isinstance(command, SoundSiren | SilenceSiren)
        if key not in self._lanes and len(self._lanes) >= LANES_MAX:
            self._fail(order, command, "too many devices have commands", permanent=True)
            return
        lane = self._lanes.setdefault(key, _Lane())
        if repeat_of(order.effect) is Repeat.SET:
            self._replace(lane, _topic(command))
        if len(lane.waiting) >= WAITING_MAX:
            self._fail(order, command, "too many commands wait for it", permanent=True)
            return
        lane.waiting.append(order)
        if not lane.working:
            lane.working = True
            lane.worker = _eager(self._work(key, lane))

    def _replace(self, lane: _Lane, topic: Topic) -> None:
        """Drop what a newer order of the topic makes pointless."""
        for old in [o for o in lane.waiting if _topic(_command(o)) == topic]:
            lane.waiting.remove(old)
            self._settle(old.id, "replaced")
        current, attempt = lane.current, lane.attempt
        if current is not None and attempt is not None and _topic(_command(current)) == topic:
            attempt.cancel()

    async def _work(self, key: Topic, lane: _Lane) -> None:
        try:
            while lane.waiting:
                lane.current = order = lane.waiting.popleft()
                lane.attempt = _eager(self._carry_out(order))
                await asyncio.wait((lane.attempt,))
                if lane.attempt.cancelled():
                    self._settle(order.id, "replaced")
        finally:
            lane.working = False
            lane.current = lane.attempt = lane.worker = None
            if not lane.waiting:
                self._lanes.pop(key, None)

    async def _carry_out(self, order: Order) -> None:
        command, reason = _command(order), ""
        for pause in (*PAUSES, None):
            try:
                proof = await self._attempt(order, command)
            except DriverError as error:
                reason = str(error)
                if not _worth_a_retry(order, error):
                    # A lost radio is not asked again: when it is back, the rules order anew.
                    self._fail(order, command, reason, permanent=True)
                    return
            except Exception as bug:  # one broken driver stops nothing else (law 6)
                log.exception("%s failed", type(command).__name__)
                reason = f"the driver failed: {type(bug).__name__}"
            else:
                self._settle(order.id, "confirmed")
                self._report(CommandConfirmed(order.id, command, proof))
                return
            if pause is not None:
                await asyncio.sleep(pause)
        self._fail(order, command, reason, permanent=False)

    async def _attempt(self, order: Order, command: Command) -> Proof:
        name = driver_for(command)
        driver = self._drivers.get(name)
        if driver is None:
            raise RadioLost(f"there is no {name} driver")
        try:
            async with asyncio.timeout(self._patience(order)):
                return await driver.perform(self._whole(command))
        except TimeoutError:
            raise DeviceUnreachable("it did not answer in time") from None

    def _whole(self, command: Command) -> Command:
        """Give a command as a driver is to have it. No outcome names what was filled in."""
        if isinstance(command, SetLockCode) and self._fill is not None:
            return self._fill(command)
        return command

    def _patience(self, order: Order) -> float:
        """Give the seconds an attempt may take; raise TooLate where it may not begin any more."""
        if isinstance(_command(order), RemoveDevice):
            return REMOVE_SECONDS
        if order.expires is None:
            return ATTEMPT_SECONDS
        left = between(self._clock.now(), order.expires).total_seconds()
        if left <= 0:
            raise TooLate("it came too late to be safe")
        return min(ATTEMPT_SECONDS, left)

    def _fail(self, order: Order, command: Command, reason: str, *, permanent: bool) -> None:
        self._settle(order.id, f"failed: {reason}")
        self._report(CommandFailed(order.id, command, reason, permanent))


class TooLate(DriverError):
    """The order has expired."""


def _worth_a_retry(order: Order, error: DriverError) -> bool:
    """A device that said no may say yes a second later; what may be repeated is asked again."""
    if isinstance(_command(order), RemoveDevice):
        return False  # whoever stands before the device has gone
    if isinstance(error, CommandRefused):
        return repeat_of(order.effect) is Repeat.SET
    return isinstance(error, DeviceUnreachable)


def _eager(work: Coroutine[None, None, None]) -> asyncio.Task[None]:
    """Start a task at once: the driver's first frame leaves before this returns (Python 3.12)."""
    return asyncio.Task(work, loop=asyncio.get_running_loop(), eager_start=True)


def _command(order: Order) -> Command:
    assert isinstance(order.effect, Perform)  # noqa: S101  # take() sorted them
    return order.effect.command


def _topic(command: Command) -> Topic:
    """Commands of one topic override each other; those about different slots do not."""
    if isinstance(command, SoundSiren | SilenceSiren):
        return "siren", None
    return type(command).__name__, getattr(command, "slot", None)
