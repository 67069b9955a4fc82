"""Judges a story by what a test expects; where it fails, says in words what was seen, and why."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from gateway.model.clock import after, between
from gateway.model.effect import Notify, Outcome
from gateway.model.event import ArmRequested, DisarmRequested
from rules.automation import why, why_not
from rules.automation.bursts import STARTS, WITHIN
from rules.automation.says import span
from rules.expression import Unknown
from rules.rulebook import Scheduled
from rules.site import Site
from rules.state import BEGINNING
from rules.trial.deeds import Deed, blocks
from rules.trial.kinds import Expectation, RuleTest
from rules.trial.play import STEPS_MAX, Played, Step
from rules.words import name_of

EXACT = timedelta(seconds=1)
"""An expectation with a time is met within less than this."""

TOLD_MAX = 12
"""Things that are told of a story at most; the first of them."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What was expected and is not so, what was seen instead, and why."""

    expected: str
    seen: tuple[str, ...]
    why: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """Give it for JSON."""
        return {"expected": self.expected, "seen": list(self.seen), "why": list(self.why)}


def holds(test: RuleTest, played: Played, deeds: Sequence[Deed]) -> bool:
    """Tell whether a story is as a test expects."""
    if played.endless:
        return False
    missing = any(at is None for _, at in _in_order(test.expect, deeds))
    return not missing and not any(is_met(no, deed) for no in test.expect_not for deed in deeds)


def failures(site: Site, test: RuleTest, played: Played, deeds: Sequence[Deed]) -> list[Failure]:
    """Give what is not as a test expects."""
    if played.endless:
        return [Failure("a story that comes to an end", (_ENDLESS,), _told(deeds, site))]
    found: list[Failure] = []
    missed = False
    for one, at in _in_order(test.expect, deeds):
        # What comes after something that is missing may be missing for the same reason.
        if at is None and not missed:
            found.append(_missing(site, test, one, played, deeds))
        missed = missed or at is None
    for one in test.expect_not:
        unwanted = [deed for deed in deeds if is_met(one, deed)]
        if unwanted:
            found.append(_unwanted(site, one, unwanted))
    return found


_ENDLESS = (
    f"it goes round and round: a rule started more than {STARTS} times within {span(WITHIN)}, "
    f"or there were more than {STEPS_MAX} events"
)


def is_met(one: Expectation, deed: Deed) -> bool:
    """Tell whether a deed is what is expected, at its time."""
    on_time = one.after is None or abs(deed.at - one.after) < EXACT
    return on_time and deed.is_one(one.verb, one.subject, one.mode)


def said(site: Site, one: Expectation | Deed) -> str:
    """Say what is expected, or was done, as a test says it."""
    at = one.after if isinstance(one, Expectation) else one.at
    texts = one.verb in {"notify", "script", "arm", "disarm", "call"}
    subject = one.subject if texts else name_of(site, one.subject)
    words = ("" if at is None else span(at), one.verb, subject, one.mode)
    return " ".join(word for word in words if word)


def _in_order(
    expected: Iterable[Expectation], deeds: Sequence[Deed]
) -> Iterator[tuple[Expectation, int | None]]:
    """Give what is expected with which deed it is: the first that fits after the one before."""
    begin = 0
    for one in expected:
        fits = (n for n in range(begin, len(deeds)) if is_met(one, deeds[n]))
        at = next(fits, None)
        begin = begin if at is None else at + 1
        yield one, at


# -- words -----------------------------------------------------------------------------------------


def _missing(
    site: Site, test: RuleTest, one: Expectation, played: Played, deeds: Sequence[Deed]
) -> Failure:
    seen: list[str] = []
    like = [deed for deed in deeds if deed.is_one(one.verb, one.subject, one.mode)]
    if any(is_met(one, deed) for deed in like):
        seen.append("it came, but before what is expected before it: the order counts")
    elif like:
        seen.append(f"it came at {' and '.join(span(deed.at) for deed in like[:TOLD_MAX])}")
    seen += _told(deeds, site) or [f"the rule {test.rule} did nothing"]
    return Failure(said(site, one), tuple(seen), tuple(_reasons(site, test, one, played)))


def _unwanted(site: Site, one: Expectation, unwanted: Sequence[Deed]) -> Failure:
    first = unwanted[0].ran
    reasons = why(first) if first is not None else []
    seen = tuple(said(site, deed) for deed in unwanted[:TOLD_MAX])
    return Failure(f"no {said(site, one)}", seen, tuple(reasons))


def _told(deeds: Sequence[Deed], site: Site) -> tuple[str, ...]:
    more = [f"... and {len(deeds) - TOLD_MAX} more"] if len(deeds) > TOLD_MAX else []
    return (*(said(site, deed) for deed in deeds[:TOLD_MAX]), *more)


def _reasons(site: Site, test: RuleTest, one: Expectation, played: Played) -> list[str]:
    """Say why a rule did not do what is expected: what it was refused, or what it waits for."""
    noted = [line for step in played.steps for line in _of_step(test.rule, step)]
    if not noted:
        at = after(BEGINNING, test.end if one.after is None else one.after)
        noted = [*why_not(site, played.state_at(at), test.rule, at).lines()]
        noted += ["  no schedule fires: the test gives no time"] if _lacks_time(site, test) else []
    more = [f"... and {len(noted) - TOLD_MAX} more"] if len(noted) > TOLD_MAX else []
    return [*dict.fromkeys(noted[:TOLD_MAX]), *more]


def _lacks_time(site: Site, test: RuleTest) -> bool:
    rule = site.rules.rules.get(test.rule)
    return (
        test.time is None
        and rule is not None
        and any(isinstance(trigger, Scheduled) for trigger in rule.when)
    )


def _of_step(rule: str, step: Step) -> Iterator[str]:
    """Give what a step says of why a rule did not go its way."""
    at = f"at {span(between(BEGINNING, step.at))}"
    yield from _refused(step, at)
    for asked in step.asked:
        if asked.rule == rule and asked.place == ("if",) and not asked.counted:
            is_ = "unknown" if isinstance(asked.value, Unknown) else "false"
            yield f"{at} its condition was {is_}:"
            yield from (f"  {line}" for line in asked.terms)
    for ran, effects in blocks(step):
        if ran.rule != rule:
            continue
        if ran.outcome in {Outcome.RAN, Outcome.WENT_ON}:
            yield f"{at} it {ran.outcome}: {ran.trigger}"
        else:
            yield f"{at} it was {ran.outcome}: {ran.why}"
        for effect in effects:
            if isinstance(effect, Notify) and _is_refusal(effect.text):
                yield f"{at} {effect.text}"


def _refused(step: Step, at: str) -> Iterator[str]:
    """Give why what the test asks for was not done."""
    if step.scripted and isinstance(step.event, ArmRequested | DisarmRequested):
        for effect in step.effects:
            if isinstance(effect, Notify) and _is_refusal(effect.text):
                yield f"{at} {effect.text}"


def _is_refusal(text: str) -> bool:
    return "refused: " in text or " not armed: " in text
