"""`nightlatch why` of what cameras saw: who confirmed an alarm, and what was asked of cameras."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli.root import app
from gateway.model.capability import Motion, Picture
from gateway.model.device import DeviceId, DriverId
from gateway.model.event import ArmRequested, DriverFound, Reported
from gateway.model.sight import ClipKept, Inspected, PersonSeen
from tests.gateway.lived import HALL, RULES, Life, calm, write_config

YARD = DeviceId("onvif:yard/0")
CAMERA = """
[[camera]]
name = "yard"
rtsp = "rtsp://127.0.0.1/1"
area = "house"
zones = [{ name = "porch", shape = [[0, 0], [1, 0], [1, 1]] }]

[[zone]]
name = "hall"
area = "house"
device = "hall_motion"
reading = "motion"
kind = "instant"
modes = ["away", "night"]

[area.confirm]

[[rule]]
id = "porch"
when = { camera = "yard", sees = "person", in = "porch" }
do = [{ record = "yard", for = "20s" }]
"""
ARM = ArmRequested("house", "night", "anna", "cli")
RESTS = Reported(HALL, Motion.STILL)
PERSON = PersonSeen(YARD, 1, 0.84, ("porch",))


@pytest.fixture
def life(tmp_path: Path) -> Life:
    made = Life(write_config(tmp_path, RULES + CAMERA))
    seeing = (0.5, DriverFound(DriverId("onvif"))), (0.6, Reported(YARD, Picture.SEEING))
    made.live(*calm(), *seeing)
    return made


def whats(life: Life, *words: str) -> list[str]:
    result = CliRunner().invoke(app, [*words, "--json", "--config", str(life.config)])
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    return [link["what"] for link in answer["links"]]


def test_an_alarm_says_who_confirmed_it(life: Life) -> None:
    life.live((10, ARM), (100, Reported(HALL, Motion.MOVING)), (100.5, PERSON))

    told = whats(life, "why", "siren")

    assert "house is in alarm (night)" in told
    assert "hall (hall_motion motion:moving) went off" in told
    assert "the alarm was confirmed by yard camera (person, 0.84)" in told


def test_an_alarm_says_why_nobody_confirmed_it(life: Life) -> None:
    blind = (50, Reported(YARD, Picture.COVERED))
    life.live((10, ARM), blind, (100, Reported(HALL, Motion.MOVING)))

    assert "the alarm was unconfirmed: yard does not see (covered)" in whats(life, "why", "siren")


def test_an_alarm_after_a_trip_that_came_to_nothing_names_the_trip_that_began_it(
    tmp_path: Path,
) -> None:
    confirm = '[area.confirm]\notherwise = "notice"'
    life = Life(write_config(tmp_path, RULES + CAMERA.replace("[area.confirm]", confirm)))
    seeing = (0.5, DriverFound(DriverId("onvif"))), (0.6, Reported(YARD, Picture.SEEING))
    looked = Inspected(YARD, (), 9)
    life.live(*calm(), *seeing, (10, ARM))
    life.live((100, Reported(HALL, Motion.MOVING)), (101.6, looked), (110, RESTS))
    life.live((165, Reported(HALL, Motion.MOVING)))
    second = life.number
    life.live((165.5, PERSON))

    result = CliRunner().invoke(app, ["why", "alarm", "--json", "--config", str(life.config)])
    links = {link["what"]: link["entry"] for link in json.loads(result.stdout)["links"]}

    assert "the alarm was confirmed by yard camera (person, 0.84)" in links
    assert links["hall (hall_motion motion:moving) went off"]["number"] == second


def test_an_entry_tells_what_was_asked_of_the_cameras(life: Life) -> None:
    life.live((10, ARM), (100, Reported(HALL, Motion.MOVING)))

    told = whats(life, "why", str(life.number))

    assert told[0] == "hall_motion: motion moving"
    trip = "hall (hall_motion motion:moving)"
    assert f"asked of the cameras: yard: look for 1.5 s ({trip})" in told
    assert "asked of the cameras: yard: record house 100 for 30 s" in told


def test_a_rule_that_records_tells_what_it_saw(life: Life) -> None:
    life.live((10, PERSON))

    assert whats(life, "why", "porch")[0] == "rule porch, run 1, ran"
    told = whats(life, "why", str(life.number))
    assert told[0] == "yard sees a person (0.84) in porch"
    assert "asked of the cameras: yard: record rule:porch 1 for 20 s" in told


def test_the_log_tells_of_clips(life: Life) -> None:
    life.live((10, ClipKept(YARD, "yard-7", "0" * 64, 6.0, 36.5, "house 100", 4_000_000)))

    told = "yard: clip yard-7 of house 100 is kept (36.5 s, 6.0 s of it from before)"
    assert whats(life, "why", str(life.number))[0] == told
