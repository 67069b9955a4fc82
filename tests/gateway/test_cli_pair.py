"""`nightlatch pair` and `name`: who joined, what is written where, and what is left to do."""

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


def call(hub: FakeHub, *words: str) -> Any:
    at = ["--config", str(hub.folder / "nightlatch.toml"), "--state", str(hub.folder)]
    return CliRunner().invoke(app, [*words, *at])


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
