"""What a configuration becomes, and how files that are none are told."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.config import Config, ConfigErrors, load
from gateway.config.durations import read, spell
from gateway.config.load import MAX_BYTES
from gateway.model.capability import Capability
from gateway.model.device import DeviceId
from rules.site import Lockout, Mode, OnTamper, ZoneKind
from tests.rights import nobody

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config.example.toml"
SMALLEST = '[site]\nname = "home"\n'


def loaded(tmp_path: Path, content: str | bytes) -> Config:
    """Load a file of this content."""
    path = tmp_path / "config.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return load(path)


def refused(path: Path) -> ConfigErrors:
    """Load a file that cannot be used."""
    with pytest.raises(ConfigErrors) as wrong:
        load(path)
    return wrong.value


def test_the_rules_are_told_of_areas_modes_and_delays() -> None:
    area = load(EXAMPLE).site().areas["house"]

    assert area.modes["away"] == Mode("away", timedelta(seconds=60), timedelta(seconds=30))
    assert area.siren_time == timedelta(minutes=3)
    assert area.sirens == (DeviceId("zigbee:0015bc0037001033/1"),)
    assert area.lights == (DeviceId("zigbee:0022a300001e6005/1"),)
    assert area.keypads == (DeviceId("zigbee:000d6f000df21b88/1"),)
    assert area.on_tamper is OnTamper.TROUBLE


def test_the_rules_are_told_of_zones_by_the_ids_of_their_devices() -> None:
    site = load(EXAMPLE).site()

    (door,) = site.by_device[DeviceId("zigbee:00124b001ca10001/1"), Capability.CONTACT]
    assert door.name == "front_door"
    assert door.kind is ZoneKind.ENTRY
    assert door.modes == {"away", "night"}
    assert door.entry_delay == timedelta(seconds=45)
    assert site.zones["kitchen_smoke"].modes == frozenset()


def test_the_rules_are_told_of_people_but_not_of_their_codes() -> None:
    config = load(EXAMPLE)
    people = config.site().people

    assert people["Anna"].lock_slots == {DeviceId("zigbee:000d6f001102954d/1"): 3}
    assert people["Cleaner"].areas == {"house"}, "all areas when none are named"
    assert "argon2" not in repr(config.site())
    assert set(config.codes) == {"Anna", "Cleaner"}


def test_a_configuration_shows_no_hash_when_it_is_printed() -> None:
    assert "argon2" not in repr(load(EXAMPLE))
    assert "argon2" not in str(load(EXAMPLE))


def test_a_device_that_never_speaks_is_not_supervised_and_others_are_by_themselves() -> None:
    supervision = load(EXAMPLE).site().supervision

    assert DeviceId("zigbee:0022a300001e6005/1") not in supervision
    assert supervision[DeviceId("zigbee:00124b001ca10001/1")] == timedelta(minutes=70)
    assert supervision[DeviceId("zigbee:0015bc0031004207/1")] == timedelta(hours=4)


def test_a_file_with_no_more_than_a_name_gets_every_default(tmp_path: Path) -> None:
    config = loaded(tmp_path, SMALLEST)

    assert config.place.timezone == "UTC"
    assert config.state_folder == tmp_path / "state"
    assert config.zigbee is None
    assert config.zigbee_port is None
    assert config.site().lockout == Lockout(5, timedelta(seconds=90))
    assert config.path == tmp_path / "config.toml"
    assert config.warnings == ()


def test_a_relative_path_starts_at_the_file_and_an_absolute_one_does_not(tmp_path: Path) -> None:
    near = loaded(tmp_path, SMALLEST + '[zigbee]\nport = "stick.pty"\n[state]\nfolder = "data"\n')
    far = loaded(tmp_path, SMALLEST + '[zigbee]\nport = "/dev/x"\n[state]\nfolder = "/var/x"\n')

    assert near.zigbee_port == str(tmp_path / "stick.pty")
    assert near.state_folder == tmp_path / "data"
    assert far.zigbee_port == "/dev/x"
    assert far.state_folder == Path("/var/x")


@pytest.mark.parametrize("port", ["socket://127.0.0.1:6638", "socket://[::1]:6638"])
def test_a_stick_on_the_network_is_left_as_it_is_written(tmp_path: Path, port: str) -> None:
    config = loaded(tmp_path, SMALLEST + f'[zigbee]\nport = "{port}"\n')

    assert config.zigbee_port == port


@pytest.mark.parametrize(
    "port", ["", "socket://host", "socket://:1", "socket://host:99999", "socket://host:1/x"]
)
def test_a_stick_that_cannot_be_reached_is_refused(tmp_path: Path, port: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(SMALLEST + f'[zigbee]\nport = "{port}"\n')

    (error,) = refused(path).errors

    assert (error.line, error.column, error.path) == (4, 8, "zigbee.port")


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    config = loaded(tmp_path, b"\xef\xbb\xbf" + SMALLEST.replace("\n", "\r\n").encode())

    assert config.place.name == "home"


def test_a_file_that_is_not_there_is_told_without_a_line(tmp_path: Path) -> None:
    (error,) = refused(tmp_path / "config.toml").errors

    assert error.line == 0
    assert str(error).startswith(f"{tmp_path / 'config.toml'}: no such file; expected a config")


def test_a_folder_is_told_as_a_folder(tmp_path: Path) -> None:
    (error,) = refused(tmp_path).errors

    assert error.found == "a folder"


def test_a_file_that_may_not_be_read_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.touch(mode=0o000)

    with nobody():
        assert refused(path).errors[0].found == "a file that may not be read"


def test_a_path_that_no_file_can_have_is_told() -> None:
    (error,) = refused(Path("config\0.toml")).errors

    assert error.expected == "a configuration file"


def test_a_file_of_any_size_is_not_read_to_its_end() -> None:
    endless = Path("/dev/zero")

    (error,) = refused(endless).errors

    assert error.found == f"a file of more than {MAX_BYTES} bytes"


@pytest.mark.parametrize(
    "content",
    [
        SMALLEST + "x = " + "[" * 3000,
        SMALLEST + "x = " + "[\n" * 3000,
        SMALLEST + "x = " + "1" * 5000,
        SMALLEST + "x = " + "{a=" * 1000,
        SMALLEST + "x = 1979-13-45",
        SMALLEST + "[" + ".".join("abc" for _ in range(900)) + "]",
    ],
    ids=["deep line", "deep lines", "long number", "deep tables", "no date", "deep header"],
)
def test_a_hostile_file_is_told_with_a_place(tmp_path: Path, content: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(content)

    assert all(error.line >= 3 for error in refused(path).errors)


def test_errors_stand_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[zigbee]\nport = 1\nchannel = 1\n[[zone]]\nname = "x"\ndevice = "y"\n')

    places = [(error.line, error.column) for error in refused(path).errors]

    assert places == sorted(places)


def test_an_error_as_data_says_what_its_sentence_says() -> None:
    path = Path(__file__).parent / "bad_configs" / "unknown_keys.toml"

    told = refused(path).errors[0].as_dict()

    assert told == {
        "file": str(path),
        "line": 7,
        "column": 1,
        "path": "zigbee.chanel",
        "found": 'unknown key "chanel"',
        "expected": "one of port, baud, channel, install_codes_only",
        "hint": 'did you mean "channel"?',
        "source": "chanel = 15",
    }


def test_warnings_are_told_beside_errors_too(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[site]\nname = 1\n[[area]]\nname = "house"\n')

    wrong = refused(path)

    assert [error.path for error in wrong.errors] == ["site.name"]
    assert {warning.path for warning in wrong.warnings} == {"area.house.sirens", "area.house"}


def test_a_sound_file_loads_neither_the_parser_of_positions_nor_argon2() -> None:
    script = (
        "import sys; from pathlib import Path; from gateway.config import load;"
        f"load(Path({str(EXAMPLE)!r})).site();"
        "print([m for m in sys.modules if m in ('tree_sitter', 'tree_sitter_toml', 'argon2')])"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("10m", 600), ("2h", 7200), ("1h30m", 5400), ("7d", 604_800), ("0s", 0)],
)
def test_a_duration_is_read_as_it_is_written(text: str, seconds: int) -> None:
    assert read(text) == timedelta(seconds=seconds)
    assert spell(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize("text", ["", "s", "30", "30S", "1.5h", "-1s", "30s10m", " 30s", "٣s"])
def test_what_is_no_duration_is_not_guessed_at(text: str) -> None:
    assert read(text) is None


def test_nobody_may_be_called_what_those_without_a_code_are_called(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[site]\nname = "x"\n[[person]]\nname = "cli"\n', "utf-8")

    (error,) = [e for e in refused(path).errors if "gives no code" in e.found]

    assert (error.line, error.column) == (4, 8)
