"""`nightlatch pair` and `name`: who joined, what is written where, and what is left to do."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli.root import app
from tests.gateway.fake_hub import FRONT, NEWCOMER, PLUG, FakeHub, fake_hub

CONFIG = """
[site]
name = "x"

[zigbee]
port = "/dev/null"

[[area]]
name = "flat"

[area.modes.away]
exit_delay = "0s"
entry_delay = "0s"
"""


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[FakeHub]:
    with fake_hub(tmp_path) as running:
        yield running


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "nightlatch.toml"
    file.write_text(CONFIG)
    return file


def call(hub: FakeHub, *words: str, typed: str = "") -> Any:
    at = ["--config", str(hub.folder / "nightlatch.toml"), "--state", str(hub.folder)]
    return CliRunner().invoke(app, [*words, *at], input=typed)


def devices(config: Path) -> dict[str, str]:
    found = tomllib.loads(config.read_text()).get("device", [])
    return {device["name"]: device["id"] for device in found}


def test_a_radio_that_is_lost_ends_the_pairing_at_once(hub: FakeHub, config: Path) -> None:
    hub.events = [{"is": "DriverLost", "driver": "zigbee", "reason": "the stick was pulled"}]

    result = call(hub, "pair", "--name", "front")

    assert result.exit_code == 1
    assert "the zigbee radio is lost (the stick was pulled)" in result.stderr
    assert not devices(config)


def test_a_link_to_the_configuration_stays_a_link(hub: FakeHub, tmp_path: Path) -> None:
    real = tmp_path / "kept" / "real.toml"
    real.parent.mkdir()
    real.write_text(CONFIG)
    link = tmp_path / "nightlatch.toml"
    link.symlink_to(real)

    assert call(hub, "pair", "--name", "front").exit_code == 0
    assert link.is_symlink()
    assert devices(real) == {"front": NEWCOMER["id"]}


def test_what_is_left_to_do_is_said_plainly(hub: FakeHub, config: Path) -> None:
    told = call(hub, "pair", "--name", "front").output

    assert told.index("front stands in") < told.index("Add this zone yourself:")
    assert told.index("[[zone]]") < told.index("Then `nightlatch reload`.")
    assert 'kind = "entry"  # or: follower, instant, 24h\n' in told
    assert "[[zone]]" not in config.read_text()


def test_a_siren_is_to_stand_in_its_area(hub: FakeHub, config: Path) -> None:
    hub.newcomers = [{**NEWCOMER, "capabilities": ["siren", "tamper"]}]

    told = call(hub, "pair", "--name", "hall_siren").output

    assert 'sirens = ["hall_siren"]' in told
    assert '"flat"' in told
    assert devices(config) == {"hall_siren": NEWCOMER["id"]}


def test_devices_without_a_name_are_suggested_one_each(hub: FakeHub, config: Path) -> None:
    hub.newcomers = [NEWCOMER, {**NEWCOMER, "id": "zigbee:00124b001ca1000a/1"}]
    config.write_text(f'{CONFIG}\n[[device]]\nname = "contact_1"\nid = "{FRONT}"\n')

    told = call(hub, "pair").output

    assert 'name = "contact_2"' in told
    assert 'name = "contact_3"' in told
    assert 'name = "contact_1"' not in told


@pytest.mark.parametrize("event", ["Reported", "DeviceHeard"])
def test_a_device_that_is_in_the_network_already_can_be_named(
    hub: FakeHub, config: Path, event: str
) -> None:
    hub.newcomers = []
    hub.events = [{"is": event, "device": device} for device in (FRONT, PLUG)]

    assert call(hub, "pair", "--name", "lamp").exit_code == 0
    assert devices(config) == {"lamp": PLUG}


def test_a_device_that_has_a_name_is_not_named_again(hub: FakeHub, config: Path) -> None:
    hub.newcomers = [{**NEWCOMER, "id": FRONT}, NEWCOMER]

    told = call(hub, "pair", "--name", "shed").output

    assert "front_door is here, and has its name already." in told
    assert devices(config) == {"shed": NEWCOMER["id"]}


def test_a_device_can_be_named_without_pairing(hub: FakeHub, config: Path) -> None:
    assert call(hub, "name", PLUG, "lamp").exit_code == 0
    assert devices(config) == {"lamp": PLUG}

    for words in ((FRONT, "door"), ("zigbee:nobody", "door"), (PLUG, "lamp")):
        assert call(hub, "name", *words).exit_code == 2
    assert devices(config) == {"lamp": PLUG}


ZWAVE = """
[zwave]
port = "/dev/null"
"""
SWITCH: dict[str, Any] = {**NEWCOMER, "id": "zwave:c0ffee00/7/0", "capabilities": ["switch"]}


def of_zwave_alone(hub: FakeHub, config: Path) -> None:
    config.write_text(CONFIG.replace("[zigbee]", "[zwave]"))
    hub.state["drivers"] = {"zwave": hub.state["drivers"]["zigbee"]}
    hub.newcomers = [SWITCH]


WANTED = {"is": "JoinKeyWanted", "driver": "zwave", "hint": "*****-12345", "seconds": 240}


def test_a_device_that_wants_its_key_is_given_the_one_that_was_read(
    hub: FakeHub, config: Path
) -> None:
    of_zwave_alone(hub, config)
    hub.events = [WANTED]

    result = call(hub, "pair", "--key-stdin", "--name", "front", typed="54321\n")

    assert result.exit_code == 0
    assert "Open for 60 s on zwave." in result.output
    (given,) = [request for request in hub.asked if request["do"] == "join_key"]
    assert (given["driver"], given["key"]) == ("zwave", "54321")
    assert "54321" not in result.output
    assert devices(config) == {"front": SWITCH["id"]}


def test_a_device_of_a_home_without_zigbee_can_be_named(hub: FakeHub, config: Path) -> None:
    of_zwave_alone(hub, config)
    hub.devices["lamp"] = {**hub.devices.pop(PLUG), "id": SWITCH["id"]}

    assert call(hub, "name", SWITCH["id"], "lamp").exit_code == 0
    assert devices(config) == {"lamp": SWITCH["id"]}


def test_a_name_for_a_radio_that_is_not_configured_is_told_without_a_line_that_is_none(
    hub: FakeHub, config: Path
) -> None:
    result = call(hub, "pair", "--radio", "zwave", "--name", "front", typed="")

    assert result.exit_code == 2
    assert "[zwave]" in result.stderr
    assert f"{config}:" in result.stderr.replace("\n", "")
    assert not re.search(r"toml:\d", result.stderr)


def test_with_both_radios_pairing_asks_which_is_meant(hub: FakeHub, config: Path) -> None:
    config.write_text(CONFIG + ZWAVE)
    hub.state["drivers"]["zwave"] = hub.state["drivers"]["zigbee"]

    result = call(hub, "pair")
    assert result.exit_code == 2
    assert "say --radio zigbee or --radio zwave" in result.stderr
    assert call(hub, "pair", "--radio", "zigbee").exit_code == 0


def test_cameras_are_no_radio_that_pairing_could_mean(hub: FakeHub) -> None:
    hub.state["drivers"]["onvif"] = hub.state["drivers"]["zigbee"]

    assert call(hub, "pair").exit_code == 0

    assert [one["driver"] for one in hub.asked if one["do"] == "pair"] == ["zigbee", "zigbee"]


def test_a_camera_that_answers_is_told_with_its_lines(hub: FakeHub) -> None:
    hub.nearby = [{"address": "192.0.2.7:80", "id": "urn:uuid:7", "what": "NL-CAM attic"}]

    told = call(hub, "pair", "--radio", "onvif", "--seconds", "1")

    assert told.exit_code == 0, told.output
    assert "NL-CAM attic is at 192.0.2.7:80." in told.output
    assert 'address = "192.0.2.7:80"' in told.output
    assert "pairing button" not in told.output
    assert hub.asked[-1] == {"id": 3, "do": "pair", "driver": "onvif", "seconds": 0}
    assert call(hub, "pair", "--radio", "onvif", "--name", "yard").exit_code == 2

    hub.nearby = []
    told = call(hub, "pair", "--radio", "onvif", "--seconds", "1")
    assert (told.exit_code, "switch ONVIF on" in told.stderr) == (1, True)


def test_a_device_that_has_a_name_already_is_no_failed_pairing(hub: FakeHub, config: Path) -> None:
    hub.newcomers = [{**NEWCOMER, "id": FRONT}]

    assert call(hub, "pair").exit_code == 0

    result = call(hub, "pair", "--name", "shed")
    assert result.exit_code == 1
    assert "front_door joined, and has its name already; no device without one" in result.stderr
    assert "no device joined within" not in result.stderr
    assert devices(config) == {}


def test_a_siren_with_its_mains_is_called_a_siren(hub: FakeHub) -> None:
    hub.newcomers = [{**NEWCOMER, "capabilities": ["battery", "power", "siren", "tamper"]}]

    assert 'name = "siren_1"' in call(hub, "pair").output


def test_a_key_that_nobody_has_is_answered_at_once(hub: FakeHub) -> None:
    hub.events = [WANTED]

    result = call(hub, "pair", "--radio", "zwave")

    (given,) = [request for request in hub.asked if request["do"] == "join_key"]
    assert "key" not in given
    assert "there is none" in result.output


def test_a_device_that_joined_without_its_security_is_told(hub: FakeHub) -> None:
    insecure = {"is": "DeviceFault", "device": "zwave:1/5/0", "fault": "insecure", "present": True}
    hub.events = [WANTED, insecure]

    result = call(hub, "pair", "--radio", "zwave", "--key-stdin", typed="11111\n")

    assert "joined without security" in result.output
    assert result.exit_code == 1


def test_a_device_that_joined_without_its_security_is_not_written_down(
    hub: FakeHub, config: Path
) -> None:
    of_zwave_alone(hub, config)
    hub.devices["stranger"] = {**SWITCH, "configured": False, "faults": ["insecure"]}

    result = call(hub, "pair", "--key-stdin", "--name", "front", typed="11111\n")

    assert result.exit_code == 1
    assert "joined without security" in result.output
    assert devices(config) == {}


@pytest.mark.parametrize("key", ["1234", "12x45", "70000", "123456"])
def test_a_mistyped_key_opens_nothing_and_is_not_shown(hub: FakeHub, key: str) -> None:
    result = call(hub, "pair", "--radio", "zwave", "--key-stdin", typed=f"{key}\n")

    assert result.exit_code == 2
    assert "the key is mistyped" in result.stderr
    assert key not in result.output
    assert not [request for request in hub.asked if request["do"] == "pair"]


def test_a_key_that_did_not_arrive_ends_the_pairing(hub: FakeHub) -> None:
    failed = {"is": "CommandFailed", "command": {"is": "GiveJoinKey"}, "reason": "it gave up"}
    hub.events = [WANTED, failed]

    result = call(hub, "pair", "--radio", "zwave", "--key-stdin", typed="54321\n")

    assert result.exit_code == 1
    assert "did not get its key: it gave up" in result.stderr
    assert hub.asked[-1]["seconds"] == 0


def test_a_network_can_be_closed_by_hand(hub: FakeHub) -> None:
    result = call(hub, "pair", "--radio", "zwave", "--seconds", "0")

    assert result.exit_code == 0
    (asked,) = hub.asked
    assert (asked["do"], asked["driver"], asked["seconds"]) == ("pair", "zwave", 0)
