"""What the house knows of its devices, and when it must admit that it does not."""

from gateway.model.capability import Contact, Lock, Motion
from gateway.model.device import Device, DeviceId
from gateway.model.event import (
    DeviceHeard,
    DeviceJoined,
    DeviceLeft,
    DriverFound,
    DriverLost,
    JamChanged,
    JoiningChanged,
    LockOperated,
    Reported,
    Started,
)
from rules.state import Phase
from tests.rules.house import (
    ARM,
    CLOSED,
    DOOR,
    HALL,
    KEYPAD,
    LAMP,
    LIVING,
    OPENED,
    SIREN,
    WINDOW,
    ZIGBEE,
    Moment,
    at_second,
    calm,
    play,
)

BACK_AGAIN: tuple[Moment, ...] = (
    (10, Started(5.0, trusted=True)),
    (11, DriverFound(ZIGBEE)),
)


def test_after_a_restart_nobody_knows_how_a_door_stands_until_it_is_read() -> None:
    blind = play(*calm(), *BACK_AGAIN, (12, ARM))
    assert blind.phase is Phase.DISARMED
    assert "front: nobody knows how front_door stands" in blind.said()

    read = play(*calm(), *BACK_AGAIN, *calm(11)[1:], (12, ARM))
    assert read.phase is Phase.EXIT


def test_after_a_restart_no_radio_is_there_until_it_is_found() -> None:
    assert play(*calm(), (10, Started(5.0, trusted=True))).state.drivers == {}


def test_a_lost_radio_blinds_its_own_devices_and_no_others() -> None:
    other = DeviceId("zwave:home/3")
    told = Reported(other, Contact.CLOSED)

    state = play(*calm(), (1, told), (2, DriverLost(ZIGBEE, "pulled"))).state

    assert set(state.devices[other].readings.values()) == {Contact.CLOSED}
    assert set(state.devices[DOOR].readings.values()) == {Contact.UNKNOWN}


def test_a_found_radio_does_not_bring_back_what_was_known_before() -> None:
    lost = (*calm(), (1, DriverLost(ZIGBEE, "pulled")), (2, DriverFound(ZIGBEE)))

    assert play(*lost, (3, ARM)).phase is Phase.DISARMED


def test_a_jam_and_an_open_network_end_with_their_radio() -> None:
    story = (
        *calm(),
        (1, JamChanged(ZIGBEE, jammed=True)),
        (2, JoiningChanged(ZIGBEE, open=True)),
    )
    both = play(*story).state.drivers[ZIGBEE]
    assert (both.found, both.jammed, both.joining) == (True, True, True)

    lost = play(*story, (3, DriverLost(ZIGBEE, "pulled"))).state.drivers[ZIGBEE]
    assert (lost.found, lost.jammed, lost.joining, lost.known) == (False, False, False, True)


def test_a_device_that_left_is_not_known_any_more_and_forbids_arming() -> None:
    played = play(*calm(), (1, DeviceLeft(SIREN)), (2, ARM))

    assert SIREN not in played.state.devices
    assert played.phase is Phase.DISARMED


def test_a_device_that_is_named_again_keeps_what_it_told() -> None:
    played = play(*calm(), (1, DeviceJoined(Device(DOOR, frozenset()))), (2, ARM))

    assert played.phase is Phase.EXIT


def test_every_word_of_a_device_is_a_sign_of_life_but_not_the_lack_of_one() -> None:
    heard = (*calm(), (5, DeviceHeard(DOOR)), (6, LockOperated(LAMP, Lock.LOCKED, "hand")))
    state = play(*heard, (7, Reported(WINDOW, Contact.UNKNOWN))).state

    assert state.devices[DOOR].heard == at_second(5)
    assert state.devices[LAMP].heard == at_second(6)
    assert state.devices[WINDOW].heard == at_second(0)


def test_an_open_door_that_was_lost_from_sight_twice_is_still_no_new_opening() -> None:
    story = (*calm(), (1, ARM), (100, OPENED), (131, CLOSED), (140, OPENED))
    lost = (
        *story,
        (400, Reported(DOOR, Contact.UNKNOWN)),
        (401, DriverLost(ZIGBEE, "pulled")),
        (402, Reported(DOOR, Contact.UNKNOWN)),
        (403, DriverFound(ZIGBEE)),
    )

    assert play(*lost, (404, OPENED)).phase is Phase.ARMED
    assert play(*lost, (404, CLOSED), (405, OPENED)).phase is Phase.ENTRY


def test_a_detector_that_moves_again_without_having_been_still_trips_again() -> None:
    moving = Reported(LIVING, Motion.MOVING)
    story = (*calm(), (1, ARM), (100, moving), (281, Reported(HALL, Motion.STILL)))

    assert play(*story).phase is Phase.ARMED
    assert play(*story, (282, moving)).phase is Phase.ALARM


def test_a_keypad_that_was_never_named_is_not_known() -> None:
    unnamed = tuple(
        m for m in calm() if not (isinstance(m[1], DeviceJoined) and m[1].device.id == KEYPAD)
    )

    played = play(*unnamed, (1, ARM))

    assert played.phase is Phase.DISARMED
    assert "hall_keypad never joined" in played.said()
