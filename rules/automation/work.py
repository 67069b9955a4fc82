"""The workbench of one step: what is begun in it, and its bounds. Nobody sees it outside."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from gateway.model.clock import HouseTime, between
from gateway.model.effect import EXPIRES, Effect, Level, Notify, Outcome, RuleRan
from rules.automation.program import Program, program
from rules.automation.values import Values
from rules.automation.view import View
from rules.rulebook import Rule
from rules.runs import Left, RuleState, Start
from rules.site import Site
from rules.state import State

EFFORT_MAX = 10_000
"""What starts may cost within one event, in microseconds of a desktop machine, as they are counted
beforehand: no clock is read. What is beyond it goes on with the next tick, so that a storm holds
nobody up for more than some 20 ms at a time."""

ASKED, RAN, LOOKED, FIRED = 4, 12, 60, 20
"""What it costs to ask a rule, to run it, to look at a schedule, and each of its firings."""

CALLED_MAX = 1_000
"""Starts by other rules that may be left for the next tick: they could become ever more."""

LEFT_MAX = 5_000
"""Starts of all kinds that may be left: what a burst of news brings about goes no further. The
oldest stay."""

DEPTH_MAX = 20
"""Rules that may start each other in a row within one event."""

INSTRUCTIONS_MAX = 4_000
"""Actions that one event may bring about: a loop of the longest kind, some 10 ms of work."""

NOTHING = RuleState()


class Work:
    """The state as it is made, and what is still to be done."""

    def __init__(self, site: Site, state: State, at: HouseTime) -> None:
        self.site = site
        self.state = state
        self.at = at
        self.program: Program = program(site)
        self.effects: list[Effect] = []
        self.starts: deque[Start] = deque()
        self.ended: deque[str] = deque()  # rules of which a run ended: their queue may go on
        self.effort_left = EFFORT_MAX
        self.instructions_left = INSTRUCTIONS_MAX
        self._rules: dict[str, RuleState] | None = None
        self._due: dict[str, HouseTime] = {}
        self._warned = False

    def rule(self, rule: str) -> Rule:
        """Give a rule by its name."""
        return self.site.rules.rules[rule]

    def of(self, rule: str) -> RuleState:
        """Give what a rule remembers."""
        return self.remembered.get(rule, NOTHING)

    def put(self, rule: str, remembered: RuleState) -> None:
        """Have a rule remember."""
        if self._rules is None:
            self._rules, self._due = {**self.state.rules}, {**self.state.rules_due}
        self._rules[rule] = remembered
        due = remembered.due
        if due is not None:
            self._due[rule] = due
        else:
            self._due.pop(rule, None)

    @property
    def remembered(self) -> Mapping[str, RuleState]:
        """Give what all rules remember."""
        return self.state.rules if self._rules is None else self._rules

    @property
    def waiting(self) -> Mapping[str, HouseTime]:
        """Give the rules that wait, and till when."""
        return self.state.rules_due if self._rules is None else self._due

    def due(self) -> list[str]:
        """Name the rules with a deadline that is over, in the order in which they are written."""
        over = [rule for rule, when in self.waiting.items() if when <= self.at]
        order = self.program.index.order
        return sorted((rule for rule in over if rule in order), key=order.__getitem__)

    def values(self, event: Mapping[str, str]) -> Values:
        """Give what is known now, to a run that was triggered by this."""
        return Values(self.program.names, View(self.site, self.state, self.at, event))

    def start(self, starts: Iterable[Start]) -> None:
        """Have runs started, in this order, after those that wait already."""
        self.starts.extend(starts)

    def note(
        self,
        start: Start,
        outcome: Outcome,
        why: str = "",
        *,
        run: int = 0,
        terms: tuple[str, ...] = (),
    ) -> None:
        """Write down what became of a run."""
        self.effects.append(RuleRan(start.rule, run, outcome, start.trigger, why, terms))

    def stop(self, start: Start, why: str, run: int = 0) -> None:
        """End a run at a bound; people hear of it once a step."""
        self.note(start, Outcome.STOPPED, why, run=run)
        if not self._warned:
            self._warned = True
            self.effects.append(Notify(f"rule {start.rule} was stopped: {why}", Level.TROUBLE))

    def go_on(self, left: Left) -> None:
        """Take up what the event before had no room for."""
        self.start(left.starts)
        self.ended.extend(left.ended)
        if self.is_late(left.at):
            self.lapse()

    def is_late(self, due: HouseTime) -> bool:
        """Tell whether it is too late now for a code that was to be used at this moment."""
        return between(due, self.at) > EXPIRES

    def lapse(self) -> None:
        """Forget whose codes brought what waits for its turn, here and in queues."""
        # As an unlock, a code is never late: hours after a crash it opens nothing any more.
        self.starts = deque(map(nameless, self.starts))
        for name, kept in tuple(self.remembered.items()):
            if any(start.person for start in kept.queue):
                self.put(name, replace(kept, queue=tuple(map(nameless, kept.queue))))

    def lapse_all(self) -> None:
        """Forget the codes of runs that wait too: nobody can tell how late they are."""
        self.lapse()
        for name in tuple(self.waiting):
            kept = self.of(name)
            if any(run.start.person for run in kept.runs):
                runs = tuple(replace(run, start=nameless(run.start)) for run in kept.runs)
                self.put(name, replace(kept, runs=runs))

    def finished(self) -> State:
        """Give the state with all that the rules remember, and what is left to do."""
        left = self._left()
        state = (
            self.state if left == self.state.rules_left else replace(self.state, rules_left=left)
        )
        if self._rules is None:
            return state
        return replace(state, rules=self._rules, rules_due=self._due)

    def _left(self) -> Left | None:
        self._bound([start for start in self.starts if start.depth], CALLED_MAX)
        self._bound(self.starts, LEFT_MAX)
        if not self.starts and not self.ended:
            return None
        return Left(self.at, tuple(self.starts), tuple(self.ended))

    def _bound(self, starts: Sequence[Start], most: int) -> None:
        """Keep the oldest of these starts; one record tells of all the others."""
        gone = tuple(islice(starts, most, None))
        if not gone:
            return
        # A burst that goes on is told of once.
        before = self.state.rules_left
        self._warned |= before is not None and len(before.starts) > most * 3 // 4
        self.stop(gone[0], f"rules were started {len(gone)} times more than there is room for")
        ids = set(map(id, gone))
        self.starts = deque(start for start in self.starts if id(start) not in ids)


def nameless(start: Start) -> Start:
    """Give a start in nobody's name."""
    return replace(start, person="") if start.person else start
