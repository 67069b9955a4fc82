"""Small changes of a rule. A test that passes with one of them does not test what was changed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from gateway.model.command import Command, TurnSwitch
from rules import sight_words
from rules.automation.says import said_of, span
from rules.expression import Compiled, Scope, compile_text, mutants, text
from rules.rulebook import (
    Act,
    Action,
    AreaBecomes,
    ArmArea,
    Becomes,
    Called,
    CallRule,
    Choose,
    DisarmArea,
    Look,
    OnUnknown,
    Overlap,
    Record,
    Repeat,
    RestoreScene,
    Rule,
    RunScript,
    SetScene,
    Tell,
    Trigger,
    Wait,
)
from rules.site import Site
from rules.trial.alike import signature
from rules.trial.deeds import verb_of
from rules.trial.tree import Place, conditions, edited, walk, with_conditions
from rules.trial.watched import counts_as
from rules.words import name_of

MUTANTS_MAX = 200
"""Of one rule; the first of them, which are those of what stands first."""


@dataclass(frozen=True, slots=True)
class RuleMutant:
    """A rule that differs in one thing: where, and in words what."""

    rule: Rule
    place: Place
    change: str


def mutants_of(site: Site, rule: Rule, scope: Scope) -> Iterator[RuleMutant]:
    """Give the small changes of a rule that change what it means."""
    yield from _triggers(site, rule)
    yield from _conditions(rule, scope)
    yield from _actions(site, rule)
    yield from _how(rule)


# -- when and if -----------------------------------------------------------------------------------


def _triggers(site: Site, rule: Rule) -> Iterator[RuleMutant]:
    for number, trigger in enumerate(rule.when):
        place = ("when", number)
        said = said_of(site, trigger)
        if not isinstance(trigger, Called):  # who calls needs no such trigger
            rest = (*rule.when[:number], *rule.when[number + 1 :])
            yield RuleMutant(replace(rule, when=rest), place, f"it never starts because {said}")
        for other, how in _times(trigger):
            when = (*rule.when[:number], other, *rule.when[number + 1 :])
            yield RuleMutant(replace(rule, when=when), (*place, "for"), how)


def _times(trigger: Trigger) -> Iterator[tuple[Trigger, str]]:
    match trigger:
        case Becomes(stays=timedelta() as stays) | AreaBecomes(stays=timedelta() as stays):
            yield replace(trigger, stays=stays / 2), f"for {span(stays)} is halved"
            yield replace(trigger, stays=stays * 2), f"for {span(stays)} is doubled"
        case _:
            return


def _conditions(rule: Rule, scope: Scope) -> Iterator[RuleMutant]:
    for place, condition in conditions(rule):
        for other, change in _other_conditions(rule, place, condition, scope):
            made = with_conditions(rule, _put(place, other))
            yield RuleMutant(made, place, f"{place[-1]}: {change}")


def _put(at: Place, other: Compiled) -> Callable[[Place, Compiled], Compiled]:
    return lambda place, condition: other if place == at else condition


def _other_conditions(
    rule: Rule, place: Place, condition: Compiled, scope: Scope
) -> Iterator[tuple[Compiled, str]]:
    """Give the conditions that differ a little, and differ for some house."""
    counts = counts_as(rule, place)

    def meaning(one: Compiled) -> object:
        found = signature(one, condition.footprint, scope, counts)  # type: ignore[arg-type]
        return one.node if found is None else found

    seen = {meaning(condition)}
    for mutant in mutants(condition.node, scope):
        other = compile_text(text(mutant.node), scope)
        if (what := meaning(other)) not in seen:
            seen.add(what)
            yield other, mutant.description


# -- do --------------------------------------------------------------------------------------------


def _actions(site: Site, rule: Rule) -> Iterator[RuleMutant]:
    for place, action in walk(rule.do):
        yield _with(rule, place, (), f"left out: {_said(site, action)}")
        for other, change in _other_actions(site, action):
            yield _with(rule, place, (other,), change)


def _with(rule: Rule, at: Place, instead: tuple[Action, ...], change: str) -> RuleMutant:
    do = edited(rule.do, lambda place, action: instead if place == at else (action,))
    return RuleMutant(replace(rule, do=do), at, change)


def _other_actions(site: Site, action: Action) -> Iterator[tuple[Action, str]]:
    match action:
        case Act(command=TurnSwitch() as switch):
            yield Act(_turned(switch)), _turn(site, switch)
        case SetScene(commands=commands):
            for number, command in enumerate(commands):
                before, behind = commands[:number], commands[number + 1 :]
                if isinstance(command, TurnSwitch):
                    turned = (*before, _turned(command), *behind)
                    yield SetScene(turned), f"in the scene, {_turn(site, command)}"
                if len(commands) > 1:
                    left = f"in the scene, left out: {_order(site, command)}"
                    yield SetScene((*before, *behind)), left
        case Record(cameras=cameras) | Look(cameras=cameras) if len(cameras) > 1:
            for camera in cameras:
                rest = tuple(other for other in cameras if other != camera)
                yield replace(action, cameras=rest), f"{_said(site, action)} without one"
        case Wait(time=time):
            yield replace(action, time=time / 2), f"wait {span(time)} is halved"
            yield replace(action, time=time * 2), f"wait {span(time)} is doubled"
        case Repeat(times=times) if times > 1:
            yield replace(action, times=times - 1), f"repeat {times} becomes {times - 1}"
        case _:
            return


def _turned(command: TurnSwitch) -> TurnSwitch:
    return replace(command, on=not command.on)


def _turn(site: Site, command: TurnSwitch) -> str:
    return f"{_order(site, command)} becomes {_order(site, _turned(command))}"


# -- how -------------------------------------------------------------------------------------------


def _how(rule: Rule) -> Iterator[RuleMutant]:
    if rule.unless_within is not None:
        change = f"unless_within {span(rule.unless_within)} is left out"
        yield RuleMutant(replace(rule, unless_within=None), ("unless_within",), change)
    waits = any(isinstance(action, Wait) for _, action in walk(rule.do))
    if waits and rule.overlap is not Overlap.SINGLE:
        # A rule that never waits has ended before the next start: its mode is all the same.
        change = f"mode {rule.overlap} becomes {Overlap.SINGLE}"
        yield RuleMutant(replace(rule, overlap=Overlap.SINGLE), ("mode",), change)
    if rule.on_unknown is not OnUnknown.FALSE and _may_be_unknown(rule):
        change = f"on_unknown {rule.on_unknown} becomes {OnUnknown.FALSE}"
        yield RuleMutant(replace(rule, on_unknown=OnUnknown.FALSE), ("on_unknown",), change)


_KNOWN = {"area", "trouble"}
"""What is never unknown."""


def _may_be_unknown(rule: Rule) -> bool:
    stays = any(isinstance(one, Becomes) and one.stays is not None for one in rule.when)
    read = {path for at, one in conditions(rule) if at[-1] == "if" for path in one.footprint}
    return stays or any(path[0] not in _KNOWN for path in read)


# -- words -----------------------------------------------------------------------------------------


def _said(site: Site, action: Action) -> str:  # noqa: C901, PLR0912 - a table
    match action:
        case Act(command=command):
            return _order(site, command)
        case Record(cameras=cameras):
            return f"record {sight_words.cameras(site, cameras)}"
        case Look(cameras=cameras):
            return f"look {sight_words.cameras(site, cameras)}"
        case Tell(text=words):
            return f'notify "{words}"'
        case ArmArea(area=area, mode=mode):
            return f"arm {area} {mode}"
        case DisarmArea(area=area):
            return f"disarm {area}"
        case Wait(time=time):
            return f"wait {span(time)}"
        case Choose(branches=branches):
            return f"choose, of {len(branches)} branches"
        case Repeat(times=times):
            return f"repeat {times}"
        case CallRule(rule=rule):
            return f"call {rule}"
        case SetScene(commands=commands):
            return f"scene: {', '.join(_order(site, one) for one in commands)}"
        case RestoreScene(rule=rule):
            return "restore" + (f" of {rule}" if rule else "")
        case RunScript(program=program):
            return f"script {program}"


def _order(site: Site, command: Command) -> str:
    return f"{verb_of(command)} {name_of(site, str(getattr(command, 'device', '')))}"
