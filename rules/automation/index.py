"""Which rules an event could start: found by what happened, never by asking every rule.

A rule is entered under what its trigger waits for. Where its condition can hold only while one name
has some value (`area.house.mode == "away" && ...`, `device.lamp.switch == "on"`), it is entered
under that besides: while the name has another value, it is not looked at.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from gateway.model.capability import Capability, Reading
from gateway.model.device import DeviceId
from rules.automation.code import Instruction, Pause, flat
from rules.expression import Node, Path
from rules.expression.tree import Binary, Listing, Literal, Logic, Name, Unary
from rules.rulebook import (
    AreaBecomes,
    Becomes,
    Changes,
    CodeUsed,
    CodeWrong,
    Crosses,
    Loiters,
    Pressed,
    Rule,
    RuleBook,
    Scheduled,
    Sees,
    Trigger,
    TroubleComes,
)
from rules.state import Phase

type Word = str | bool

type Guard = tuple[Path, frozenset[Word]]
"""A name, and the values of which it must have one for a condition to hold."""


@dataclass(frozen=True, slots=True)
class Watch[T: Trigger]:
    """One trigger of one rule, and the name under which the state keeps what it waits for."""

    rule: str
    trigger: T
    key: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is entered under one key: always, and by what a guard's name must read."""

    always: list[Watch[Trigger]] = field(default_factory=list[Watch[Trigger]])
    guarded: dict[Path, dict[Word, list[Watch[Trigger]]]] = field(
        default_factory=dict[Path, dict[Word, list[Watch[Trigger]]]]
    )

    def enter(self, watch: Watch[Trigger], guard: Guard | None) -> None:
        """Enter a trigger, under the values of its guard if it has one."""
        if guard is None:
            self.always.append(watch)
            return
        values = self.guarded.setdefault(guard[0], {})
        for value in guard[1]:
            values.setdefault(value, []).append(watch)

    def under(self, path: Path) -> Iterator[Watch[Trigger]]:
        """Give all that is guarded by a name, whatever it reads: each once."""
        seen: set[tuple[str, str]] = set()
        for watch in chain.from_iterable(self.guarded[path].values()):
            if (watch.rule, watch.key) not in seen:
                seen.add((watch.rule, watch.key))
                yield watch


type ReadingKey = tuple[DeviceId, Capability, Reading | None]
"""What becomes what; None: whatever."""

type AreaKey = tuple[str, Phase | None, str | None]


@dataclass(frozen=True, slots=True)
class Index:
    """All enabled rules of a book by what could start, or cancel, them."""

    readings: Mapping[ReadingKey, Shelf]
    stays: Mapping[tuple[DeviceId, Capability], list[Watch[Becomes]]]
    areas: Mapping[AreaKey, list[Watch[AreaBecomes]]]
    area_stays: Mapping[str, list[Watch[AreaBecomes]]]
    moments: Mapping[DeviceId, Shelf]  # what cameras see, buttons pressed
    used: tuple[Watch[CodeUsed], ...]
    wrong: tuple[Watch[CodeWrong], ...]
    troubles: tuple[Watch[TroubleComes], ...]
    scheduled: tuple[Watch[Scheduled], ...]
    cancels: Mapping[Path, frozenset[str]]  # by path, and by its root: whose waits it may end
    clocked: Mapping[str, frozenset[Path]]  # what of the clock its waits may end by
    code: Mapping[str, tuple[Instruction, ...]]
    order: Mapping[str, int]  # rules as they are written: so they run


def indexed(book: RuleBook) -> Index:
    """Build the index of a book."""
    every = [watch for rule in book.rules.values() if rule.enabled for watch in watches(rule)]
    becomes, areas = tuple(_of(every, Becomes)), tuple(_of(every, AreaBecomes))
    stays: dict[tuple[DeviceId, Capability], list[Watch[Becomes]]] = defaultdict(list)
    for watch in becomes:
        if watch.trigger.stays is not None:
            stays[watch.trigger.device, watch.trigger.capability].append(watch)
    area_stays: dict[str, list[Watch[AreaBecomes]]] = defaultdict(list)
    for move in areas:
        if move.trigger.stays is not None:
            area_stays[move.trigger.area].append(move)
    code = {rule.id: flat(rule.do) for rule in book.rules.values()}
    return Index(
        readings=_readings(book, every),
        stays=dict(stays),
        areas=_areas(areas),
        area_stays=dict(area_stays),
        moments=_moments(book, every),
        used=tuple(_of(every, CodeUsed)),
        wrong=tuple(_of(every, CodeWrong)),
        troubles=tuple(_of(every, TroubleComes)),
        scheduled=tuple(_of(every, Scheduled)),
        cancels=_cancels(code),
        clocked=_clocked(code),
        code=code,
        order={rule: place for place, rule in enumerate(book.rules)},
    )


def _readings(book: RuleBook, every: Iterable[Watch[Trigger]]) -> dict[ReadingKey, Shelf]:
    """Enter what a reading starts at once, under the arming states in which it can."""
    shelves: dict[ReadingKey, Shelf] = defaultdict(Shelf)
    for watch in every:
        match watch.trigger:
            case Becomes(device=device, capability=capability, value=value, stays=None):
                key: ReadingKey = device, capability, value
            case Changes(device=device, capability=capability):
                key = device, capability, None
            case _:
                continue
        shelves[key].enter(watch, guard_of(book.rules[watch.rule]))
    return dict(shelves)


def _moments(book: RuleBook, every: Iterable[Watch[Trigger]]) -> dict[DeviceId, Shelf]:
    """Enter what a moment of a device starts, under the arming states in which it can."""
    shelves: dict[DeviceId, Shelf] = defaultdict(Shelf)
    for watch in every:
        match watch.trigger:
            case Sees() | Crosses() | Loiters() | Pressed():
                shelf = shelves[watch.trigger.device]
                shelf.enter(watch, guard_of(book.rules[watch.rule]))
            case _:
                continue
    return dict(shelves)


def _areas(moves: Iterable[Watch[AreaBecomes]]) -> dict[AreaKey, list[Watch[AreaBecomes]]]:
    found: dict[AreaKey, list[Watch[AreaBecomes]]] = defaultdict(list)
    for watch in moves:
        found[watch.trigger.area, watch.trigger.phase, watch.trigger.mode].append(watch)
    return dict(found)


def watches(rule: Rule) -> Iterator[Watch[Trigger]]:
    """Give the triggers of a rule with their keys: what they wait for, but not for how long."""
    seen: dict[str, int] = defaultdict(int)
    for trigger in rule.when:
        key = _key(trigger)
        seen[key] += 1
        yield Watch(rule.id, trigger, key if seen[key] == 1 else f"{key} #{seen[key]}")


def _key(trigger: Trigger) -> str:
    match trigger:
        case Becomes():
            return f"{trigger.device} {trigger.capability} {trigger.value}"
        case AreaBecomes():
            return f"{trigger.area} {trigger.phase or 'any'} {trigger.mode or 'any'}"
        case _:
            return type(trigger).__name__


def _of[T: Trigger](watched: Iterable[Watch[Trigger]], kind: type[T]) -> Iterator[Watch[T]]:
    for watch in watched:
        if isinstance(watch.trigger, kind):
            yield Watch(watch.rule, watch.trigger, watch.key)


def _cancels(code: Mapping[str, tuple[Instruction, ...]]) -> dict[Path, frozenset[str]]:
    found: dict[Path, set[str]] = defaultdict(set)
    for rule, instructions in code.items():
        for path in _footprint(instructions):
            found[path].add(rule)
            found[path[:1]].add(rule)
    return {path: frozenset(rules) for path, rules in found.items()}


CLOCK = frozenset({"now", "sun", "time", "window"})
"""The roots of what changes by itself, as time goes by."""


def _clocked(code: Mapping[str, tuple[Instruction, ...]]) -> dict[str, frozenset[Path]]:
    found: dict[str, frozenset[Path]] = {}
    for rule, instructions in code.items():
        paths = frozenset(path for path in _footprint(instructions) if path[0] in CLOCK)
        if paths:
            found[rule] = paths
    return found


def _footprint(code: Iterable[Instruction]) -> Iterator[Path]:
    """Give what the waits of a rule may end by."""
    for one in code:
        if isinstance(one, Pause) and one.wait.cancel_if is not None:
            yield from one.wait.cancel_if.footprint


def without_guards(index: Index) -> Index:
    """Give the index with every trigger entered always: the same starts, more of them in vain."""
    shelves = {key: Shelf(list(_all_of(shelf))) for key, shelf in index.readings.items()}
    moments = {device: Shelf(list(_all_of(shelf))) for device, shelf in index.moments.items()}
    return replace(index, readings=shelves, moments=moments)


def _all_of(shelf: Shelf) -> Iterator[Watch[Trigger]]:
    yield from shelf.always
    for path in shelf.guarded:
        yield from shelf.under(path)


# -- guards ----------------------------------------------------------------------------------------


def guard_of(rule: Rule) -> Guard | None:
    """Give what must hold for a rule's condition to hold, of what costs nothing to read.

    A conjunct that is known to be false decides the whole, whatever else nobody knows. An arming
    state is preferred: it is always known, and the same for many rules.
    """
    found: Guard | None = None
    for path, words in () if rule.if_ is None else required(rule.if_.node):
        match path:
            case ("area", _, "mode" | "phase"):
                return path, words
            case ("area" | "device" | "zone", *_) if found is None:
                found = path, words
            case _:
                continue
    return found


def required(condition: Node) -> Iterator[Guard]:
    """Give what must have one of some values for a condition to hold."""
    match condition:
        case Logic(op="&&", terms=terms):
            pass
        case _:
            terms = (condition,)
    for term in terms:
        found = _words(term)
        if found is not None:
            yield found


def _words(term: Node) -> Guard | None:
    match term:
        case Name(path=path):
            return path, frozenset({True})
        case Unary(op="!", operand=Name(path=path)):
            return path, frozenset({False})
        case Binary(op="==", left=Name(path=path), right=Literal(value=str() as word)):
            return path, frozenset({word})
        case Binary(op="==", left=Literal(value=str() as word), right=Name(path=path)):
            return path, frozenset({word})
        case Binary(op="in", left=Name(path=path), right=Listing(items=items)):
            words = [item.value for item in items if isinstance(item, Literal)]
            known = frozenset(word for word in words if isinstance(word, str))
            return (path, known) if len(known) == len(items) else None
        case _:
            return None
