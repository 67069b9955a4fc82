"""From the forms of `when` to triggers: what each names is looked up, what cannot be is told."""

from typing import assert_never

from gateway.config.durations import spell
from gateway.config.errors import Path, did_you_mean, listed
from gateway.config.rule_house import TOLD, VALUES, Findings, House, known
from gateway.config.rule_schedules import scheduled
from gateway.config.rule_sights import pressed, sighted
from gateway.config.rule_when import (
    ANYBODY,
    AreaWhen,
    CalledWhen,
    CameraWhen,
    CodeWhen,
    DeviceWhen,
    PressedWhen,
    ScheduleWhen,
    TroubleOverWhen,
    TroubleWhen,
    When,
    WindowWhen,
    WrongCodeWhen,
)
from gateway.config.wording import describe
from gateway.model.capability import READINGS, Capability, capability_of
from rules.rulebook import (
    AreaBecomes,
    Becomes,
    Called,
    Changes,
    CodeUsed,
    CodeWrong,
    Scheduled,
    Trigger,
    TroubleComes,
)
from rules.schedule import AtEdges, CatchUp
from rules.state import Phase, TroubleKind

TURNS = ("open", "closed")
USES = ("arm", "disarm", "unlock")
_OF_RADIOS = {TroubleKind.RADIO_LOST, TroubleKind.RADIO_JAMMED}
_OF_NOTHING = {
    TroubleKind.STORAGE,
    TroubleKind.PART,
    TroubleKind.CONFIGURATION,
    TroubleKind.CLOCK,
}


def trigger(  # noqa: C901 - one line a form: a table
    when: When, path: Path, catch_up: CatchUp, house: House, findings: Findings
) -> Trigger | None:
    """Give what starts the rule; None where something is wrong with it."""
    match when:
        case DeviceWhen():
            return _device(when, path, house, findings)
        case CameraWhen():
            return sighted(when, path, house, findings)
        case PressedWhen():
            return pressed(when, path, house, findings)
        case AreaWhen():
            return _area(when, path, house, findings)
        case CodeWhen():
            return _code(when, path, house, findings)
        case WrongCodeWhen():
            return _wrong_code(when, path, house, findings)
        case TroubleWhen():
            return _trouble(when.trouble, when.of, path, house, findings)
        case TroubleOverWhen():
            return _trouble(when.trouble_over, when.of, path, house, findings, over=True)
        case WindowWhen():
            return _window(when, path, catch_up, house, findings)
        case CalledWhen():
            return Called()
        case ScheduleWhen():
            return scheduled(when, path, catch_up, house, findings)
        case _:
            assert_never(when)


def _device(when: DeviceWhen, path: Path, house: House, findings: Findings) -> Trigger | None:
    device = house.device(when.device, (*path, "device"), findings)
    if (when.becomes is None) == (when.changes is None):
        found = "a device that neither becomes nor changes"
        if when.becomes is not None:
            found = "becomes and changes at once"
        hint = 'as in {device = "front_door", becomes = "open"} or {..., changes = "contact"}'
        findings.error(path, found, "one of becomes, changes", hint)
        return None
    if when.becomes is not None:
        return _becomes(when, when.becomes, path, house, findings)
    changes = when.changes or ""
    if when.stays is not None:
        hint = "what changes again has not changed: say what it becomes"
        findings.error((*path, "for"), "a time for changes", "one only with becomes", hint)
    if changes not in set(TOLD):
        expected = f"a reading: {listed(TOLD)}"
        findings.error((*path, "changes"), describe(changes), expected, did_you_mean(changes, TOLD))
        return None
    capability = Capability(changes)
    if device is not None:
        house.can(when.device, capability, (*path, "device"), findings)
    return Changes(device, capability) if device is not None else None


def _becomes(
    when: DeviceWhen, word: str, path: Path, house: House, findings: Findings
) -> Trigger | None:
    value = VALUES.get(word)
    if value is None:
        findings.error((*path, "becomes"), describe(word), *_values(when.device, word, house))
    device = house.devices.get(when.device)
    if value is None or device is None:
        return None
    capability = capability_of(value)
    house.can(when.device, capability, (*path, "becomes"), findings)
    silent_after = house.supervision.get(device)
    if when.stays is not None and silent_after is not None and when.stays > silent_after:
        silent = spell(silent_after)
        found = f"{spell(when.stays)}, longer than the {silent} after which it counts as silent"
        hint = "a device that falls silent meanwhile is unknown: see supervision of the [[device]]"
        findings.warn((*path, "for"), found, "no longer than its supervision", hint)
    return Becomes(device, capability, value, when.stays)


def _values(name: str, word: str, house: House) -> tuple[str, str]:
    """Say which values there are; only those of the device, where the file tells its readings."""
    if word == "unknown":
        return "a value", f'a device that falls silent is {{trouble = "silent", of = "{name}"}}'
    uses = house.uses.get(name, frozenset())
    kinds = [READINGS[use] for use in uses if use in TOLD]
    known = [str(value) for kind in kinds for value in kind if value != "unknown"] or list(VALUES)
    return f"a value of a reading: {listed(known, most=len(known))}", did_you_mean(word, known)


def _area(when: AreaWhen, path: Path, house: House, findings: Findings) -> Trigger | None:
    modes = known(when.area, house.areas, "the name of an [[area]]", (*path, "area"), findings)
    if modes is None:
        return None
    if when.becomes in set(Phase):
        return AreaBecomes(when.area, phase=Phase(when.becomes), stays=when.stays)
    if when.becomes in modes:
        return AreaBecomes(when.area, mode=when.becomes, stays=when.stays)
    words = [*Phase, *modes]
    expected = f"a phase or a mode of the area: {listed(words)}"
    hint = did_you_mean(when.becomes, words)
    findings.error((*path, "becomes"), describe(when.becomes), expected, hint)
    return None


def _code(when: CodeWhen, path: Path, house: House, findings: Findings) -> Trigger | None:
    person = None if when.code == ANYBODY else when.code
    if when.code.isdecimal() and when.code not in house.people:
        hint = "a code never stands in the file; think of a new one"
        expected = 'the name of a [[person]], or "any"'
        findings.error((*path, "code"), "a value that is not shown", expected, hint)
        return None
    expected = 'the name of a [[person]], or "any"'
    if person is not None:
        known(person, house.people, expected, (*path, "code"), findings)
    if when.to is not None and when.to not in USES:
        hint = did_you_mean(when.to, USES)
        findings.error((*path, "to"), describe(when.to), f"one of {listed(USES)}", hint)
    return CodeUsed(person, when.to)


def _wrong_code(
    when: WrongCodeWhen, path: Path, house: House, findings: Findings
) -> Trigger | None:
    if when.at is None:
        return CodeWrong()
    keypad = house.device(when.at, (*path, "at"), findings)
    if keypad is not None:
        house.can(when.at, Capability.KEYPAD, (*path, "at"), findings)
    return CodeWrong(keypad)


def _window(
    when: WindowWhen, path: Path, catch_up: CatchUp, house: House, findings: Findings
) -> Trigger | None:
    expected = "the name of a [[window]]"
    window = known(when.window, house.windows, expected, (*path, "window"), findings)
    if when.becomes not in TURNS:
        hint = did_you_mean(when.becomes, TURNS)
        findings.error((*path, "becomes"), describe(when.becomes), listed(TURNS), hint)
        return None
    if window is None:
        return None
    turns = AtEdges(window, opens=when.becomes == TURNS[0])
    return Scheduled(turns, catch_up, f"window {when.window} becomes {when.becomes}")


def _trouble(  # noqa: PLR0913 - both forms of it
    kind: str, of: str | None, path: Path, house: House, findings: Findings, *, over: bool = False
) -> Trigger | None:
    key = "trouble_over" if over else "trouble"
    found = None if kind == ANYBODY else kind
    if found is not None and found not in set(TroubleKind):
        words = [*TroubleKind, ANYBODY]
        expected = f"one of {listed(words, most=len(words))}"
        findings.error((*path, key), describe(kind), expected, did_you_mean(kind, words))
        return None
    which = None if found is None else TroubleKind(found)
    return TroubleComes(which, _subject(which, of, path, house, findings), over)


def _subject(
    kind: TroubleKind | None, of: str | None, path: Path, house: House, findings: Findings
) -> str | None:
    if of is None:
        return None
    if kind in _OF_NOTHING:
        findings.error((*path, "of"), f"of, for a trouble of {kind}", "none: it is the hub's own")
        return None
    if kind in _OF_RADIOS:
        radios = {driver: driver for driver in house.drivers}
        return known(of, radios, "the name of a radio", (*path, "of"), findings)
    if kind is None and of in house.drivers:
        return of
    return house.device(of, (*path, "of"), findings)
