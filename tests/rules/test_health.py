"""Troubles: told once, cleared by what mends them."""

from dataclasses import replace
from datetime import timedelta

from gateway.model.capability import Battery, Contact, Keypad, Lock, Siren, Tamper
from gateway.model.command import (
    AimCamera,
    LearnView,
    LockDoor,
    PermitJoin,
    RebootCamera,
    RemoveDevice,
    SoundSiren,
)
from gateway.model.device import Device, DeviceId
from gateway.model.effect import OrderId
from gateway.model.event import (
    AreaLost,
    ClockStepped,
    CommandConfirmed,
    CommandFailed,
    ConfigurationLoaded,
    DeviceFault,
    DeviceHeard,
    DeviceJoined,
    DeviceLeft,
    DriverFound,
    DriverLost,
    Fault,
    JamChanged,
    JoiningChanged,
    PartFailed,
    Proof,
    Reported,
    Started,
    StorageFailed,
    StorageRecovered,
)
from rules import engine, health
from rules.state import Phase, Trouble, TroubleKind
from tests.rules.house import (
    ARM,
    CLOSED,
    DOOR,
    KEYPAD,
    LAMP,
    SILENCE,
    SIREN,
    TAMPERED,
    TICK,
    WINDOW,
    ZIGBEE,
    at_second,
    calm,
    play,
    site,
)

SILENT = Trouble(TroubleKind.SILENT, DOOR)


def test_a_sensor_that_fell_silent_is_a_trouble_and_forbids_arming() -> None:
    played = play(*calm(), (3601, TICK), (3602, ARM))

    assert SILENT in played.state.troubles
    assert played.phase is Phase.DISARMED
    assert "front_door is silent" in played.said()


def test_the_house_wants_to_be_woken_when_a_sensor_may_have_fallen_silent() -> None:
    assert engine.next_deadline(play(*calm()).state) == at_second(3600)
    assert SILENT in play(*calm(), (3700, DeviceHeard(WINDOW))).state.troubles


def test_a_sign_of_life_puts_the_silence_off_and_ends_it() -> None:
    assert SILENT not in play(*calm(), (3000, DeviceHeard(DOOR)), (6000, TICK)).state.troubles
    assert SILENT not in play(*calm(), (3000, CLOSED), (6000, TICK)).state.troubles
    assert SILENT not in play(*calm(), (3601, TICK), (3700, CLOSED)).state.troubles
    assert SILENT in play(*calm(), (3601, TICK), (3700, CLOSED), (7301, TICK)).state.troubles


def test_a_driver_that_names_a_device_is_no_sign_of_its_life() -> None:
    silent = (*calm(), (3601, TICK), (3700, Started(0.0, trusted=True)))

    named = DeviceJoined(Device(DOOR, frozenset()))

    assert SILENT in play(*silent, (3701, named)).state.troubles
    assert SILENT not in play(*silent, (3701, CLOSED)).state.troubles


def test_a_device_that_spoke_and_fell_silent_again_is_missed_within_its_own_time() -> None:
    place = site()
    place = replace(place, supervision={DOOR: SILENCE, WINDOW: timedelta(hours=24)})

    played = play(*calm(), (3601, TICK), (3700, CLOSED), (7400, TICK), place=place)

    assert SILENT in played.state.troubles


def test_time_in_which_nobody_listened_is_no_silence() -> None:
    place, before = site(), play(*calm()).state

    back, _ = engine.step(place, before, Started(9000.0, trusted=True), at_second(9000))
    later, _ = engine.step(place, back, TICK, at_second(9001))

    assert SILENT not in later.troubles


def test_a_device_that_nobody_configured_is_nobodys_trouble() -> None:
    stranger = DeviceId("zigbee:00000000000000ff/1")

    assert play(*calm(), (1, Reported(stranger, Battery.LOW))).state.troubles == {}


def test_a_sensor_that_was_never_heard_is_missed_too() -> None:
    assert SILENT in play((0, Started(0.0, trusted=True)), (3601, TICK)).state.troubles


def test_a_device_that_cannot_be_read_is_silent_at_once() -> None:
    played = play(*calm(), (5, Reported(WINDOW, Contact.UNKNOWN)))

    assert Trouble(TroubleKind.SILENT, WINDOW) in played.state.troubles


def test_what_is_read_anew_after_its_radio_came_back_is_not_silent_yet() -> None:
    back = (*calm(), (1, DriverLost(ZIGBEE, "pulled")), (2, DriverFound(ZIGBEE)))
    unread = Reported(WINDOW, Contact.UNKNOWN)
    in_the_wall = DeviceJoined(Device(WINDOW, frozenset(), mains=True))
    silent = Trouble(TroubleKind.SILENT, WINDOW)

    assert silent not in play(*back, (3, unread)).state.troubles
    assert silent in play(*back, (3, in_the_wall), (4, unread)).state.troubles  # it never sleeps
    heard = Reported(WINDOW, Contact.CLOSED)
    assert silent in play(*back, (3, heard), (4, unread)).state.troubles


def test_a_radio_that_is_still_lost_after_a_restart_is_told_anew_with_its_reason() -> None:
    lost = (*calm(), (1, DriverLost(ZIGBEE, "pulled")))
    restart = (*lost, (5, Started(0.0, trusted=True)))
    said = "trouble: the zigbee radio is lost"

    assert f"{said}: x" not in play(*lost, (2, DriverLost(ZIGBEE, "x"))).said()
    again = play(*restart, (6, DriverLost(ZIGBEE, "no such port")), (7, DriverLost(ZIGBEE, "x")))
    assert again.said().count(f"{said}: no such port") == 1
    assert f"{said}: x" not in again.said()
    trouble = Trouble(TroubleKind.RADIO_LOST, ZIGBEE)
    assert health.told(site(), again.state, trouble) == "the zigbee radio is lost: x"
    assert health.told(site(), play(*restart).state, trouble) == "the zigbee radio is lost"


def test_what_was_wrong_with_a_device_before_it_was_configured_is_a_trouble_after() -> None:
    stranger = DeviceId("zigbee:00000000000000ff/1")
    insecure = DeviceFault(stranger, Fault.INSECURE, present=True)
    story = (*calm(), (1, DeviceJoined(Device(stranger, frozenset()))), (2, insecure))
    place = site()
    named = replace(place, names={**place.names, stranger: "shed_lock"})
    trouble = Trouble(TroubleKind.INSECURE, stranger)

    before = play(*story).state
    assert trouble not in before.troubles
    after, _ = engine.step(named, before, ConfigurationLoaded("beef"), at_second(3))
    assert trouble in after.troubles
    mended, _ = engine.step(named, after, replace(insecure, present=False), at_second(4))
    again, _ = engine.step(named, mended, ConfigurationLoaded("beef"), at_second(5))
    assert trouble not in again.troubles


def test_a_device_that_did_not_leave_is_no_trouble_and_one_that_joins_anew_clears_its_own() -> None:
    failed = CommandFailed(OrderId("9.0"), RemoveDevice(WINDOW), "nobody pressed its button")
    assert play(*calm(), (1, failed)).state.troubles == {}

    refused = CommandFailed(OrderId("9.0"), LockDoor(WINDOW), "is not a lock")
    for seconds in (60, 0):
        of_network = CommandFailed(OrderId("9.0"), PermitJoin(ZIGBEE, seconds), "busy")
        assert bool(play(*calm(), (1, of_network)).state.troubles) is (seconds == 0)

    joined = DeviceJoined(Device(WINDOW, frozenset()))
    story = (*calm(), (1, refused))
    stays = play(*story, (2, joined)).state.troubles  # a driver that names whom it knows
    assert set(stays) == {Trouble(TroubleKind.UNCONFIRMED, WINDOW)}
    opened = JoiningChanged(ZIGBEE, open=True)
    assert play(*story, (2, opened), (3, joined)).state.troubles == {}
    assert play(*story, (2, DeviceLeft(WINDOW)), (3, joined)).state.troubles == {}


def test_who_can_never_do_what_it_is_asked_is_no_trouble_for_ever() -> None:
    for command in (AimCamera(DOOR, "gate"), RebootCamera(DOOR), LearnView(DOOR)):
        failed = CommandFailed(OrderId("9.0"), command, "it is no camera", permanent=True)
        assert play(*calm(), (1, failed)).state.troubles == {}
        silent = replace(failed, permanent=False)
        assert Trouble(TroubleKind.UNCONFIRMED, DOOR) in play(*calm(), (1, silent)).state.troubles
    # What an alarm stands on must be able to do it.
    mute = CommandFailed(OrderId("9.0"), SoundSiren(SIREN, 3), "no such command", permanent=True)
    assert Trouble(TroubleKind.UNCONFIRMED, SIREN) in play(*calm(), (1, mute)).state.troubles


def test_each_trouble_is_told_once_and_its_end_once() -> None:
    low, good = Reported(DOOR, Battery.LOW), Reported(DOOR, Battery.GOOD)

    played = play(*calm(), (1, low), (2, low), (3, good), (4, good))

    assert played.said().count("trouble: the battery of front_door is low") == 1
    assert played.said().count("over: the battery of front_door is low") == 1


def test_a_jammed_bolt_a_jammed_radio_a_full_disk_and_a_leaver_are_troubles() -> None:
    lock = LAMP
    played = play(
        *calm(),
        (1, Reported(lock, Lock.JAMMED)),
        (2, JamChanged(ZIGBEE, jammed=True)),
        (3, StorageFailed("no space")),
        (4, DeviceLeft(WINDOW)),
    )

    assert {t.kind for t in played.state.troubles} == {
        TroubleKind.BOLT,
        TroubleKind.RADIO_JAMMED,
        TroubleKind.STORAGE,
        TroubleKind.LEFT,
    }


def test_what_is_mended_is_over() -> None:
    played = play(
        *calm(),
        (2, JamChanged(ZIGBEE, jammed=True)),
        (3, StorageFailed("no space")),
        (4, JamChanged(ZIGBEE, jammed=False)),
        (5, StorageRecovered()),
    )

    assert played.state.troubles == {}


def test_a_wall_clock_that_cannot_be_trusted_is_a_trouble() -> None:
    played = play((0, Started(0.0, trusted=False)))

    assert Trouble(TroubleKind.CLOCK, "the hub") in played.state.troubles


def test_a_jammed_radio_that_is_lost_is_lost_and_not_jammed_any_more() -> None:
    played = play(*calm(), (1, JamChanged(ZIGBEE, jammed=True)), (2, DriverLost(ZIGBEE, "pulled")))

    assert set(played.state.troubles) == {Trouble(TroubleKind.RADIO_LOST, ZIGBEE)}
    assert "over: the zigbee radio is jammed" in played.said()


def test_a_radio_that_is_found_is_lost_no_more() -> None:
    played = play(*calm(), (1, DriverLost(ZIGBEE, "pulled")), (2, DriverFound(ZIGBEE)))

    assert Trouble(TroubleKind.RADIO_LOST, ZIGBEE) not in played.state.troubles


def test_silence_is_counted_from_the_start_of_the_hub_and_not_from_before() -> None:
    story = (*calm(), (3000, Started(0.0, trusted=True)))

    assert SILENT not in play(*story, (6599, TICK)).state.troubles
    assert SILENT in play(*story, (6600, TICK)).state.troubles


def test_a_device_that_left_is_no_trouble_once_it_is_heard_again() -> None:
    left = (*calm(), (1, DeviceLeft(WINDOW)))

    assert Trouble(TroubleKind.LEFT, WINDOW) in play(*left).state.troubles
    joined = DeviceJoined(Device(WINDOW, frozenset()))
    assert play(*left, (2, joined)).state.troubles == {}


def test_a_siren_or_keypad_that_cannot_be_read_is_not_silent() -> None:
    played = play(
        *calm(),
        (1, Reported(SIREN, Siren.UNKNOWN)),
        (2, Reported(KEYPAD, Keypad.UNKNOWN)),
        (3, Reported(DOOR, Battery.UNKNOWN)),
    )

    assert played.state.troubles == {}


def test_a_start_forgets_the_troubles_of_one_life_and_no_others() -> None:
    story = (
        *calm(),
        (1, StorageFailed("no space")),
        (2, PartFailed("the rules", "a bug")),
        (3, AreaLost("attic")),
        (4, Reported(DOOR, Battery.LOW)),
    )
    kinds = {t.kind for t in play(*story).state.troubles}
    assert kinds == {
        TroubleKind.STORAGE,
        TroubleKind.PART,
        TroubleKind.CONFIGURATION,
        TroubleKind.BATTERY,
    }

    restarted = play(*story, (5, Started(0.0, trusted=True)))
    assert {t.kind for t in restarted.state.troubles} == {TroubleKind.BATTERY}


def test_a_clock_that_was_set_can_be_trusted_again() -> None:
    played = play((0, Started(0.0, trusted=False)), (1, ClockStepped(3600.0)))

    assert played.state.troubles == {}


def test_a_command_that_failed_is_a_trouble_with_its_reason_until_one_is_taken() -> None:
    failed = CommandFailed(OrderId("9.0"), LockDoor(LAMP), "no answer")
    taken = CommandConfirmed(OrderId("9.1"), LockDoor(LAMP), Proof.REPORTED)

    played = play(*calm(), (1, failed), (2, taken))

    assert "trouble: lamp did not do what it was asked: no answer" in played.said()
    assert played.state.troubles == {}


def test_a_trouble_keeps_the_moment_at_which_it_began() -> None:
    low = Reported(DOOR, Battery.LOW)

    played = play(*calm(), (1, low), (2, low))

    assert played.state.troubles == {Trouble(TroubleKind.BATTERY, DOOR): at_second(1)}


def test_a_tamper_that_is_mended_is_over() -> None:
    played = play(*calm(), (1, TAMPERED), (2, Reported(DOOR, Tamper.INTACT)))

    assert played.state.troubles == {}
