"""Every form of `when` and `do`, and what is warned of: rules that never run."""

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.model.capability import Capability
from gateway.model.command import LockDoor, SilenceSiren, SoundSiren, TurnSwitch, UnlockDoor
from gateway.model.effect import Level
from rules.rulebook import (
    Act,
    AreaBecomes,
    ArmArea,
    Called,
    CallRule,
    Changes,
    Choose,
    CodeUsed,
    CodeWrong,
    DisarmArea,
    Repeat,
    RestoreScene,
    Rule,
    SetScene,
    Tell,
    TroubleComes,
    Wait,
)
from rules.state import Phase, TroubleKind
from tests.gateway.test_rules_config import BOLT, DOOR, loaded

OTHER = '[[rule]]\nid = "other"\nwhen = { called = true }\ndo = { scene = { on = "hall_lamp" } }\n'


def compiled(tmp_path: Path, when: str, do: str) -> Rule:
    """Give one rule."""
    text = f'[[rule]]\nid = "it"\nwhen = {when}\ndo = {do}\n'
    return loaded(tmp_path, text + OTHER).rulebook().rules["it"]


@pytest.mark.parametrize(
    ("when", "trigger"),
    [
        ('{ device = "front_door", changes = "contact" }', Changes(DOOR, Capability.CONTACT)),
        (
            '{ area = "house", becomes = "armed", for = "1h" }',
            AreaBecomes("house", Phase.ARMED, stays=timedelta(hours=1)),
        ),
        ('{ code = "Anna" }', CodeUsed("Anna")),
        ('{ code = "any", to = "disarm" }', CodeUsed(None, "disarm")),
        ("{ wrong_code = true }", CodeWrong()),
        (
            '{ trouble = "battery", of = "front_door" }',
            TroubleComes(TroubleKind.BATTERY, DOOR),
        ),
        ('{ trouble_over = "any" }', TroubleComes(over=True)),
        ("{ called = true }", Called()),
    ],
)
def test_what_starts_a_rule(tmp_path: Path, when: str, trigger: object) -> None:
    assert compiled(tmp_path, when, '{ notify = "x" }').when == (trigger,)


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("do", "action"),
    [
        ('{ lock = "front_lock" }', Act(LockDoor(BOLT))),
        ('{ unlock = "front_lock" }', Act(UnlockDoor(BOLT))),
        ('{ notify = "x", level = "alarm" }', Tell("x", Level.ALARM)),
        ('{ arm = "house", mode = "night", force = true }', ArmArea("house", "night", force=True)),
        ('{ disarm = "house" }', DisarmArea("house")),
        ('{ wait = "1s" }', Wait(SECOND)),
        ('{ choose = [{ do = { wait = "1s" } }] }', Choose(((None, (Wait(SECOND),)),))),
        ('{ repeat = 3, do = { wait = "1s" } }', Repeat(3, (Wait(SECOND),))),
        ('{ call = "other" }', CallRule("other")),
        ('{ scene = { lock = "front_lock" } }', SetScene((LockDoor(BOLT),))),
        ('{ restore = true, of = "other" }', RestoreScene("other")),
    ],
)
def test_what_a_rule_does(tmp_path: Path, do: str, action: object) -> None:
    assert compiled(tmp_path, '{ code = "any" }', do).do == (action,)


@pytest.mark.parametrize(
    ("do", "kind"),
    [
        ('{ on = "hall_lamp" }', TurnSwitch),
        ('{ off = "hall_lamp" }', TurnSwitch),
        ('{ siren = "hall_siren" }', SoundSiren),
        ('{ silence = "hall_siren" }', SilenceSiren),
    ],
)
def test_what_a_rule_orders(tmp_path: Path, do: str, kind: type) -> None:
    (act,) = compiled(tmp_path, '{ code = "any" }', do).do

    assert isinstance(act, Act)
    assert type(act.command) is kind


# -- rules that never run --------------------------------------------------------------------------

OPENS = '{ device = "front_door", becomes = "open" }'
AWAY = 'area.house.mode == "away"'
NIGHT = 'area.house.mode == "night"'
OPEN = 'device.front_door.contact == "open"'
SHUT = 'device.front_door.contact == "closed"'


def warnings(tmp_path: Path, when: str, condition: str, more: str = "") -> list[tuple[str, str]]:
    """Give what is warned of, and where."""
    text = f"[[rule]]\nid = \"it\"\nwhen = {when}\nif = '{condition}'\n{more}\n"
    config = loaded(tmp_path, text + 'do = { notify = "x" }\n')
    return [(warning.path, warning.found) for warning in config.warnings]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("false", "its condition is false"),
        (f"{AWAY} && {NIGHT}", "area.house.mode is night and area.house.mode is away at once"),
        (f"{OPEN} && sun.is_up && {SHUT}", "is closed and device.front_door.contact is open"),
        (
            'area.house.phase == "armed" && area.house.phase in ["exit", "entry"]',
            "area.house.phase is entry or exit and area.house.phase is armed at once",
        ),
    ],
)
def test_a_condition_that_never_holds_is_warned_of(
    tmp_path: Path, condition: str, found: str
) -> None:
    ((path, said),) = warnings(tmp_path, OPENS, condition)

    assert path == "rule.it.if"
    assert said.startswith("a rule that never runs: ")
    assert found in said


@pytest.mark.parametrize(
    ("when", "condition"),
    [
        (OPENS, f"{SHUT} && {AWAY}"),
        ('{ area = "house", becomes = "night" }', AWAY),
        ('{ area = "house", becomes = "night" }', 'area.house.phase == "disarmed"'),
        ('{ area = "house", becomes = "disarmed" }', AWAY),
        ('{ area = "house", becomes = "armed" }', 'area.house.mode == "disarmed"'),
        ('{ area = "house", becomes = "armed" }', 'area.house.phase == "entry"'),
    ],
)
def test_a_condition_that_contradicts_its_trigger_is_warned_of(
    tmp_path: Path, when: str, condition: str
) -> None:
    ((path, said),) = warnings(tmp_path, f"[{{ called = true }}, {when}]", condition)

    assert path == "rule.it.when[1]"
    assert said.startswith("a condition that is never true then: ")


@pytest.mark.parametrize(
    ("when", "condition", "more"),
    [
        (OPENS, f"{OPEN} && {AWAY}", ""),
        (OPENS, f"{AWAY} || {NIGHT}", ""),
        (OPENS, 'area.house.mode == "away" && area.house.phase == "armed"', ""),
        ('{ device = "front_door", becomes = "open", for = "1m" }', SHUT, ""),
        ("{ called = true }", f"{OPEN} && {SHUT}", 'on_unknown = "true"'),
        ('{ area = "house", becomes = "alarm" }', 'area.house.mode == "disarmed"', ""),
        ('{ area = "house", becomes = "night" }', 'area.house.phase == "armed"', ""),
    ],
)
def test_what_may_hold_is_not_warned_of(
    tmp_path: Path, when: str, condition: str, more: str
) -> None:
    assert warnings(tmp_path, when, condition, more) == []
