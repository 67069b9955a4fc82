"""What no rule shows by itself: circles of calls, doors that open without anybody's code."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gateway.config.errors import Path, did_you_mean
from gateway.config.rule_actions import Deeds
from gateway.config.rule_house import Findings
from gateway.config.wording import describe
from rules.rulebook import Called, CodeUsed, Trigger

_CODE = 'when = {code = "any", to = "disarm"}'


@dataclass(frozen=True, slots=True)
class Known:
    """One rule as far as it could be read."""

    path: Path
    when: tuple[Trigger | None, ...]
    deeds: Deeds


def check(rules: Mapping[str, Known], findings: Findings) -> None:
    """Note circles, scenes that are not there, and what would open without a code."""
    _circles(rules, findings)
    callers: dict[str, list[str]] = {}
    for name, rule in rules.items():
        for _, called in rule.deeds.calls:
            callers.setdefault(called, []).append(name)
    for name, rule in rules.items():
        _scenes(rules, rule, findings)
        opens = [*rule.deeds.opens, *_unlocking(rules, rule)]
        if not opens:
            continue
        starter = next(_without_code(rules, callers, name), None)
        if starter is None:
            continue
        for path, deed in opens:
            findings.error(path, *_refusal(deed, name, starter))


def _refusal(deed: str, name: str, starter: str) -> tuple[str, str, str]:
    who = "this rule" if starter == name else f'the rule "{starter}", which calls this one,'
    why = "whoever can make a sensor report would be inside (law 10: no rule opens by itself)"
    hint = f"{who} starts without a code; {why}; start it with {_CODE}, or notify instead"
    return f"{deed} although nobody's code started it", "a rule that only codes start", hint


def _without_code(
    rules: Mapping[str, Known], callers: Mapping[str, list[str]], name: str
) -> Iterator[str]:
    """Give the rules through which this one starts without a code."""
    todo, seen = [name], {name}
    while todo:
        current = todo.pop()
        if any(not isinstance(t, CodeUsed | Called | None) for t in rules[current].when):
            yield current
        for caller in callers.get(current, ()):
            if caller not in seen:
                seen.add(caller)
                todo.append(caller)


def _unlocking(rules: Mapping[str, Known], rule: Known) -> Iterator[tuple[Path, str]]:
    """Give the scenes to set back which locked something: that may have been unlocked before."""
    for path, name in rule.deeds.restores:
        if name in rules and rules[name].deeds.scene_locks:
            yield path, "sets back a scene with a lock, which may unlock it,"


def _scenes(rules: Mapping[str, Known], rule: Known, findings: Findings) -> None:
    for path, name in rule.deeds.restores:
        if name in rules and not rules[name].deeds.has_scene:
            scenes = [other for other, known in rules.items() if known.deeds.has_scene]
            hint = did_you_mean(name, scenes, "" if name != rule.deeds.rule else "name it with of")
            found = f"a scene of {describe(name)}, which sets none"
            findings.error(path, found, "a rule with a scene", hint)


def _circles(rules: Mapping[str, Known], findings: Findings) -> None:
    """Note each call that leads back to where it began; walked with a stack of our own."""
    done: set[str] = set()
    for start in rules:
        trail: list[str] = []
        todo = [(start, iter(rules[start].deeds.calls))] if start not in done else []
        trail = [start] if todo else []
        while todo:
            _, calls = todo[-1]
            path, called = next(calls, ((), ""))
            if not path:
                done.add(trail.pop())
                todo.pop()
            elif called in trail:
                circle = [*trail[trail.index(called) :], called]
                findings.error(
                    path,
                    f"a circle of calls: {_shown(circle)}",
                    "calls that come to an end",
                    "a rule that starts itself never stops: leave one of the calls out",
                )
            elif called in rules and called not in done:
                trail.append(called)
                todo.append((called, iter(rules[called].deeds.calls)))


def _shown(circle: list[str]) -> str:
    if len(circle) > 8:
        circle = [*circle[:4], "…", *circle[-3:]]
    return " → ".join(circle)
