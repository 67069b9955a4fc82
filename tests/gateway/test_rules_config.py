"""What `[[rule]]` becomes, and what is kept of it over a reload."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.config import Config, ConfigErrors, load
from gateway.model.capability import Capability, Contact, Lock
from gateway.model.command import LockDoor, SoundSiren, TurnSwitch, UnlockDoor
from gateway.model.device import DeviceId, DriverId
from gateway.model.event import ArmRequested, JamChanged, LockOperated, Reported
from rules.rulebook import (
    Act,
    AreaBecomes,
    Becomes,
    Changes,
    Choose,
    CodeUsed,
    OnUnknown,
    Overlap,
    RestoreScene,
    Rule,
    RunScript,
    Scheduled,
    Wait,
)
from rules.schedule import CatchUp, Keep
from rules.state import Phase
from rules.trial import CallAsked, Expectation, Moment

ROOT = Path(__file__).parents[2]
RULES = ROOT / "docs" / "examples" / "rules"
HEAD = (RULES / "fifty.toml").read_text(encoding="utf-8").partition("# --- light")[0]
DOOR = DeviceId("zigbee:00124b001ca10000/1")
BOLT = DeviceId("zigbee:00124b001ca10012/1")
ZIGBEE = DriverId("zigbee")


def loaded(tmp_path: Path, rules: str) -> Config:
    """Load the example house with these rules."""
    path = tmp_path / "house.toml"
    path.write_text(HEAD + rules, encoding="utf-8")
    return load(path)


def rule(tmp_path: Path, keys: str, when: str = "{ called = true }") -> Rule:
    """Give one rule with these keys."""
    do = "" if "do =" in keys else '\ndo = { notify = "x" }'
    config = loaded(tmp_path, f'[[rule]]\nid = "it"\nwhen = {when}\n{keys}{do}\n')
    return config.rulebook().rules["it"]


def refusals(tmp_path: Path, rules: str) -> list[str]:
    """Give what is said of rules that are refused."""
    with pytest.raises(ConfigErrors) as wrong:
        loaded(tmp_path, rules)
    return [error.found for error in wrong.value.errors]


def test_fifty_examples_hold_and_each_has_a_test() -> None:
    config = load(RULES / "fifty.toml")

    assert config.warnings == ()
    assert len(config.rulebook().rules) == 50
    assert {test.rule for test in config.rule_tests()} == set(config.rulebook().rules)
    assert config.site().rules == config.rulebook()


def test_the_file_of_every_key_holds() -> None:
    book = load(RULES / "every_key.toml").rulebook()

    (script,) = book.rules["guess"].do
    assert isinstance(script, RunScript)
    assert script.program == str(RULES / "guess.py")
    assert script.memory_bytes == 32_000_000
    assert [type(command) for command in script.may] == [TurnSwitch, TurnSwitch]
    assert all(isinstance(trigger, Scheduled) for trigger in book.rules["times"].when)
    assert not book.rules["times"].enabled


@pytest.mark.parametrize(
    ("when", "trigger"),
    [
        (
            '{ device = "front_door", becomes = "open", for = "10m" }',
            Becomes(DOOR, Capability.CONTACT, Contact.OPEN, timedelta(minutes=10)),
        ),
        ('{ device = "front_door", changes = "tamper" }', Changes(DOOR, Capability.TAMPER)),
        ('{ area = "house", becomes = "alarm" }', AreaBecomes("house", phase=Phase.ALARM)),
        ('{ area = "house", becomes = "night" }', AreaBecomes("house", mode="night")),
        ('{ code = "Anna", to = "unlock" }', CodeUsed("Anna", "unlock")),
        ('{ code = "any" }', CodeUsed()),
    ],
)
def test_a_form_of_when_becomes_a_trigger(tmp_path: Path, when: str, trigger: object) -> None:
    assert rule(tmp_path, "", when).when == (trigger,)


@pytest.mark.parametrize(
    ("keys", "overlap", "at_most"),
    [
        ("", Overlap.SINGLE, 1),
        ('mode = "restart"', Overlap.RESTART, 1),
        ('mode = "queued"', Overlap.QUEUED, 10),
        ('mode = "parallel:3"', Overlap.PARALLEL, 3),
    ],
)
def test_a_mode_says_how_many_run(
    tmp_path: Path, keys: str, overlap: Overlap, at_most: int
) -> None:
    found = rule(tmp_path, keys)

    assert (found.overlap, found.at_most) == (overlap, at_most)


def test_what_a_rule_does_keeps_its_order_and_its_branches(tmp_path: Path) -> None:
    found = rule(
        tmp_path,
        'do = [{ lock = "front_lock" }, { wait = "5m", cancel_if = "sun.is_up" }, '
        '{ choose = [{ if = "sun.is_up", do = { siren = "hall_siren" } }, '
        '{ do = [{ restore = true, of = "s" }] }] }]\n'
        '[[rule]]\nid = "s"\nwhen = { called = true }\ndo = { scene = { on = "hall_lamp" } }',
    )

    lock, wait, choose = found.do
    assert lock == Act(LockDoor(BOLT))
    assert isinstance(wait, Wait)
    assert wait.cancel_if is not None
    assert isinstance(choose, Choose)
    assert isinstance(choose.branches[0][1][0], Act)
    assert choose.branches[1] == (None, (RestoreScene("s"),))


def test_a_rule_names_its_line_and_how_it_deals_with_what_is_unknown(tmp_path: Path) -> None:
    found = rule(tmp_path, 'on_unknown = "fail_safe"\ncatch_up = "all"', '{ at = "07:00" }')

    assert found.source == f"house.toml:{HEAD.count(chr(10)) + 1}"
    assert found.on_unknown is OnUnknown.FAIL_SAFE
    (fires,) = found.when
    assert isinstance(fires, Scheduled)
    assert fires.catch_up == CatchUp(Keep.ALL)


def test_a_digest_follows_the_meaning_and_not_the_writing(tmp_path: Path) -> None:
    plain = rule(tmp_path, 'do = { notify = "x" }')
    same = rule(tmp_path, 'mode = "single" # as ever\ndo = [{ level = "info", notify = "x" }]')
    tested = rule(tmp_path, 'do = { notify = "x" }\n[[rule.test]]\nexpect = "notify"')
    other = rule(tmp_path, 'do = { notify = "y" }')

    assert plain.digest == same.digest == tested.digest != other.digest


def test_a_test_becomes_events_of_the_house(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        '[[rule]]\nid = "it"\nwhen = { called = true }\ndo = { notify = "x" }\n[[rule.test]]\n'
        'given = { device.front_door.contact = "unknown", area.house.alarmed = true }\n'
        'events = ["0s front_door open", "1m unlock front_lock by Anna", "2m call it", "3m -"]\n'
        'expect = ["2m notify x", "arm house night", "siren"]\n',
    )

    (test,) = config.rule_tests()
    assert test.given == {
        ("device", "front_door", "contact"): None,
        ("area", "house", "alarmed"): True,
    }
    assert test.events == (
        Moment(timedelta(), Reported(DOOR, Contact.OPEN)),
        Moment(timedelta(minutes=1), LockOperated(BOLT, Lock.UNLOCKED, "keypad", 3)),
        Moment(timedelta(minutes=2), CallAsked("it")),
        Moment(timedelta(minutes=3), None),
    )
    assert test.expect == (
        Expectation(timedelta(minutes=2), "notify", "x"),
        Expectation(None, "arm", "house", "night"),
        Expectation(None, "siren"),
    )


@pytest.mark.parametrize(
    "do",
    [
        '{ unlock = "front_lock" }',
        '{ disarm = "house" }',
        '{ repeat = 2, do = { unlock = "front_lock" } }',
    ],
)
@pytest.mark.parametrize(
    "when",
    [
        '{ device = "front_door", becomes = "open" }',
        '[{ code = "any" }, { sun = "sunset" }]',
        "{ wrong_code = true }",
        '{ trouble = "any" }',
    ],
)
def test_nothing_opens_that_no_code_started(tmp_path: Path, when: str, do: str) -> None:
    text = f'[[rule]]\nid = "it"\nwhen = {when}\ndo = {do}\n'

    (found,) = refusals(tmp_path, text)

    assert found.endswith("although nobody's code started it")


def test_a_code_may_open_also_through_a_rule_that_it_calls(tmp_path: Path) -> None:
    text = (
        '[[rule]]\nid = "a"\nwhen = { code = "any" }\ndo = { call = "b" }\n'
        '[[rule]]\nid = "b"\nwhen = { called = true }\ndo = { unlock = "front_lock" }\n'
    )
    worse = text + '[[rule]]\nid = "c"\nwhen = { at = "07:00" }\ndo = { call = "a" }\n'

    (act,) = loaded(tmp_path, text).rulebook().rules["b"].do

    assert act == Act(UnlockDoor(BOLT))
    assert len(refusals(tmp_path, worse)) == 1


def test_to_set_back_a_scene_with_a_lock_takes_a_code(tmp_path: Path) -> None:
    text = (
        '[[rule]]\nid = "s"\nwhen = { at = "22:00" }\ndo = { scene = { lock = "front_lock" } }\n'
        '[[rule]]\nid = "r"\nwhen = { at = "07:00" }\ndo = { restore = true, of = "s" }\n'
    )

    assert "may unlock" in refusals(tmp_path, text)[0]


def test_a_circle_of_calls_is_told_once_and_as_a_whole(tmp_path: Path) -> None:
    text = "".join(
        f'[[rule]]\nid = "{name}"\nwhen = {{ called = true }}\ndo = {{ call = "{other}" }}\n'
        for name, other in ("ab", "bc", "ca", "da")
    )

    assert refusals(tmp_path, text) == ["a circle of calls: a → b → c → a"]


def test_a_device_that_is_known_to_lack_what_is_asked_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "house.toml"
    path.write_text(
        HEAD + '[[rule]]\nid = "x"\nwhen = { called = true }\ndo = { on = "hall_lamp" }'
    )
    lamp = next(d.id for d in load(path).devices if d.name == "hall_lamp")

    with pytest.raises(ConfigErrors, match="which has contact; expected a device with switch"):
        load(path, {DeviceId(lamp): frozenset({Capability.CONTACT})})


def test_a_time_that_the_clock_leaves_out_is_warned_of_with_its_date(tmp_path: Path) -> None:
    path = tmp_path / "house.toml"
    path.write_text(HEAD + '[[rule]]\nid = "x"\nwhen = { at = "02:30" }\ndo = { notify = "x" }')
    os.utime(path, (1_798_000_000, 1_798_000_000))  # December 2026

    (warning,) = load(path).warnings

    assert warning.found == "02:30, which 28 March 2027 does not have"
    assert warning.hint == "the clock goes from 02:00 to 03:00: it comes at 03:00"


def test_a_siren_sounds_for_the_time_that_is_written(tmp_path: Path) -> None:
    (act,) = rule(tmp_path, 'do = { siren = "hall_siren", for = "2m" }').do

    assert isinstance(act, Act)
    assert isinstance(act.command, SoundSiren)
    assert act.command.seconds == 120


def test_actions_too_deep_in_each_other_are_refused(tmp_path: Path) -> None:
    deep = '{ notify = "x" }'
    for _ in range(12):
        deep = f"{{ repeat = 2, do = {deep} }}"

    assert refusals(tmp_path, f'[[rule]]\nid = "x"\nwhen = {{ called = true }}\ndo = {deep}') == [
        "too many within each other"
    ]


def test_a_file_without_rules_loads_nothing_that_compiles_them(tmp_path: Path) -> None:
    path = tmp_path / "plain.toml"
    path.write_text('[site]\nname = "home"\n')
    script = (
        "import sys, rules.engine; from pathlib import Path; from gateway.config import load;"
        f"load(Path({str(path)!r})).site();"
        "print([m for m in ('apscheduler', 'icalendar', 'recurring_ical_events', 'tree_sitter',"
        "'astral', 'gateway.config.rules') if m in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout == "[]\n"


def test_a_test_may_jam_a_radio_arm_by_force_and_begin_at_rest(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        '[[rule]]\nid = "it"\nwhen = { called = true }\ndo = { notify = "x" }\n[[rule.test]]\n'
        "given = { at_rest = true }\n"
        'events = ["0s jammed zigbee", "1s unjammed zigbee", "2s arm house night force by Anna"]\n'
        'expect = ["notify"]\n[[rule.test]]\nexpect_not = ["notify"]\n',
    )

    first, second = config.rule_tests()
    jam, calm, arm = (moment.what for moment in first.events)
    assert (jam, calm) == (JamChanged(ZIGBEE, jammed=True), JamChanged(ZIGBEE, jammed=False))
    assert arm == ArmRequested("house", "night", "Anna", "test", force=True)
    assert (first.at_rest, first.number) == (True, 0)
    assert (second.at_rest, second.number) == (False, 1)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ('{ area.house.mode = "disarmed", area.house.phase = "armed" }', '"disarmed" with phase'),
        ('{ area.house.mode = "away", area.house.phase = "disarmed" }', '"away" with phase'),
        ('{ at_rest = "yes" }', '"yes"'),
    ],
)
def test_a_test_that_begins_in_no_possible_house_is_refused(
    tmp_path: Path, given: str, found: str
) -> None:
    text = '[[rule]]\nid = "it"\nwhen = { called = true }\ndo = { notify = "x" }\n[[rule.test]]\n'

    said = refusals(tmp_path, f'{text}given = {given}\nexpect = ["notify"]\n')

    assert any(found in one for one in said)
