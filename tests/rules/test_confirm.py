"""Trips that wait to be confirmed: who confirms them, and what ends the wait."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.model.capability import Contact, Picture, Smoke, Tamper
from gateway.model.command import SoundSiren
from gateway.model.effect import Inspect, Level, Notify
from gateway.model.event import (
    BypassRequested,
    DriverLost,
    Event,
    Panic,
    PanicPressed,
    Reported,
    ResetRequested,
    Started,
)
from gateway.model.sight import Inspected, PersonSeen, Seen, Witness
from rules import engine
from rules.site import Confirm, Otherwise
from rules.state import Phase
from tests.rules.house import (
    ARM,
    DISARM,
    DOOR,
    KEYPAD,
    OPENED,
    SMOKE,
    TICK,
    WINDOW,
    Played,
    at_second,
    play,
)
from tests.rules.watched import (
    CAT,
    CONFIRM,
    HALL_MOVES,
    IN_YARD,
    INDOORS,
    LIVING_MOVES,
    LOOKED,
    NO_LOOK,
    NOTICE,
    ONVIF,
    PERSON,
    YARD,
    looks,
    picture,
    site,
    watched,
)

WHY_FRONT = "front (front_door contact:open)"


def burglary(*then: tuple[float, Event], confirm: Confirm | None = CONFIRM) -> Played:
    """Play a trip of the living room at second 100, in an armed house, and what comes then."""
    story = (*watched(), (1, ARM), (100, LIVING_MOVES), *then, (300, TICK))
    return play(*sorted(story, key=lambda moment: moment[0]), place=site(confirm))


def alarms(played: Played) -> list[float]:
    """Give when the siren was first told to sound."""
    return played.commands(SoundSiren)[:1]


def test_a_person_seen_after_the_trip_confirms_it_and_the_siren_sounds_at_once() -> None:
    played = burglary((100.4, PERSON))

    assert alarms(played) == [100.4]
    assert "confirmed by indoors camera (person, 0.84)" in played.said()


def test_a_person_seen_just_before_the_trip_confirms_it_without_any_wait() -> None:
    assert alarms(burglary((98.5, PERSON))) == [100]
    assert alarms(burglary((97.9, PERSON))) == [102]


def test_the_cameras_own_word_counts_as_well() -> None:
    played = burglary((100.4, PersonSeen(INDOORS, 0, 1.0, witness=Witness.CAMERA)))

    assert alarms(played) == [100.4]


def test_what_a_look_found_counts_as_a_person_seen() -> None:
    played = burglary((101.6, Inspected(INDOORS, (Seen.PERSON,), 12)))

    assert alarms(played) == [101.6]
    assert "confirmed by indoors camera (person)" in played.said()


@pytest.mark.parametrize("nobody", [CAT, IN_YARD, LOOKED])
def test_a_cat_and_a_camera_that_is_not_asked_confirm_nothing(nobody: Event) -> None:
    asked = replace(CONFIRM, zones=frozenset({"living"}))
    outdoors = site(asked)
    story = (*watched(), (1, ARM), (100, LIVING_MOVES), (100.5, nobody), (300, TICK))
    quiet = replace(outdoors, zones={n: z for n, z in outdoors.zones.items() if n != "porch"})

    played = play(*story, place=quiet)

    assert alarms(played) == [102]
    assert "unconfirmed: no person within 2 s" in played.said()
    assert played.area.verdict is not None
    assert not played.area.verdict.confirmed


def test_the_cameras_are_asked_at_the_trip_before_anything_else_happens() -> None:
    played = burglary()

    assert looks(played.done)[0] == (
        100,
        Inspect((YARD, INDOORS), 1.5, "living (living_motion motion:moving)"),
    )


def blind(how: Picture) -> tuple[tuple[float, Event], ...]:
    return ((50, picture(INDOORS, how)),)


@pytest.mark.parametrize("how", [p for p in Picture if p is not Picture.SEEING])
def test_where_the_camera_does_not_see_nothing_waits(how: Picture) -> None:
    assert alarms(burglary(*blind(how))) == [100]
    assert f"indoors does not see ({how.value})" in burglary(*blind(how)).said()


@pytest.mark.parametrize("confirm", [CONFIRM, NOTICE])
@pytest.mark.parametrize(
    "fails",
    [
        NO_LOOK,
        picture(INDOORS, Picture.COVERED),
        picture(INDOORS, Picture.UNKNOWN),
        DriverLost(ONVIF, "it broke"),
        Started(1.0, trusted=True),
        Started(1.0, trusted=False),
    ],
)
def test_a_camera_that_fails_while_a_trip_waits_sounds_the_alarm_at_once(
    fails: Event, confirm: Confirm
) -> None:
    assert alarms(burglary((101, fails), confirm=confirm)) == [101]


def test_a_failing_camera_that_is_not_asked_changes_nothing() -> None:
    assert alarms(burglary((101, picture(YARD, Picture.LOST)))) == [102]


@pytest.mark.parametrize(
    "urgent",
    [
        Reported(SMOKE, Smoke.SMOKE),
        Reported(DOOR, Tamper.TAMPERED),
        Reported(WINDOW, Contact.OPEN),
        PanicPressed(KEYPAD, Panic.PANIC),
    ],
)
def test_smoke_tamper_panic_and_zones_that_do_not_ask_never_wait(urgent: Event) -> None:
    assert alarms(burglary((101, urgent))) == [101]

    alone = play(*watched(), (1, ARM), (100, urgent), place=site())
    assert alarms(alone) == [100]


def test_the_end_of_an_entry_delay_never_waits() -> None:
    played = play(*watched(), (1, ARM), (100, OPENED), (131, TICK), place=site())

    assert alarms(played) == [130]
    assert played.area.verdict is None


def test_an_entry_delay_that_begins_meanwhile_does_not_put_the_alarm_off() -> None:
    assert alarms(burglary((101, OPENED))) == [102]


def test_disarming_while_a_trip_waits_keeps_the_siren_silent() -> None:
    played = burglary((101, DISARM))

    assert alarms(played) == []
    assert played.area.doubt is None


def test_a_late_tick_sounds_the_alarm_late_and_an_early_one_does_nothing() -> None:
    state = play(*watched(), (1, ARM), (100, LIVING_MOVES), place=site()).state

    assert engine.next_deadline(state) == at_second(102)
    assert engine.step(site(), state, TICK, at_second(101.9)) == (state, ())
    late, _ = engine.step(site(), state, TICK, at_second(109))
    assert late.areas["house"].phase is Phase.ALARM


def test_a_person_seen_after_an_unconfirmed_alarm_is_told_loudly_once() -> None:
    played = burglary((110, PERSON), (111, PERSON))

    loud = [e.text for _, e in played.done if isinstance(e, Notify) and e.level is Level.ALARM]
    assert loud[1:] == ["the alarm in house is confirmed by indoors camera (person, 0.84)"]
    assert played.area.verdict is not None
    assert played.area.verdict.confirmed


def test_the_verdict_is_remembered_with_the_alarm_and_cleared_with_it() -> None:
    disarmed = burglary((100.4, PERSON), (200, DISARM))
    assert disarmed.area.verdict is not None

    seen = burglary((100.4, PERSON), (200, DISARM), (201, ResetRequested("house", "anna")))
    assert seen.area.verdict is None


# -- another detector as the witness ---------------------------------------------------------------

BY_DOOR = Confirm(frozenset({"living", "hall"}), (), frozenset({"front"}), timedelta(seconds=4))


def by_door(*then: tuple[float, Event]) -> Played:
    return burglary(*then, confirm=BY_DOOR)


def test_a_zone_of_another_technology_confirms_by_its_trip() -> None:
    played = by_door((103, OPENED))

    assert alarms(played) == [103]
    assert "confirmed by front (front_door contact:open)" in played.said()


def test_a_witness_that_nobody_hears_of_ends_the_wait() -> None:
    assert alarms(by_door((101, Reported(DOOR, Contact.UNKNOWN)))) == [101]


def test_a_witness_that_is_bypassed_confirms_nothing_and_without_another_nothing_waits() -> None:
    assert alarms(by_door((50, BypassRequested("front", bypassed=True, by="anna")))) == [100]


def test_a_detector_of_the_same_kind_confirms_nothing() -> None:
    alike = replace(BY_DOOR, by_zones=frozenset({"front", "hall"}))

    assert alarms(burglary((101, HALL_MOVES), confirm=alike)) == [104]


# -- only a notice --------------------------------------------------------------------------------


def test_with_notice_people_are_told_and_nothing_sounds() -> None:
    played = burglary((101.6, LOOKED), confirm=NOTICE)

    assert alarms(played) == []
    assert played.phase is Phase.ARMED
    assert [trip.zone for trip in played.area.trips] == ["living"]
    told = [e for _, e in played.done if isinstance(e, Notify) and e.level is Level.TROUBLE]
    trip = "living (living_motion motion:moving)"
    assert [e.text for e in told] == [
        f"no alarm in house: {trip}, and nobody is to be seen; a second trip within 60 s sounds it"
    ]


def test_with_notice_a_camera_that_does_not_answer_is_no_reason_for_silence() -> None:
    played = burglary(confirm=NOTICE)

    assert alarms(played) == [102]
    assert "indoors did not answer" in played.said()


@pytest.mark.parametrize("second", [LIVING_MOVES, HALL_MOVES])
@pytest.mark.parametrize(("at", "sounds"), [(120.0, [120.0]), (161.9, [161.9])])
def test_with_notice_a_second_trip_soon_after_sounds_at_once(
    second: Event, at: float, sounds: list[float]
) -> None:
    assert alarms(burglary((101.6, LOOKED), (at, second), confirm=NOTICE)) == sounds


def test_with_notice_a_second_trip_much_later_waits_anew() -> None:
    later = (162.1, LIVING_MOVES), (163.7, LOOKED)

    played = burglary((101.6, LOOKED), *later, confirm=NOTICE)

    assert alarms(played) == []
    assert [at for at, _ in looks(played.done)] == [100, 162.1]


def test_with_notice_the_answer_to_an_earlier_look_is_none_to_this_trip() -> None:
    early = (162.1, LIVING_MOVES), (163, LOOKED)

    played = burglary((101.6, LOOKED), *early, confirm=NOTICE)

    assert alarms(played) == [164.1]
    assert "indoors did not answer" in played.said()


def test_a_burglary_by_the_same_zone_after_the_siren_time_is_looked_at_again() -> None:
    story = (*watched(), (1, ARM), (100, OPENED), (131, TICK), (500, TICK))
    again = (600, Reported(DOOR, Contact.CLOSED)), (601, OPENED)

    played = play(*story, *again, place=site())

    assert played.phase is Phase.ENTRY
    assert looks(played.done)[-1] == (601, Inspect((YARD, INDOORS), 5.0, WHY_FRONT))


def test_with_notice_another_zone_that_trips_while_one_waits_sounds_at_once() -> None:
    assert alarms(burglary((100.5, HALL_MOVES), confirm=NOTICE)) == [100.5]
    assert alarms(burglary((100.5, LIVING_MOVES), (101.5, LOOKED), confirm=NOTICE)) == []


def test_with_notice_the_trip_is_forgotten_by_disarming() -> None:
    rearmed = (101.6, LOOKED), (110, DISARM), (111, ARM), (175, LIVING_MOVES), (176.6, LOOKED)

    assert alarms(burglary(*rearmed, confirm=NOTICE)) == []
    assert NOTICE.otherwise is Otherwise.NOTICE
