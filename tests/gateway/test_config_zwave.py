"""What `[zwave]` comes to: where its files are, what the driver is told, what a reload does."""

from pathlib import Path

import pytest

from drivers.zwave.seams import External
from drivers.zwave.server import Managed
from drivers.zwave.settings import Override, ZwaveSettings
from gateway.config import ConfigErrors, load
from gateway.config.load import Config
from gateway.model.device import DeviceId
from gateway.radios import drivers

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"


def written(folder: Path, text: str) -> Config:
    """Load a configuration with this text after [site]."""
    file = folder / "nightlatch.toml"
    file.write_text(f'[site]\nname = "x"\n{text}')
    return load(file)


def told(config: Config, monkeypatch: pytest.MonkeyPatch) -> ZwaveSettings:
    """Give what the driver would be told."""
    seen: list[ZwaveSettings] = []
    monkeypatch.setattr("drivers.zwave.driver.ZwaveDriver", seen.append)
    drivers(config)
    return seen[0]


def test_without_more_the_files_lie_in_the_state_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = written(tmp_path, '[zwave]\nport = "/dev/ttyACM0"\n')

    folder = tmp_path / "state" / "zwave"
    assert told(config, monkeypatch) == ZwaveSettings(
        server=Managed(port="/dev/ttyACM0", folder=folder, keys=folder / "keys.toml"),
        backups=folder / "backups",
    )
    assert config.radios == ("zwave",)


def test_relative_paths_start_at_the_configuration(tmp_path: Path) -> None:
    lines = 'port = "stick"\nkeys = "k.toml"\nnode = "bin/node"\n'
    config = written(tmp_path, f"[zwave]\n{lines}")

    assert config.zwave_port == str(tmp_path / "stick")
    assert config.zwave_keys == tmp_path / "k.toml"
    assert config.zwave_node == tmp_path / "bin" / "node"


def test_a_server_that_is_there_is_only_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    config = load(EXAMPLES / "zwave_server.toml")

    assert told(config, monkeypatch).server == External("ws://127.0.0.1:3000")
    assert config.warnings == ()
    assert config.zwave_port is None


def test_every_key_reaches_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    config = load(EXAMPLES / "zwave.toml")
    section = config.zwave
    assert section is not None

    settings = told(config, monkeypatch)

    assert isinstance(settings.server, Managed)
    assert settings.server.node == Path("/usr/bin/node")
    assert settings.siren_tone == 5
    assert settings.overrides == (
        Override(
            DeviceId("zwave:e0f1a2b3/12/0"), "basic", {0: "contact.closed", 255: "contact.open"}
        ),
        Override(
            DeviceId("zwave:e0f1a2b3/13/0"),
            "notification",
            {0: "glass.whole", 3: "glass.broken"},
            "Home Security/Cover status",
        ),
    )
    assert config.warnings == ()


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("soft_reset = false", "soft_reset", False),
        ("recovery = false", "recovery", False),
        ('log_level = "info"', "log_level", "info"),
    ],
)
def test_each_switch_reaches_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, field: str, value: object
) -> None:
    config = written(tmp_path, f'[zwave]\nport = "x"\n{line}\n')

    assert getattr(told(config, monkeypatch).server, field) == value


def test_rules_may_name_the_radio(tmp_path: Path) -> None:
    rule = """
[zwave]
port = "x"

[[rule]]
id = "lost"
when = { trouble = "radio lost", of = "zwave" }
do = { notify = "Z-Wave is gone." }
"""
    assert written(tmp_path, rule).warnings == ()


@pytest.mark.parametrize("broken", ["", 'port = ""', "port = 3", 'url = "http://x"', "nope = 1"])
def test_a_mistake_in_it_does_not_hide_those_of_rules(tmp_path: Path, broken: str) -> None:
    when = 'when = { device = "nobody", becomes = "open" }'
    rule = f'[[rule]]\nid = "r"\n{when}\ndo = {{ wait = "1s" }}\n'
    with pytest.raises(ConfigErrors) as wrong:
        written(tmp_path, f"[zwave]\n{broken}\n\n{rule}")

    assert {error.path.partition(".")[0] for error in wrong.value.errors} == {"zwave", "rule"}


@pytest.mark.parametrize(
    ("port", "wrong"),
    [
        ("socket://127.0.0.1:4000", "this radio takes tcp://, not socket://"),
        ("tcp://127.0.0.1:99999", "a port is a number from 1 to 65535"),
        ("tcp://127.0.0.1:0", "a port is a number from 1 to 65535"),
        ("tcp://127.0.0.1", "the port is missing"),
        ("tcp://:4000", "the host is missing"),
        ("tcp://127.0.0.1:4000/x", "nothing but host and port"),
    ],
)
def test_what_is_wrong_with_an_address_is_said(tmp_path: Path, port: str, wrong: str) -> None:
    with pytest.raises(ConfigErrors) as errors:
        written(tmp_path, f'[zwave]\nport = "{port}"\n')

    assert wrong in str(errors.value)


@pytest.mark.parametrize("port", ["ttyACM0", "dev/ttyACM0"])
def test_a_device_file_that_is_looked_for_beside_is_warned_of(tmp_path: Path, port: str) -> None:
    (warning,) = written(tmp_path, f'[zwave]\nport = "{port}"\n').warnings

    assert warning.path == "zwave.port"
    assert warning.hint == 'write "/dev/ttyACM0"'
    assert not written(tmp_path, '[zwave]\nport = "stick.pty"\n').warnings
