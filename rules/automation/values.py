"""What is known when a condition asks, and what it counts as where nobody can decide it."""

from collections.abc import Iterable, Iterator, Mapping

from gateway.model.command import (
    LockDoor,
    MoveGate,
    PermitJoin,
    SilenceSiren,
    SoundSiren,
    UnlockDoor,
)
from rules.automation.names import Names
from rules.automation.view import View
from rules.expression import Compiled, Path, Unknown, Value, said
from rules.rulebook import (
    Act,
    Action,
    ArmArea,
    Choose,
    DisarmArea,
    Look,
    OnUnknown,
    Record,
    Repeat,
    Rule,
    RunScript,
    SetScene,
    Tell,
)


class Values(Mapping[Path, Value | Unknown]):
    """The house as a mapping of paths; a path is read when it is asked for."""

    def __init__(self, names: Names, view: View) -> None:
        self._names = names
        self._view = view

    def __getitem__(self, path: Path) -> Value | Unknown:
        found = self._names.find(path)
        if found is None:
            raise KeyError(path)
        return found.read(self._view)

    def __iter__(self) -> Iterator[Path]:
        return iter(())  # there is no end of paths: they are asked for by name

    def __len__(self) -> int:
        return 0


def holds(rule: Rule, condition: Compiled, values: Values) -> bool:
    """Tell whether a condition of a rule holds; what is unknown counts as the rule says."""
    value = condition.evaluate(values)
    return counts_unknown(rule) if isinstance(value, Unknown) else bool(value)


def counts_unknown(rule: Rule) -> bool:
    """Tell what a condition of a rule counts as that nobody can decide."""
    match rule.on_unknown:
        case OnUnknown.TRUE:
            return True
        case OnUnknown.FALSE:
            return False
        case OnUnknown.FAIL_SAFE:
            return protects(rule)


def protects(rule: Rule) -> bool:
    """Tell whether a rule does something that protects, and nothing that weakens."""
    every = [*_leaves(rule.do)]
    return any(map(_protects, every)) and not any(map(_weakens, every))


def _leaves(actions: Iterable[Action]) -> Iterator[object]:
    """Give every action, and the commands in place of those that command."""
    for action in actions:
        match action:
            case Act(command=command):
                yield command
            case SetScene(commands=commands):
                yield from commands
            case RunScript(may=may):
                yield from may
            case Choose(branches=branches):
                for _, body in branches:
                    yield from _leaves(body)
            case Repeat(body=body):
                yield from _leaves(body)
            case _:
                yield action


def _protects(what: object) -> bool:
    return isinstance(what, SoundSiren | LockDoor | ArmArea | Tell | Record | Look)


def _weakens(what: object) -> bool:
    if isinstance(what, MoveGate):
        return what.up
    return isinstance(what, UnlockDoor | SilenceSiren | PermitJoin | DisarmArea)


def length(rule: Rule) -> int:
    """Tell how long a rule's condition is: what it costs to ask it grows with that."""
    return 0 if rule.if_ is None else len(rule.if_.text)


def terms(condition: Compiled | None, values: Values) -> tuple[str, ...]:
    """Give every term of a condition with its value, in lines."""
    return () if condition is None else tuple(condition.explain(values).lines())


def filled(parts: Iterable[str | Path], values: Values) -> str:
    """Put values into a message."""
    return "".join(part if isinstance(part, str) else _plain(part, values) for part in parts)


def _plain(path: Path, values: Values) -> str:
    value = values.get(path, Unknown("there is no such name"))
    match value:
        case Unknown():
            return "unknown"
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case _:
            return said(value)
