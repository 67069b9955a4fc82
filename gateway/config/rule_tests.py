"""`[[rule.test]]`, read and checked: names, values and times. A runner plays what this gives."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.config import durations
from gateway.config.errors import Path, Problem, did_you_mean, listed
from gateway.config.rule_do import ORDERS
from gateway.config.rule_house import VALUES, Findings, House
from gateway.config.rule_section import TestSection
from gateway.config.rule_test_sights import MOMENTS, moment_of
from gateway.config.rule_test_words import Unreadable, begins_with, looked_up
from gateway.config.wording import describe
from gateway.model.capability import Lock
from gateway.model.device import DeviceId, DriverId
from gateway.model.event import (
    ArmRequested,
    CodeRefused,
    DeviceLeft,
    DisarmRequested,
    DriverFound,
    DriverLost,
    Event,
    JamChanged,
    LockOperated,
    Panic,
    PanicPressed,
    Reported,
)
from rules.expression import OneOf, Type, Value
from rules.expression.kinds import Path as Name
from rules.expression.kinds import admitted, named
from rules.state import Phase
from rules.trial import CallAsked, Expectation, Moment, RuleTest

VIA = "test"
UNKNOWN = "unknown"
FORCE = " force"
_TIME = "a time since the start, as 0s or 10m1s, and a space"
_FORMS = (
    "a device and its value, - (nothing), arm AREA MODE [force], disarm AREA by PERSON, "
    "unlock LOCK by PERSON, wrong_code, call RULE, lost, found, jammed or unjammed RADIO"
)
VERBS = (*ORDERS, "record", "look", "notify", "arm", "disarm", "call", "script")


def compile_test(
    rule: str, test: TestSection, path: Path, house: House, findings: Findings
) -> RuleTest:
    """Give a test; note what is wrong with it."""
    reader = _Reader(house, findings)
    given = dict(test.given)
    time = reader.time(given.pop("time", None), (*path, "given", "time"))
    at_rest = reader.at_rest(given.pop("at_rest", False), (*path, "given", "at_rest"))
    if not test.expect and not test.expect_not:
        findings.error(path, "a test that expects nothing", "expect, or expect_not")
    return RuleTest(
        rule,
        test.name,
        reader.given(given, (*path, "given")),
        time,
        reader.events(test.events, (*path, "events")),
        reader.expected(test.expect, (*path, "expect")),
        reader.expected(test.expect_not, (*path, "expect_not")),
        at_rest=at_rest,
        number=int(path[-1]),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    house: House
    findings: Findings

    # -- given -------------------------------------------------------------------------------

    def time(self, value: object, path: Path) -> datetime | None:
        """Read the local time at which the test begins."""
        if value is None:
            return None
        try:
            found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            found = None
        if found is None or found.tzinfo is not None or isinstance(value, bool | int | float):
            expected = 'a local time, as in "2026-12-01T22:00"'
            self.findings.error(path, describe(value), expected)
            return None
        return found

    def at_rest(self, value: object, path: Path) -> bool:
        """Read whether zones that are not given are at rest."""
        if not isinstance(value, bool):
            self.findings.error(path, describe(value), "true or false")
            return False
        return value

    def given(self, tables: dict[str, object], path: Path) -> dict[Name, Value | None]:
        """Read the paths and values; the tables in each other are walked with a stack."""
        found: dict[Name, Value | None] = {}
        todo: list[tuple[Name, object]] = [((key,), value) for key, value in tables.items()]
        while todo:
            name, value = todo.pop()
            if isinstance(value, dict) and len(name) < 4:
                todo.extend(((*name, str(key)), inner) for key, inner in value.items())
                continue
            kind = self.house.scope.type_of(name)
            if kind is None or not _can_be_given(name):
                self._no_such(name, (*path, *name), known=kind is not None)
            elif value != UNKNOWN and admitted(kind, value) is None:
                hint = did_you_mean(str(value), kind.words) if isinstance(kind, OneOf) else ""
                self.findings.error((*path, *name), describe(value), _a(kind), hint)
            else:
                found[name] = None if value == UNKNOWN else admitted(kind, value)
        self._arming(found, path)
        return found

    def _arming(self, given: Mapping[Name, Value | None], path: Path) -> None:
        """Note an area that is armed in no mode, or disarmed in one."""
        for area in self.house.areas:
            mode, phase = given.get(("area", area, "mode")), given.get(("area", area, "phase"))
            if mode is None or phase in {None, Phase.ALARM}:
                continue
            if (mode == "disarmed") is not (phase == Phase.DISARMED):
                found = f"mode {describe(mode)} with phase {describe(phase)}"
                expected = 'a mode and a phase that go together, as "away" with "armed"'
                self.findings.error((*path, "area", area, "phase"), found, expected)

    def _no_such(self, name: Name, path: Path, *, known: bool) -> None:
        near = [near for near in self.house.scope.near(name) if near]
        hint = f"did you mean {near[0]}?" if near and not known else ""
        if known:
            hint = "what follows from the time, from readings or from events is not given"
        expected = "a device's reading, an area's mode, phase or memory, a bypass, or sun.is_up"
        found = describe(".".join(name))
        self.findings.errors.append(Problem(path, found, expected, hint, at_key=True))

    # -- events ------------------------------------------------------------------------------

    def events(self, texts: Iterable[str], path: Path) -> tuple[Moment, ...]:
        """Read what happens, in order."""
        moments: list[Moment] = []
        for index, text in enumerate(texts):
            try:
                moment = self._moment(text, moments[-1].after if moments else timedelta())
            except Unreadable as bad:
                self._note((*path, index), bad)
            else:
                moments.append(moment)
        return tuple(moments)

    def _moment(self, text: str, last: timedelta) -> Moment:
        after, begins = _timed(text)
        if after is None:
            raise Unreadable(0, describe(text.partition(" ")[0]), _TIME)
        if after < last:
            raise Unreadable(0, "an event before the one above", "events in order of time")
        return Moment(after, self._event(text, begins))

    def _event(self, text: str, at: int) -> Event | CallAsked | None:
        rest = text[at:]
        word, _, more = rest.partition(" ")
        at += len(word) + 1
        match word:
            case "-" if not more:
                return None
            case "arm":
                return self._arm(more, at)
            case "disarm":
                area, person = self._by(more, at, self.house.areas)
                return DisarmRequested(area, person, VIA)
            case "unlock":
                return self._unlock(more, at)
            case "wrong_code":
                return CodeRefused(self._device(more, at) if more else VIA)
            case "call":
                return CallAsked(looked_up(more, at, self.house.rules, "the id of a rule"))
            case "lost" | "found" | "jammed" | "unjammed" if more:
                return self._radio(word, more, at)
            case _:
                return self._reported(rest, at - len(word) - 1)

    def _radio(self, word: str, name: str, at: int) -> Event:
        radios = {driver: driver for driver in self.house.drivers}
        radio = DriverId(looked_up(name, at, radios, "the name of a radio"))
        match word:
            case "lost":
                return DriverLost(radio, "a test")
            case "found":
                return DriverFound(radio)
            case _:
                return JamChanged(radio, jammed=word == "jammed")

    def _arm(self, text: str, at: int) -> Event:
        area, rest, begins = begins_with(text, at, self.house.areas, "the name of an area")
        mode, by, person = rest.partition(" by ")
        modes = {mode: mode for mode in self.house.areas[area]}
        plain = mode.removesuffix(FORCE)
        looked_up(plain, begins, modes, "a mode of the area")
        if by:
            looked_up(person, begins + len(mode) + 4, self.house.people, "the name of a person")
        return ArmRequested(area, plain, person or VIA, VIA, force=plain != mode)

    def _unlock(self, text: str, at: int) -> Event:
        name, person = self._by(text, at, self.house.devices)
        device = self.house.devices[name]
        slot = self.house.people[person].get(device)
        if slot is None:
            found = f"{describe(person)}, who has no PIN in {name}"
            raise Unreadable(at, found, "a person with a slot of this lock (lock_slots)")
        return LockOperated(device, Lock.UNLOCKED, "keypad", slot)

    def _by(self, text: str, at: int, names: Mapping[str, object]) -> tuple[str, str]:
        what, by, person = text.partition(" by ")
        looked_up(what, at, names, "a name that there is")
        if not by:
            raise Unreadable(at + len(what), "nobody", "by and the name of a person")
        looked_up(person, at + len(what) + 4, self.house.people, "the name of a person")
        return what, person

    def _device(self, name: str, at: int) -> DeviceId:
        return looked_up(name, at, self.house.devices, "the name of a device")

    def _reported(self, text: str, at: int) -> Event:
        name, value, begins = begins_with(text, at, self.house.devices, _FORMS)
        device = self.house.devices[name]
        if value == "left":
            return DeviceLeft(device)
        if value in set(Panic):
            return PanicPressed(device, Panic(value))
        if value.partition(" ")[0] in MOMENTS:
            return moment_of(name, value, begins, self.house)
        if value not in VALUES:
            words = [*VALUES, "left", *Panic]
            hint = did_you_mean(value, words)
            raise Unreadable(begins, describe(value), "a value of a reading, left or panic", hint)
        return Reported(device, VALUES[value])

    # -- what is expected --------------------------------------------------------------------

    def expected(self, texts: Iterable[str], path: Path) -> tuple[Expectation, ...]:
        """Read what should (or should not) be done."""
        found: list[Expectation] = []
        for index, text in enumerate(texts):
            try:
                found.append(self._expectation(text))
            except Unreadable as bad:
                self._note((*path, index), bad)
        return tuple(found)

    def _expectation(self, text: str) -> Expectation:
        after, at = _timed(text)
        verb, _, rest = text[at:].partition(" ")
        if verb not in VERBS:
            expected = f"what a rule does: {listed(VERBS)}"
            raise Unreadable(at, describe(verb), expected, did_you_mean(verb, VERBS))
        at += len(verb) + 1
        if not rest or verb in {"notify", "script"}:
            return Expectation(after, verb, rest)
        if verb in (*ORDERS, "record", "look"):
            return Expectation(after, verb, self._device(rest, at))
        if verb == "call":
            return Expectation(
                after, verb, looked_up(rest, at, self.house.rules, "the id of a rule")
            )
        if verb == "disarm" or rest in self.house.areas:
            looked_up(rest, at, self.house.areas, "the name of an area")
            return Expectation(after, verb, rest)
        area, mode, begins = begins_with(rest, at, self.house.areas, "the name of an area")
        modes = {known: known for known in self.house.areas[area]}
        return Expectation(after, verb, area, looked_up(mode, begins, modes, "a mode of the area"))

    def _note(self, path: Path, bad: Unreadable) -> None:
        problem = Problem(path, bad.found, bad.expected, bad.hint, offset=bad.offset)
        self.findings.errors.append(problem)


def _can_be_given(name: Name) -> bool:
    match name:
        case ("device", _, _) | ("zone", _, "bypassed") | ("sun", "is_up"):
            return True
        case ("area", _, field):
            return field in {"mode", "phase", "alarmed"}
        case _:
            return False


def _a(kind: Type) -> str:
    return named(kind).replace("a bool", "true or false")


def _timed(text: str) -> tuple[timedelta | None, int]:
    """Read the time that a text begins with, if it does; give where the rest begins."""
    word, space, _ = text.partition(" ")
    after = durations.read(word)
    return (after, len(word) + 1) if space and after is not None else (None, 0)
