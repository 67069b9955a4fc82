"""What of the rules the tests reach: triggers, branches, both outcomes of every condition."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gateway.model.effect import Outcome, RuleRan
from rules.automation.code import Pause, flat
from rules.automation.says import said_of, span
from rules.rulebook import Choose, CodeUsed, Repeat, Rule, Scheduled, Trigger, Wait
from rules.schedule import next_after
from rules.site import Site
from rules.trial.deeds import blocks
from rules.trial.play import Played, Step
from rules.trial.tree import Place, walk
from rules.trial.watched import Asked


@dataclass(frozen=True, slots=True)
class Point:
    """Something that a test can reach."""

    rule: str
    place: Place
    what: str  # in words


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """What of one rule its tests, and those of others, reach."""

    rule: str
    tests: int
    points: tuple[Point, ...]
    missed: tuple[Point, ...]

    @property
    def ran(self) -> bool:
        """Tell whether any of it was reached."""
        return len(self.missed) < len(self.points)


@dataclass(frozen=True, slots=True)
class Coverage:
    """What of all enabled rules is reached."""

    rules: tuple[RuleCoverage, ...]

    @property
    def points(self) -> int:
        """Count what can be reached."""
        return sum(len(rule.points) for rule in self.rules)

    @property
    def reached(self) -> int:
        """Count what is reached."""
        return self.points - sum(len(rule.missed) for rule in self.rules)

    @property
    def percent(self) -> float:
        """Give the share that is reached; 100 where there is nothing to reach."""
        return 100 * self.reached / self.points if self.points else 100.0

    @property
    def untested(self) -> tuple[str, ...]:
        """Name the rules without a test."""
        return tuple(rule.rule for rule in self.rules if not rule.tests)


def points_of(site: Site, rule: Rule) -> tuple[Point, ...]:
    """Give what there is to reach in a rule."""
    found = [
        Point(rule.id, ("when", number), _starts(said_of(site, trigger)))
        for number, trigger in enumerate(rule.when)
    ]
    if rule.if_ is not None:
        found += [_point(rule, ("if",), is_so=True), _point(rule, ("if",), is_so=False)]
    for place, action in walk(rule.do):
        match action:
            case Wait():
                found.append(_went_on(rule, place, action))
                if action.cancel_if is not None:
                    found.append(_point(rule, (*place, "cancel_if"), is_so=True))
            case Repeat(until=until) if until is not None:
                until_at = (*place, "until")
                found += [_point(rule, until_at, is_so=so) for so in (True, False)]
            case Choose():
                found += dict.fromkeys(_ways(rule, place, action).values())
            case _:
                pass
    return tuple(dict.fromkeys(found))


def reached(site: Site, rules: Container[str], played: Played) -> Iterator[Point]:
    """Give what a story reaches of these rules, which are watched in it."""
    book = site.rules.rules
    for step in played.steps:
        for asked in step.asked:
            yield from _by_condition(book[asked.rule], asked)
        for ran, _ in blocks(step):
            if ran.rule in rules:
                yield from _by_run(site, book[ran.rule], ran, step)


def coverage(
    site: Site, rules: Iterable[str], tests: Mapping[str, int], points: Container[Point]
) -> Coverage:
    """Sum up what was reached of the enabled ones of some rules; `tests` counts those of each."""
    found: list[RuleCoverage] = []
    for name in rules:
        rule = site.rules.rules[name]
        if rule.enabled:
            there = points_of(site, rule)
            missed = tuple(point for point in there if point not in points)
            found.append(RuleCoverage(rule.id, tests.get(rule.id, 0), there, missed))
    return Coverage(tuple(found))


# -- points ----------------------------------------------------------------------------------------


def _starts(words: str) -> str:
    return f"it starts because {words}"


def _point(rule: Rule, place: Place, *, is_so: bool) -> Point:
    match place[-1]:
        case "cancel_if":
            what = "the wait is cancelled"
        case "until":
            what = "until holds" if is_so else "until does not hold yet"
        case _:
            what = "if is true" if is_so else "if is false"
    return Point(rule.id, place, what)


def _went_on(rule: Rule, place: Place, wait: Wait) -> Point:
    return Point(rule.id, place, f"it goes on after the wait of {span(wait.time)}")


def _ways(rule: Rule, place: Place, choose: Choose) -> dict[tuple[int, bool], Point]:
    """Give where each condition of a choice leads, by its number and what it counts as."""
    found: dict[tuple[int, bool], Point] = {}
    last = len(choose.branches) - 1
    for number, (condition, _) in enumerate(choose.branches):
        if condition is None:
            continue
        here = (*place, "choose", number)
        found[number, True] = Point(rule.id, here, f"branch {number + 1} is taken")
        if number == last:
            found[number, False] = Point(rule.id, place, "no branch is taken")
        elif choose.branches[number + 1][0] is None:
            other = (*place, "choose", number + 1)
            found[number, False] = Point(rule.id, other, f"branch {number + 2} is taken")
    return found


def _by_condition(rule: Rule, asked: Asked) -> Iterator[Point]:
    match asked.place:
        case (*place, "choose", int() as number, "if"):
            choose = next(a for at, a in walk(rule.do) if at == tuple(place))
            if isinstance(choose, Choose):
                way = _ways(rule, tuple(place), choose).get((number, asked.counted))
                if way is not None:
                    yield way
        case (*_, "cancel_if") if not asked.counted:
            return
        case place:
            yield _point(rule, place, is_so=asked.counted)


def _by_run(site: Site, rule: Rule, ran: RuleRan, step: Step) -> Iterator[Point]:
    match ran.outcome:
        case Outcome.RAN | Outcome.QUEUED | Outcome.DROPPED:
            for number, trigger in enumerate(rule.when):
                if _came(site, trigger, ran.trigger):
                    yield Point(rule.id, ("when", number), _starts(said_of(site, trigger)))
        case Outcome.WENT_ON:
            yield from _waited(rule, ran, step)
        case _:
            return


def _waited(rule: Rule, ran: RuleRan, step: Step) -> Iterator[Point]:
    """Give which wait a run went on from: the waits stand in the code in their order."""
    kept = step.before.rules.get(rule.id)
    at = next((run.pc for run in kept.runs if run.number == ran.run), None) if kept else None
    pauses = [pc for pc, one in enumerate(flat(rule.do)) if isinstance(one, Pause)]
    waits = [(place, one) for place, one in walk(rule.do) if isinstance(one, Wait)]
    if at in pauses:
        place, wait = waits[pauses.index(at)]
        yield _went_on(rule, place, wait)


def _came(site: Site, trigger: Trigger, text: str) -> bool:
    """Tell whether a run that says so was started by a trigger."""
    match trigger:
        case Scheduled(schedule=schedule):
            fired = _instant(text)
            moment = timedelta(microseconds=1)
            return fired is not None and next_after(schedule, fired - moment) == fired
        case CodeUsed(person=person, what=what):
            begins = f"the code of {person} was used to " if person else "the code of "
            return text.startswith(begins) and text.endswith(f" was used to {what}" if what else "")
        case _:
            return text == said_of(site, trigger) or (
                text.startswith("called by ") and said_of(site, trigger) == "it is called"
            )


def _instant(text: str) -> datetime | None:
    """Read when a schedule fired, as the engine writes it down."""
    said = text[-len("2026-12-01 18:00:00+01:00") :]
    try:
        return datetime.fromisoformat(said).astimezone(UTC)
    except ValueError:
        return None
