"""The house file, and how it is refused."""

from pathlib import Path

import pytest

from simulator.zigbee.house import Enrolment, HouseError, Kind, load
from tests.simulator.air_double import HOME

STICK = '[stick]\neui64 = "00:12:4b:00:00:00:00:01"\n'
DOOR = '[[device]]\nname = "door"\nkind = "contact"\neui64 = "00:12:4b:00:1c:a1:00:01"\n'


def test_the_virtual_home_holds_every_kind_and_every_enrolment() -> None:
    home = load(HOME)

    assert len(home.devices) == 13
    assert {device.kind for device in home.devices} == set(Kind)
    assert {device.enrolment for device in home.devices} == set(Enrolment)


def test_what_is_not_said_has_its_default(tmp_path: Path) -> None:
    path = tmp_path / "house.toml"
    path.write_text(STICK + DOOR)

    (door,) = load(path).devices

    assert door.eui64 == bytes.fromhex("0100a11c004b1200")
    assert (door.sleepy, door.enrolment, door.latency_ms) == (True, Enrolment.AFTER_WRITE, 4.0)
    assert (door.model, door.manufacturer) == ("NL-CONTACT", "Nightlatch")
    assert door.install_code is None


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("[stick", "is not TOML"),
        (DOOR, "stick: a table [stick] was expected"),
        ("stick = 1", "stick: a table [stick] was expected"),
        (STICK + "[[devices]]", "devices: no such key; did you mean 'device'?"),
        ("device = 3\n" + STICK, "device: tables [[device]] were expected"),
        (
            STICK + DOOR + 'kin = "x"',
            "device[0].kin: no such key; did you mean 'kind'?",
        ),
        (
            STICK + DOOR.replace("contact", "contcat"),
            "device[0].kind: no kind 'contcat'; did you mean 'contact'?",
        ),
        (STICK + DOOR.replace('"door"', '"Front Door"'), "device[0].name: expected small"),
        (STICK + DOOR.replace('name = "door"\n', ""), "device[0].name: is missing"),
        (STICK + DOOR.replace(":01", ""), "device[0].eui64: expected eight bytes"),
        (STICK + DOOR + "latency_ms = -1", "device[0].latency_ms: expected a number, 0 or more"),
        (STICK + DOOR + 'sleepy = "no"', "device[0].sleepy: expected true or false"),
        (STICK + DOOR + 'install_code = "12"', "device[0].install_code: expected hex"),
        (STICK + DOOR + DOOR, "device[1].name: 'door' is there already"),
        (
            STICK + DOOR + DOOR.replace("door", "gate"),
            "device[1].eui64: '00:12:4b:00:1c:a1:00:01' is there already",
        ),
    ],
)
def test_a_wrong_house_is_refused_by_file_and_key(tmp_path: Path, text: str, error: str) -> None:
    path = tmp_path / "house.toml"
    path.write_text(text)

    with pytest.raises(HouseError) as refused:
        load(path)

    assert str(refused.value).startswith(f"{path}: ")
    assert error in str(refused.value)


def test_a_house_that_is_not_there_is_said_not_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(HouseError, match="cannot be read: No such file"):
        load(tmp_path / "none.toml")
