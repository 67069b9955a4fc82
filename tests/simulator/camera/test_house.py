"""A house file with cameras: what is read, and how it is refused."""

from pathlib import Path

import pytest

from simulator.camera.house import House, Kind, Proof, load
from simulator.table import HouseError
from simulator.zigbee.house import load as load_zigbee
from simulator.zwave.house import load as load_zwave

YARD = '[[device]]\nradio = "camera"\nname = "yard"\n'


def read(folder: Path, text: str) -> House:
    (folder / "house.toml").write_text(text)
    return load(folder / "house.toml")


def test_a_camera_needs_no_more_than_a_name(tmp_path: Path) -> None:
    house = read(tmp_path, YARD)

    (yard,) = house.cameras
    assert (yard.kind, yard.rtsp_auth, yard.inputs, yard.presets) == (
        Kind.CAMERA,
        Proof.DIGEST,
        1,
        (),
    )
    assert (house.address, house.discovery_port) == ("127.0.0.1", 3702)
    assert yard.urn == read(tmp_path, YARD).cameras[0].urn


def test_scenes_are_files_beside_the_house(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    (tmp_path / "b.mp4").touch()
    scenes = '[device.scenes]\nrest = "a.mp4"\nwalk = ["a.mp4", "b.mp4"]\n'

    found = read(tmp_path, YARD + scenes).cameras[0].scenes

    assert found["rest"] == (tmp_path / "a.mp4", tmp_path / "a.mp4")
    assert found["walk"] == (tmp_path / "a.mp4", tmp_path / "b.mp4")


def test_each_simulator_takes_its_own_devices(tmp_path: Path) -> None:
    stick = '[stick]\neui64 = "00:12:4b:00:00:00:00:01"\n'
    gate = '[[device]]\nradio = "zwave"\nname = "gate"\nkind = "contact"\n'
    house = read(tmp_path, stick + gate + YARD)

    file = tmp_path / "house.toml"
    assert [one.name for one in house.cameras] == ["yard"]
    assert [one.name for one in load_zwave(file).devices] == ["gate"]
    assert load_zigbee(file).devices == ()


def test_the_first_camera_s_port_may_come_from_the_command_line(tmp_path: Path) -> None:
    house = read(tmp_path, YARD + YARD.replace("yard", "gate"))

    assert [one.port for one in house.listening(4000).cameras] == [4000, 0]
    assert house.listening(0) == house


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (YARD + "colour = 1\n", "device[0].colour: no such key"),
        (YARD + 'kind = "camra"\n', "device[0].kind: no kind 'camra'; did you mean 'camera'?"),
        (
            YARD + "inputs = 17\n",
            "device[0].inputs: expected a whole number from 0 to 16, found 17",
        ),
        (YARD + "port = true\n", "device[0].port: expected a whole number from 0 to 65535"),
        (YARD + "presets = [1]\n", "device[0].presets: expected a list of names"),
        (YARD + 'rtsp_auth = "ntlm"\n', "device[0].rtsp_auth: no rtsp_auth 'ntlm'"),
        (YARD + "scenes = 1\n", "device[0].scenes: a table was expected"),
        (YARD + '[device.scenes]\nrest = "x.mp4"\n', "device[0].scenes.rest: no file 'x.mp4'"),
        (YARD + "[device.scenes]\nrest = []\n", 'device[0].scenes.rest: expected "file" or'),
        ("camera = 1\n", "camera: a table [camera] was expected"),
        ('[camera]\naddress = "home"\n', "camera.address: expected an IPv4 address"),
        ("[camera]\nport = 1\n", "camera.port: no such key"),
        (YARD + YARD, "device[1].name: 'yard' is there already"),
    ],
)
def test_what_cannot_be_is_refused_by_its_key(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(HouseError) as refused:
        read(tmp_path, text)

    assert reason in str(refused.value)
