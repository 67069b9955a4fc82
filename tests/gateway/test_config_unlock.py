"""`unlock`: the windows outside which a person's PIN is in no lock."""

from pathlib import Path

import pytest

from gateway.config import ConfigErrors, load
from gateway.config.load import load_sparing
from rules.lock_slots import LockCodes
from rules.lock_windows import AT_ONCE, has_windows, next_wall, open_at
from tests.clock import NOON

HEAD = """
[site]
name = "home"

[zigbee]
port = "/dev/ttyUSB0"

[[device]]
id = "zigbee:000d6f001102954d/1"
name = "front_lock"

[[person]]
name = "cleaner"
lock_slots = { front_lock = 4 }
"""
WINDOW = """
[[window]]
name = "workdays"
from = "08:00"
to = "17:00"
days = ["mon-fri"]
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "nightlatch.toml"
    file.write_text(text, "utf-8")
    return file


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigErrors) as wrong:
        load(written(folder, text))
    return [error.sentence() for error in wrong.value.errors]


def test_the_rules_are_told_of_the_windows_of_a_person(tmp_path: Path) -> None:
    site = load(written(tmp_path, HEAD + 'unlock = ["workdays"]\n' + WINDOW)).site()

    assert site.people["cleaner"].unlock == ("workdays",)
    assert has_windows(site)
    assert next_wall(site, LockCodes()) == AT_ONCE
    assert open_at(site, NOON)[0] == frozenset()  # a Saturday


def test_a_window_that_there_is_not_is_told_with_the_one_that_was_meant(tmp_path: Path) -> None:
    (told,) = mistakes(tmp_path, HEAD + 'unlock = ["workday"]\n' + WINDOW)

    assert '"workday"; expected the name of a [[window]]' in told
    assert "workdays" in told


def test_never_keeps_a_pin_out_and_is_nobodys_window(tmp_path: Path) -> None:
    site = load(written(tmp_path, HEAD + 'unlock = ["never"]\n')).site()

    assert open_at(site, NOON)[0] == frozenset()


def test_windows_without_a_lock_are_told(tmp_path: Path) -> None:
    text = HEAD.replace("lock_slots = { front_lock = 4 }", 'unlock = ["never"]')
    told = [warning.sentence() for warning in load(written(tmp_path, text)).warnings]

    assert any("when a PIN is in the locks, and no lock" in sentence for sentence in told)


def test_a_hub_starts_without_a_window_that_means_nothing_and_lets_nobody_in_by_it(
    tmp_path: Path,
) -> None:
    bad = WINDOW.replace("08:00", "25:00")
    file = written(tmp_path, HEAD + 'unlock = ["workdays", "never"]\n' + bad)

    config = load_sparing(file)

    assert "25:00" in config.left_out[0].sentence()
    site = config.site()
    assert site.people["cleaner"].lock_slots
    assert open_at(site, NOON)[0] == frozenset()
