"""Rules that never run, as far as that is certain: what their condition asks cannot be so."""

from collections.abc import Iterable, Iterator, Mapping

from gateway.config.errors import Path
from gateway.config.rule_house import Findings
from gateway.config.rule_texts import constant
from gateway.model.device import DeviceId
from rules.automation.index import Guard, required
from rules.automation.names import DISARMED
from rules.expression import Compiled, path_text
from rules.expression import Path as Name
from rules.rulebook import AreaBecomes, Becomes, OnUnknown, Rule, Trigger
from rules.state import Phase

_GUARDED = {Phase.EXIT, Phase.ARMED, Phase.ENTRY}


def warn_of_dead(
    rule: Rule,
    place: Path,
    names: Mapping[DeviceId, str],
    modes: Mapping[str, tuple[str, ...]],
    findings: Findings,
) -> None:
    """Note a condition that is never true, or not when one of its triggers comes."""
    if rule.if_ is None:
        return
    never = _never(rule.if_, rule.on_unknown)
    if never:
        findings.warn((*place, "if"), f"a rule that never runs: {never}", "one that may hold")
        return
    asked = [*required(rule.if_.node)]
    for number, trigger in enumerate(rule.when):
        clash = next(_clashes(asked, _brings(trigger, names, modes)), None)
        if clash is not None:
            path, words = clash
            found = f"a condition that is never true then: {_said(path, words)}"
            hint = "this trigger starts nothing: leave it out, or change the condition"
            findings.warn((*place, "when", number), found, "one that may hold", hint)


def _never(condition: Compiled, on_unknown: OnUnknown) -> str:
    if constant(condition) is False:
        return "its condition is false"
    asked = [*required(condition.node)]
    for index, (path, words) in enumerate(asked):
        for other, more in asked[:index]:
            # What is unknown is neither, which may count as true; an area is always known.
            is_certain = on_unknown is OnUnknown.FALSE or path[0] == "area"
            if path == other and not words & more and is_certain:
                return f"{_said(path, words)} and {_said(other, more)} at once"
    return ""


def _clashes(asked: Iterable[Guard], brought: Iterable[Guard]) -> Iterator[Guard]:
    known = dict(brought)
    for path, words in asked:
        if path in known and not words & known[path]:
            yield path, words


def _brings(
    trigger: Trigger, names: Mapping[DeviceId, str], modes: Mapping[str, tuple[str, ...]]
) -> Iterator[Guard]:
    """Give how things stand when a trigger comes. With a time, it may be otherwise by then."""
    match trigger:
        case Becomes(device, capability, value, stays=None):
            yield ("device", names[device], str(capability)), frozenset({str(value)})
        case AreaBecomes(area, phase, mode, stays=None):
            if phase is not None:
                yield ("area", area, "phase"), frozenset({str(phase)})
            if mode is not None:
                yield ("area", area, "mode"), frozenset({mode})
                yield ("area", area, "phase"), frozenset({*Phase} - {Phase.DISARMED})
            elif phase is Phase.DISARMED:
                yield ("area", area, "mode"), frozenset({DISARMED})
            elif phase in _GUARDED:
                yield ("area", area, "mode"), frozenset(modes[area])
        case _:
            return


def _said(path: Name, words: frozenset[str | bool]) -> str:
    return f"{path_text(path)} is {' or '.join(sorted(str(word).lower() for word in words))}"
