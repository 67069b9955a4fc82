"""The cameras of the demo: who is in the picture, what that does to the alarm, what is kept."""

from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console

from gateway.cli import extras
from gateway.cli.demo import command, plays, summary
from gateway.cli.demo.stage import Stage
from gateway.cli.demo.story import Kind, Story
from gateway.cli.options import Listen
from gateway.cli.output import Problem
from gateway.config.load import load
from simulator.play import VirtualHouse, open_home
from simulator.play.clips import Clip
from simulator.play.house import HOUSES, Radio, Resident

MS = 1_000_000
YARD = "onvif:yard/0"
PICTURE = "20261121T160112Z-yard-1a2b3c4d"
SIGHT = {"is": "PersonSeen", "device": YARD, "score": 0.84, "track": 1, "picture": PICTURE}


def entry(event: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"entry": 1, "at_us": 5_000, "event": event, "text": "…", "effects": [], **more}


def seeing() -> Story:
    """Give the story of a house with a camera in the yard."""
    told = Story(ready_ns=1)
    device = {"id": YARD, "readings": {"camera": "seeing"}, "heard_seconds": 0.0}
    state: Any = {"boottime_offset_us": 0, "areas": {}, "devices": {"yard": device}}
    told.see(state)
    return told


def alarm(text: str, level: str = "alarm") -> dict[str, Any]:
    notice = {"is": "Notify", "text": text, "level": level}
    return entry({"is": "Ticked"}, effects=[{"id": "1.0", "effect": notice}])


def test_a_person_is_told_with_the_name_of_the_picture() -> None:
    told = seeing()

    told.entered(entry(SIGHT))
    told.entered(entry({**SIGHT, "score": 0.9, "picture": "another"}))

    assert [line.note for line in told.lines] == [f"picture {PICTURE}", "picture another"]
    person = told.persons["yard"]  # the first one counts
    assert (person.score, person.picture) == (0.84, PICTURE)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (
            "ALARM in house: living (x motion:moving), confirmed by hall camera (person, 0.84)",
            "confirmed by hall camera (person, 0.84)",
        ),
        (
            "ALARM in house: living (x motion:moving), unconfirmed: hall does not see (lost)",
            "unconfirmed: hall does not see (lost)",
        ),
        (
            "the alarm in house is confirmed by hall camera (person, 0.84)",
            "confirmed by hall camera (person, 0.84)",
        ),
        ("ALARM in house: front (front_door contact:open)", ""),
    ],
)
def test_what_came_of_the_wait_for_a_camera_is_kept(text: str, verdict: str) -> None:
    told = seeing()

    told.entered(alarm(text))
    told.entered(alarm("house: unconfirmed talk", level="info"))

    assert told.verdict == verdict


def test_the_end_tells_of_the_person_the_verdict_and_clips_from_before_the_trip(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = seeing()
    told.entered(entry(SIGHT))
    told.entered(alarm("ALARM in house: x, confirmed by yard camera (person, 0.84)"))
    told.acted("front_door", 7_000 * MS, cause=True)
    told.acted("living_motion", 9_000 * MS, cause=True)
    told.clips = (Clip("c", "yard", "house 9", 1_000 * MS, 12.3, "whole", "ab"),)
    paper = StringIO()
    monkeypatch.setattr(summary, "Paper", lambda: Console(file=paper, width=100))

    summary.show("break-in", told, "")

    said = paper.getvalue()
    assert f"yard sees a person (0.84): picture {PICTURE}" in said
    assert "the alarm is confirmed by yard camera (person, 0.84)" in said
    assert "yard recorded clip c: 12.3 s, from 6.0 s before the first trip" in said
    data = summary.as_dict("break-in", told, "")
    assert data["persons"] == [{"camera": "yard", "score": 0.84, "picture": PICTURE}]
    assert data["clips"][0]["before_trip_seconds"] == 6.0
    assert data["clips"][0]["sha256"] == "ab"


class House:
    """A house whose cameras see whoever is shown to them, and whose siren sounds for a motion."""

    def __init__(self, *cameras: str) -> None:
        self.acts: list[tuple[str, str]] = []
        self.story = seeing()
        residents = {name: Resident(name, Radio.CAMERA, "camera") for name in cameras}
        others = {name: Resident(name, Radio.ZIGBEE, "motion") for name in ("landing_motion",)}
        self.home = SimpleNamespace(devices={**residents, **others})
        self.far = self.hub = self
        state: Any = {**(self.story.state or {}), "areas": {"house": {"phase": "armed"}}}
        self.story.state = state

    async def act(self, do: str, device: str, **_: object) -> int:
        self.acts.append((do, device))
        if do == "show":
            self.story.entered(entry({**SIGHT, "device": f"onvif:{device}/0"}))
        elif device == "living_motion":
            self.story.entered(alarm("ALARM in house: x, confirmed by hall camera (person)"))
        if device == "living_motion" or (not self.home.devices.get("hall") and "open" in do):
            siren = {"happening": "siren", "device": "s", "sounding": True, "at_ns": 9}
            self.story.happened(siren)
        return 9


@pytest.fixture(autouse=True)
def haste(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STEPS_SECONDS", "LISTEN_SECONDS"):
        monkeypatch.setattr(plays, name, 0.0)


def stage(house: House) -> Stage:
    return Stage(cast("VirtualHouse", house), house.story, "4711")


async def test_the_burglar_is_seen_by_the_cameras_before_the_siren() -> None:
    house = House("yard", "hall")

    await plays.break_in(stage(house))

    assert house.acts == [
        ("show", "yard"),
        ("open", "front_door"),
        ("motion", "hall_motion"),
        ("show", "hall"),
        ("motion", "landing_motion"),
        ("motion", "living_motion"),
    ]
    assert house.story.verdict == "confirmed by hall camera (person)"


async def test_without_cameras_the_burglary_is_as_it_was() -> None:
    house = House()

    await plays.break_in(stage(house))

    assert house.acts == [
        ("open", "front_door"),
        ("motion", "hall_motion"),
        ("motion", "landing_motion"),
    ]


async def test_a_cap_is_put_on_the_camera_and_taken_off() -> None:
    house = House("yard")
    there = stage(house)

    await plays.toggle_cap(there)
    await plays.toggle_cap(there)

    assert house.acts == [("cover", "yard"), ("rest", "yard")]


async def test_a_cap_stays_on_when_the_burglar_comes() -> None:
    house = House("yard", "hall")
    there = stage(house)
    await plays.toggle_cap(there)

    await plays.break_in(there)

    assert ("show", "yard") not in house.acts
    assert ("show", "hall") in house.acts
    assert any("with a cap on" in line.text for line in house.story.lines)


async def test_where_there_is_no_camera_there_is_no_cap() -> None:
    house = House()

    await plays.toggle_cap(stage(house))

    assert house.acts == []
    assert house.story.lines[-1].text == "This home has no cameras."


@pytest.mark.parametrize("house", [command.HOUSE, command.ONE_RADIO])
def test_the_hub_of_the_demo_takes_its_cameras(tmp_path: Path, house: str) -> None:
    home = open_home(HOUSES / f"{house}.toml", command.CAMERAS)
    text = home.hub_text.replace('"stick"', '"/dev/ttyUSB0"')
    for camera in home.of(Radio.CAMERA):
        file = tmp_path / f"{camera.name}.password"
        file.write_text(camera.password)
        file.chmod(0o600)
    file = tmp_path / "hub.toml"
    file.write_text(f"{text}\n{command.rules_of(home)}", "utf-8")
    file.chmod(0o600)

    confirm = load(file).site().areas["house"].confirm

    assert confirm is not None
    assert confirm.cameras == ("onvif:hall/0",)


def test_without_the_extra_the_demo_goes_on_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda _: None)

    def no_packages(*, as_json: bool) -> None:  # noqa: ARG001 - called by its name
        return None

    monkeypatch.setattr(command, "for_virtual_houses", no_packages)
    story = Story()
    wish = command.Wish("break-in", leave=True, listen=Listen.PTY, as_json=True)

    home, _ = command.home_of(wish, story)

    assert home.radios == home.sticks
    assert story.lines[-1].kind is Kind.STAGE
    assert "pip install 'nightlatch[cameras]'" in story.lines[-1].text


def test_a_scenario_with_cameras_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda _: None)

    with pytest.raises(Problem, match=r"pip install 'nightlatch\[cameras\]'"):
        extras.must_have_cameras()
