"""The demo's console: what is seen of the devices of both radios, however small the terminal."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console, ConsoleDimensions

from gateway.cli.demo.command import CAMERAS, HOUSE
from gateway.cli.demo.screen import draw
from gateway.cli.demo.story import Story
from simulator.play import Home, open_home
from simulator.play.house import HOUSES, Radio


@pytest.fixture(scope="module")
def home() -> Home:
    return open_home(HOUSES / f"{HOUSE}.toml", CAMERAS)


def told(home: Home, **readings: str) -> Story:
    """Tell of a house in which all is well, but for these contacts."""
    devices: dict[str, Any] = {
        name: {
            "id": name,
            "readings": {"contact": readings.get(name, "closed")} if name in readings else {},
            "heard_seconds": 1.0,
        }
        for name in home.devices
    }
    state: Any = {"boottime_offset_us": 0, "areas": {}, "devices": devices, "troubles": []}
    story = Story(ready_ns=1)
    story.see(state)
    return story


def drawn(story: Story, home: Home, width: int, height: int) -> str:
    paper = StringIO()
    console = Console(file=paper, width=width, height=height, color_system=None)
    console.print(draw(story, home.devices, ConsoleDimensions(width, height)))
    return paper.getvalue()


def test_a_large_terminal_has_room_for_all_and_names_their_radios(home: Home) -> None:
    picture = drawn(told(home), home, 120, 40)

    assert all(name in picture for name in home.devices)
    assert picture.count("Z-Wave") == len(home.of(Radio.ZWAVE)) + 1  # a key has it too
    assert picture.count("camera") == len(home.of(Radio.CAMERA)) + 1  # so has one
    assert "more" not in picture


@pytest.mark.parametrize("size", [(80, 24), (100, 24), (120, 30)])
def test_what_has_news_is_seen_in_a_small_one_too(home: Home, size: tuple[int, int]) -> None:
    story = told(home, front_door="closed", terrace_door="open", porch_keypad="tampered")

    picture = drawn(story, home, *size)

    assert "terrace_door" in picture
    assert "porch_keypad" in picture
    assert "… and " in picture
    assert "kill Z-Wave" in picture
    assert "quit" in picture


@pytest.mark.parametrize("picture", ["blind", "covered", "lost"])
def test_a_camera_that_does_not_see_is_news(home: Home, picture: str) -> None:
    story = told(home)
    assert story.state is not None
    story.state["devices"]["hall"]["readings"] = {"camera": picture}

    drawn_small = drawn(story, home, 80, 24)

    assert picture in drawn_small
    assert "yard" not in drawn_small.replace("yard_", "")


def test_what_is_not_known_is_said_of_what_a_device_is_there_for(home: Home) -> None:
    story = told(home)
    assert story.state is not None
    story.state["devices"]["terrace_door"]["readings"] = {"contact": "open", "battery": "unknown"}
    known = drawn(story, home, 120, 40)
    story.state["devices"]["terrace_door"]["readings"] = {"contact": "unknown", "tamper": "unknown"}

    assert "unknown" not in known
    assert drawn(story, home, 120, 40).count("unknown") == 1


def test_a_terminal_with_no_room_at_all_is_no_fault(home: Home) -> None:
    assert drawn(told(home, terrace_door="open"), home, 40, 8)
