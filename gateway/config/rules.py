"""From `[[rule]]` to the rule book: everything is looked up and compiled, all mistakes are told."""

import gc
import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path as File

from gateway.config.errors import Path, Problem
from gateway.config.models import Sections
from gateway.config.rule_actions import Deeds
from gateway.config.rule_dead import warn_of_dead
from gateway.config.rule_house import Findings, House, Known, parts_of, uses_of
from gateway.config.rule_safety import Known as Read
from gateway.config.rule_safety import check
from gateway.config.rule_schedules import NEVER, calendars, caught_up
from gateway.config.rule_section import RuleSection
from gateway.config.rule_tests import compile_test
from gateway.config.rule_texts import condition
from gateway.config.rule_triggers import trigger
from gateway.config.rule_values import overlap
from gateway.config.rule_windows import with_windows
from gateway.config.site import compile_site, ids_of, place_of
from gateway.config.source import Beside
from gateway.config.text import Text
from rules.automation.names import scope
from rules.rulebook import Rule, RuleBook, Scheduled, Trigger
from rules.trial import RuleTest

_HEADER = re.compile(r"\s*\[\[\s*(?:rule|\"rule\"|'rule')\s*\]\]\s*(?:#.*)?")


@dataclass(frozen=True, slots=True)
class Compiled:
    """The rules of a file, as far as they hold, and what was found."""

    book: RuleBook
    tests: tuple[RuleTest, ...]
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def compile_rules(
    file: Sections, path: File, text: Text, beside: Beside, known: Known | None = None
) -> Compiled:
    """Compile the rules of a file whose other sections hold."""
    with _uncollected():
        return _compiled(file, path, text, beside, known)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no garbage meanwhile: there is none, and with 10,000 rules it is half the work."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _compiled(
    file: Sections, path: File, text: Text, beside: Beside, known: Known | None
) -> Compiled:
    findings = Findings()
    house = with_windows(_house(file, path, beside, known, findings), file, findings)
    places = _places(path, text, len(file.rules))
    names = {device: name for name, device in house.devices.items()}
    read: dict[str, Read] = {}
    rules: dict[str, Rule] = {}
    tests: list[RuleTest] = []
    for index, section in enumerate(file.rules):
        place = ("rule", index)
        deeds = Deeds(section.id, house, findings)
        rule = _rule(section, place, deeds, places[index])
        rules[section.id] = rule
        if len(rule.when) == len(section.when):
            warn_of_dead(rule, place, names, house.areas, findings)
        read[section.id] = Read(place, _when(rule, section), deeds)
        tests += (
            compile_test(section.id, test, (*place, "test", number), house, findings)
            for number, test in enumerate(section.tests)
        )
    check(read, findings)
    errors, warnings = tuple(findings.errors), tuple(findings.warnings)
    return Compiled(RuleBook(rules, house.windows), tuple(tests), errors, warnings)


def _house(
    file: Sections, path: File, beside: Beside, known: Known | None, findings: Findings
) -> House:
    site = compile_site(file)
    ids = ids_of(file)
    place = place_of(file)
    return House(
        beside=beside,
        devices=ids,
        areas={area.name: tuple(area.modes) for area in file.areas},
        people={name: person.lock_slots for name, person in site.people.items()},
        drivers=file.radios,
        supervision=site.supervision,
        arm_needs_code=file.access.arm_needs_code,
        uses=uses_of(file),
        scope=scope(site),
        place=place,
        calendars=calendars(file.calendars, beside, place.zone, findings),
        rules={rule.id: rule.id for rule in file.rules},
        cameras=parts_of(file),
        since=_written(path),
        known=known,
    )


def _written(path: File) -> date:
    """Give the day on which the file was written: nights that come are counted from there."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
    except (OSError, ValueError, OverflowError):
        return date(2027, 1, 1)


def _rule(section: RuleSection, place: Path, deeds: Deeds, source: str) -> Rule:
    house, findings = deeds.house, deeds.findings
    policy = caught_up(section.catch_up, place, findings)
    when = tuple(
        trigger(item, (*place, "when", number), policy, house, findings)
        for number, item in enumerate(section.when)
    )
    how, at_most = overlap(section.mode)
    rule = Rule(
        id=section.id,
        when=tuple(item for item in when if item is not None),
        do=deeds.several(section.do, (*place, "do")),
        if_=condition(section.if_, (*place, "if"), house, findings),
        overlap=how,
        at_most=at_most,
        unless_within=section.unless_within,
        on_unknown=section.on_unknown,
        enabled=section.enabled,
        source=source,
        digest=digest(section),
    )
    if policy != NEVER and None not in when and not any(isinstance(t, Scheduled) for t in when):
        found = "what to catch up with, in a rule without a schedule"
        findings.warn((*place, "catch_up"), found, "a schedule in when")
    return rule


def _when(rule: Rule, section: RuleSection) -> tuple[Trigger | None, ...]:
    # What could not be read may have been anything: nothing more is said of it.
    return (*rule.when, *(None for _ in range(len(section.when) - len(rule.when))))


def digest(section: RuleSection) -> str:
    """Give what changes with what a rule means, and not with how it is written or tested."""
    meaning = section.model_dump_json(exclude={"tests"}, by_alias=True)
    return hashlib.sha256(meaning.encode()).hexdigest()[:16]


def _places(path: File, text: Text, count: int) -> Sequence[str]:
    """Give "file:line" of each rule. The parser of positions is only needed for odd writings."""
    lines = [number for number, line in enumerate(text.lines, 1) if _HEADER.fullmatch(line)]
    if len(lines) != count:
        from gateway.config.positions import Positions  # noqa: PLC0415 - seldom needed, and slow

        positions = Positions(text)
        lines = [positions.find(("rule", index))[0] for index in range(count)]
    return [f"{path.name}:{line}" for line in lines]
