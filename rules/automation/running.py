"""A run: from instruction to instruction until it waits or ends."""

from dataclasses import dataclass, replace

from gateway.model.clock import after
from gateway.model.effect import Notify, Outcome
from rules.automation.acting import act
from rules.automation.code import Again, Do, Enter, Jump, Pause, Say, Test
from rules.automation.values import filled, holds, length, terms
from rules.automation.work import INSTRUCTIONS_MAX, RAN, Work, nameless
from rules.expression import Path
from rules.rulebook import Rule
from rules.runs import Run, Start


@dataclass
class Place:
    """Where a run is."""

    pc: int
    counters: tuple[int, ...]


def begin(work: Work, rule: Rule, start: Start) -> None:
    """Start a run, whose conditions were asked."""
    kept = work.of(rule.id)
    number = kept.number + 1
    work.effort_left -= RAN + length(rule) // 4  # its record names every term
    work.put(rule.id, replace(kept, number=number, last=work.at))
    asked = terms(rule.if_, work.values(start.event))
    work.note(start, Outcome.RAN, run=number, terms=asked)
    _run(work, rule, number, start, Place(0, ()))


def go_on(work: Work) -> None:
    """Go on with all runs whose wait is over; who is late has the codes lapse that wait behind."""
    due = work.due()
    if any(work.is_late(run.deadline) for name in due for run in work.of(name).runs):
        work.lapse()
    for name in due:
        for run in sorted(work.of(name).runs, key=lambda run: (run.deadline, run.number)):
            if run.deadline <= work.at and work.effort_left > 0:
                _go_on(work, work.rule(name), run)


def cancel(work: Work, paths: frozenset[Path] | None) -> None:
    """End the waits whose `cancel_if` holds now. It reads one of these paths; None: any."""
    cancels, waiting = work.program.index.cancels, work.waiting
    if not cancels or not waiting:
        return
    asked = cancels if paths is None else paths & cancels.keys()
    rules = {rule for path in asked for rule in cancels[path] & waiting.keys()}
    for name in sorted(rules, key=work.program.index.order.__getitem__):
        for run in work.of(name).runs:
            if _is_cancelled(work, run):
                _end(work, work.rule(name), run, "its cancel_if came true")


def next_in_queue(work: Work, rule: Rule) -> None:
    """Let in who waits in the queue; its condition was asked when it came.

    Its code is as old as the wait was long, which the rule asks for; `Work.lapse` ends it where
    the hub was late.
    """
    kept = work.of(rule.id)
    if kept.queue and not kept.runs:
        first, *rest = kept.queue
        work.put(rule.id, replace(kept, queue=tuple(rest)))
        begin(work, rule, first)


def _go_on(work: Work, rule: Rule, run: Run) -> None:
    if _is_cancelled(work, run):
        _end(work, rule, run, "its cancel_if is true")
        return
    kept = work.of(rule.id)
    work.put(rule.id, replace(kept, runs=tuple(r for r in kept.runs if r.number != run.number)))
    work.effort_left -= RAN
    start = replace(run.start, depth=0)
    if work.is_late(run.deadline):
        start = nameless(start)
    work.note(start, Outcome.WENT_ON, run=run.number)
    _run(work, rule, run.number, start, Place(run.pc + 1, run.counters))


def _is_cancelled(work: Work, run: Run) -> bool:
    """Ask a wait's `cancel_if`; unknown cancels nothing."""
    pause = work.program.index.code[run.start.rule][run.pc]
    if not isinstance(pause, Pause) or pause.wait.cancel_if is None:
        return False
    return pause.wait.cancel_if.evaluate(work.values(run.start.event)) is True


def _end(work: Work, rule: Rule, run: Run, why: str) -> None:
    kept = work.of(rule.id)
    work.put(rule.id, replace(kept, runs=tuple(r for r in kept.runs if r.number != run.number)))
    work.note(run.start, Outcome.CANCELLED, why, run=run.number)
    work.ended.append(rule.id)


def _run(work: Work, rule: Rule, number: int, start: Start, place: Place) -> None:
    code = work.program.index.code[rule.id]
    while place.pc < len(code):
        if work.instructions_left == 0:
            work.stop(start, f"one event did more than {INSTRUCTIONS_MAX} things", number)
            break
        work.instructions_left -= 1
        match code[place.pc]:
            case Pause() as pause:
                until = after(work.at, pause.wait.time)
                waiting = Run(number, start, place.pc, work.at, until, place.counters)
                if _waits(work, rule, waiting):
                    return
                break
            case Do(action=action):
                act(work, rule, number, start, action)
                place.pc += 1
            case Say(parts=parts, tell=tell):
                text = filled(parts, work.values(start.event))
                work.effects.append(Notify(text, tell.level))
                place.pc += 1
            case Test() | Jump() | Enter() | Again() as turn:
                _turn(work, rule, start, place, turn)
    work.ended.append(rule.id)


def _turn(
    work: Work, rule: Rule, start: Start, place: Place, turn: Test | Jump | Enter | Again
) -> None:
    """Find the next instruction."""
    match turn:
        case Test(condition=condition, otherwise=otherwise):
            is_so = holds(rule, condition, work.values(start.event))
            place.pc = place.pc + 1 if is_so else otherwise
        case Jump(to=to):
            place.pc = to
        case Enter():
            place.counters = (*place.counters, 0)
            place.pc += 1
        case Again(times=times, until=until, leave=leave):
            *outer, round_ = place.counters
            # As for `cancel_if`, only what is known to be true ends something.
            done = until is not None and until.evaluate(work.values(start.event)) is True
            if done or round_ >= times:
                place.pc, place.counters = leave, tuple(outer)
            else:
                place.pc, place.counters = place.pc + 1, (*outer, round_ + 1)


def _waits(work: Work, rule: Rule, run: Run) -> bool:
    """Keep a run that waits, unless it is cancelled before it began to."""
    if _is_cancelled(work, run):
        work.note(run.start, Outcome.CANCELLED, "its cancel_if is true", run=run.number)
        return False
    kept = work.of(rule.id)
    work.put(rule.id, replace(kept, runs=(*kept.runs, run)))
    return True
