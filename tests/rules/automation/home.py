"""A house with rules in a few lines, and a way to play a story in it."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.model.capability import Capability, Contact
from gateway.model.clock import HouseTime
from gateway.model.command import TurnSwitch
from gateway.model.device import DeviceId
from gateway.model.effect import Effect, Notify, Outcome, Perform, RuleRan
from gateway.model.event import Event, Reported
from rules import engine
from rules.automation import scope
from rules.expression import Compiled, compile_text
from rules.rulebook import Act, Action, Becomes, Rule, RuleBook, Tell, Trigger
from rules.schedule import Place
from rules.site import Site
from rules.state import State
from tests.rules.house import LAMP, NAMES, TICK, Moment, at_second
from tests.rules.house import site as plain_site

GARAGE = DeviceId("zigbee:00000000000000aa/1")
BOLT = DeviceId("zigbee:00000000000000ab/1")
PRAGUE = Place(ZoneInfo("Europe/Prague"), 50.08, 14.42)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

GARAGE_OPEN = Reported(GARAGE, Contact.OPEN)
GARAGE_CLOSED = Reported(GARAGE, Contact.CLOSED)
OPENS = Becomes(GARAGE, Capability.CONTACT, Contact.OPEN)
LIGHT = Act(TurnSwitch(LAMP, on=True))
DARK = Act(TurnSwitch(LAMP, on=False))
SAY = Tell("hello")


def bare() -> Site:
    """Give the house without rules."""
    names = {**NAMES, GARAGE: "garage", BOLT: "bolt"}
    return replace(plain_site(), names=names, place=PRAGUE, supervision={})


SCOPE = scope(bare())


def cond(text: str) -> Compiled:
    """Compile a condition against the house."""
    return compile_text(text, SCOPE)


def opens_for(minutes: float) -> Becomes:
    """Wait for the garage to stay open."""
    return replace(OPENS, stays=minutes * MINUTE)


def rule(
    when: Trigger | tuple[Trigger, ...],
    *do: Action,
    id: str = "rule",  # noqa: A002  # as the field is named
    if_: str | None = None,
    **more: object,
) -> Rule:
    """Give a rule."""
    triggers = when if isinstance(when, tuple) else (when,)
    condition = None if if_ is None else cond(if_)
    return Rule(id, triggers, do, condition, **more)  # type: ignore[arg-type]


def home(*rules: Rule) -> Site:
    """Give the house with rules."""
    return replace(bare(), rules=RuleBook({one.id: one for one in rules}))


@dataclass
class Played:
    """How a story ended, and all that was done in it, with when."""

    state: State
    done: list[tuple[float, Effect]] = field(default_factory=list)

    def said(self, text: str = "") -> list[float]:
        """Give when people were told something with this text."""
        return [at for at, one in self.done if isinstance(one, Notify) and text in one.text]

    def switched(self) -> list[tuple[float, bool]]:
        """Give when the lamp was switched, and how."""
        return [
            (at, one.command.on)
            for at, one in self.done
            if isinstance(one, Perform) and isinstance(one.command, TurnSwitch)
        ]

    def ran(self, outcome: Outcome = Outcome.RAN, name: str = "") -> list[float]:
        """Give when rules came to an outcome."""
        return [
            at
            for at, one in self.done
            if isinstance(one, RuleRan) and one.outcome is outcome and one.rule.startswith(name)
        ]

    def records(self) -> list[RuleRan]:
        """Give all that the rules wrote down."""
        return [one for _, one in self.done if isinstance(one, RuleRan)]


def play(site: Site, *story: Moment, state: State | None = None) -> Played:
    """Play a story, ticking at each deadline on the way, as the clock would."""
    played = Played(state or engine.initial(site))
    for seconds, event in story:
        at = at_second(seconds)
        while (due := engine.next_deadline(played.state)) is not None and due <= at:
            _step(site, played, (due, TICK))
        _step(site, played, (at, event))
    return played


def _step(site: Site, played: Played, moment: tuple[HouseTime, Event]) -> None:
    at, event = moment
    played.state, effects = engine.step(site, played.state, event, at)
    played.done += [(at / 1_000_000, effect) for effect in effects]
