"""`nightlatch why-not`: what keeps a rule from running, now and at any moment of the journal."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from gateway.cli.root import app
from gateway.history.past import past
from gateway.journal import thinning
from gateway.model.capability import Contact, Motion
from gateway.model.event import (
    ArmRequested,
    ClockStepped,
    DisarmRequested,
    Event,
    Reported,
    Started,
    Ticked,
)
from rules.automation import Cause
from rules.state import State
from tests.gateway.lived import FRONT, GARAGE, HALL, KITCHEN, RULES, Life, calm, write_config

ARM = ArmRequested("house", "away", "anna", "cli")
NIGHT = ArmRequested("house", "night", "cli", "cli")
DISARM = DisarmRequested("house", "anna", "cli")
OPENED = Reported(GARAGE, Contact.OPEN)
CLOSED = Reported(GARAGE, Contact.CLOSED)


@pytest.fixture
def life(tmp_path: Path) -> Life:
    made = Life(write_config(tmp_path))
    made.live(*calm())
    return made


def call(life: Life, *words: str) -> Any:
    return CliRunner().invoke(app, ["why-not", *words, "--config", str(life.config)])


def asked(life: Life, *words: str, code: int = 0) -> dict[str, Any]:
    result = call(life, *words, "--json")
    assert result.exit_code == code, result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def test_ha_166928_a_trigger_that_came_and_a_condition_that_was_false(life: Life) -> None:
    """Home Assistant #166928: nothing tells why an automation did not run."""
    life.live((10, OPENED))

    answer = asked(life, "garage_alarm")

    assert Cause.FALSE in answer["causes"]
    assert "area.house.armed is false" in [term.strip() for term in answer["terms"]]
    assert answer["triggers"] == [
        "garage_door contact becomes open: it is open already, and did not change"
    ]
    assert answer["last_ran"] is None
    kitchen = next(one for one in answer["changed"] if one["name"] == "kitchen_window contact")
    assert kitchen["value"] == "closed"


def test_then_and_now_differ(life: Life) -> None:
    life.live((10, NIGHT), (60, OPENED), (61, CLOSED), (200, DISARM))

    then = asked(life, "garage_alarm", "--at", "2026-11-21T12:00:30+00:00")
    ran = asked(life, "garage_alarm", "--at", "2026-11-21T12:01:00.5+00:00")
    now = asked(life, "garage_alarm")

    assert then["causes"] == [Cause.NO_TRIGGER]
    assert then["last_ran"] is None
    assert ran["ran_then"]
    assert ran["sentence"] == "rule garage_alarm did run then"
    assert Cause.FALSE in now["causes"]
    assert now["last_ran"]["entry"]["number"] == ran["entry"]
    assert then["entry"] < ran["entry"] < now["entry"]


@pytest.mark.parametrize(
    ("rule", "story", "cause"),
    [
        ("off_rule", (), Cause.DISABLED),
        ("lock_up", (), Cause.NO_TRIGGER),
        ("garage_alarm", (OPENED,), Cause.FALSE),
        ("dark", (), Cause.UNKNOWN),
        ("garage_alarm", (NIGHT, OPENED, CLOSED), Cause.RATE),
        ("slow_lamp", (Reported(HALL, Motion.MOVING),), Cause.RUNNING),
        ("left_open", (Reported(FRONT, Contact.OPEN),), Cause.WAITING),
    ],
)
def test_each_cause_is_named(
    tmp_path: Path, rule: str, story: tuple[Event, ...], cause: Cause
) -> None:
    more = """
[[rule]]
id = "dark"
when = { device = "front_door", becomes = "open" }
if = "sun.is_up"
do = [{ on = "lamp" }]
on_unknown = "false"

[[rule]]
id = "left_open"
when = { device = "front_door", becomes = "open", for = "10m" }
do = [{ notify = "the door is open", level = "info" }]
"""
    life = Life(write_config(tmp_path, RULES + more))
    life.live(*calm(), *((10 + n, event) for n, event in enumerate(story)))

    # At the last entry: house time goes on with the wall clock otherwise.
    assert cause in asked(life, rule, "--at", str(life.number))["causes"]


def test_a_rule_that_was_not_there_yet(life: Life) -> None:
    before = life.number
    new = '[[rule]]\nid = "new"\nwhen = { device = "front_door", becomes = "open" }\n'
    write_config(life.config.parent, f'{RULES}\n{new}do = [{{ on = "lamp" }}]\n')
    life.live((100, Started(1.0, trusted=True)), (110, Ticked()))

    assert asked(life, "new", "--at", str(before))["causes"] == [Cause.NO_RULE]
    assert asked(life, "new")["causes"] == [Cause.NO_TRIGGER]


def test_the_rules_of_then_are_asked_and_not_those_of_now(life: Life) -> None:
    before = life.number
    write_config(life.config.parent, RULES.replace("enabled = false", "enabled = true"))
    life.live((100, Started(1.0, trusted=True)), (110, Ticked()))

    assert Cause.DISABLED in asked(life, "off_rule", "--at", str(before))["causes"]
    assert Cause.DISABLED not in asked(life, "off_rule")["causes"]


def test_a_run_that_was_dropped_is_told_with_its_reason(life: Life) -> None:
    life.live((10, NIGHT), (60, OPENED), (61, CLOSED), (70, OPENED))

    dropped = asked(life, "garage_alarm")["last_dropped"]

    assert dropped["outcome"] == "dropped"
    assert dropped["why"] == "it ran within 1m"


def test_a_rule_that_is_none_is_answered_with_what_may_be_meant(life: Life) -> None:
    result = call(life, "garage_alrm")

    assert result.exit_code == 2
    assert "did you mean garage_alarm" in result.stderr


def test_people_are_told_in_lines(life: Life) -> None:
    life.live((10, OPENED))

    said = call(life, "garage_alarm").stdout

    assert (
        "rule garage_alarm did not run: none of its triggers came; its condition is false" in said
    )
    assert "garage_door contact becomes open: it is open already" in said
    assert "it last ran: never, as far as the journal goes back" in said


def test_before_the_journal_begins_nobody_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thinning, "APART", 20)
    life = Life(write_config(tmp_path), keep=50, every=20)
    life.live(*calm(), *((100 + n, Ticked()) for n in range(300)))

    answer = asked(life, "garage_alarm", "--at", "3", code=1)

    assert "nobody knows: the journal goes back to entry " in answer["sentence"]
    assert call(life, "garage_alarm", "--at", "2020-01-01").exit_code == 1


HAPPENINGS: list[Event] = [
    *(Reported(device, state) for device in (FRONT, KITCHEN, GARAGE) for state in Contact),
    *(Reported(HALL, state) for state in Motion),
    ARM,
    NIGHT,
    DISARM,
    Ticked(),
    ClockStepped(3.0),
]


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(happened=st.lists(st.sampled_from(HAPPENINGS), min_size=30, max_size=80))
def test_the_house_of_then_is_the_house_of_then(
    tmp_path_factory: pytest.TempPathFactory, happened: list[Event]
) -> None:
    """The state told of any entry is the state that the house had after it: over two lives."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(thinning, "APART", 20)
        life = Life(write_config(tmp_path_factory.mktemp("life")), every=10)
        lived = _watched(life, patch)
        life.live(*calm(), *((10 + 7 * n, event) for n, event in enumerate(happened)))
        life.live(*((5_000 + n, event) for n, event in enumerate([Started(1, True), *happened])))  # noqa: FBT003

    with past(life.folder) as opened:
        assert opened.last == life.number
        for number, state in lived.items():
            stood = opened.stood(number)
            assert stood is not None
            assert stood.state == state, number


def _watched(life: Life, patch: pytest.MonkeyPatch) -> dict[int, State]:
    """Note the state after each entry of a life."""
    lived: dict[int, State] = {}
    whole: Callable[..., Any] = Life._take

    async def take(self: Life, *given: Any) -> None:
        await whole(self, *given)
        assert self.state is not None
        lived[self.number] = self.state

    patch.setattr(Life, "_take", take)
    del life
    return lived
