"""What was seen, in words; and the sentences that are held against it."""

from collections.abc import Mapping
from typing import Any

import pytest

from gateway.model.capability import Picture
from gateway.model.effect import Outcome
from rules.state import Phase, TroubleKind
from simulator.play.seen import RUNS, HubEye, Seen, from_air
from simulator.play.sentence import PHASES, PICTURES, TROUBLES, Sentence


@pytest.mark.parametrize(
    ("happening", "words"),
    [
        ({"happening": "siren", "sounding": True, "seconds": 180}, "d sounds 180"),
        ({"happening": "siren", "sounding": False, "seconds": 0}, "d stops"),
        ({"happening": "lock", "state": "locked", "by": "radio"}, "d locks"),
        ({"happening": "lock", "state": "jammed"}, "d jams"),
        ({"happening": "switch", "on": True}, "d goes on"),
        ({"happening": "joined"}, "d joins"),
        ({"happening": "enrolled", "zone_id": 3}, "d enrols"),
        ({"happening": "keypad", "state": "exit_delay", "seconds": 3}, "d shows exit_delay 3"),
        ({"happening": "keypad", "state": "disarmed", "seconds": 0}, "d shows disarmed"),
        ({"happening": "arm_response", "notification": "not_ready"}, "d hears not_ready"),
        ({"happening": "secured", "granted": "access", "radio": "zwave"}, "d gets keys"),
        ({"happening": "keypad", "state": "entry_delay", "seconds": 9.0}, "d shows entry_delay 9"),
    ],
)
def test_a_happening_in_words(happening: Mapping[str, Any], words: str) -> None:
    assert str(from_air({**happening, "device": "d", "at_ns": 5})) == words


def test_a_stick_bears_the_name_of_its_radio() -> None:
    gone = {"happening": "stick", "host_gone": True, "at_ns": 5}

    assert str(from_air({**gone, "radio": "zwave"})) == "zwave_stick disconnects"
    assert str(from_air(gone)) == "stick disconnects"


def test_a_happening_without_words_is_not_seen() -> None:
    assert from_air({"happening": "squawk", "device": "d"}) is None


YARD = "onvif:yard/0"
SIGHT = {"device": YARD, "score": 0.8412, "track": 3, "picture": "20261121T160112Z-yard-1a2b3c4d"}


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            {"is": "PersonSeen", **SIGHT},
            "yard sees a person 0.84 20261121T160112Z-yard-1a2b3c4d",
        ),
        ({"is": "AnimalSeen", **SIGHT, "picture": "", "score": 1}, "yard sees an animal 1.00"),
        ({"is": "Reported", "device": YARD, "reading": "camera:blind"}, "yard is blind"),
        ({"is": "ButtonPressed", "device": YARD, "button": 1}, "yard rings"),
        ({"is": "ClipKept", "device": YARD, "clip": "c"}, "yard keeps a clip c"),
        ({"is": "ClipFailed", "device": YARD, "reason": "x"}, "yard loses a clip"),
        ({"is": "Reported", "device": YARD, "reading": "motion:moving"}, None),
        ({"is": "Reported", "device": "zigbee:0/1", "reading": "camera:blind"}, None),
        ({"is": "ButtonPressed", "device": "zwave:1/2/0", "button": 1}, None),
        ({"is": "Ticked"}, None),
    ],
)
def test_what_the_hub_heard_of_a_camera_in_words(
    event: Mapping[str, Any], words: str | None
) -> None:
    entry = {"entry": 7, "at_us": 2_000, "text": "", "event": event, "effects": []}

    heard = [str(seen) for seen in HubEye(offset_us=1_000).entry(entry)]

    assert heard == ([] if words is None else [words])


def state(phase: str, since_us: int = 10, **more: Any) -> Mapping[str, Any]:
    area = {"phase": phase, "since_us": since_us, "bypassed": more.pop("bypassed", [])}
    return {
        "house_time_us": 5_000,
        "boottime_offset_us": 1_000,
        "areas": {"house": area},
        "troubles": more.pop("troubles", []),
    }


def test_a_phase_is_seen_once_and_at_the_moment_it_began() -> None:
    eye = HubEye()

    first = eye.state(state("disarmed"))
    armed = eye.state(state("armed", 3_000))
    again = eye.state(state("armed", 3_000))

    assert first == []  # how things stood is no news
    assert armed == [Seen(2_000_000, "house", "is", "armed")]
    assert again == []


def test_troubles_and_bypasses_are_seen_to_come_and_go() -> None:
    eye = HubEye()
    trouble = {"kind": "tamper", "subject": "front_door", "since_us": 4_000}
    eye.state(state("armed"))

    came = eye.state(state("armed", troubles=[trouble], bypassed=["kitchen"]))
    went = eye.state(state("armed"))

    assert came == [
        Seen(3_000_000, "hub", "has", "trouble tamper front_door"),
        Seen(4_000_000, "kitchen", "is", "bypassed"),
    ]
    assert [str(seen) for seen in went] == [
        "hub loses trouble tamper front_door",
        "kitchen is back",
    ]


def test_an_entry_is_heard_and_so_is_what_people_are_told_because_of_it() -> None:
    eye = HubEye(offset_us=1_000)
    effects = [{"id": "7.0", "effect": {"is": "Notify", "text": "alarm in house"}}]

    heard = list(
        eye.entry({"entry": 7, "at_us": 2_000, "text": "front_door opened", "effects": effects})
    )

    assert heard == [
        Seen(1_000_000, "hub", "says", "front_door opened"),
        Seen(1_000_000, "hub", "tells", "alarm in house"),
    ]


@pytest.mark.parametrize("outcome", Outcome)
def test_what_becomes_of_a_run_is_seen(outcome: Outcome) -> None:
    ran = {"is": "RuleRan", "rule": "lamp", "run": 1, "outcome": str(outcome), "trigger": "x"}
    effects = [{"id": "7.0", "effect": ran}]

    heard = list(HubEye().entry({"entry": 7, "at_us": 2, "text": "", "effects": effects}))

    assert heard == [Seen(2_000, "hub", RUNS[outcome], "lamp")]


def test_a_step_of_the_wall_clock_is_set_against_the_clock_of_the_wire() -> None:
    eye = HubEye(offset_us=1_000)
    entry = {"entry": 7, "at_us": 1_500_000, "wall": "1970-01-01T00:00:02+00:00", "text": "x"}

    list(eye.entry({**entry, "event": {"is": "DeviceHeard"}}))
    before = eye.wall_offset_us  # the clock shows it, but the rules were not told yet
    list(eye.entry({**entry, "event": {"is": "ClockStepped"}}))

    assert before is None
    assert eye.wall_offset_us == 2_000_000 - 1_499_000


@pytest.mark.parametrize(
    ("sentence", "seen", "fits"),
    [
        (Sentence("hall_siren", "sounds"), Seen(0, "hall_siren", "sounds", "60"), True),
        (Sentence("hall_siren", "sounds"), Seen(0, "garden_siren", "sounds"), False),
        (Sentence("hub", "is", "armed"), Seen(0, "house", "is", "armed"), True),
        (Sentence("hub", "is", "armed"), Seen(0, "kitchen", "is", "back"), False),
        (Sentence("k", "shows", "exit_delay"), Seen(0, "k", "shows", "exit_delay 3"), True),
        (Sentence("k", "shows", "exit_delay 3"), Seen(0, "k", "shows", "exit_delay 2"), False),
        (Sentence("k", "shows", "exit_delay 3"), Seen(0, "k", "shows", "exit_delay 30"), False),
        (Sentence("y", "sees", "a person"), Seen(0, "y", "sees", "a person 0.84 p"), True),
        (Sentence("y", "sees", "a person"), Seen(0, "y", "sees", "an animal 0.84 p"), False),
        (Sentence("y", "keeps", "a clip"), Seen(0, "y", "keeps", "a clip c"), True),
        (Sentence("hub", "is", "armed"), Seen(0, "y", "is", "blind"), False),
        (Sentence("stick", "connects"), Seen(0, "zwave_stick", "connects"), True),
        (Sentence("zwave_stick", "connects"), Seen(0, "zigbee_stick", "connects"), False),
        (Sentence("hub", "says", "Wrong Code"), Seen(0, "hub", "says", "a wrong code at k"), True),
        (Sentence("hub", "says", "on fire"), Seen(0, "hub", "tells", "house on fire"), True),
        (Sentence("hub", "tells", "on fire"), Seen(0, "hub", "tells", "house On Fire"), True),
        (Sentence("hub", "tells", "on fire"), Seen(0, "hub", "says", "house on fire"), False),
        (Sentence("hub", "runs", "lamp"), Seen(0, "hub", "runs", "lamp"), True),
        (Sentence("hub", "runs", "lamp"), Seen(0, "hub", "runs", "lamp_2"), False),
        (Sentence("hub", "runs", "lamp"), Seen(0, "hub", "drops", "lamp"), False),
        (
            Sentence("hub", "has", "trouble radio lost"),
            Seen(0, "hub", "has", "trouble radio lost zigbee"),
            True,
        ),
    ],
)
def test_a_sentence_fits_what_it_says_and_leaves_the_rest_open(
    sentence: Sentence,
    seen: Seen,
    fits: bool,  # noqa: FBT001  # a column of the table
) -> None:
    assert sentence.fits(seen) is fits


def test_the_words_are_those_of_the_hub() -> None:
    assert set(PHASES) == set(Phase)
    assert set(TROUBLES) == set(TroubleKind)
    assert set(PICTURES) == set(Picture)
