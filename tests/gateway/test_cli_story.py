"""The demo's story: which moments are told, and how its latencies add up."""

from pathlib import Path
from typing import Any

import pytest

from gateway.cli.demo.command import HOUSE, ONE_RADIO, rules_of
from gateway.cli.demo.story import Kind, Story
from gateway.config.load import load
from simulator.play import open_home
from simulator.play.house import HOUSES

MS = 1_000_000
DOOR = "zigbee:00124b001ca10001/1"


def entry(at_us: int, event: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "entry": 1,
        "at_us": at_us,
        "event": event,
        "text": "front_door: …",
        "effects": [],
        **more,
    }


def opened(at_us: int, reading: str = "contact:open") -> dict[str, Any]:
    return entry(at_us, {"is": "Reported", "device": DOOR, "reading": reading})


def siren(at_ns: int, *, sounding: bool = True) -> dict[str, Any]:
    return {"happening": "siren", "device": "hall_siren", "sounding": sounding, "at_ns": at_ns}


def story(phase: str = "armed", deadline_us: int | None = None) -> Story:
    told = Story(ready_ns=1)
    area = {"phase": phase, "deadline_us": deadline_us}
    device = {"id": DOOR, "readings": {}, "heard_seconds": 0.0}
    told.entered(opened(1, "contact:closed"))
    state: Any = {
        "boottime_offset_us": 0,
        "areas": {"house": area},
        "devices": {"front_door": device},
    }
    told.see(state)
    return told


def test_a_report_is_told_with_its_way_from_wire_to_journal() -> None:
    told = story()

    with told.acting():
        told.entered(opened(5_800))
        told.acted("front_door", 5 * MS, cause=True)

    assert told.lines[-1].note == "0.8 ms after the wire"
    assert told.entry_ms == [0.8]


def test_a_siren_of_an_instant_zone_is_counted_from_wire_to_wire() -> None:
    told = story()

    with told.acting():
        told.happened(siren(7 * MS))
        told.acted("front_door", 5 * MS, cause=True)

    assert told.lines[-1].note == "2.0 ms from wire to wire"
    assert told.soundings[0].cause == "front_door"


def test_a_siren_after_an_entry_delay_is_counted_from_its_end() -> None:
    told = story("entry", deadline_us=3_000_000)
    told.acted("front_door", 5 * MS, cause=True)

    told.happened(siren(3_002 * MS))

    assert told.lines[-1].note == "2.0 ms after the entry delay ended"


def test_a_siren_that_is_told_again_sounds_once() -> None:
    told = story()

    for at_ns in (7 * MS, 60 * MS):
        told.happened(siren(at_ns))
    told.happened(siren(90 * MS, sounding=False))

    assert len(told.soundings) == 1
    assert not told.sounding


def test_a_reading_that_is_told_anew_is_no_news() -> None:
    told = story()
    before = told.told

    for reading in ("contact:closed", "contact:unknown", "contact:closed"):
        told.entered(opened(9, reading))

    assert [line.text for line in told.lines][before:] == ["front_door: …"]


def test_a_fault_that_was_never_there_is_no_news_when_it_is_over() -> None:
    told = story()
    fault = {"is": "DeviceFault", "device": DOOR, "fault": "dead"}
    before = told.told

    for present in (False, True, False, False):
        told.entered(entry(9, {**fault, "present": present}))

    assert told.told - before == 2  # it came, and it went


def test_a_run_of_a_rule_is_told_with_its_reason() -> None:
    told = story()
    ran = {"is": "RuleRan", "rule": "lock_up", "run": 1, "outcome": "ran", "trigger": "it is armed"}
    dropped = {**ran, "outcome": "dropped", "why": "it runs already"}
    effects = [{"id": "2.0", "effect": ran}, {"id": "2.1", "effect": dropped}]

    told.entered(entry(5_000, {"is": "Ticked"}, effects=effects))

    assert [(line.kind, line.text) for line in list(told.lines)[-2:]] == [
        (Kind.RULE, "the rule lock_up ran: it is armed"),
        (Kind.RULE, "the rule lock_up dropped: it runs already"),
    ]


@pytest.mark.parametrize(("house", "last"), [(ONE_RADIO, "night_round"), (HOUSE, "lock_up_behind")])
def test_the_rules_of_the_demo_hold(tmp_path: Path, house: str, last: str) -> None:
    home = open_home(HOUSES / f"{house}.toml")
    hub = home.hub_file.read_text("utf-8").replace('"stick"', '"/dev/ttyUSB0"')
    file = tmp_path / "hub.toml"
    file.write_text(f"{hub}\n{rules_of(home)}", "utf-8")
    file.chmod(0o600)

    assert {"lock_up", last} <= load(file).site().rules.rules.keys()


def test_what_people_are_told_is_found_inside_the_order() -> None:
    told = story()
    notice = {"is": "Notify", "text": "ALARM in house", "level": "alarm"}

    told.entered(entry(9, {"is": "Ticked"}, effects=[{"id": "1.0", "effect": notice}]))

    assert (told.lines[-1].kind, told.lines[-1].text) == (Kind.ALARM, "ALARM in house")
