"""Commands that need no hub: help, documents, configuration, journal, codes, and a light start."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from gateway.cli import run
from gateway.cli.naming import Newcomer, append_device
from gateway.cli.output import Problem
from gateway.cli.root import COMMANDS, app
from tests.gateway.fake_hub import CODE

SECONDS = 60
ROOT = Path(__file__).parents[2]
HOME = ROOT / "simulator" / "houses" / "home.hub.toml"
BAD = '[site]\nname = "x"\n\n[[device]]\nid = "zigbee:00124b001ca10001/1"\nnmae = "front"\n'


def call(*words: str, typed: str = "") -> Any:
    return CliRunner().invoke(app, list(words), input=typed, env={"COLUMNS": "120"})


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "nightlatch.toml"
    file.write_text(HOME.read_text("utf-8"), "utf-8")
    return file


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_json_and_a_page(name: str) -> None:
    result = call(name, "--help")

    assert result.exit_code == 0
    assert "--json" in result.output
    assert f"`nightlatch {name}" in (ROOT / "docs" / "commands.md").read_text("utf-8")


def test_every_option_is_documented() -> None:
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    root = typer.main.get_command(app)
    context = typer.Context(root)

    missing = [
        f"{name} {option}"
        for name in COMMANDS
        for parameter in root.get_command(context, name).params  # type: ignore[attr-defined] # a group
        for option in parameter.opts
        if option.startswith("--") and option not in page
    ]

    assert not missing


def test_the_documented_commands_exist() -> None:
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")

    assert set(re.findall(r"`nightlatch ([a-z-]+)", page)) == set(COMMANDS)


def test_an_unknown_command_is_bad_input() -> None:
    assert call("amr").exit_code == 2


def test_the_hub_and_the_listing_of_states_load_no_more_than_they_need() -> None:
    code = (
        "import sys; from gateway.cli.root import app; from gateway.cli.run import _load; _load();"
        "print([m for m in ('rich', 'typer.rich_utils', 'simulator') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=SECONDS, check=True
    )

    assert done.stdout.strip() == "[]", "nightlatch run must not load what only screens need"


def test_run_tells_every_mistake_of_its_configuration(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text(BAD)

    result = call("run", "--config", str(bad))

    assert result.exit_code == 2
    assert f"{bad}:6:1" in result.stderr


def test_run_leaves_with_the_status_of_the_hub(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_load", lambda: lambda path, _: 3 if path == config else 4)

    assert call("run", "--config", str(config)).exit_code == 3


def test_check_sums_up_a_good_configuration(config: Path) -> None:
    result = call("check", str(config))

    assert result.exit_code == 0
    for words in ("away", "kitchen_window", "is good", "13 devices, 2 people"):
        assert words in result.output


def test_check_as_json_counts_areas_zones_and_devices(config: Path) -> None:
    answer = json.loads(call("check", str(config), "--json").stdout)

    assert answer["ok"] is True
    assert answer["areas"] == {"house": ["away", "home", "night"]}
    assert "argon2" not in json.dumps(answer)


def test_check_counts_cameras_and_says_what_the_detection_will_miss(
    tmp_path: Path, config: Path
) -> None:
    file = tmp_path / "cameras.toml"
    detector = (
        f'[detector]\nmodel = "gone.onnx"\nsha256 = "{"0" * 64}"\ndecoder = "yolo"\n'
        f'labels = "coco.txt"\n[detector.second]\nmodel = "other.onnx"\nsha256 = "{"0" * 64}"\n'
        'decoder = "yolo"\nlabels = "coco.txt"\n[evidence]\nfolder = "{}/other.onnx/x"\n'
    )
    (tmp_path / "other.onnx").write_bytes(b"other")
    (tmp_path / "coco.txt").write_text("person\n")
    camera = '[[camera]]\nname = "yard"\naddress = "192.168.1.30"\n'
    file.write_text(config.read_text() + camera + detector.replace("{}", str(tmp_path)))

    told = call("check", str(file))
    answer = json.loads(call("check", str(file), "--json").stdout)

    assert "13 devices, 1 camera, " in told.output
    assert answer["cameras"] == ["yard"]
    found = {one["path"]: one["found"] for one in answer["warnings"]}
    assert found["detector.model"].startswith(f"{tmp_path / 'gone.onnx'} is not there")
    assert "has the sha256" in found["detector.second.model"]
    assert f"{tmp_path / 'other.onnx'} is no folder" in found["evidence.folder"]
    assert "labels" not in str(found)


def test_check_tells_each_mistake_with_line_and_caret(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text(BAD)

    result = call("check", str(bad))

    assert result.exit_code == 2
    assert f"{bad}:6:1" in result.stderr
    assert "^" in result.stderr
    assert "would not start" in result.stderr


def test_check_says_that_a_hub_starts_without_the_rules_that_have_mistakes(
    tmp_path: Path, config: Path
) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text(config.read_text() + '[[rule]]\nname = "odd"\ndo = [{ on = "nothing" }]\n')

    told = call("check", str(bad))
    answer = json.loads(call("check", str(bad), "--json").stdout)

    assert "would start without the rules" in told.stderr
    assert answer["starts"] is True


def test_check_says_that_a_hub_starts_without_the_password_of_a_camera(
    tmp_path: Path, config: Path
) -> None:
    bad, camera = tmp_path / "bad.toml", '[[camera]]\nname = "yard"\naddress = "192.168.1.30"\n'
    bad.write_text(f'{config.read_text()}{camera}user = "hub"\npassword_file = "gone"\n')

    told = call("check", str(bad))

    assert "would start without a password for yard, and" in told.stderr


def test_check_as_json_has_the_place_of_each_mistake(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text(BAD)

    answer = json.loads(call("check", str(bad), "--json").stdout)

    assert answer["ok"] is False
    assert any(error["line"] == 6 for error in answer["errors"])


def test_check_of_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    result = call("check", str(tmp_path / "none.toml"))

    assert result.exit_code == 2
    assert "no such file" in result.stderr


def test_a_command_without_configuration_says_how_to_name_one(tmp_path: Path) -> None:
    result = call("state", "--config", str(tmp_path / "none.toml"))

    assert result.exit_code == 2
    assert "--config" in result.stderr
    assert "--state" in result.stderr


def test_hash_code_prints_a_hash_and_never_the_code() -> None:
    result = call("hash-code", "--code-stdin", typed=f"{CODE}\n")

    assert result.exit_code == 0
    assert result.output.startswith("$argon2id$")
    assert CODE not in result.output


def test_hash_code_refuses_a_weak_code_in_a_sentence() -> None:
    result = call("hash-code", "--code-stdin", typed="1111\n")

    assert result.exit_code == 2
    assert "choose another" in result.stderr
    assert "1111" not in result.output


def test_schema_is_json_for_editors() -> None:
    assert json.loads(call("schema").stdout)["type"] == "object"


def test_the_log_of_a_folder_without_a_journal_says_who_begins_one(tmp_path: Path) -> None:
    for words in (["log"], ["log", "verify"]):
        result = call(*words, "--state", str(tmp_path))

        assert result.exit_code == 1
        assert "nightlatch run" in result.stderr


def test_an_unknown_kind_of_event_is_bad_input_with_a_guess(tmp_path: Path) -> None:
    result = call("log", "--kind", "Reportd", "--state", str(tmp_path))

    assert result.exit_code == 2
    assert "Reported" in result.stderr


def test_a_since_that_is_none_says_what_would_be(tmp_path: Path) -> None:
    result = call("log", "--since", "yesterday", "--state", str(tmp_path))

    assert result.exit_code == 2
    assert "2h" in result.stderr


def test_doctor_finds_no_hub_and_says_how_to_start_it(config: Path) -> None:
    result = call("doctor", "--config", str(config), "--json")
    checks = {check["name"]: check for check in json.loads(result.stdout)["checks"]}

    assert result.exit_code == 1
    assert not checks["hub"]["ok"]
    assert "nightlatch run" in checks["hub"]["sentence"]
    assert "plug the stick in" in checks["zigbee port"]["sentence"]
    assert checks["disk"]["ok"]
    assert checks["libraries"]["ok"]


def test_doctor_sees_a_state_folder_that_others_may_look_into(config: Path) -> None:
    folder = config.parent / "state"
    folder.mkdir()
    folder.chmod(0o755)

    result = call("doctor", "--config", str(config))

    assert f"chmod 700 {folder}" in result.output


def test_a_device_is_written_behind_what_stands_there(config: Path) -> None:
    before = config.read_text("utf-8")
    config.chmod(0o640)

    append_device(config, Newcomer("zigbee:00124b001ca10009/1", ("contact",)), "shed door")

    after = config.read_text("utf-8")
    assert after.startswith(before)
    assert 'name = "shed door"' in after
    assert config.stat().st_mode & 0o777 == 0o640
    assert [file.name for file in config.parent.iterdir()] == [config.name]


def test_a_device_that_would_spoil_the_configuration_is_not_written(config: Path) -> None:
    before = config.read_bytes()

    with pytest.raises(Problem, match="nothing was written"):
        append_device(config, Newcomer("zigbee:00124b001ca10009/1", ()), "front_door")

    assert config.read_bytes() == before
    assert [file.name for file in config.parent.iterdir()] == [config.name]


def test_a_name_that_is_taken_is_refused_before_the_network_opens(config: Path) -> None:
    result = call("pair", "--name", "front_door", "--config", str(config))

    assert result.exit_code == 2
    assert "front_door" in result.stderr


def test_a_play_that_is_none_names_those_that_are() -> None:
    result = call("demo", "--play", "brake-in")

    assert result.exit_code == 2
    assert "break-in" in result.stderr


def test_our_scenarios_are_listed() -> None:
    answer = json.loads(call("simulate", "--list", "--json").stdout)

    assert "break-in" in [scenario["name"] for scenario in answer["scenarios"]]


def test_a_scenario_that_is_not_there_is_bad_input() -> None:
    assert call("simulate", "no-such-scenario").exit_code == 2
