"""Plays a story: every event, every deadline on the way, every look at the wall clock.

Devices do what they are told, and say so at once; those of a radio that is lost do not.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from gateway.model.capability import (
    Gate,
    Lock,
    Switch,
    Valve,
)
from gateway.model.clock import HouseTime, after, between
from gateway.model.command import (
    Command,
    DimLight,
    LockDoor,
    MoveGate,
    TurnSwitch,
    TurnValve,
    UnlockDoor,
    driver_for,
)
from gateway.model.effect import Effect, OrderId, Perform
from gateway.model.event import (
    CommandConfirmed,
    Event,
    Proof,
    Reported,
    RuleCalled,
    Ticked,
    WallTold,
)
from rules import automation, engine
from rules.automation.bursts import STARTS
from rules.state import BEGINNING, State
from rules.trial.kinds import CallAsked, RuleTest
from rules.trial.opening import Opening
from rules.trial.watched import Asked

CALLER = "a test"
STEPS_MAX = 20_000
"""Events of one test: a story that goes round and round for ever is ended here."""


@dataclass(frozen=True, slots=True)
class Step:
    """One event, and what came of it."""

    at: HouseTime
    event: Event
    before: State
    after: State
    effects: tuple[Effect, ...]
    asked: tuple[Asked, ...]
    scripted: bool  # the test says it; else it followed


@dataclass(slots=True)
class Played:
    """A story that was played."""

    opening: State
    steps: list[Step] = field(default_factory=list["Step"])
    endless: bool = False

    def state_at(self, at: HouseTime) -> State:
        """Give the state at a moment, after all that happened then."""
        return next((one.after for one in reversed(self.steps) if one.at <= at), self.opening)


def play(
    opening: Opening, test: RuleTest, asked: Callable[[], tuple[Asked, ...]] = tuple
) -> Played:
    """Play a test's story. `asked` says what was asked since it was called last."""
    stage = _Stage(opening, asked)
    for moment in test.events:
        at = after(BEGINNING, moment.after)
        stage.wait(at)
        if moment.what is not None:
            stage.take(_event(moment.what), at)
    stage.wait(after(BEGINNING, test.end))
    return stage.played


def _event(what: Event | CallAsked) -> Event:
    return RuleCalled(what.rule, CALLER) if isinstance(what, CallAsked) else what


class _Stage:
    """The house in which it is played."""

    def __init__(self, opening: Opening, asked: Callable[[], tuple[Asked, ...]]) -> None:
        self.played = Played(opening.state)
        self._site = opening.site
        self._state = opening.state
        self._begin = opening.begin
        self._asked = asked
        self._now = BEGINNING

    def wait(self, until: HouseTime) -> None:
        """Let time pass, and all that is due on the way happen."""
        while not self.played.endless:
            tick, wall = engine.next_deadline(self._state), self._wall_due()
            if tick is not None and tick <= until and (wall is None or tick <= wall[0]):
                self._happen(Ticked(), max(tick, self._now), scripted=False)
            elif wall is not None and wall[0] <= until:
                self._happen(wall[1], wall[0], scripted=False)
            else:
                return

    def take(self, event: Event, at: HouseTime) -> None:
        """Have something happen that the test says."""
        self._happen(event, at, scripted=True)

    def _wall_due(self) -> tuple[HouseTime, WallTold] | None:
        """Give when the wall clock is told next, and what it shows then."""
        wanted = automation.next_wall(self._site, self._state) if self._begin else None
        if wanted is None or self._begin is None:
            return None
        at = max(self._now, after(BEGINNING, wanted - self._begin))
        return at, WallTold(self._begin + between(BEGINNING, at))

    def _happen(self, event: Event, at: HouseTime, *, scripted: bool) -> None:
        inbox = deque([event])
        while inbox:
            if len(self.played.steps) >= STEPS_MAX:
                self.played.endless = True
                return
            step = self._step(inbox.popleft(), at, scripted=scripted)
            if any(kept.burst and kept.burst.count > STARTS for kept in step.after.rules.values()):
                self.played.endless = True
                return
            scripted = False
            inbox.extend(self._answers(step))

    def _step(self, event: Event, at: HouseTime, *, scripted: bool) -> Step:
        before, self._now = self._state, at
        self._state, effects = engine.step(self._site, before, event, at)
        step = Step(at, event, before, self._state, effects, self._asked(), scripted)
        self.played.steps.append(step)
        return step

    def _answers(self, step: Step) -> Iterator[Event]:
        """Give what the devices answer to the orders of a step."""
        for number, effect in enumerate(step.effects):
            if isinstance(effect, Perform) and self._is_heard(effect.command):
                done = _reported(effect.command)
                yield from done
                order = OrderId(f"{len(self.played.steps)}.{number}")
                proof = Proof.REPORTED if done else Proof.ACCEPTED
                yield CommandConfirmed(order, effect.command, proof)

    def _is_heard(self, command: Command) -> bool:
        driver = self._state.drivers.get(driver_for(command))
        return driver is not None and driver.found


def _reported(command: Command) -> tuple[Reported, ...]:
    """Give what a device tells that did as it was told; sirens tell nothing."""
    match command:
        case TurnSwitch(device=device, on=on):
            return (Reported(device, Switch.ON if on else Switch.OFF),)
        case DimLight(device=device, percent=percent):
            return (Reported(device, Switch.ON if percent else Switch.OFF),)
        case MoveGate(device=device, up=up):
            return (Reported(device, Gate.UP if up else Gate.DOWN),)
        case TurnValve(device=device, shut=shut):
            return (Reported(device, Valve.SHUT if shut else Valve.FLOWING),)
        case LockDoor(device=device):
            return (Reported(device, Lock.LOCKED),)
        case UnlockDoor(device=device):
            return (Reported(device, Lock.UNLOCKED),)
        case _:
            return ()
