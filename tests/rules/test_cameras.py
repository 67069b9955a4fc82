"""Stories of cameras: their zones, their health, and what they record."""

from dataclasses import replace

import pytest

from gateway.model.capability import Capability, Motion, Picture
from gateway.model.command import (
    AimCamera,
    Command,
    Infrared,
    LearnView,
    RebootCamera,
    SetInfrared,
    SoundSiren,
)
from gateway.model.device import Device
from gateway.model.effect import KeepClip, Perform
from gateway.model.event import (
    ArmRequested,
    BypassRequested,
    CommandRequested,
    DeviceFault,
    DeviceJoined,
    DriverLost,
    Event,
    Fault,
    PartFailed,
    Reported,
    Started,
)
from gateway.model.sight import (
    AnimalSeen,
    ClipFailed,
    ClipKept,
    LineCrossed,
    PersonSeen,
    VehicleSeen,
    Witness,
)
from rules import engine
from rules.site import ZoneKind
from rules.state import Phase, Trouble, TroubleKind
from tests.rules.house import ARM, DISARM, OPENED, TICK, at_second, play
from tests.rules.watched import (
    CAT,
    IN_YARD,
    INDOORS,
    LIVING_MOVES,
    LOOKED,
    NOTICE,
    ONVIF,
    PERSON,
    YARD,
    clips,
    looks,
    picture,
    site,
    watched,
)

NIGHT = ArmRequested("house", "night", "anna", "cli")


# -- zones -----------------------------------------------------------------------------------------


def test_a_person_in_the_cameras_zone_trips_it() -> None:
    played = play(*watched(), (1, NIGHT), (100, IN_YARD), place=site(None))

    assert played.commands(SoundSiren) == [100]
    assert "ALARM in house: porch (yard camera:person)" in played.said()


@pytest.mark.parametrize(
    "other",
    [
        PersonSeen(YARD, 2, 0.9, ("drive",)),
        PersonSeen(YARD, 2, 0.9),
        PersonSeen(YARD, 0, 1.0, witness=Witness.CAMERA),  # it knows nothing of our zones
        PersonSeen(INDOORS, 2, 0.9, ("porch",)),
        AnimalSeen(YARD, 2, 0.9, ("porch",)),
        VehicleSeen(YARD, 2, 0.9, ("porch",)),
        LineCrossed(YARD, "porch", None, None),
    ],
)
def test_whatever_else_a_camera_sees_does_not(other: Event) -> None:
    played = play(*watched(), (1, NIGHT), (100, other), place=site(None))

    assert played.commands(SoundSiren) == []


def test_a_zone_of_the_whole_picture_believes_the_cameras_own_analytics() -> None:
    place = site(None)
    anywhere = replace(place.zones["porch"], places=frozenset())
    place = replace(place, zones={**place.zones, "porch": anywhere})
    own = PersonSeen(YARD, 0, 1.0, witness=Witness.CAMERA)

    assert play(*watched(), (1, NIGHT), (100, own), place=place).commands(SoundSiren) == [100]


def test_a_camera_may_be_the_way_in() -> None:
    played = play(*watched(), (1, ARM), (100, IN_YARD), place=site(None, ZoneKind.ENTRY))

    assert played.phase is Phase.ENTRY


@pytest.mark.parametrize("how", [p for p in Picture if p is not Picture.SEEING])
def test_a_camera_that_does_not_see_keeps_the_house_from_being_armed(how: Picture) -> None:
    played = play(*watched(), (1, picture(YARD, how)), (2, ARM), place=site())
    assert played.phase is Phase.DISARMED
    assert "porch: " in played.said()

    left_out = BypassRequested("porch", bypassed=True, by="anna")
    bypassed = play(*watched(), (1, picture(YARD, how)), (2, left_out), (3, ARM), place=site())
    assert bypassed.phase is Phase.EXIT


def test_a_camera_without_a_zone_keeps_nobody_from_arming() -> None:
    played = play(*watched(), (1, picture(INDOORS, Picture.LOST)), (2, ARM), place=site())

    assert played.phase is Phase.EXIT


# -- troubles --------------------------------------------------------------------------------------


def test_a_blind_camera_is_a_trouble_until_it_sees_again() -> None:
    blind = play(*watched(), (5, picture(YARD, Picture.BLIND)), place=site())
    assert Trouble(TroubleKind.CAMERA, YARD) in blind.state.troubles
    assert "trouble: yard does not see: blind" in blind.said()

    over = play(*watched(), (5, picture(YARD, Picture.BLIND)), (9, picture(YARD)), place=site())
    assert not over.state.troubles
    assert "over: yard does not see" in over.said()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault.NOT_READY, "yard refuses the user or the password"),
        (Fault.DEAD, "yard does not answer"),
    ],
)
def test_what_is_wrong_with_a_camera_is_said_once_and_in_its_own_words(
    fault: Fault, said: str
) -> None:
    troubled = DeviceFault(YARD, fault, present=True)
    still, unknown = Reported(YARD, Motion.STILL), Reported(YARD, Motion.UNKNOWN)
    played = play(*watched(), (1, still), (2, troubled), (2, unknown), (3, ARM), place=site())

    assert f"trouble: {said}" in played.said()
    assert {one.kind for one in played.state.troubles} == {TroubleKind(fault)}
    assert "wake it" not in played.said()


def test_a_camera_whose_events_alone_are_gone_tells_nothing() -> None:
    still, unknown = Reported(YARD, Motion.STILL), Reported(YARD, Motion.UNKNOWN)
    played = play(*watched(), (1, still), (2, unknown), place=site())

    assert "trouble: yard tells nothing" in played.said()


def test_a_wrong_clock_of_a_camera_is_said_with_what_to_do() -> None:
    wrong = PartFailed("the clock of camera yard", "it is 90 s behind")
    played = play(*watched(), (1, wrong), place=site())

    said = "the clock of camera yard is wrong: give the camera a time server"
    assert f"trouble: {said}: it is 90 s behind" in played.said()


def test_a_camera_of_which_nobody_knows_is_a_trouble_too() -> None:
    played = play(*watched(), (5, picture(YARD, Picture.UNKNOWN)), place=site())

    assert Trouble(TroubleKind.CAMERA, YARD) in played.state.troubles


def test_a_recording_that_fails_is_a_trouble_until_one_succeeds() -> None:
    failed = ClipFailed(YARD, "house 100", "the disk is full")
    played = play(*watched(), (5, failed), place=site())
    assert Trouble(TroubleKind.RECORDING, YARD) in played.state.troubles
    assert "yard did not record: the disk is full" in played.said()

    kept = ClipKept(YARD, "c", "0" * 64, 5.0, 30.0, "house 100", 1)
    assert not play(*watched(), (5, failed), (6, kept), place=site()).state.troubles
    cut = replace(kept, cut=True)  # what there is of the very recording that failed
    assert play(*watched(), (5, failed), (6, cut), place=site()).state.troubles


# -- looking and recording -------------------------------------------------------------------------


def test_an_alarm_is_recorded_by_every_camera_of_the_area_from_the_entry_on() -> None:
    played = play(*watched(), (1, ARM), (100, OPENED), (131, TICK), place=site())

    both = (YARD, INDOORS)
    assert clips(played.done) == [
        (100, KeepClip(both, "house 100", 30.0, pinned=False)),
        (120, KeepClip(both, "house 100", 30.0, pinned=False)),
        (130, KeepClip(both, "house 100", 30.0, pinned=True)),
    ]


def test_a_recording_goes_on_while_the_alarm_lasts_and_ends_soon_after() -> None:
    played = play(*watched(), (1, ARM), (100, OPENED), (200, DISARM), (400, TICK), place=site())

    asked = [at for at, _ in clips(played.done)]
    assert asked == [100, 120, 130, 150, 170, 190]
    assert not played.state.films


def test_the_siren_is_told_before_the_cameras_and_people_after_them() -> None:
    played = play(*watched(), (1, NIGHT), (100, IN_YARD), place=site(None))

    kinds = [type(effect).__name__ for at, effect in played.done if at == 100]
    assert kinds == ["Perform", "Perform", "Perform", "Inspect", "KeepClip", "Notify"]


def test_a_trip_that_waits_is_recorded_and_kept_for_good_only_where_it_is_an_alarm() -> None:
    story = (*watched(), (1, ARM), (100, LIVING_MOVES))
    alarm = play(*story, (100.5, PERSON), place=site())
    assert [clip.pinned for _, clip in clips(alarm.done)] == [False, True]
    assert {clip.incident for _, clip in clips(alarm.done)} == {"house 100"}

    doubted = play(*story, (101.5, LOOKED), (200, TICK), place=site(NOTICE))
    assert [clip.pinned for _, clip in clips(doubted.done)] == [False]


def test_each_trip_has_the_cameras_look_hard() -> None:
    played = play(*watched(), (1, ARM), (100, OPENED), (110, LIVING_MOVES), place=site(None))

    assert [at for at, _ in looks(played.done)] == [100, 110]
    assert {look.cameras for _, look in looks(played.done)} == {(YARD, INDOORS)}


def test_nothing_is_looked_at_or_recorded_of_what_does_not_count() -> None:
    story = (1, LIVING_MOVES), (2, OPENED), (3, CAT), (4, IN_YARD)

    played = play(*watched(), *story, place=site())

    assert looks(played.done) == []
    assert clips(played.done) == []


def test_a_camera_that_only_looks_is_not_asked_to_record() -> None:
    place = site(None)
    house = replace(place.areas["house"], films=(YARD,))

    played = play(
        *watched(), (1, NIGHT), (9, IN_YARD), place=replace(place, areas={"house": house})
    )

    assert [clip.cameras for _, clip in clips(played.done)] == [(YARD,)]


def test_a_restart_in_an_alarm_goes_on_recording_the_same_incident() -> None:
    restart = (150.5, Started(1.0, trusted=True))
    played = play(*watched(), (1, NIGHT), (100, IN_YARD), restart, place=site(None))

    at, clip = clips(played.done)[-1]
    assert at == 150.5
    assert clip == KeepClip((YARD, INDOORS), "house 100", 30.0, pinned=True)


def test_a_camera_that_is_back_is_asked_again_and_the_others_are_not() -> None:
    joined = DeviceJoined(Device(INDOORS, frozenset({Capability.CAMERA})))
    back = (101, DriverLost(ONVIF, "gone")), (110, picture(YARD)), (111, joined)
    played = play(*watched(), (1, NIGHT), (100, IN_YARD), *back, place=site(None))

    assert [clip.cameras for _, clip in clips(played.done)] == [
        (YARD, INDOORS),
        (YARD,),
        (INDOORS,),
    ]


def test_another_alarm_is_another_incident() -> None:
    again = (200, DISARM), (201, NIGHT), (300, IN_YARD)
    played = play(*watched(), (1, NIGHT), (100, IN_YARD), *again, place=site(None))

    assert list(dict.fromkeys(c.incident for _, c in clips(played.done))) == [
        "house 100",
        "house 300",
    ]


def test_a_late_tick_prolongs_once() -> None:
    state = play(*watched(), (1, NIGHT), (100, IN_YARD), place=site(None)).state

    _, effects = engine.step(site(None), state, TICK, at_second(175))

    assert len([e for e in effects if isinstance(e, KeepClip)]) == 1


# -- who may turn them -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        AimCamera(YARD, "gate"),
        SetInfrared(INDOORS, Infrared.OFF),
        RebootCamera(YARD),
        LearnView(YARD),
    ],
)
def test_a_camera_of_an_armed_area_is_turned_by_hand_with_a_code_only(command: Command) -> None:
    free = play(*watched(), (1, CommandRequested(command, "cli")), place=site())
    assert Perform(command) in [effect for _, effect in free.done]

    asked = CommandRequested(command, "cli"), CommandRequested(command, "anna")
    armed = play(*watched(), (1, NIGHT), (2, asked[0]), (3, asked[1]), place=site())
    assert [at for at, effect in armed.done if effect == Perform(command)] == [3]
    assert "refused: a code is needed for that" in armed.said()


@pytest.mark.parametrize(
    ("command", "done"),
    [(AimCamera(YARD, "gate"), True), (RebootCamera(YARD), False), (LearnView(YARD), False)],
)
def test_a_rule_may_turn_a_camera_of_an_armed_area_but_neither_reboot_nor_trust_it(
    command: Command, *, done: bool
) -> None:
    asked = CommandRequested(command, "rule:follow")

    played = play(*watched(), (1, NIGHT), (2, asked), place=site())

    assert (Perform(command) in [effect for _, effect in played.done]) is done
