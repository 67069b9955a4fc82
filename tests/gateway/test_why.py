"""`nightlatch why`: who or what brought it about, from a real journal of a home with rules."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli.root import app
from gateway.history.past import past
from gateway.history.subjects import Kind, Subject
from gateway.history.why import why
from gateway.journal import thinning
from gateway.model.capability import Capability, Contact, Lock, Motion
from gateway.model.command import LockDoor
from gateway.model.device import Device
from gateway.model.event import (
    ArmRequested,
    CommandRequested,
    DeviceJoined,
    DisarmRequested,
    DriverLost,
    LockOperated,
    Reported,
    Ticked,
)
from tests.gateway.lived import (
    FRONT,
    GARAGE,
    HALL,
    KITCHEN,
    LOCK,
    SIREN,
    ZIGBEE,
    Life,
    calm,
    write_config,
)

ARM = ArmRequested("house", "away", "anna", "cli")
NIGHT = ArmRequested("house", "night", "cli", "cli")
DISARM = DisarmRequested("house", "anna", "cli")


@pytest.fixture
def life(tmp_path: Path) -> Life:
    made = Life(write_config(tmp_path))
    made.live(*calm())
    return made


def call(life: Life, command: str, *words: str) -> Any:
    return CliRunner().invoke(app, [command, *words, "--config", str(life.config)])


def asked(life: Life, *words: str, code: int = 0) -> dict[str, Any]:
    result = call(life, "why", *words, "--json")
    assert result.exit_code == code, result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def whats(answer: dict[str, Any]) -> list[str]:
    return [link["what"] for link in answer["links"]]


def texts(answer: dict[str, Any]) -> list[str]:
    return [link["entry"]["text"] for link in answer["links"]]


def test_a_siren_by_the_alarm_names_the_window_and_who_armed(life: Life) -> None:
    life.live((10, ARM), (100, Reported(KITCHEN, Contact.OPEN)))

    answer = asked(life, "siren")

    assert whats(answer) == [
        "ordered: hall_siren: sound for 180 s",
        "house is in alarm (away)",
        "kitchen (kitchen_window contact:open) went off",
        "house was armed away by anna",
    ]
    assert (
        texts(answer)[0] == texts(answer)[1] == texts(answer)[2] == "kitchen_window: contact open"
    )
    assert texts(answer)[3] == "anna asks to arm house away"
    assert whats(asked(life, "hall_siren"))[:4] == whats(answer)
    assert whats(asked(life, "alarm"))[0].startswith("people were told (alarm): ALARM in house")


def test_a_siren_after_the_entry_delay_names_the_door_that_began_it(life: Life) -> None:
    life.live((10, ARM), (100, Reported(FRONT, Contact.OPEN)), (140, Ticked()))

    answer = asked(life, "siren")

    assert texts(answer)[:2] == ["a delay is over", "a delay is over"]
    assert answer["links"][2]["what"] == "front (front_door contact:open) went off"
    assert texts(answer)[2] == "front_door: contact open"


def test_a_siren_by_a_rule_names_the_run_each_term_and_who_changed_it(life: Life) -> None:
    life.live((10, NIGHT), (100, Reported(GARAGE, Contact.OPEN)))

    answer = asked(life, "siren")

    ordered, run = answer["links"]
    assert (ordered["by"], ordered["entry"]["text"]) == (
        "rule:garage_alarm",
        "garage_door: contact open",
    )
    assert run["rule"]["trigger"] == "garage_door contact becomes open"
    assert "    area.house.armed is true".strip() in [term.strip() for term in run["rule"]["terms"]]
    changed = {one["name"]: one for one in run["changed"]}
    assert changed["area house"]["value"] == "armed night"
    assert changed["area house"]["by"] == "cli"
    assert changed["area house"]["entry"]["text"] == "cli asks to arm house night"
    assert changed["garage_door contact"]["entry"]["number"] == ordered["entry"]["number"]
    assert changed["kitchen_window contact"]["value"] == "closed"


def test_a_siren_that_was_silenced_says_so_too(life: Life) -> None:
    life.live((10, NIGHT), (100, Reported(KITCHEN, Contact.OPEN)), (110, DISARM))

    last = asked(life, "siren")["links"][-1]

    assert last["what"] == "ordered: hall_siren: be silent"
    assert last["by"] == "anna"


def test_a_lock_by_a_rule_on_arming(life: Life) -> None:
    life.live(
        (10, ARM),
        (80, LockOperated(LOCK, Lock.LOCKED, "radio")),
        (80.5, Reported(LOCK, Lock.LOCKED)),
    )

    answer = asked(life, "front_lock")

    assert whats(answer)[:2] == ["ordered: front_lock: lock", "rule lock_up, run 1, ran"]
    assert answer["links"][0]["by"] == "rule:lock_up"
    assert answer["links"][1]["changed"][0]["name"] == "area house"
    assert answer["links"][2]["what"] == "front_lock lock is locked"
    assert answer["links"][2]["by"] == "front_lock locked (radio)"


def test_a_bolt_that_a_person_had_thrown_names_the_order(life: Life) -> None:
    life.live((10, CommandRequested(LockDoor(LOCK), "anna")), (12, Reported(LOCK, Lock.LOCKED)))

    ordered, reads = asked(life, "front_lock")["links"]

    assert ordered["by"] == "anna"
    assert reads["by"] == f"ordered by entry {ordered['entry']['number']} (anna)"


def test_a_house_that_was_disarmed_with_a_code_names_whose(life: Life) -> None:
    life.live((10, ARM), (100, DISARM))

    answer = asked(life, "house")

    assert whats(answer) == ["house is disarmed"]
    assert answer["links"][0]["by"] == "anna"
    assert answer["links"][0]["entry"]["by"] == "anna"
    assert asked(life, "disarmed")["links"] == answer["links"]


def test_what_is_not_so_is_said_and_the_exit_code_is_1(life: Life) -> None:
    assert asked(life, "armed", code=1)["sentence"] == "no area is armed"
    assert "no siren was ever told to sound" in asked(life, "siren", code=1)["sentence"]
    assert "rule lock_up never ran" in asked(life, "lock_up", code=1)["sentence"]
    assert "there is no entry 4711" in asked(life, "4711", code=1)["sentence"]


def test_an_armed_house_names_the_end_of_the_delay_and_who_asked(life: Life) -> None:
    life.live((10, ARM), (80, Ticked()))

    answer = asked(life, "armed")

    assert whats(answer) == ["house is armed (away)", "house was armed away by anna"]
    assert texts(answer) == ["a delay is over", "anna asks to arm house away"]


def test_a_run_that_waited_names_how_it_began(life: Life) -> None:
    life.live((10, Reported(HALL, Motion.MOVING)), (80, Ticked()))

    answer = asked(life, "lamp")

    assert whats(answer)[:3] == [
        "ordered: lamp: turn on",
        "rule slow_lamp, run 1, went on",
        "rule slow_lamp, run 1, ran",
    ]
    assert texts(answer)[:3] == ["a delay is over", "a delay is over", "hall_motion: motion moving"]
    assert whats(asked(life, "slow_lamp")) == whats(answer)[1:3]


def test_an_answer_of_the_past_knows_nothing_of_what_came_later(life: Life) -> None:
    life.live((10, ARM), (80, Ticked()), (100, DISARM))
    armed = asked(life, "armed", code=1)["links"][0]["entry"]["number"] - 1

    assert whats(asked(life, "house", "--at", str(armed)))[0] == "house is armed (away)"
    assert whats(asked(life, "house", "--at", "2026-11-21T12:01:30+00:00")) == whats(
        asked(life, "house", "--at", str(armed))
    )
    assert (
        whats(asked(life, "house", "--at", "2026-11-21T13:00:20"))[0] == "house is in exit (away)"
    )


def test_an_entry_tells_all_it_brought_about(life: Life) -> None:
    life.live((10, NIGHT), (100, Reported(GARAGE, Contact.OPEN)))
    number = asked(life, "siren")["links"][0]["entry"]["number"]

    answer = asked(life, str(number))

    assert whats(answer)[:3] == [
        "garage_door: contact open",
        "rule garage_alarm, run 1, ran",
        "ordered: hall_siren: sound for 30 s",
    ]


def test_a_reading_names_the_report_that_changed_it_and_not_the_repeats(life: Life) -> None:
    life.live(
        (10, Reported(FRONT, Contact.OPEN)),
        *((20 + n, Reported(FRONT, Contact.CLOSED)) for n in range(5)),
    )

    reads = asked(life, "front_door")["links"][0]

    assert (reads["what"], reads["entry"]["wall"]) == (
        "front_door contact is closed",
        "2026-11-21T12:00:20+00:00",
    )


def test_a_name_that_is_none_is_answered_with_what_may_be_meant(life: Life) -> None:
    result = call(life, "why", "hall_sirn")

    assert result.exit_code == 2
    assert "did you mean hall_siren" in result.stderr
    assert call(life, "why", "siren", "--at", "yesterday").exit_code == 2


def test_people_are_told_when_by_whom_and_why(life: Life) -> None:
    life.live((10, NIGHT), (100, Reported(GARAGE, Contact.OPEN)))

    said = call(life, "why", "siren").stdout

    assert "2026-11-21 13:01:40" in said  # as the clock at home shows it
    assert "area house is armed night since 2026-11-21 13:00:10" in said
    assert "area.house.armed is true" in said
    (armed,) = [line for line in said.splitlines() if "armed night since" in line]
    assert armed.count("cli") == 1


def test_what_nobody_knows_any_more_is_told_as_it_was(life: Life) -> None:
    life.live((10, Reported(FRONT, Contact.OPEN)), (20, DriverLost(ZIGBEE, "pulled")))

    what = "front_door contact was open when it last told; it is unknown now"
    assert whats(asked(life, "front_door"))[0] == what
    then = asked(life, "front_door")["links"][0]["entry"]["number"]
    assert whats(asked(life, "front_door", "--at", str(then)))[0] == "front_door contact is open"


def test_who_did_it_is_said_once(life: Life) -> None:
    back = DeviceJoined(Device(SIREN, frozenset({Capability.SIREN, Capability.POWER})))
    life.live((10, NIGHT), (100, Reported(KITCHEN, Contact.OPEN)), (110, back))

    said = call(life, "why", "house").stdout + call(life, "why", "siren").stdout

    assert "house was armed night by cli\n" in said
    assert "ordered: hall_siren: sound for 170 s\n" in said
    assert said.count("hall_siren is here: power, siren") == 1


def test_after_retention_the_answer_says_how_far_the_journal_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thinning, "APART", 20)
    life = Life(write_config(tmp_path), keep=50, every=20)
    life.live(*calm(), (10, ARM), (80, Ticked()), *((100 + n, Ticked()) for n in range(300)))

    answer = asked(life, "house")

    assert whats(answer)[0] == "house is armed (away)"
    assert answer["links"][0]["entry"] is None
    assert answer["notes"][0].startswith("the journal goes back to entry ")
    assert "goes back to entry" in asked(life, "front_door", code=1)["sentence"]


def test_why_needs_no_configuration_of_now(life: Life) -> None:
    life.live((10, NIGHT), (100, Reported(GARAGE, Contact.OPEN)))
    life.config.write_text("this is no configuration", "utf-8")

    result = CliRunner().invoke(
        app, ["why", "siren", "--json", "--config", str(life.config), "--state", str(life.folder)]
    )

    assert json.loads(result.stdout)["links"][1]["rule"]["rule"] == "garage_alarm"


def test_every_subject_is_answered_from_every_entry_on(life: Life) -> None:
    life.live((10, ARM), (100, Reported(KITCHEN, Contact.OPEN)), (110, DISARM))

    with past(life.folder) as opened:
        site = opened.site()
        for number in range(opened.first, opened.last + 1):
            for kind in Kind:
                names = {Kind.AREA: "house", Kind.DEVICE: LOCK, Kind.RULE: "lock_up"}
                subject = Subject(kind, names.get(kind, str(number)))
                answer = why(opened, site, subject, number)
                assert answer.sentence
                assert max(answer.entries(), default=0) <= number
