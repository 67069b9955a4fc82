"""A defect among the rules costs rules, and never the alarm (law 6)."""

import pytest

from gateway.model.command import SoundSiren
from gateway.model.effect import Level, Notify, Perform
from gateway.model.event import ArmRequested, RuleCalled
from rules import automation, engine
from rules.automation.step import BROKEN
from rules.rulebook import Wait
from rules.site import NOBODY
from rules.state import Phase
from tests.rules.automation.home import MINUTE, SAY, home, play, rule
from tests.rules.house import TICK, WINDOW_OPENED, at_second, calm

WAITS = rule((), Wait(MINUTE), SAY)
NIGHT = ArmRequested("house", "night", "anna", "cli")
CALL = RuleCalled("rule", NOBODY)


def broken(*_: object) -> None:
    raise ZeroDivisionError


@pytest.fixture
def defect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automation, "step", broken)


def test_the_alarm_sounds_though_the_rules_are_broken(defect: None) -> None:
    del defect
    played = play(home(WAITS), *calm(), (1, NIGHT), (2, WINDOW_OPENED))

    assert played.state.areas["house"].phase is Phase.ALARM
    orders = [effect.command for _, effect in played.done if isinstance(effect, Perform)]
    assert any(isinstance(order, SoundSiren) for order in orders)


def test_people_are_told_once_and_a_trouble_stays(defect: None) -> None:
    del defect
    played = play(home(WAITS), *calm(), (1, NIGHT), (2, TICK))

    told = [e for _, e in played.done if isinstance(e, Notify) and "ZeroDivisionError" in e.text]
    assert [one.level for one in told] == [Level.TROUBLE]
    assert BROKEN in played.state.troubles


def test_what_breaks_when_it_is_due_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    site = home(WAITS)
    waiting = play(site, *calm(), (1, CALL)).state
    due = engine.next_deadline(waiting)
    assert due == at_second(61)
    monkeypatch.setattr(automation, "step", broken)

    after, effects = engine.step(site, waiting, TICK, due)

    assert [e for e in effects if isinstance(e, Notify) and "given up: rule" in e.text]
    later = engine.next_deadline(after)
    assert later is None or later > due
