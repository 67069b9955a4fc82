"""Whether a run may start: its condition, its rate limit, and the runs that are there already."""

from dataclasses import replace

from gateway.model.clock import HouseTime, after
from gateway.model.effect import Outcome
from rules.automation.bursts import is_too_often
from rules.automation.running import begin, next_in_queue
from rules.automation.says import span
from rules.automation.values import holds, length, terms
from rules.automation.work import ASKED, DEPTH_MAX, Work
from rules.rulebook import Overlap, Rule
from rules.runs import RuleState, Start


def drain(work: Work) -> None:
    """Start all that wants to start, and what those start in turn, within the bounds."""
    while work.ended or work.starts:
        if work.effort_left <= 0:
            return  # the rest is left for the next tick
        if work.ended:
            next_in_queue(work, work.rule(work.ended.popleft()))
            continue
        start = work.starts.popleft()
        if start.depth > DEPTH_MAX:
            work.stop(start, f"more than {DEPTH_MAX} rules started each other in a row")
        else:
            admit(work, start)


def admit(work: Work, start: Start) -> None:
    """Start a run, keep it in the queue, or say why not."""
    rule = work.rule(start.rule)
    values = work.values(start.event)
    work.effort_left -= ASKED + length(rule) // 16
    if not rule.enabled:
        work.note(start, Outcome.DROPPED, "it is disabled")
    elif rule.if_ is not None and not holds(rule, rule.if_, values):
        # Most rules are asked in vain most of the time: that is not worth a record. `why_not`
        # computes it from the journal; only who called by name gets an answer.
        if start.called:
            work.note(start, Outcome.DROPPED, "its condition", terms=terms(rule.if_, values))
    elif (limit := held_back(work, rule)) != "":
        work.note(start, Outcome.DROPPED, limit)
    elif not is_too_often(work, start):
        _overlap(work, rule, start)


def held_back(work: Work, rule: Rule) -> str:
    """Say which rate limit holds a rule back now; "" for none."""
    return held_back_at(rule, work.of(rule.id), work.at)


def held_back_at(rule: Rule, kept: RuleState, at: HouseTime) -> str:
    """Say which rate limit holds a rule back at a moment; "" for none."""
    last = kept.last
    if rule.unless_within is None or last is None or at >= after(last, rule.unless_within):
        return ""
    return f"it ran within {span(rule.unless_within)}"


RUNNING_FULL = {
    Overlap.SINGLE: "it is running already",
    Overlap.QUEUED: "{} runs are in the queue, the most there may be",
    Overlap.PARALLEL: "{} runs are the most there may be",
}
"""Why a rule that runs takes no further run."""


def is_full(rule: Rule, kept: RuleState) -> bool:
    """Tell whether a rule takes no further run now."""
    match rule.overlap:
        case Overlap.SINGLE:
            return bool(kept.runs)
        case Overlap.RESTART:
            return False
        case Overlap.QUEUED:
            return bool(kept.runs) and len(kept.queue) >= rule.at_most
        case Overlap.PARALLEL:
            return len(kept.runs) >= rule.at_most


def _overlap(work: Work, rule: Rule, start: Start) -> None:
    kept = work.of(rule.id)
    if is_full(rule, kept):
        why = RUNNING_FULL[rule.overlap].format(rule.at_most)
        work.note(start, Outcome.DROPPED, why)
    elif kept.runs and rule.overlap is Overlap.QUEUED:
        queue = (*kept.queue, start)
        work.put(rule.id, replace(kept, queue=queue, last=work.at))
        work.note(start, Outcome.QUEUED, f"it is number {len(queue)} in the queue")
    else:
        if rule.overlap is Overlap.RESTART:
            _end_all(work, rule)
        begin(work, rule, start)


def _end_all(work: Work, rule: Rule) -> None:
    kept = work.of(rule.id)
    for run in kept.runs:
        work.note(run.start, Outcome.CANCELLED, "it was started anew", run=run.number)
    work.put(rule.id, replace(kept, runs=()))
