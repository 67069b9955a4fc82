"""`[[window]]`: what conditions and triggers may name, and what is said of one that is wrong."""

from datetime import time
from pathlib import Path

import pytest

from gateway.config import ConfigErrors
from rules.rulebook import Scheduled
from rules.schedule import AtEdges
from rules.schedule.windows import Clocked
from tests.gateway.test_rules_config import loaded

NIGHT = '[[window]]\nname = "night"\nfrom = "22:00"\nto = "06:00"\n'
RULE = '[[rule]]\nid = "it"\nwhen = {}\nif = \'{}\'\ndo = {{ notify = "x" }}\n'
CALLED = "{ called = true }"


def mistakes(tmp_path: Path, text: str) -> list[tuple[str, str]]:
    """Give where something is wrong, and what."""
    with pytest.raises(ConfigErrors) as wrong:
        loaded(tmp_path, text)
    return [(error.path, error.found) for error in wrong.value.errors]


def test_a_window_is_named_by_conditions_and_triggers(tmp_path: Path) -> None:
    when = '{ window = "night", becomes = "closed" }'
    condition = 'window.night.open && time.hour < 6 && time.weekday in ["sat"]'

    config = loaded(tmp_path, NIGHT + RULE.format(when, condition))

    window = config.site().windows["night"]
    assert isinstance(window, Clocked)
    assert (window.opens, window.closes) == (time(22), time(6))
    (trigger,) = config.rulebook().rules["it"].when
    assert isinstance(trigger, Scheduled)
    assert trigger.schedule == AtEdges(window, opens=False)
    assert trigger.said == "window night becomes closed"


@pytest.mark.parametrize(
    ("keys", "place", "found"),
    [
        ('from = "25:00"', "from", "from '25:00'"),
        ('from = "06:00"\nto = "06:00"', "from", "from '06:00' to '06:00'"),
        ('to = "sunst"', "to", "to 'sunst'"),
        ('days = ["mon", "funday"]', "days[1]", "days: day 'funday'"),
        ('to = "06:00"\nonly = ["holidays", "school"]', "only[1]", "calendar 'school'"),
        ('calendar = "nope"', "calendar", "calendar 'nope'"),
        ('calendar = "holidays"', "calendar", "calendar 'holidays' of dates"),
        ('form = "06:00"', "form", 'unknown key "form"'),
        ("", "", "a window that never ends"),
    ],
)
def test_a_window_that_means_nothing_is_told_where(
    tmp_path: Path, keys: str, place: str, found: str
) -> None:
    text = f'[[window]]\nname = "night"\n{keys}\n' + RULE.format(CALLED, "window.night.open")

    assert mistakes(tmp_path, text) == [(f"window.night.{place}".rstrip("."), found)]


def test_two_windows_of_one_name_are_told(tmp_path: Path) -> None:
    text = NIGHT + NIGHT.replace("night", "Night") + RULE.format(CALLED, "true")

    assert mistakes(tmp_path, text) == [("window.Night.name", '"Night", for the second time')]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("window.nihgt.open", "window.nihgt.open"),
        ("window.night", "window.night"),
        ("window.night.open == 1", "an int"),
        ("time.hour == 24", "24"),
        ('time.weekday == "sunday"', '"sunday"'),
        ("time.day == 1", "time.day"),
        ("time.of_day > 3", "an int"),
    ],
)
def test_a_condition_on_the_clock_is_checked(tmp_path: Path, condition: str, found: str) -> None:
    assert mistakes(tmp_path, NIGHT + RULE.format(CALLED, condition)) == [("rule.it.if", found)]


@pytest.mark.parametrize(
    ("when", "place"),
    [
        ('{ window = "nihgt", becomes = "open" }', "window"),
        ('{ window = "night", becomes = "opened" }', "becomes"),
        ('{ window = "night" }', "becomes"),
    ],
)
def test_a_trigger_on_a_window_is_checked(tmp_path: Path, when: str, place: str) -> None:
    ((key, _),) = mistakes(tmp_path, NIGHT + RULE.format(when, "true"))

    assert key == f"rule.it.when.{place}"
