"""What a rule did in a story: its own orders and words, and those of the rules that it called.

The engine writes down that a run began or went on, and what comes after it is that run's. What the
panel does in turn (a siren for an alarm, a word about the arming) is not the rule's doing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise

from gateway.model.clock import between
from gateway.model.command import (
    AimCamera,
    Command,
    DimLight,
    LockDoor,
    MoveGate,
    SetInfrared,
    SetThermostat,
    SilenceSiren,
    SoundSiren,
    TurnSwitch,
    TurnValve,
    UnlockDoor,
)
from gateway.model.effect import (
    Effect,
    Inspect,
    KeepClip,
    Notify,
    Outcome,
    Perform,
    RuleRan,
    RunProgram,
)
from rules.automation.code import message
from rules.automation.triggers import BY_RULE
from rules.rulebook import (
    Act,
    Action,
    ArmArea,
    DisarmArea,
    RestoreScene,
    Rule,
    SetScene,
    Tell,
)
from rules.site import Site
from rules.state import BEGINNING
from rules.trial.play import Played, Step
from rules.trial.tree import walk


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that a rule did."""

    at: timedelta  # since the start
    verb: str
    subject: str  # a device, an area, a rule, a text
    mode: str = ""
    ran: RuleRan | None = None  # why

    def is_one(self, verb: str, subject: str, mode: str) -> bool:
        """Tell whether it is what is looked for; "" is anything."""
        if verb != self.verb:
            return False
        if verb in {"notify", "script"}:
            return subject in self.subject
        return subject in {"", self.subject} and mode in {"", self.mode}


def deeds_of(site: Site, rule: str, played: Played) -> Iterator[Deed]:
    """Give what a rule, and those that it called, did."""
    kin = _Kin(rule)
    for step in played.steps:
        at = between(BEGINNING, step.at)
        for ran, effects in blocks(step):
            caller = kin.caller(ran)
            if caller and ran.outcome in {Outcome.RAN, Outcome.QUEUED}:
                yield Deed(at, "call", ran.rule, ran=ran)
            if kin.has(ran) and ran.rule in site.rules.rules:
                own = _Own(site, site.rules.rules[ran.rule])
                for effect in effects:
                    yield from own.deed(at, ran, effect)


def blocks(step: Step) -> Iterator[tuple[RuleRan, tuple[Effect, ...]]]:
    """Give what each run wrote down in a step, with the effects that are its own."""
    effects = step.effects
    begins = [n for n, one in enumerate(effects) if isinstance(one, RuleRan)]
    for begin, end in pairwise([*begins, len(effects)]):
        ran = effects[begin]
        if isinstance(ran, RuleRan):
            yield ran, effects[begin + 1 : end]


class _Kin:
    """The runs that count: all of one rule, and those that were called by one that counts."""

    def __init__(self, rule: str) -> None:
        self._rule = rule
        self._called: set[tuple[str, int]] = set()
        self._callers = {f"called by rule {rule}"}

    def caller(self, ran: RuleRan) -> bool:
        """Tell whether one that counts called this one; then it counts too."""
        if ran.trigger not in self._callers:
            return False
        if ran.outcome is Outcome.RAN:
            self._called.add((ran.rule, ran.run))
            self._callers.add(f"called by rule {ran.rule}")
        return True

    def has(self, ran: RuleRan) -> bool:
        return ran.rule == self._rule or (ran.rule, ran.run) in self._called


class _Own:
    """Knows what a rule says and orders itself."""

    def __init__(self, site: Site, rule: Rule) -> None:
        self._rule = rule
        self._sign = f"{BY_RULE}{rule.id} "  # what it has cameras do bears it
        self._commands: set[Command] = set()
        self._texts: list[re.Pattern[str]] = []
        self._arms: dict[str, tuple[str, str, str]] = {}  # by how what the panel says begins
        for _, action in walk(rule.do):
            self._learn(site, action)

    def _learn(self, site: Site, action: Action) -> None:
        match action:
            case Act(command=command):
                self._commands.add(_order(command))
            case SetScene(commands=commands):
                self._commands.update(commands)
            case RestoreScene(rule=other):
                scene = site.rules.rules.get(other or self._rule.id)
                self._commands.update(_backs(scene) if scene is not None else ())
            case Tell(text=text):
                parts = (re.escape(p) if isinstance(p, str) else ".*" for p in message(text))
                self._texts.append(re.compile("".join(parts), re.DOTALL))
            case ArmArea(area=area, mode=mode):
                said = f"{area} is being armed {mode} by {BY_RULE}{self._rule.id}"
                self._arms[said] = ("arm", area, mode)
            case DisarmArea(area=area):
                self._arms[f"{area} disarmed by "] = ("disarm", area, "")
            case _:
                pass

    def deed(self, at: timedelta, ran: RuleRan, effect: Effect) -> Iterator[Deed]:
        match effect:
            case Perform(command=command) if _order(command) in self._commands:
                yield Deed(at, verb_of(command), str(getattr(command, "device", "")), ran=ran)
            case Notify(text=text) if any(one.fullmatch(text) for one in self._texts):
                yield Deed(at, "notify", text, ran=ran)
            case Notify(text=text):
                for said, (verb, area, mode) in self._arms.items():
                    if text.startswith(said):
                        yield Deed(at, verb, area, mode, ran)
            case KeepClip() | Inspect():
                yield from self._of_cameras(at, ran, effect)
            case RunProgram(program=program):
                yield Deed(at, "script", program, ran=ran)
            case _:
                return

    def _of_cameras(
        self, at: timedelta, ran: RuleRan, effect: KeepClip | Inspect
    ) -> Iterator[Deed]:
        said = effect.incident if isinstance(effect, KeepClip) else f"{effect.why} "
        verb = "record" if isinstance(effect, KeepClip) else "look"
        if said.startswith(self._sign):
            yield from (Deed(at, verb, camera, ran=ran) for camera in effect.cameras)


def _order(command: Command) -> Command:
    """Give an order less its time: where others want a siren for longer, they are heard."""
    return replace(command, seconds=1) if isinstance(command, SoundSiren) else command


def verb_of(command: Command) -> str:  # noqa: C901 - one line a command: a table
    """Name an order as tests do; "" for what no rule orders."""
    match command:
        case TurnSwitch(on=on):
            return "on" if on else "off"
        case LockDoor():
            return "lock"
        case UnlockDoor():
            return "unlock"
        case DimLight():
            return "dim"
        case MoveGate(up=up):
            return "open" if up else "close"
        case TurnValve(shut=shut):
            return "shut" if shut else "flow"
        case SetThermostat():
            return "hold"
        case SoundSiren():
            return "siren"
        case SilenceSiren():
            return "silence"
        case AimCamera():
            return "aim"
        case SetInfrared():
            return "infrared"
        case _:
            return ""


def _backs(scene: Rule) -> Iterator[Command]:
    """Give what may set a rule's scenes back."""
    for _, action in walk(scene.do):
        for command in action.commands if isinstance(action, SetScene) else ():
            match command:
                case TurnSwitch(device=device):
                    yield from (TurnSwitch(device, on=True), TurnSwitch(device, on=False))
                case LockDoor(device=device) | UnlockDoor(device=device):
                    yield from (LockDoor(device), UnlockDoor(device))
                case _:
                    pass
