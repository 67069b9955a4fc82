"""What trips a zone, and what keeps an area from being armed."""

from dataclasses import replace

import pytest

from gateway.model.capability import Capability, Contact, Lock, Motion, Smoke, Tamper
from gateway.model.command import SilenceSiren
from gateway.model.device import DeviceId
from gateway.model.effect import OrderId
from gateway.model.event import (
    ArmRequested,
    BypassRequested,
    CommandConfirmed,
    CommandFailed,
    DriverFound,
    DriverLost,
    JamChanged,
    Proof,
    Reported,
)
from gateway.model.upkeep import Job
from gateway.model.upkeep_event import UpkeepBegan, UpkeepEnded
from rules.site import Site, Zone, ZoneKind
from rules.state import Phase
from tests.rules.house import (
    ARM,
    ARM_HOME,
    ARM_SHED,
    DISARM,
    DOOR,
    HALL,
    KEYPAD,
    LIVING,
    SIREN,
    SMOKE,
    TAMPERED,
    TICK,
    WINDOW,
    WINDOW_OPENED,
    ZIGBEE,
    calm,
    calm_shed,
    play,
    site,
    two_areas,
)


def two_zones_on_the_door() -> Site:
    """Give the house, with the front door's bolt as a second zone on the same device."""
    place = site()
    bolt = Zone(
        "bolt", "house", DOOR, Capability.LOCK, ZoneKind.INSTANT, frozenset({"away", "night"})
    )
    return replace(place, zones={**place.zones, "bolt": bolt})


@pytest.mark.parametrize("job", [Job.RESTORE, Job.FIRMWARE])
def test_a_stick_that_is_being_written_hears_nothing_and_forbids_arming(job: Job) -> None:
    began = (*calm(), (1, UpkeepBegan(ZIGBEE, job, "anna")))
    again = (*began, (2, DriverLost(ZIGBEE, "it begins anew")), (3, DriverFound(ZIGBEE)))

    for story in began, again:
        refused = play(*story, (9, ARM))
        assert refused.phase is Phase.DISARMED
        assert f"the zigbee radio hears nothing before its {job} ends" in refused.said()
    over = (*began, (5, UpkeepEnded(ZIGBEE, job, True, "all is well")))  # noqa: FBT003  # done
    assert play(*over, (6, ARM)).phase is Phase.EXIT


def test_a_job_beside_which_the_radio_hears_forbids_nothing() -> None:
    asked = (*calm(), (1, UpkeepBegan(ZIGBEE, Job.FIRMWARE, "anna", DOOR)))
    assert play(*asked, (2, ARM)).phase is Phase.EXIT


def test_a_jammed_radio_forbids_arming_until_it_is_not() -> None:
    jammed = (*calm(), (1, JamChanged(ZIGBEE, jammed=True)))

    refused = play(*jammed, (2, ARM))
    assert refused.phase is Phase.DISARMED
    assert "the zigbee radio is jammed" in refused.said()

    assert play(*jammed, (2, JamChanged(ZIGBEE, jammed=False)), (3, ARM)).phase is Phase.EXIT


def test_a_jammed_bolt_forbids_arming_until_it_moves_again() -> None:
    jammed = (*calm(), (1, Reported(DOOR, Lock.JAMMED)))

    refused = play(*jammed, (2, ARM))
    assert refused.phase is Phase.DISARMED
    assert "the bolt of front_door is jammed" in refused.said()

    assert play(*jammed, (2, Reported(DOOR, Lock.LOCKED)), (3, ARM)).phase is Phase.EXIT


def test_a_device_whose_zones_are_all_left_out_does_not_count() -> None:
    place = two_zones_on_the_door()
    story = (*calm(), (0.5, Reported(DOOR, Lock.LOCKED)), (1, TAMPERED))

    one = play(*story, (2, replace(ARM, bypass=frozenset({"front"}))), place=place)
    assert one.phase is Phase.DISARMED
    assert "front_door is tampered with" in one.said()

    both = play(*story, (2, replace(ARM, bypass=frozenset({"front", "bolt"}))), place=place)
    assert both.phase is Phase.EXIT


def test_force_leaves_out_a_zone_of_a_faulty_device() -> None:
    forced = play(*calm(), (1, TAMPERED), (2, replace(ARM, force=True)))

    assert forced.phase is Phase.EXIT
    assert forced.area.bypassed == {"front"}


def test_a_zone_of_another_area_forbids_nothing() -> None:
    story = (*calm_shed(), (1, WINDOW_OPENED), (2, Reported(DOOR, Tamper.TAMPERED)))

    assert play(*story, (3, ARM_SHED), place=two_areas()).state.areas["shed"].phase is Phase.ARMED


def test_a_zone_of_another_area_on_the_same_device_does_not_make_its_fault_count_here() -> None:
    place = two_areas()
    of_the_shed = replace(place.zones["shed_door"], name="passage", device=DOOR)
    place = replace(place, zones={**place.zones, "passage": of_the_shed})

    left_out = replace(ARM, bypass=frozenset({"front"}))

    assert play(*calm_shed(), (1, TAMPERED), (2, left_out), place=place).phase is Phase.EXIT


def test_a_zone_that_always_guards_forbids_arming_in_every_mode() -> None:
    smoke = (*calm(), (1, Reported(SMOKE, Smoke.SMOKE)), (2, DISARM))

    played = play(*smoke, (3, ARM_HOME))

    assert played.phase is Phase.DISARMED
    assert "smoke: kitchen_smoke is smoke" in played.said()


def test_a_zone_of_another_mode_forbids_nothing_by_standing_open() -> None:
    assert play(*calm(), (1, WINDOW_OPENED), (2, ARM_HOME)).phase is Phase.ARMED


def test_a_detector_that_moves_forbids_nothing_for_people_walk_to_the_door() -> None:
    moving = ((1, Reported(HALL, Motion.MOVING)), (2, Reported(LIVING, Motion.MOVING)))

    assert play(*calm(), *moving, (3, ARM)).phase is Phase.EXIT


def test_a_detector_that_nobody_can_read_forbids_arming() -> None:
    played = play(*calm(), (1, Reported(HALL, Motion.UNKNOWN)), (3, ARM))

    assert played.phase is Phase.DISARMED
    assert "hall: nobody knows how hall_motion stands" in played.said()


def test_what_was_not_heard_since_its_radio_came_back_is_said_so() -> None:
    back = (*calm(), (1, DriverLost(ZIGBEE, "pulled")), (2, DriverFound(ZIGBEE)))
    words = "front: nobody knows how front_door stands"
    unheard = ", it was not heard since the zigbee radio answers"

    assert f"{words}{unheard}" in play(*back, (3, ARM)).said()
    heard = play(*back, (3, Reported(DOOR, Tamper.INTACT)), (4, ARM)).said()
    assert words in heard
    assert f"{words}{unheard}" not in heard


@pytest.mark.parametrize("device", [SIREN, KEYPAD])
def test_a_tampered_siren_or_keypad_forbids_arming(device: DeviceId) -> None:
    assert play(*calm(), (1, Reported(device, Tamper.TAMPERED)), (2, ARM)).phase is Phase.DISARMED


def test_a_siren_that_obeys_again_may_be_relied_on_again() -> None:
    failed = CommandFailed(OrderId("9.0"), SilenceSiren(SIREN), "no answer")
    obeyed = CommandConfirmed(OrderId("9.1"), SilenceSiren(SIREN), Proof.ACCEPTED)

    assert play(*calm(), (1, failed), (2, obeyed), (3, ARM)).phase is Phase.EXIT


def test_a_zone_that_is_left_out_beforehand_may_stand_open() -> None:
    left_out = BypassRequested("kitchen", bypassed=True, by="anna")

    assert play(*calm(), (1, WINDOW_OPENED), (2, left_out), (3, ARM)).phase is Phase.EXIT


@pytest.mark.parametrize("reading", [Lock.UNLOCKED, Lock.JAMMED])
def test_a_bolt_that_is_drawn_trips_its_zone_and_one_that_is_thrown_does_not(
    reading: Lock,
) -> None:
    place = two_zones_on_the_door()
    armed = (*calm(), (1, Reported(DOOR, Lock.LOCKED)), (2, ARM), (70, TICK))

    assert play(*armed, (80, Reported(DOOR, reading)), place=place).phase is Phase.ALARM
    assert play(*armed, (80, Reported(DOOR, Lock.LOCKED)), place=place).phase is Phase.ARMED


def test_a_window_that_says_open_twice_is_one_trip() -> None:
    night = ArmRequested("house", "night", "anna", "cli")
    story = (*calm(), (1, night), (10, WINDOW_OPENED), (190, TICK))

    assert play(*story, (200, WINDOW_OPENED)).phase is Phase.ARMED
    assert play(*story, (200, Reported(WINDOW, Contact.CLOSED)), (201, WINDOW_OPENED)).phase is (
        Phase.ALARM
    )


def test_a_device_nobody_ever_heard_that_says_open_trips() -> None:
    place = site()
    stranger = DeviceId("zigbee:00000000000000fe/1")
    attic = Zone("attic", "house", stranger, Capability.CONTACT, ZoneKind.ALWAYS, frozenset())
    place = replace(place, zones={**place.zones, "attic": attic})

    assert play(*calm(), (1, Reported(stranger, Contact.OPEN)), place=place).phase is Phase.ALARM
