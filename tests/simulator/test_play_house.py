"""A house and its hub file: whose devices, on which radios, and where they disagree."""

import tomllib
from pathlib import Path
from typing import cast

import pytest

from drivers.onvif import names as onvif
from drivers.zigbee import directory as zigbee
from drivers.zwave import directory as zwave
from simulator.play import open_home
from simulator.play.far import Far
from simulator.play.far_side import FarSide
from simulator.play.house import HOUSES, Radio, Resident
from simulator.table import HouseError

ZIGBEE = """[stick]
eui64 = "00:12:4b:00:00:00:00:01"
[[device]]
name = "door"
kind = "contact"
eui64 = "00:12:4b:00:1c:a1:00:01"
"""
ZWAVE = """[zwave]
home_id = "7e570001"
[[device]]
radio = "zwave"
name = "gate"
kind = "contact"
"""

CAMERA = """[[device]]
radio = "camera"
name = "yard"
kind = "doorbell"
password = "secret"
"""


def house(folder: Path, devices: str, hub: str) -> Path:
    file = folder / "h.toml"
    file.write_text(devices)
    (folder / "h.hub.toml").write_text(hub)
    return file


def test_the_home_with_both_radios_holds_all_of_the_other_and_is_one_area() -> None:
    home, both = (open_home(HOUSES / f"{name}.toml") for name in ("home", "home_both"))

    assert home.radios == (Radio.ZIGBEE,)
    assert both.radios == (Radio.ZIGBEE, Radio.ZWAVE)
    assert both.of(Radio.ZIGBEE) == tuple(home.devices.values())
    assert {one.kind for one in both.of(Radio.ZWAVE)} >= {"contact", "motion", "siren", "lock"}
    assert both.modes.keys() == home.modes.keys()
    assert both.zones > home.zones


def test_a_house_with_one_radio_needs_no_words_about_the_other(tmp_path: Path) -> None:
    home = open_home(house(tmp_path, ZWAVE, '[zwave]\nport = "stick"\n'))

    assert home.radios == (Radio.ZWAVE,)
    assert home.devices == {"gate": Resident("gate", Radio.ZWAVE, "contact")}


def test_a_house_with_cameras_has_them_as_devices_and_a_stick_less(tmp_path: Path) -> None:
    hub = '[zigbee]\nport = "stick"\n[[camera]]\nname = "yard"\n'
    home = open_home(house(tmp_path, ZIGBEE + CAMERA, hub))

    assert home.radios == (Radio.ZIGBEE, Radio.CAMERA)
    assert home.sticks == (Radio.ZIGBEE,)
    assert home.devices["yard"] == Resident("yard", Radio.CAMERA, "doorbell", password="secret")


def test_cameras_of_another_file_are_added_with_what_the_hub_is_told_of_them(
    tmp_path: Path,
) -> None:
    house(tmp_path, ZIGBEE, '[zigbee]\nport = "stick"\n[[area]]\nname = "house"\n')
    more = tmp_path / "more.toml"
    more.write_text(CAMERA)
    hub = '[[camera]]\nname = "yard"\n[area.confirm]\nwithin = "2s"\n'
    (tmp_path / "more.hub.toml").write_text(hub)

    home = open_home(tmp_path / "h.toml", more)

    assert home.radios == (Radio.ZIGBEE, Radio.CAMERA)
    assert [*home.devices] == ["door", "yard"]
    assert home.file_of(Radio.ZIGBEE).name == "h.toml"
    assert home.file_of(Radio.CAMERA) == more
    assert tomllib.loads(home.hub_text)["area"] == [{"name": "house", "confirm": {"within": "2s"}}]


class Side:
    """A stick that writes down what is done to it."""

    def __init__(self) -> None:
        self.acts: list[tuple[str, str]] = []

    async def act(self, do: str, device: str) -> int:
        self.acts.append((do, device))
        return 1


async def test_what_is_done_reaches_the_stick_whose_it_is() -> None:
    zigbee, zwave = Side(), Side()
    sides = {Radio.ZIGBEE: cast("FarSide", zigbee), Radio.ZWAVE: cast("FarSide", zwave)}
    far = Far(open_home(HOUSES / "home_both.toml"), sides)

    await far.act("open", "front_door")
    await far.act("open", "terrace_door")
    await far.act("unplug")
    await far.act("jam", radio=Radio.ZWAVE)

    assert zigbee.acts == [("open", "front_door"), ("unplug", "")]
    assert zwave.acts == [("open", "terrace_door"), ("jam", "")]


@pytest.mark.parametrize(
    ("devices", "hub", "said"),
    [
        (ZWAVE, "[zigbee]", "h.hub.toml: zwave: is missing: gate speaks zwave"),
        (ZIGBEE + ZWAVE, "[zwave]", "h.hub.toml: zigbee: is missing: door speaks zigbee"),
        (
            "[zwave]",
            "",
            "h.hub.toml: has no radio: a section [zigbee], [zwave] or [[camera]] was expected",
        ),
        (ZIGBEE + CAMERA, "[zigbee]", "h.hub.toml: camera: is missing: yard speaks camera"),
    ],
)
def test_a_hub_without_the_radio_of_its_devices_is_named(
    tmp_path: Path, devices: str, hub: str, said: str
) -> None:
    with pytest.raises(HouseError) as refused:
        open_home(house(tmp_path, devices, hub))

    assert str(refused.value).endswith(said)


def test_a_radios_driver_is_called_as_the_hub_calls_it() -> None:
    names = {Radio.ZIGBEE: zigbee.DRIVER, Radio.ZWAVE: zwave.DRIVER, Radio.CAMERA: onvif.DRIVER}

    assert {radio: radio.driver for radio in Radio} == names
