"""The house file with both radios, and how it is refused."""

from pathlib import Path

import pytest

from simulator.table import HouseError
from simulator.zigbee.house import load as load_zigbee
from simulator.zwave.house import DEFAULT_KEYS, Kind, Level, Security, load

DOOR = '[[device]]\nradio = "zwave"\nname = "door"\nkind = "contact"\n'
ZIGBEE = '[[device]]\nname = "hall"\nkind = "motion"\neui64 = "00:12:4b:00:1c:a1:00:01"\n'
STICK = '[stick]\neui64 = "00:12:4b:00:00:00:00:01"\n'


def test_each_radio_takes_its_own_devices(tmp_path: Path) -> None:
    path = _written(tmp_path, STICK + '[zwave]\nhome_id = "c0ffee01"\n' + ZIGBEE + DOOR)

    zwave, zigbee = load(path), load_zigbee(path)

    assert [device.name for device in zwave.devices] == ["door"]
    assert [device.name for device in zigbee.devices] == ["hall"]
    assert zwave.stick.home_id == "c0ffee01"


def test_a_house_of_one_radio_needs_no_stick_of_the_other(tmp_path: Path) -> None:
    path = _written(tmp_path, "[zwave]\n" + DOOR)

    assert load_zigbee(path).devices == ()
    assert load(path).stick.keys == DEFAULT_KEYS


def test_what_is_not_said_has_its_default(tmp_path: Path) -> None:
    lock = DOOR.replace("door", "lock").replace("contact", "lock")
    door, bolt = load(_written(tmp_path, DOOR + lock)).devices

    assert (door.kind, door.node, door.sleepy, door.joined) == (Kind.CONTACT, 0, True, False)
    assert (door.security, bolt.security) == (Security.AUTHENTICATED, Security.ACCESS)
    assert not bolt.sleepy
    assert door.secret != bolt.secret


def test_keys_of_the_network_can_be_given(tmp_path: Path) -> None:
    path = _written(tmp_path, f'[zwave.keys]\naccess = "{"ab" * 16}"\n' + DOOR)

    assert load(path).stick.keys[Level.ACCESS] == "ab" * 16


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("zwave = 1\n", "zwave: a table [zwave] was expected"),
        ('[zwave]\nhomeid = "1"\n', "zwave.homeid: no such key; did you mean 'home_id'?"),
        ('[zwave]\nhome_id = "1"\n', "zwave.home_id: expected eight hex digits"),
        ('[zwave.keys]\naccess = "1"\n', "zwave.keys.access: expected 32 hex digits"),
        (DOOR.replace("contact", "contcat"), "device[0].kind: no kind 'contcat'"),
        (DOOR + "node = 1", "device[0].node: expected a number from 2 to 232"),
        (DOOR + "node = true", "device[0].node: expected a number from 2 to 232"),
        (DOOR + 'security = "s2"', "device[0].security: no security 's2'"),
        (DOOR + 'eui64 = "1"', "device[0].eui64: no such key"),
        (DOOR + DOOR, "device[1].name: 'door' is there already"),
        (ZIGBEE.replace("hall", "door") + DOOR, "device[1].name: 'door' is there already"),
        (
            DOOR + "node = 5\n" + DOOR.replace("door", "gate") + "node = 5",
            "device[1].node: 5 is there already",
        ),
        (
            DOOR.replace("zwave", "zwaev"),
            "device[0].radio: no radio 'zwaev'; did you mean 'zwave'?",
        ),
    ],
)
def test_a_wrong_house_is_refused_by_file_and_key(tmp_path: Path, text: str, error: str) -> None:
    path = _written(tmp_path, text)

    with pytest.raises(HouseError) as refused:
        load(path)

    assert str(refused.value).startswith(f"{path}: ")
    assert error in str(refused.value)


def _written(folder: Path, text: str) -> Path:
    path = folder / "house.toml"
    path.write_text(text)
    return path
