"""A hub file gets the real ports and addresses; one that has no place for them is named."""

import tomllib

import pytest

from simulator.play.house import Radio
from simulator.play.hub_text import NoPlace, placed

TEXT = """[zigbee]
port = "stick" # the simulated one
[zwave]
soft_reset = true
port = "stick"
[[camera]]
name = "yard"
address = "yard.camera"
[[camera]]
name = "hall"
rtsp = "rtsp://hall.camera/main"
rtsp_sub = "rtsp://hall.camera/sub"
"""
PORTS = {Radio.ZIGBEE: "/tmp/stick", Radio.ZWAVE: "tcp://127.0.0.1:1"}
YARD = {"onvif": "127.0.0.1:2", "main": "rtsp://127.0.0.1:3/main", "sub": "rtsp://127.0.0.1:3/sub"}
HALL = {"main": "rtsp://127.0.0.1:4/main", "sub": "rtsp://127.0.0.1:4/sub"}


def test_ports_and_addresses_are_put_where_they_belong() -> None:
    hub = tomllib.loads(placed(TEXT, PORTS, {"yard": YARD, "hall": HALL}))

    assert hub["zigbee"]["port"] == "/tmp/stick"
    assert hub["zwave"] == {"soft_reset": True, "port": "tcp://127.0.0.1:1"}
    assert hub["camera"][0]["address"] == "127.0.0.1:2"
    assert (hub["camera"][1]["rtsp"], hub["camera"][1]["rtsp_sub"]) == (*HALL.values(),)


@pytest.mark.parametrize(
    ("text", "cameras", "said"),
    [
        (TEXT, {"yard": YARD, "hall": HALL, "door": HALL}, 'expected address = "door.camera"'),
        (TEXT, {"yard": YARD}, 'found "rtsp://hall.camera/main", and no simulated camera has'),
        (TEXT, {"yard": HALL, "hall": HALL}, 'found "yard.camera", and no simulated camera has'),
        (TEXT.replace('"stick"', '"COM1"'), {}, 'expected port = "stick" in [zigbee]'),
    ],
)
def test_what_has_no_place_is_named(
    text: str, cameras: dict[str, dict[str, str]], said: str
) -> None:
    with pytest.raises(NoPlace) as wrong:
        placed(text, PORTS, cameras)

    assert said in str(wrong.value)


def test_a_house_without_cameras_needs_no_place_for_any() -> None:
    text = '[zigbee]\nport = "stick"\n'

    assert placed(text, {Radio.ZIGBEE: "/dev/x"}, {}) == '[zigbee]\nport = "/dev/x"\n'
