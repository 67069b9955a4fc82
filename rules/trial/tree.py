"""The actions of a rule with the path at which each stands in the configuration."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from rules.expression import Compiled
from rules.rulebook import Action, Choose, Repeat, Rule, Wait

type Place = tuple[str | int, ...]
"""Where something stands within its rule: ("do", 1, "choose", 0, "if")."""

type Change = Callable[[Place, Compiled], Compiled]


def walk(actions: Iterable[Action], at: Place = ("do",)) -> Iterator[tuple[Place, Action]]:
    """Give every action, each before those in it."""
    for number, action in enumerate(actions):
        here = (*at, number)
        yield here, action
        match action:
            case Choose(branches=branches):
                for branch, (_, body) in enumerate(branches):
                    yield from walk(body, (*here, "choose", branch, "do"))
            case Repeat(body=body):
                yield from walk(body, (*here, "do"))
            case _:
                pass


def edited(
    actions: Iterable[Action],
    edit: Callable[[Place, Action], tuple[Action, ...]],
    at: Place = ("do",),
) -> tuple[Action, ...]:
    """Give the actions with each replaced by what `edit` gives; what stands in it is edited too."""
    found: list[Action] = []
    for number, action in enumerate(actions):
        here = (*at, number)
        for made in edit(here, action):
            match made:
                case Choose(branches=branches):
                    within = tuple(
                        (condition, edited(body, edit, (*here, "choose", branch, "do")))
                        for branch, (condition, body) in enumerate(branches)
                    )
                    found.append(Choose(within))
                case Repeat(body=body):
                    found.append(replace(made, body=edited(body, edit, (*here, "do"))))
                case _:
                    found.append(made)
    return tuple(found)


def conditions(rule: Rule) -> Iterator[tuple[Place, Compiled]]:
    """Give every condition of a rule."""
    if rule.if_ is not None:
        yield ("if",), rule.if_
    for place, action in walk(rule.do):
        match action:
            case Wait(cancel_if=Compiled() as condition):
                yield (*place, "cancel_if"), condition
            case Repeat(until=Compiled() as condition):
                yield (*place, "until"), condition
            case Choose(branches=branches):
                for branch, (one, _) in enumerate(branches):
                    if one is not None:
                        yield (*place, "choose", branch, "if"), one
            case _:
                pass


def with_conditions(rule: Rule, change: Change) -> Rule:
    """Give the rule with its conditions changed, each by its place."""

    def changed(place: Place, condition: Compiled | None) -> Compiled | None:
        return None if condition is None else change(place, condition)

    def edit(place: Place, action: Action) -> tuple[Action, ...]:
        match action:
            case Wait(cancel_if=condition):
                return (replace(action, cancel_if=changed((*place, "cancel_if"), condition)),)
            case Repeat(until=condition):
                return (replace(action, until=changed((*place, "until"), condition)),)
            case Choose(branches=branches):
                made = tuple(
                    (changed((*place, "choose", branch, "if"), condition), body)
                    for branch, (condition, body) in enumerate(branches)
                )
                return (Choose(made),)
            case _:
                return (action,)

    return replace(rule, if_=changed(("if",), rule.if_), do=edited(rule.do, edit))
