"""Why a rule ran, from what it wrote down; and why it does not run, from the state of a moment.

A rule that is asked in vain writes nothing: `why_not` asks again, with the state that the journal
gives for any moment, and so says the same then and years later.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from gateway.model.capability import Capability, Picture
from gateway.model.clock import HouseTime, between
from gateway.model.effect import Outcome, RuleRan
from rules.automation.index import Watch, watches
from rules.automation.program import program
from rules.automation.says import moment, said_of, span
from rules.automation.starting import RUNNING_FULL, held_back_at, is_full
from rules.automation.triggers import is_so
from rules.automation.values import Values, counts_unknown, terms
from rules.automation.view import View
from rules.expression import Unknown
from rules.rulebook import (
    AreaBecomes,
    Becomes,
    Changes,
    Crosses,
    Loiters,
    Rule,
    Scheduled,
    Sees,
    Trigger,
)
from rules.runs import RuleState
from rules.site import Site
from rules.state import State, reading_of

SECOND = timedelta(seconds=1)


class Cause(StrEnum):
    """What kept a rule from running."""

    NO_RULE = "there is no such rule"
    DISABLED = "it is disabled"
    NO_TRIGGER = "none of its triggers came"
    WAITING = "what must stay so has not stayed so for long enough"
    FALSE = "its condition is false"
    UNKNOWN = "its condition is unknown"
    RATE = "its rate limit holds it back"
    RUNNING = "it is running already"


@dataclass(frozen=True, slots=True)
class WhyNot:
    """All that keeps a rule from running at a moment; nothing where only a trigger is missing."""

    rule: str
    causes: tuple[Cause, ...]
    triggers: tuple[str, ...]
    terms: tuple[str, ...]
    limits: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """Tell it in lines."""
        yield f"rule {self.rule} did not run: {'; '.join(self.causes)}"
        yield from (f"  waits for: {line}" for line in self.triggers)
        yield from (f"  {line}" for line in self.limits)
        if self.terms:
            yield "  if:"
            yield from (f"    {line}" for line in self.terms)

    def as_dict(self) -> dict[str, object]:
        """Give it for JSON."""
        return {
            "rule": self.rule,
            "causes": [str(cause) for cause in self.causes],
            "triggers": list(self.triggers),
            "terms": list(self.terms),
            "limits": list(self.limits),
        }


def why(ran: RuleRan) -> list[str]:
    """Tell what a rule wrote down."""
    run = f", run {ran.run}," if ran.run else ""
    reason = f": {ran.why}" if ran.why else ""
    lines = [f"rule {ran.rule}{run} {ran.outcome}{reason}", f"  by: {ran.trigger}"]
    if ran.terms:
        lines += ["  if:", *(f"    {term}" for term in ran.terms)]
    elif ran.outcome is Outcome.RAN:
        lines.append("  it has no condition")
    return lines


def as_dict(ran: RuleRan) -> dict[str, object]:
    """Give what a rule wrote down, for JSON."""
    return {
        "rule": ran.rule,
        "run": ran.run,
        "outcome": str(ran.outcome),
        "trigger": ran.trigger,
        "why": ran.why,
        "terms": list(ran.terms),
    }


def why_not(site: Site, state: State, rule: str, at: HouseTime) -> WhyNot:
    """Say what keeps a rule from running at a moment whose state is given."""
    found = site.rules.rules.get(rule)
    if found is None:
        return WhyNot(rule, (Cause.NO_RULE,), (), (), ())
    kept = state.rules.get(rule, RuleState())
    values = Values(program(site).names, View(site, state, at, {}))
    waits = [_trigger(site, state, kept, watch, at) for watch in watches(found)]
    causes = [*_of_rule(found), *_of_triggers(kept), *_of_condition(found, values)]
    limits: list[str] = []
    held = held_back_at(found, kept, at)
    if held:
        causes.append(Cause.RATE)
        limits.append(held)
    if is_full(found, kept):
        causes.append(Cause.RUNNING)
        limits.append(RUNNING_FULL[found.overlap].format(found.at_most))
    return WhyNot(rule, tuple(causes), tuple(waits), terms(found.if_, values), tuple(limits))


def _of_rule(rule: Rule) -> Iterator[Cause]:
    if not rule.enabled:
        yield Cause.DISABLED


def _of_triggers(kept: RuleState) -> Iterator[Cause]:
    yield Cause.WAITING if kept.stays else Cause.NO_TRIGGER


def _of_condition(rule: Rule, values: Values) -> Iterator[Cause]:
    if rule.if_ is None:
        return
    value = rule.if_.evaluate(values)
    if value is False:
        yield Cause.FALSE
    elif isinstance(value, Unknown) and not counts_unknown(rule):
        yield Cause.UNKNOWN


def _trigger(
    site: Site, state: State, kept: RuleState, watch: Watch[Trigger], at: HouseTime
) -> str:
    said = said_of(site, watch.trigger)
    return f"{said}: {_stands(site, state, kept, watch, at)}"


def _stands(site: Site, state: State, kept: RuleState, watch: Watch[Trigger], at: HouseTime) -> str:
    """Say how what a trigger waits for stands now."""
    stay = kept.stays.get(watch.key)
    match watch.trigger:
        case _ if stay is not None and stay.deadline is not None:
            so_far = between(stay.since, at) // SECOND * SECOND
            left = -(-between(at, stay.deadline) // SECOND) * SECOND
            return f"so for {span(so_far)} now, {span(left)} to go"
        case _ if stay is not None:
            return "its time is over, and nobody knows whether it is still so"
        case Becomes(device=device, capability=capability, value=value):
            reading = reading_of(state, device, capability)
            return (
                f"it is {reading} already, and did not change"
                if reading == value
                else (f"it is {reading}")
            )
        case Changes(device=device, capability=capability):
            return f"it is {reading_of(state, device, capability)}"
        case AreaBecomes(area=area) as trigger:
            now = state.areas[area]
            mode = f" {now.mode}" if now.mode else ""
            already = " already, and did not change" if is_so(trigger, now) else ""
            return f"it is {now.phase}{mode}{already}"
        case Sees(device=camera) | Crosses(device=camera) | Loiters(device=camera):
            picture = reading_of(state, camera, Capability.CAMERA)
            blind = "" if picture is Picture.SEEING else f", and the picture is {picture.value}"
            return f"it did not come{blind}"
        case Scheduled():
            return _next(site, kept, watch)
        case _:
            return "it did not come"


def _next(site: Site, kept: RuleState, watch: Watch[Trigger]) -> str:
    looked = kept.looked.get(watch.key)
    if looked is None:
        return "the wall clock was not told yet"
    if looked.next is None:
        return "it never comes again"
    return f"next at {moment(site, looked.next)}"
