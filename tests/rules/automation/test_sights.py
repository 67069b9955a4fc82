"""Rules that start by what cameras see and by buttons, and that have cameras look and record."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.model.capability import Picture
from gateway.model.effect import Inspect, KeepClip, Notify
from gateway.model.event import ButtonPressed, Event, Reported
from gateway.model.sight import (
    AnimalSeen,
    LineCrossed,
    Loitered,
    PersonSeen,
    Seen,
    VehicleSeen,
    Witness,
)
from rules.automation import why_not
from rules.automation.index import without_guards
from rules.automation.program import program
from rules.automation.says import said_of
from rules.rulebook import Crosses, Loiters, Look, Pressed, Record, Sees, Tell, Trigger
from rules.site import Site
from tests.rules.automation.home import GARAGE, SAY, home, play, rule
from tests.rules.house import ARM_HOME, at_second, calm
from tests.rules.watched import INDOORS, YARD

PERSON = PersonSeen(YARD, 1, 0.84, ("porch", "drive"), "yard-7.jpg")
CAR = VehicleSeen(YARD, 2, 0.6, ("drive",))
IN, OUT = (LineCrossed(YARD, "gate", Seen.PERSON, inward) for inward in (True, False))
SOMETHING = LineCrossed(YARD, "gate", None, None, witness=Witness.CAMERA)
STAYS = Loitered(YARD, "porch", Seen.PERSON, 31, 1)
RINGS = ButtonPressed(GARAGE, 1, "once")


def yard(*rules_of: object) -> Site:
    """Give the house with these rules and two cameras."""
    made = home(*rules_of)  # type: ignore[arg-type]
    return replace(made, names={**made.names, YARD: "yard", INDOORS: "indoors"})


@pytest.mark.parametrize(
    ("trigger", "starts"),
    [
        (Sees(YARD, Seen.PERSON), [PERSON]),
        (Sees(YARD, Seen.PERSON, "porch"), [PERSON]),
        (Sees(YARD, Seen.PERSON, "lawn"), []),
        (Sees(YARD, Seen.VEHICLE, "drive"), [CAR]),
        (Sees(INDOORS, Seen.PERSON), []),
        (Crosses(YARD, "gate"), [IN, OUT, SOMETHING]),
        (Crosses(YARD, "gate", inward=True), [IN]),
        (Crosses(YARD, "gate", inward=False), [OUT]),
        (Crosses(YARD, "gate", Seen.PERSON), [IN, OUT]),
        (Crosses(YARD, "gate", Seen.VEHICLE), []),
        (Crosses(YARD, "lawn"), []),
        (Loiters(YARD, "porch"), [STAYS]),
        (Loiters(YARD, "porch", Seen.PERSON), [STAYS]),
        (Loiters(YARD, "porch", Seen.ANIMAL), []),
        (Loiters(YARD, "drive"), []),
        (Pressed(GARAGE), [RINGS, ButtonPressed(GARAGE, 2, "held")]),
        (Pressed(GARAGE, 1, "once"), [RINGS]),
        (Pressed(GARAGE, 2), [ButtonPressed(GARAGE, 2, "held")]),
    ],
)
def test_a_trigger_starts_by_its_own_and_by_nothing_else(
    trigger: Trigger, starts: list[Event]
) -> None:
    every: list[Event] = [
        *(PERSON, CAR, AnimalSeen(YARD, 3, 0.5), IN, OUT, SOMETHING, STAYS),
        *(RINGS, ButtonPressed(GARAGE, 2, "held")),
    ]
    story = [(float(second), event) for second, event in enumerate(every)]

    ran = play(yard(rule(trigger, SAY)), *story).ran()

    assert [every[int(second)] for second in ran] == starts


def test_each_sighting_starts_anew() -> None:
    assert play(yard(rule(Sees(YARD, Seen.PERSON), SAY)), (1, PERSON), (9, PERSON)).ran() == [1, 9]


@pytest.mark.parametrize("mode", ["home", "disarmed"])
def test_a_rule_of_an_arming_state_is_looked_at_in_it_alone(mode: str) -> None:
    site = yard(rule(Sees(YARD, Seen.PERSON), SAY, if_=f'area.house.mode == "{mode}"'))
    story = (*calm(), (1, PERSON), (2, ARM_HOME), (3, PERSON))

    assert play(site, *story).ran() == ([3] if mode == "home" else [1])
    shelf = program(site).index.moments[YARD]
    assert shelf.always == []
    assert len(without_guards(program(site).index).moments[YARD].always) == 1


def test_messages_name_what_was_seen() -> None:
    told = Tell("{event.device}: {event.value} ({event.score}) {event.zone} {event.picture}")
    crossed = Tell("{event.line} {event.way} {event.value}")
    site = yard(
        rule(Sees(YARD, Seen.PERSON), told, id="a"),
        rule(Crosses(YARD, "gate"), crossed, id="b"),
        rule(Pressed(GARAGE), Tell("{event.button} {event.value}"), id="c"),
    )

    done = play(site, (1, PERSON), (2, IN), (3, RINGS), (4, SOMETHING)).done

    assert [one.text for _, one in done if isinstance(one, Notify)] == [
        "yard: person (0.84) porch, drive yard-7.jpg",
        "gate inward person",
        "1 once",
        "gate unknown unknown",
    ]


def test_a_rule_records_all_its_cameras_as_one_incident_for_each_run() -> None:
    record = Record((YARD, INDOORS), timedelta(minutes=1))
    look = Look((INDOORS,), timedelta(seconds=5))
    site = yard(rule(Sees(YARD, Seen.PERSON), record, look, id="angles"))

    done = play(site, (1, PERSON), (50, PERSON)).done

    both = (YARD, INDOORS)
    assert [one for _, one in done if isinstance(one, KeepClip)] == [
        KeepClip(both, "rule:angles 1", 60.0, pinned=False),
        KeepClip(both, "rule:angles 2", 60.0, pinned=False),
    ]
    assert (1, Inspect((INDOORS,), 5.0, "rule:angles")) in done


@pytest.mark.parametrize(
    ("trigger", "said"),
    [
        (Sees(YARD, Seen.PERSON, "porch"), "yard sees a person in porch"),
        (Sees(YARD, Seen.ANIMAL), "yard sees an animal"),
        (Crosses(YARD, "gate", inward=False), "something crosses gate outward before yard"),
        (Crosses(YARD, "gate", Seen.VEHICLE), "a vehicle crosses gate before yard"),
        (Loiters(YARD, "porch", Seen.PERSON), "a person loiters in porch of yard"),
        (Pressed(GARAGE), "garage is pressed"),
        (Pressed(GARAGE, 2, "held"), "garage button 2 is pressed held"),
    ],
)
def test_every_trigger_says_in_words_what_it_waits_for(trigger: Trigger, said: str) -> None:
    assert said_of(yard(), trigger) == said


def test_why_not_tells_of_a_camera_that_does_not_see() -> None:
    site = yard(rule(Sees(YARD, Seen.PERSON), SAY))
    seeing = play(site, (1, Reported(YARD, Picture.SEEING)))
    blind = play(site, (1, Reported(YARD, Picture.BLIND)))

    said = "yard sees a person: it did not come"
    assert why_not(site, seeing.state, "rule", at_second(2)).triggers == (said,)
    found = why_not(site, blind.state, "rule", at_second(2))
    assert found.triggers == (f"{said}, and the picture is blind",)
