"""Commands that speak to a hub: exit codes, shapes of JSON, sentences, and no code anywhere."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from gateway.cli.root import app
from tests.gateway.fake_hub import CODE, PLUG, FakeHub, fake_hub


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[FakeHub]:
    with fake_hub(tmp_path) as running:
        yield running


def call(hub: FakeHub, *words: str, typed: str = "") -> Any:
    return CliRunner().invoke(app, [*words, "--state", str(hub.folder)], input=typed)


def test_state_shows_areas_zones_and_troubles_in_words(hub: FakeHub) -> None:
    result = call(hub, "state")

    assert result.exit_code == 0
    for words in (
        "DISARMED",
        "not ready",
        "kitchen_window is open",
        "battery of front_door is low",
    ):
        assert words in result.output


def test_state_as_json_is_one_object_as_the_hub_gave_it(hub: FakeHub) -> None:
    result = call(hub, "state", "--json")

    assert json.loads(result.stdout)["areas"]["house"]["phase"] == "disarmed"
    assert len(result.stdout.splitlines()) == 1


def test_where_no_hub_runs_every_command_says_how_to_start_one(tmp_path: Path) -> None:
    for words in (["state"], ["arm", "away"], ["devices"], ["bypass", "kitchen"], ["pair"]):
        result = CliRunner().invoke(app, [*words, "--state", str(tmp_path)])

        assert result.exit_code == 1
        assert "no hub is running" in result.stderr
        assert "nightlatch run" in result.stderr


def test_without_a_hub_no_code_is_asked_for(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["disarm", "--state", str(tmp_path), "--json"])

    assert result.exit_code == 1
    assert "no hub is running" in json.loads(result.stdout)["error"]


def test_a_blocked_arming_names_what_is_open_and_how_to_go_on_without_it(hub: FakeHub) -> None:
    result = call(hub, "arm", "away")

    assert result.exit_code == 1
    assert "kitchen: kitchen_window is open → close it" in result.stderr
    assert "nightlatch arm away --bypass kitchen" in result.stderr


def test_a_blocked_arming_as_json_has_the_blockers(hub: FakeHub) -> None:
    answer = json.loads(call(hub, "arm", "away", "--json").stdout)

    assert answer["ok"] is False
    assert answer["blockers"] == ["kitchen: kitchen_window is open"]


def test_arming_with_a_bypass_says_how_long_one_may_take_to_leave(hub: FakeHub) -> None:
    result = call(hub, "arm", "away", "--bypass", "kitchen")

    assert result.exit_code == 0
    assert "Leave now: armed away in 30 s." in result.output
    assert "Left out: kitchen." in result.output
    assert hub.asked[-1]["bypass"] == ["kitchen"]


def test_arming_by_force_asks_the_hub_for_it(hub: FakeHub) -> None:
    assert call(hub, "arm", "away", "--force").exit_code == 0
    assert hub.asked[-1]["force"] is True


@pytest.mark.parametrize("words", [("disarm",), ("reset",), ("arm", "away", "--force")])
@pytest.mark.parametrize("shape", [("--json",), ()])
def test_a_code_from_standard_input_reaches_the_hub_and_appears_nowhere(
    hub: FakeHub, words: tuple[str, ...], shape: tuple[str, ...]
) -> None:
    hub.arm_needs_code = True

    result = call(hub, *words, "--code-stdin", *shape, typed=f"{CODE}\n")

    assert result.exit_code == 0
    assert any(asked.get("code") == CODE for asked in hub.asked)
    assert CODE not in result.output


def test_a_wrong_code_is_refused_and_not_shown(hub: FakeHub) -> None:
    result = call(hub, "disarm", "--code-stdin", typed="135791\n")

    assert result.exit_code == 1
    assert "nobody has this code" in result.stderr
    assert "135791" not in result.output


def test_a_code_cannot_be_an_argument(hub: FakeHub) -> None:
    result = call(hub, "disarm", CODE)

    assert result.exit_code == 2
    assert not hub.asked


def test_where_nobody_can_type_a_code_the_command_says_how_to_give_one(hub: FakeHub) -> None:
    result = call(hub, "disarm")

    assert result.exit_code == 2
    assert "--code-stdin" in result.stderr


def test_disarming_after_an_alarm_says_what_it_was(hub: FakeHub) -> None:
    trip = {"zone": "front", "device": "front_door", "cause": "contact:open", "at_us": 1}
    hub.state["areas"]["house"]["memory"] = [trip]

    result = call(hub, "disarm", "--code-stdin", typed=f"{CODE}\n")

    assert "There was an alarm: front (open)." in result.output
    assert "nightlatch reset" in result.output


def test_bypass_and_its_undoing_reach_the_hub(hub: FakeHub) -> None:
    assert call(hub, "bypass", "kitchen").exit_code == 0
    assert hub.asked[-1] == {"id": 1, "do": "bypass", "zone": "kitchen", "bypassed": True}

    assert call(hub, "bypass", "kitchen", "--off").exit_code == 0
    assert hub.asked[-1]["bypassed"] is False


def test_devices_are_listed_configured_or_not(hub: FakeHub) -> None:
    result = CliRunner().invoke(
        app, ["devices", "--state", str(hub.folder)], env={"COLUMNS": "200"}
    )

    assert result.exit_code == 0
    for words in ("front_door", "low 9 %", "not configured", PLUG, "mains", "never"):
        assert words in result.output


def test_pairing_shows_who_joined_gives_the_blocks_and_closes_the_network(hub: FakeHub) -> None:
    result = call(hub, "pair")

    assert result.exit_code == 0
    assert 'id = "zigbee:00124b001ca10009/1"' in result.output
    assert 'reading = "contact"' in result.output
    assert hub.asked[-1] == {"id": 4, "do": "pair", "driver": "zigbee", "seconds": 0}


def test_pairing_as_json_gives_a_line_for_each_device(hub: FakeHub) -> None:
    lines = [json.loads(line) for line in call(hub, "pair", "--json").stdout.splitlines()]

    assert lines[0] == {"open": True, "seconds": 60, "radio": "zigbee"}
    assert [line["joined"] for line in lines[1:]] == ["zigbee:00124b001ca10009/1"]
    assert lines[1]["capabilities"] == ["battery", "contact", "tamper"]


def test_pairing_in_vain_says_what_to_try(hub: FakeHub) -> None:
    hub.newcomers = []

    result = call(hub, "pair")

    assert result.exit_code == 1
    assert "no device joined" in result.stderr


def test_an_install_code_without_its_address_is_refused_at_once(hub: FakeHub) -> None:
    result = call(hub, "pair", "--install-code", "83FED3407A939723A5C639B26916D505C3B5")

    assert result.exit_code == 2
    assert not hub.asked


def test_a_hub_that_hangs_up_in_the_middle_is_told_in_a_sentence(tmp_path: Path) -> None:
    with fake_hub(tmp_path) as hub:
        hub.mute = True
        result: Result = call(hub, "state")

    assert result.exit_code == 1
    assert "hung up" in result.stderr
