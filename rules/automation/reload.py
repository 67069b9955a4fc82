"""A new rule book over a running house: what waits goes on, and what cannot is named.

What is timed keeps its beginning: a wait that is shortened from 10 to 5 minutes ends 5 minutes
after it began. A run goes on where the actions are the same but for their times; otherwise nobody
could say where in the new ones it stands, and it ends.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from gateway.model.clock import after, between
from rules.automation.code import Instruction, Pause, flat, shape
from rules.automation.index import Watch, watches
from rules.automation.says import span
from rules.rulebook import AreaBecomes, Becomes, Rule, RuleBook, Scheduled
from rules.runs import Left, Looked, RuleState, Run, Stay
from rules.state import State


@dataclass(frozen=True, slots=True)
class Plan:
    """What a reload does to what waits, in sentences."""

    kept: tuple[str, ...] = ()
    rebased: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()

    def lines(self) -> Iterator[str]:
        """Tell it in lines."""
        yield from (f"kept: {line}" for line in self.kept)
        yield from (f"counted anew: {line}" for line in self.rebased)
        yield from (f"cancelled: {line}" for line in self.cancelled)


@dataclass
class _Notes:
    kept: list[str] = field(default_factory=list[str])
    rebased: list[str] = field(default_factory=list[str])
    cancelled: list[str] = field(default_factory=list[str])

    def moved(self, what: str, old: str, new: str) -> None:
        if old == new:
            self.kept.append(what)
        else:
            self.rebased.append(f"{what}: {old} before, {new} now")


def reload(old: RuleBook, new: RuleBook, state: State) -> tuple[State, Plan]:
    """Fit what the rules remember to other rules."""
    notes = _Notes()
    fitted: dict[str, RuleState] = {}
    for name, kept in state.rules.items():
        was, now = old.rules.get(name), new.rules.get(name)
        if now is None or was is None:
            notes.cancelled += _gone(name, kept, "the rule is gone")
        elif not now.enabled:
            notes.cancelled += _gone(name, replace(kept, scene=()), "the rule is disabled")
            fitted[name] = replace(kept, stays={}, runs=(), queue=())
        else:
            fitted[name] = _fitted(was, now, kept, notes)
    due = {name: when for name, kept in fitted.items() if (when := kept.due) is not None}
    left = _left(new, state.rules_left, notes)
    plan = Plan(tuple(notes.kept), tuple(notes.rebased), tuple(notes.cancelled))
    return replace(state, rules=fitted, rules_due=due, rules_left=left), plan


def _gone(name: str, kept: RuleState, why: str) -> Iterator[str]:
    yield from (f"{name}, which waited for {key}: {why}" for key in kept.stays)
    yield from (f"run {run.number} of {name}: {why}" for run in kept.runs)
    if kept.queue:
        yield f"the queue of {name}: {why}"
    if kept.scene:
        yield f"the scene of {name}: {why}"


def _left(new: RuleBook, left: Left | None, notes: _Notes) -> Left | None:
    """Keep what is about to start, of the rules that are still there."""
    if left is None:
        return None
    there = {name for name, rule in new.rules.items() if rule.enabled}
    gone = sorted({start.rule for start in left.starts} - there)
    notes.cancelled += (f"{name}, which was about to start: the rule is gone" for name in gone)
    starts = tuple(start for start in left.starts if start.rule in there)
    ended = tuple(name for name in left.ended if name in there)
    return Left(left.at, starts, ended) if starts or ended else None


def _fitted(was: Rule, now: Rule, kept: RuleState, notes: _Notes) -> RuleState:
    runs = tuple(_runs(was, now, kept, notes))
    if kept.queue and not runs:
        notes.cancelled.append(f"the queue of {now.id}: the run that it waits for is gone")
    return replace(
        kept,
        stays=dict(_stays(was, now, kept.stays, notes)),
        runs=runs,
        # Nobody would let a queue in whose first run is gone.
        queue=kept.queue if runs else (),
        looked=dict(_looked(was, now, kept.looked)),
    )


def _stays(
    was: Rule, now: Rule, kept: Mapping[str, Stay], notes: _Notes
) -> Iterator[tuple[str, Stay]]:
    old, new = _times(was), _times(now)
    for key, stay in kept.items():
        what = f"{now.id}, which waits for {key}"
        time = new.get(key)
        if time is None or time.stays is None:
            notes.cancelled.append(f"{what}: it no longer does")
            continue
        before = old.get(key)
        unchanged = before is not None and before.stays == time.stays
        if not unchanged:
            stay = replace(stay, deadline=after(stay.since, time.stays))  # noqa: PLW2901
        known = before.stays if before is not None and before.stays is not None else time.stays
        notes.moved(what, span(known), span(time.stays))
        yield key, stay


def _times(rule: Rule) -> dict[str, Becomes | AreaBecomes]:
    found: dict[str, Becomes | AreaBecomes] = {}
    for watch in watches(rule):
        if isinstance(watch.trigger, Becomes | AreaBecomes):
            found[watch.key] = watch.trigger
    return found


def _runs(was: Rule, now: Rule, kept: RuleState, notes: _Notes) -> Iterator[Run]:
    old, new = flat(was.do), flat(now.do)
    same = shape(old) == shape(new)
    for run in kept.runs:
        what = f"run {run.number} of {now.id}"
        pause = _pause(new, run.pc) if same else None
        if pause is None:
            notes.cancelled.append(f"{what}: its actions are others now")
            continue
        notes.moved(what, span(between(run.since, run.deadline)), span(pause.wait.time))
        yield replace(run, deadline=after(run.since, pause.wait.time))


def _pause(code: tuple[Instruction, ...], pc: int) -> Pause | None:
    found = code[pc] if pc < len(code) else None
    return found if isinstance(found, Pause) else None


def _looked(was: Rule, now: Rule, kept: Mapping[str, Looked]) -> Iterator[tuple[str, Looked]]:
    """Go on with the cursors of schedules that are still there; new ones begin at the next look."""
    old = [(watch.trigger, kept[watch.key]) for watch in _schedules(was) if watch.key in kept]
    for watch in _schedules(now):
        for place, (trigger, looked) in enumerate(old):
            if trigger.schedule == watch.trigger.schedule:
                yield watch.key, looked
                del old[place]
                break


def _schedules(rule: Rule) -> Iterator[Watch[Scheduled]]:
    for watch in watches(rule):
        if isinstance(watch.trigger, Scheduled):
            yield Watch(watch.rule, watch.trigger, watch.key)
