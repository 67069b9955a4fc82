"""Codes where the hub wants one, lockouts, what one device is asked, and hints that would work."""

import json
import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from gateway.api.doctor import checks
from gateway.cli import hub as hubs
from gateway.cli.checks import checks_here
from gateway.cli.hints import Attempt, advice, once
from gateway.cli.paint import whole_state
from gateway.cli.root import app
from gateway.cli.shapes import Zone
from gateway.detection.keeper import Standing
from gateway.detection.wire import Beat, Ready, Watched
from gateway.model.answers import Check
from gateway.model.device import DeviceId
from rules.state import State, Trouble, TroubleKind
from tests.gateway.fake_hub import CODE, PLUG, FakeHub, fake_hub

YARD = DeviceId("onvif:yard/0")
TRIP = {"zone": "front", "device": "front_door", "cause": "contact:open", "at_us": 1}
ACTS = ("lock", "unlock", "on", "off", "siren", "remove", "reboot", "relearn")
GONE = "the zigbee radio is not there"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[FakeHub]:
    with fake_hub(tmp_path) as running:
        yield running


def call(hub: FakeHub, *words: str, typed: str = "", **env: str) -> Any:
    words = (*words, "--state", str(hub.folder))
    return CliRunner().invoke(app, list(words), input=typed, env=env)


@pytest.mark.parametrize("act", ACTS)
def test_a_device_is_asked_by_its_name(hub: FakeHub, act: str) -> None:
    result = call(hub, act, "front_lock", "--code-stdin", typed=f"{CODE}\n")

    assert result.exit_code == 0
    asked = {key: hub.asked[-1][key] for key in ("do", "device", "command")}
    assert asked == {"do": "command", "device": "front_lock", "command": act}
    assert CODE not in result.output


def test_who_is_not_there_or_cannot_do_it_is_a_mistake_of_the_command(hub: FakeHub) -> None:
    result = call(hub, "reboot", "nobody")

    assert (result.exit_code, result.stderr) == (2, "there is no device 'nobody'\n")


def test_a_siren_is_tried_for_as_long_as_wanted(hub: FakeHub) -> None:
    call(hub, "siren", "hall_siren", "--seconds", "7")

    assert hub.asked[-1]["seconds"] == 7


def test_a_camera_is_aimed_and_its_light_switched(hub: FakeHub) -> None:
    assert call(hub, "aim", "yard", "the gate").exit_code == 0
    assert (hub.asked[-1]["command"], hub.asked[-1]["preset"]) == ("aim", "the gate")

    assert call(hub, "infrared", "yard", "on").exit_code == 0
    assert (hub.asked[-1]["command"], hub.asked[-1]["mode"]) == ("infrared", "on")

    wrong = call(hub, "infrared", "yard", "dim")
    assert (wrong.exit_code, "has no mode 'dim': say auto, on or off" in wrong.stderr) == (2, True)


@pytest.mark.parametrize("words", [("unlock", "x"), ("remove", "x"), ("bypass", "kitchen")])
def test_a_code_is_asked_for_once_the_hub_wants_one(
    hub: FakeHub, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.armed = True

    assert "--code-stdin" in call(hub, *words).stderr

    monkeypatch.setattr(hubs, "_read", lambda **_: CODE)
    assert call(hub, *words).exit_code == 0
    assert hub.asked[-1]["code"] == CODE


def test_no_code_is_asked_for_where_none_is_wanted(hub: FakeHub) -> None:
    assert call(hub, "lock", "front_lock").exit_code == 0
    assert call(hub, "bypass", "kitchen").exit_code == 0


def test_the_code_that_locks_out_says_for_how_long(hub: FakeHub) -> None:
    told = [call(hub, "disarm", "--code-stdin", typed="135791\n").stderr for _ in range(4)]

    assert ["wait 42 s" in sentence for sentence in told] == [False, False, True, True]
    assert told[3].count("wait") == 1


def zone(device: str, kind: str = "entry", area: str = "house") -> Zone:
    return {
        "area": area,
        "device": device,
        "reading": "open",
        "tripped": True,
        "bypassed": False,
        "kind": kind,
        "modes": ["away"],
    }


ZONES = {
    "front": zone("front_door"),
    "Back shed": zone("shed_door"),
    "smoke": zone("smoke_hall", "24h"),
    "shop": zone("shop_door", area="shop"),
}


def attempt(*bypass: str, force: bool = False) -> Attempt:
    return Attempt("house", "away", frozenset(bypass), force, "nightlatch arm away")


def test_advice_finds_the_zone_of_a_device_that_is_in_the_way() -> None:
    hints = advice(["shed_door is silent"], ZONES, attempt())

    assert hints[0] == "shed_door is silent → look at its battery and its distance, and wake it"
    assert hints[1].endswith("nightlatch arm away --bypass 'Back shed'")


@pytest.mark.parametrize("options", [("--force",), ("--bypass", "front", "--bypass", "kitchen")])
def test_where_no_zone_would_be_left_that_is_why_it_is_refused(
    hub: FakeHub, options: tuple[str, ...]
) -> None:
    hub.nobody_guards = True

    told = call(hub, "arm", "away", *options).stderr

    assert "not armed: no zone would be left to guard it" in told
    assert "kitchen_window is open → close it" in told


def test_disarming_what_was_not_armed_says_so(hub: FakeHub) -> None:
    hub.was = "disarmed"
    assert "It was not armed." in call(hub, "disarm", "--code-stdin", typed=f"{CODE}\n").output

    hub.was = "armed"
    assert "Disarmed." in call(hub, "disarm", "--code-stdin", typed=f"{CODE}\n").output


def test_with_the_radio_gone_that_is_all_there_is_to_say() -> None:
    unknown = [f"{name}: nobody knows how {z['device']} stands" for name, z in ZONES.items()]
    blockers = once([*unknown, GONE, GONE])

    hints = advice(blockers, ZONES, attempt())

    assert blockers == [GONE]
    assert len(hints) == 1
    assert "`nightlatch doctor` says why" in hints[0]


def test_no_hint_is_given_that_the_hub_would_refuse() -> None:
    both = ["front: front_door is open", "Back shed: shed_door is open"]

    assert len(advice(both, ZONES, attempt())) == 2  # no zone would be left to guard
    assert len(advice(both[:1], ZONES, attempt("Back shed"))) == 1
    assert len(advice(["hall_siren is silent"], ZONES, attempt(force=True))) == 1
    assert advice(["hall_siren is silent"], ZONES, attempt())[-1].endswith("--force")


def test_each_blocker_is_named_once(hub: FakeHub) -> None:
    hub.state["areas"]["house"]["blockers"]["away"] *= 2

    result = call(hub, "arm", "away")

    assert result.stderr.count("kitchen_window is open →") == 1


def test_a_reset_with_nothing_to_clear_says_so(hub: FakeHub) -> None:
    said = call(hub, "reset", "--code-stdin", typed=f"{CODE}\n").output
    hub.state["areas"]["house"]["memory"] = [TRIP]
    cleared = call(hub, "reset", "--code-stdin", typed=f"{CODE}\n").output

    assert "There was no alarm to clear." in said
    assert "The alarm memory is cleared." in cleared


def test_after_a_disarming_the_state_names_the_last_alarm(hub: FakeHub) -> None:
    hub.state["areas"]["house"]["memory"] = [TRIP]

    assert "last alarm: front (open)" in call(hub, "state").output


@pytest.mark.parametrize("columns", [20, 30, 40, 50, 60, 80, 100, 140, 200])
def test_an_id_is_never_cut(hub: FakeHub, columns: int) -> None:
    told = call(hub, "devices", COLUMNS=str(columns)).output

    assert PLUG in told.replace("\n", "").replace(" ", "") if columns < 50 else PLUG in told
    assert "front_door" in told
    assert "…" not in told


def test_what_is_nearby_and_not_configured_is_listed_too(hub: FakeHub) -> None:
    assert "Nearby" not in call(hub, "devices").output

    hub.nearby = [{"address": "192.0.2.7:80", "id": "urn:uuid:7", "what": "NL-CAM attic"}]

    assert "192.0.2.7:80 NL-CAM attic (urn:uuid:7)" in call(hub, "devices").output
    assert json.loads(call(hub, "devices", "--json").output)["nearby"] == hub.nearby


@pytest.mark.parametrize("columns", [20, 30, 80])
def test_no_zone_of_the_state_is_cut(hub: FakeHub, columns: int) -> None:
    paper = Console(width=columns, file=StringIO(), color_system=None)
    paper.print(whole_state(hub.state))  # type: ignore[arg-type] # as the socket gives it
    told = paper.file.getvalue()  # type: ignore[attr-defined] # a StringIO

    assert "…" not in told
    assert "kitchen" in told
    assert " open" in told


HERE = Path("simulator/houses/home.hub.toml")


def port_of(tmp_path: Path, port: str, *, found: bool | None) -> tuple[bool, str]:
    config = tmp_path / "nightlatch.toml"
    config.write_text(f'[site]\nname = "x"\ntimezone = "Asia/Tokyo"\n\n[zigbee]\nport = "{port}"\n')
    radios = None if found is None else {"zigbee": found}
    told = {check.name: check for check in checks_here(config, tmp_path, radios)}
    assert "JST" in told["clock"].sentence
    return told["zigbee port"].ok, told["zigbee port"].sentence


def test_a_port_that_is_not_there_is_not_well_because_a_hub_runs(tmp_path: Path) -> None:
    for found in (True, False, None):
        ok, sentence = port_of(tmp_path, "/dev/ttyNOPE", found=found)
        assert not ok
        assert "plug the stick in" in sentence


def test_a_port_is_well_when_the_running_hub_finds_its_radio(tmp_path: Path) -> None:
    assert port_of(tmp_path, "/dev/null", found=True)[0]
    assert not port_of(tmp_path, "/dev/null", found=False)[0]
    assert port_of(tmp_path, "socket://127.0.0.1:9", found=True)[0]


def test_the_doctor_asks_the_hub_for_its_radio(hub: FakeHub) -> None:
    config = hub.folder / "nightlatch.toml"
    _, stick = os.openpty()
    config.write_text(f'[site]\nname = "x"\n\n[zigbee]\nport = "{os.ttyname(stick)}"\n')
    config.chmod(0o600)
    hub.state["drivers"]["zigbee"]["found"] = False

    told = call(hub, "doctor", "--config", str(config)).output

    assert "does not find its radio" in told


def test_the_hub_does_not_praise_a_journal_that_cannot_be_written() -> None:
    class House:
        site: Any = None
        state = State({}, troubles={Trouble(TroubleKind.STORAGE, ""): 1})  # type: ignore[dict-item]

    House.site = type("Site", (), {"names": {}})
    told = checks(House, 0)  # type: ignore[arg-type] # as much of a house as is looked at

    assert [check["ok"] for check in told] == [False]
    House.state = State({})
    assert [check["sentence"] for check in checks(House, 0)] == ["all written"]  # type: ignore[arg-type]
    away = Standing(None, "it ended by signal 9", None, {})
    assert "signal 9" in str(checks(House, 0, (), away)[1])  # type: ignore[arg-type]
    lost = Watched(YARD, "nothing came for 5 s", small_lost=True, per_second=0.0)
    ready = Ready("CPUExecutionProvider", "a.onnx and b.onnx")
    seen = checks(House, 0, (), Standing(ready, "", Beat(7, 1), {"yard": lost}))  # type: ignore[arg-type]
    assert [(check["name"], check["ok"]) for check in seen[1:]] == [
        ("detection", True),
        ("camera yard", False),
    ]
    assert "7 pictures in the last second (1 skipped)" in str(seen[1]["sentence"])
    assert [check["ok"] for check in checks(House, 2)] == [False]  # type: ignore[arg-type]
    told = checks(House, 0, devices=(Check("camera yard services", False, "no"),))  # type: ignore[arg-type]  # noqa: FBT003  # a check's own order
    assert told[1] == {"name": "camera yard services", "ok": False, "sentence": "no"}


def test_a_file_with_codes_that_others_may_read_gets_the_right_advice(tmp_path: Path) -> None:
    config = tmp_path / "nightlatch.toml"
    config.write_text(HERE.read_text())
    config.chmod(0o644)

    first = next(iter(checks_here(config, tmp_path, None)))

    assert first.sentence.endswith(f"chmod 600 {config}")


def test_one_person_is_no_people(tmp_path: Path) -> None:
    config = tmp_path / "nightlatch.toml"
    config.write_text('[site]\nname = "x"\n\n[[person]]\nname = "anna"\n')

    assert "0 devices, 1 person." in CliRunner().invoke(app, ["check", str(config)]).output
