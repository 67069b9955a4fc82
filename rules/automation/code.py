"""From a tree of actions to a flat list of instructions: a run is then a place in a list.

```
choose   Test(a, else L1)  ...a...  Jump(end)  L1: Test(b, else L2)  ...b...  Jump(end)  L2: ...
repeat   Enter  L: Again(times, until, exit E)  ...body...  Jump(L)  E:
```
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from rules.expression import Compiled, ExpressionErrors, Path, parse
from rules.expression.tree import Name
from rules.rulebook import (
    Act,
    Action,
    ArmArea,
    CallRule,
    Choose,
    DisarmArea,
    Look,
    Record,
    Repeat,
    RestoreScene,
    RunScript,
    SetScene,
    Tell,
    Wait,
)

type Plain = (
    Act | Record | Look | ArmArea | DisarmArea | CallRule | SetScene | RestoreScene | RunScript
)


@dataclass(frozen=True, slots=True)
class Do:
    """Do it, and go on."""

    action: Plain


@dataclass(frozen=True, slots=True)
class Say:
    """Tell people; the parts are texts, and paths to put the values of in."""

    parts: tuple[str | Path, ...]
    tell: Tell


@dataclass(frozen=True, slots=True)
class Pause:
    """Go on later."""

    wait: Wait


@dataclass(frozen=True, slots=True)
class Test:
    """Go on, or elsewhere where the condition does not hold."""

    condition: Compiled
    otherwise: int


@dataclass(frozen=True, slots=True)
class Jump:
    """Go on elsewhere."""

    to: int


@dataclass(frozen=True, slots=True)
class Enter:
    """Begin to count a loop."""


@dataclass(frozen=True, slots=True)
class Again:
    """Go round once more, or on after the loop."""

    times: int
    until: Compiled | None
    leave: int


type Instruction = Do | Say | Pause | Test | Jump | Enter | Again


def flat(actions: Iterable[Action], start: int = 0) -> tuple[Instruction, ...]:
    """Give the instructions of some actions, the first of which will stand at `start`."""
    code: list[Instruction] = []
    for action in actions:
        code += _flat(action, start + len(code))
    return tuple(code)


def shape(code: Iterable[Instruction]) -> tuple[Instruction, ...]:
    """Give the code less its times: a run of the one may go on in the other of the same shape."""
    return tuple(
        Pause(replace(one.wait, time=timedelta())) if isinstance(one, Pause) else one
        for one in code
    )


def _flat(action: Action, start: int) -> tuple[Instruction, ...]:
    match action:
        case Tell():
            return (Say(tuple(message(action.text)), action),)
        case Wait():
            return (Pause(action),)
        case Choose():
            return _choose(action, start)
        case Repeat():
            body = flat(action.body, start + 2)
            leave = start + 2 + len(body) + 1
            return (Enter(), Again(action.times, action.until, leave), *body, Jump(start + 1))
        case _:
            return (Do(action),)


def _choose(choose: Choose, start: int) -> tuple[Instruction, ...]:
    end = start + sum(
        len(flat(body)) + (1 if condition is None else 2) for condition, body in choose.branches
    )
    code: list[Instruction] = []
    for condition, body in choose.branches:
        here = start + len(code) + (condition is not None)
        inner = flat(body, here)
        if condition is not None:
            code.append(Test(condition, here + len(inner) + 1))
        code += [*inner, Jump(end)]
    return tuple(code)


# -- messages --------------------------------------------------------------------------------------


def message(text: str) -> Iterator[str | Path]:
    """Split a message: `{path}` is the path, `{{` and `}}` are braces, the rest is text."""
    plain, rest = "", text
    while rest:
        if rest.startswith(("{{", "}}")):
            plain, rest = plain + rest[0], rest[2:]
        elif rest[0] == "{" and (found := _path(rest[1:].partition("}")[0])) is not None:
            yield plain
            yield found
            plain, rest = "", rest.partition("}")[2]
        else:
            plain, rest = plain + rest[0], rest[1:]
    yield plain


def _path(text: str) -> Path | None:
    try:
        node = parse(text)
    except ExpressionErrors:
        return None
    return node.path if isinstance(node, Name) else None
