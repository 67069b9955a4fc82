"""Stories of one area: what a family and a burglar do, and what the panel answers."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.model.capability import Contact, Motion, Smoke, Tamper
from gateway.model.command import (
    PermitJoin,
    ShowPanel,
    SilenceSiren,
    SoundSiren,
    TurnSwitch,
)
from gateway.model.device import Device, DeviceId
from gateway.model.effect import Notify, OrderId, Perform
from gateway.model.event import (
    ArmRequested,
    BypassRequested,
    CommandFailed,
    DeviceJoined,
    DisarmRequested,
    DriverFound,
    DriverLost,
    JoiningChanged,
    Panic,
    PanicPressed,
    Reported,
    ResetRequested,
    Started,
)
from rules import engine
from rules.site import OnTamper
from rules.state import TRIPS_MAX, Phase, Trouble, TroubleKind
from tests.rules.house import (
    ARM,
    ARM_HOME,
    BACK,
    CLOSED,
    DISARM,
    DOOR,
    HALL,
    KEYPAD,
    LIVING,
    OPENED,
    SIREN,
    SIREN_IS_HERE,
    SMOKE,
    TAMPERED,
    TICK,
    WINDOW,
    WINDOW_OPENED,
    ZIGBEE,
    at_second,
    calm,
    play,
    site,
)


def test_a_burglar_who_comes_by_the_door_has_the_entry_delay_and_then_the_siren() -> None:
    played = play(*calm(), (1, ARM), (100, OPENED), (130, TICK))

    assert played.phase is Phase.ALARM
    assert played.commands(SoundSiren) == [130]
    assert "ALARM in house: front" in played.said()


def test_disarming_within_the_entry_delay_keeps_the_siren_silent_and_remembers_nothing() -> None:
    played = play(*calm(), (1, ARM), (100, OPENED), (129.9, DISARM), (500, TICK))

    assert played.phase is Phase.DISARMED
    assert played.commands(SoundSiren) == []
    assert not played.area.alarmed
    assert played.area.trips == ()


def test_the_exit_delay_lets_people_out_by_the_door_and_past_the_hall() -> None:
    story = (10, OPENED), (12, Reported(HALL, Motion.MOVING)), (15, CLOSED), (61, TICK)

    assert play(*calm(), (1, ARM), *story).phase is Phase.ARMED


def test_a_door_left_open_when_the_exit_delay_ends_starts_the_entry_delay() -> None:
    played = play(*calm(), (1, ARM), (10, OPENED), (61, TICK))

    assert played.phase is Phase.ENTRY
    assert played.area.deadline == at_second(91)


def test_a_door_that_was_left_out_may_stand_open_when_the_exit_delay_ends() -> None:
    left_out = replace(ARM, bypass=frozenset({"front"}))

    assert play(*calm(), (1, left_out), (10, OPENED), (61, TICK)).phase is Phase.ARMED


def test_an_alarm_remembers_its_first_trips_up_to_a_bound() -> None:
    place = site()
    sensors = [DeviceId(f"zigbee:{number:016x}/1") for number in range(100, 101 + TRIPS_MAX)]
    zones = {
        f"smoke_{n}": replace(place.zones["smoke"], name=f"smoke_{n}", device=sensor)
        for n, sensor in enumerate(sensors)
    }
    place = replace(place, zones={**place.zones, **zones})

    played = play(*calm(), *((1, Reported(s, Smoke.SMOKE)) for s in sensors), place=place)

    assert [trip.device for trip in played.area.trips] == sensors[:TRIPS_MAX]


def test_a_zone_that_trips_again_is_remembered_once() -> None:
    again = (100, Reported(WINDOW, Contact.CLOSED)), (101, WINDOW_OPENED)

    played = play(*calm(), (1, ARM), (90, WINDOW_OPENED), *again)

    assert [trip.zone for trip in played.area.trips] == ["kitchen"]
    assert played.area.deadline == at_second(270)


def test_a_zone_with_an_entry_delay_of_its_own_has_that_one() -> None:
    place = site()
    slow = replace(place.zones["back"], entry_delay=timedelta(seconds=45))
    place = replace(place, zones={**place.zones, "back": slow})

    played = play(*calm(), (1, ARM), (100, Reported(BACK, Contact.OPEN)), place=place)

    assert played.area.deadline == at_second(145)


def test_a_hall_that_follows_is_named_in_the_alarm_that_comes_after_it() -> None:
    moving = Reported(HALL, Motion.MOVING)

    played = play(*calm(), (1, ARM), (100, OPENED), (102, moving), (130, TICK))

    assert [trip.zone for trip in played.area.trips] == ["front", "hall"]
    assert "front (front_door contact:open); hall (hall_motion motion:moving)" in played.said()


def test_a_zone_that_was_left_out_is_remembered_by_nobody() -> None:
    left_out = replace(ARM, bypass=frozenset({"kitchen"}))

    played = play(*calm(), (1, left_out), (90, WINDOW_OPENED), (91, OPENED), (121, TICK))

    assert [trip.zone for trip in played.area.trips] == ["front"]


def test_smoke_that_was_left_out_is_no_alarm() -> None:
    left_out = BypassRequested("smoke", bypassed=True, by="anna")
    story = (*calm(), (1, left_out))

    assert play(*story, (2, Reported(SMOKE, Smoke.SMOKE))).phase is Phase.DISARMED
    back = replace(left_out, bypassed=False)
    assert play(*story, (2, back), (3, Reported(SMOKE, Smoke.SMOKE))).phase is Phase.ALARM


def test_the_alarm_of_a_disarmed_house_ends_disarmed_and_remembers() -> None:
    played = play(*calm(), (1, Reported(SMOKE, Smoke.SMOKE)), (181, TICK))

    assert played.phase is Phase.DISARMED
    assert played.area.alarmed
    assert played.commands(SilenceSiren)[-1] == 181


def test_a_new_arming_forgets_the_last_alarm() -> None:
    story = (*calm(), (1, Reported(SMOKE, Smoke.SMOKE)), (2, DISARM))
    clear = (3, Reported(SMOKE, Smoke.CLEAR))

    assert play(*story).area.alarmed
    assert not play(*story, clear, (4, ARM)).area.alarmed


def test_a_reset_of_an_armed_house_resets_nothing() -> None:
    played = play(*calm(), (1, ARM), (90, WINDOW_OPENED), (95, ResetRequested("house", "anna")))

    assert played.area.alarmed
    assert [trip.zone for trip in played.area.trips] == ["kitchen"]


def test_a_disarming_in_the_exit_delay_keeps_the_house_disarmed() -> None:
    played = play(*calm(), (1, ARM), (30, DISARM), (100, WINDOW_OPENED))

    assert played.phase is Phase.DISARMED
    assert played.area.mode is None


def test_people_are_told_when_the_house_is_armed_and_when_the_siren_time_is_over() -> None:
    played = play(*calm(), (1, ARM), (61, TICK), (90, WINDOW_OPENED), (270, TICK))

    assert "house is being armed away by anna" in played.said()
    assert "house is armed away" in played.said()
    assert "the siren time of house is over; it stays armed" in played.said()


def test_a_disarming_after_an_alarm_says_so() -> None:
    alarm = (*calm(), (1, ARM), (90, WINDOW_OPENED))

    assert "house disarmed by anna after an alarm" in play(*alarm, (95, DISARM)).said()
    assert "after an alarm" not in play(*calm(), (1, ARM), (2, DISARM)).said()


def test_a_tampered_stranger_is_nobodys_alarm() -> None:
    stranger = Reported(DeviceId("zigbee:00000000000000ff/1"), Tamper.TAMPERED)

    assert play(*calm(), (1, ARM), (90, stranger)).phase is Phase.ARMED


def test_a_tampered_siren_of_an_armed_house_is_an_alarm() -> None:
    tampered = Reported(SIREN, Tamper.TAMPERED)

    assert play(*calm(), (1, ARM), (90, tampered)).commands(SoundSiren) == [90]


def test_an_order_that_rounds_is_never_shorter_than_the_alarm() -> None:
    story = (*calm(), (1, ARM), (90, WINDOW_OPENED))

    assert (100.5, Perform(SoundSiren(SIREN, 170))) in play(*story, (100.5, SIREN_IS_HERE)).done
    assert (269.9, Perform(SoundSiren(SIREN, 1))) in play(*story, (269.9, SIREN_IS_HERE)).done


def test_a_siren_that_comes_back_at_the_very_end_of_the_alarm_is_told_a_whole_second() -> None:
    sounding = play(*calm(), (1, ARM), (90, WINDOW_OPENED)).state

    _, effects = engine.step(site(), sounding, SIREN_IS_HERE, at_second(270))

    assert Perform(SoundSiren(SIREN, 1)) in effects


def test_what_sounds_and_shines_leaves_before_the_words() -> None:
    armed = play(*calm(), (1, ARM), (61, TICK)).state

    _, effects = engine.step(site(), armed, WINDOW_OPENED, at_second(90))

    assert [type(effect) for effect in effects] == [Perform, Perform, Perform, Notify]


def test_a_silence_that_failed_is_not_ordered_again_once_the_siren_should_sound_anew() -> None:
    failed = CommandFailed(OrderId("9.0"), SilenceSiren(SIREN), "no answer")
    first = (*calm(), (1, ARM), (61, WINDOW_OPENED), (62, DISARM))
    panic = (63, PanicPressed(KEYPAD, Panic.PANIC))

    assert play(*first, panic, (64, failed)).commands(SilenceSiren)[-1] == 62


def test_a_keypad_that_comes_back_shows_what_remains_rounded_up() -> None:
    keypad = DeviceJoined(Device(KEYPAD, frozenset()))

    played = play(*calm(), (1, ARM), (1.5, keypad))

    assert played.done[-1] == (1.5, Perform(ShowPanel(KEYPAD, "exit", "away", 60)))


def test_a_keypad_is_never_asked_again_to_show_what_it_did_not_take() -> None:
    failed = CommandFailed(OrderId("9.0"), ShowPanel(KEYPAD, "exit", "away", 60), "no answer")

    shown = play(*calm(), (1, ARM), (2, failed)).commands(ShowPanel)

    assert 2 not in shown


def test_a_house_that_is_armed_already_leaves_a_network_that_opens_then_alone() -> None:
    opened = JoiningChanged(ZIGBEE, open=True)

    assert play(*calm(), (1, ARM), (2, opened), (70, TICK)).commands(PermitJoin) == []
    closed = JoiningChanged(ZIGBEE, open=False)
    assert play(*calm(), (1, opened), (2, closed), (3, ARM)).commands(PermitJoin) == []


def test_a_window_is_an_alarm_at_once_even_in_the_exit_delay() -> None:
    assert play(*calm(), (1, ARM), (10, WINDOW_OPENED)).commands(SoundSiren) == [10]
    assert play(*calm(), (1, ARM), (90, WINDOW_OPENED)).commands(SoundSiren) == [90]


def test_a_window_in_the_entry_delay_ends_the_delay() -> None:
    played = play(*calm(), (1, ARM), (100, OPENED), (105, WINDOW_OPENED))

    assert played.commands(SoundSiren) == [105]


def test_the_hall_follows_the_door_but_is_instant_without_it() -> None:
    moving = Reported(HALL, Motion.MOVING)

    assert play(*calm(), (1, ARM), (100, OPENED), (102, moving)).phase is Phase.ENTRY
    assert play(*calm(), (1, ARM), (100, moving)).phase is Phase.ALARM


def test_a_second_door_without_delay_sounds_at_once() -> None:
    place = site()
    quick = replace(place.zones["back"], entry_delay=timedelta())
    place = replace(place, zones={**place.zones, "back": quick})

    story = (*calm(), (1, ARM), (100, OPENED), (110, Reported(BACK, Contact.OPEN)))

    assert play(*story, place=place).commands(SoundSiren) == [110]


def test_a_door_that_nobody_can_see_any_more_is_not_taken_for_closed() -> None:
    story = (*calm(), (1, ARM), (10, OPENED), (20, DriverLost(ZIGBEE, "pulled")), (61, TICK))

    assert play(*story).phase is Phase.ENTRY


def test_leaving_out_every_zone_is_no_arming() -> None:
    everything = frozenset({"front", "back", "kitchen", "hall", "living"})

    played = play(*calm(), (1, replace(ARM, bypass=everything)))

    assert played.phase is Phase.DISARMED
    assert "no zone would be left" in played.said()


def test_a_siren_that_failed_its_last_order_forbids_arming() -> None:
    failed = CommandFailed(OrderId("9.0"), SoundSiren(SIREN, 3), "no answer")

    assert play(*calm(), (1, failed), (2, ARM)).phase is Phase.DISARMED


def test_an_armed_house_lets_nobody_join() -> None:
    played = play(*calm(), (1, JoiningChanged(ZIGBEE, open=True)), (2, ARM))

    assert (2, Perform(PermitJoin(ZIGBEE, 0))) in played.done


def test_a_siren_that_was_not_silenced_is_told_again_while_it_may_still_sound() -> None:
    failed = CommandFailed(OrderId("9.0"), SilenceSiren(SIREN), "no answer")
    story = (*calm(), (1, ARM), (90, WINDOW_OPENED), (95, DISARM))

    assert play(*story, (100, failed)).commands(SilenceSiren)[-1] == 100
    assert play(*story, (400, failed)).commands(SilenceSiren)[-1] == 95


def test_a_second_door_never_puts_the_end_of_the_entry_delay_off() -> None:
    played = play(*calm(), (1, ARM), (100, OPENED), (120, Reported(BACK, Contact.OPEN)))

    assert played.area.deadline == at_second(130)


def test_at_home_the_inside_is_free_and_the_doors_are_not() -> None:
    at_home = play(*calm(), (1, ARM_HOME), (2, Reported(LIVING, Motion.MOVING)))
    assert at_home.phase is Phase.ARMED

    assert play(*calm(), (1, ARM_HOME), (2, OPENED)).phase is Phase.ENTRY


def test_a_mode_without_delays_is_armed_at_once_and_alarms_at_once() -> None:
    arm = replace(ARM, mode="night")

    assert play(*calm(), (1, arm)).phase is Phase.ARMED
    assert play(*calm(), (1, arm), (2, OPENED)).phase is Phase.ALARM


def test_smoke_sounds_the_siren_though_nothing_is_armed() -> None:
    played = play(*calm(), (1, Reported(SMOKE, Smoke.SMOKE)))

    assert played.phase is Phase.ALARM
    assert played.area.mode is None
    assert played.commands(SoundSiren) == [1]


def test_after_the_siren_time_the_area_stays_armed_and_remembers() -> None:
    played = play(*calm(), (1, ARM), (90, WINDOW_OPENED), (270, TICK))

    assert played.phase is Phase.ARMED
    assert played.area.alarmed
    assert [trip.zone for trip in played.area.trips] == ["kitchen"]
    assert played.commands(SilenceSiren)[-1] == 270


def test_after_the_siren_time_the_remaining_zones_still_alarm() -> None:
    played = play(*calm(), (1, ARM), (90, WINDOW_OPENED), (280, Reported(LIVING, Motion.MOVING)))

    assert played.commands(SoundSiren) == [90, 280]


def test_alarm_memory_outlives_the_disarming_until_somebody_resets_it() -> None:
    alarmed = (*calm(), (1, ARM), (90, WINDOW_OPENED), (95, DISARM))
    assert play(*alarmed).area.alarmed

    reset = play(*alarmed, (100, ResetRequested("house", "anna")))
    assert not reset.area.alarmed
    assert reset.area.trips == ()


def test_arming_is_refused_while_a_window_is_open_and_says_which() -> None:
    played = play(*calm(), (1, WINDOW_OPENED), (2, ARM))

    assert played.phase is Phase.DISARMED
    assert "kitchen: kitchen_window is open" in played.said()


def test_unknown_is_not_closed() -> None:
    played = play(*calm(), (1, Reported(WINDOW, Contact.UNKNOWN)), (2, ARM))

    assert played.phase is Phase.DISARMED
    assert "nobody knows how kitchen_window stands" in played.said()


def test_a_siren_that_never_joined_forbids_arming() -> None:
    without = tuple(moment for moment in calm() if moment[1] != SIREN_IS_HERE)

    played = play(*without, (1, ARM))

    assert played.phase is Phase.DISARMED
    assert "hall_siren never joined" in played.said()


def test_arming_by_force_leaves_out_the_open_window_until_the_disarming() -> None:
    forced = (*calm(), (1, WINDOW_OPENED), (2, replace(ARM, force=True)))

    played = play(*forced, (100, Reported(WINDOW, Contact.CLOSED)), (101, WINDOW_OPENED))
    assert played.phase is Phase.ARMED
    assert played.area.bypassed == {"kitchen"}

    assert play(*forced, (100, DISARM)).area.bypassed == frozenset()


def test_arming_by_force_with_nothing_left_to_guard_is_refused() -> None:
    blind = (*calm(), (1, DriverLost(ZIGBEE, "pulled")), (2, replace(ARM, force=True)))

    played = play(*blind)

    assert played.phase is Phase.DISARMED
    assert "no zone would be left" in played.said()


def test_a_bypassed_zone_is_left_out_and_the_others_are_not() -> None:
    story = (*calm(), (1, BypassRequested("kitchen", bypassed=True, by="anna")), (2, ARM))

    assert play(*story, (90, WINDOW_OPENED)).phase is Phase.ARMED
    assert play(*story, (90, Reported(LIVING, Motion.MOVING))).phase is Phase.ALARM


@pytest.mark.parametrize("armed", [False, True])
def test_a_tamper_is_an_alarm_when_armed_and_what_the_area_says_when_not(armed: bool) -> None:  # noqa: FBT001  # a parametrised case
    story = [*calm()] + ([(1, ARM)] if armed else []) + [(90, TAMPERED)]

    mild = play(*story)
    strict = play(*story, place=site(OnTamper.ALARM))

    assert mild.phase is (Phase.ALARM if armed else Phase.DISARMED)
    assert strict.phase is Phase.ALARM
    assert Trouble(TroubleKind.TAMPER, DOOR) in mild.state.troubles


def test_a_tampered_sensor_forbids_arming_until_it_is_mended() -> None:
    assert play(*calm(), (1, TAMPERED), (2, ARM)).phase is Phase.DISARMED

    mended = play(*calm(), (1, TAMPERED), (2, Reported(DOOR, Tamper.INTACT)), (3, ARM))
    assert mended.phase is Phase.EXIT


def test_the_panic_key_sounds_the_siren_in_every_phase() -> None:
    panic = PanicPressed(KEYPAD, Panic.PANIC)

    assert play(*calm(), (1, panic)).commands(SoundSiren) == [1]
    assert play(*calm(), (1, ARM), (100, OPENED), (101, panic)).commands(SoundSiren) == [101]


def test_the_light_comes_on_with_the_siren_and_stays_on() -> None:
    played = play(*calm(), (1, ARM), (90, WINDOW_OPENED), (95, DISARM))

    assert played.commands(TurnSwitch) == [90]


def test_the_keypad_shows_each_phase_with_its_seconds() -> None:
    played = play(*calm(), (1, ARM), (100, OPENED), (110, DISARM))

    shown = [
        (at, effect.command.phase, effect.command.seconds)
        for at, effect in played.done
        if hasattr(effect, "command") and isinstance(effect.command, ShowPanel) and at >= 1
    ]
    assert shown == [(1, "exit", 60), (61, "armed", 0), (100, "entry", 30), (110, "disarmed", 0)]


# -- crashes and clocks --------------------------------------------------------------------------


def test_a_restart_in_the_entry_delay_ends_in_the_alarm_at_the_original_moment() -> None:
    played = play(*calm(), (1, ARM), (100, OPENED), (110, Started(5.0, trusted=True)), (130, TICK))

    assert played.commands(SoundSiren) == [130]


def test_an_entry_delay_that_ended_while_the_hub_was_down_is_an_alarm_with_full_siren_time() -> (
    None
):
    before = play(*calm(), (1, ARM), (100, OPENED)).state
    place = site()
    started, _ = engine.step(place, before, Started(3600.0, trusted=True), at_second(3700))

    state, effects = engine.step(place, started, TICK, at_second(3700))

    assert state.areas["house"].deadline == at_second(3700 + 180)
    assert any(getattr(e, "command", None) == SoundSiren(SIREN, 180) for e in effects)


def test_a_start_whose_clock_cannot_be_trusted_ends_the_entry_delay_at_once() -> None:
    played = play(*calm(), (1, ARM), (100, OPENED), (101, Started(0.0, trusted=False)))

    assert played.commands(SoundSiren) == [101]


def test_a_start_whose_clock_cannot_be_trusted_sounds_the_siren_its_whole_time() -> None:
    played = play(*calm(), (1, ARM), (90, WINDOW_OPENED), (200, Started(0.0, trusted=False)))

    assert played.area.deadline == at_second(200 + 180)


def test_after_a_restart_the_siren_that_should_sound_is_ordered_again_for_what_is_left() -> None:
    story = (*calm(), (1, ARM), (90, WINDOW_OPENED), (99, Started(5.0, trusted=True)))

    played = play(*story, (100, SIREN_IS_HERE))

    assert (100, Perform(SoundSiren(SIREN, 170))) in played.done


def test_after_a_restart_a_siren_that_should_be_silent_is_told_so() -> None:
    played = play(*calm(), (1, ARM), (99, Started(5.0, trusted=True)), (100, SIREN_IS_HERE))

    assert played.commands(SilenceSiren)[-1] == 100


def test_a_door_opened_while_the_hub_was_down_starts_the_entry_delay_after_the_start() -> None:
    played = play(
        *calm(),
        (1, ARM),
        (100, Started(30.0, trusted=True)),
        (100.5, DriverFound(ZIGBEE)),
        (101, OPENED),
    )

    assert played.phase is Phase.ENTRY


def test_a_door_that_was_open_before_the_restart_is_no_second_alarm() -> None:
    story = (*calm(), (1, ARM), (100, OPENED), (131, TICK), (311, TICK))

    played = play(*story, (400, Started(5.0, trusted=True)), (401, OPENED))

    assert played.phase is Phase.ARMED


def test_a_lost_radio_is_a_trouble_and_blinds_its_devices() -> None:
    played = play(*calm(), (1, DriverLost(ZIGBEE, "pulled")), (2, ARM))

    assert Trouble(TroubleKind.RADIO_LOST, ZIGBEE) in played.state.troubles
    assert played.phase is Phase.DISARMED
    assert "the zigbee radio is not there" in played.said()


def test_a_radio_that_comes_back_in_an_alarm_is_told_to_sound() -> None:
    played = play(
        *calm(),
        (1, ARM),
        (90, WINDOW_OPENED),
        (91, DriverLost(ZIGBEE, "pulled")),
        (94, DriverFound(ZIGBEE)),
        (95, SIREN_IS_HERE),
    )

    assert played.commands(SoundSiren) == [90, 95]


def test_a_siren_that_did_not_answer_is_a_trouble_and_is_asked_again_while_it_should_sound() -> (
    None
):
    failed = CommandFailed(OrderId("9.0"), SoundSiren(SIREN, 180), "no answer")
    story = (*calm(), (1, ARM), (90, WINDOW_OPENED), (94, failed))

    played = play(*story)
    assert played.commands(SoundSiren) == [90, 94]
    assert Trouble(TroubleKind.UNCONFIRMED, SIREN) in played.state.troubles

    hopeless = play(*story[:-1], (94, replace(failed, permanent=True)))
    assert hopeless.commands(SoundSiren) == [90]
    assert play(*story[:-1], (93, DISARM), (94, failed)).commands(SoundSiren) == [90]


def test_a_mode_that_the_new_configuration_lacks_does_not_disarm() -> None:
    armed = play(*calm(), (1, ArmRequested("house", "night", "anna", "cli"))).state
    place = site()
    smaller = replace(
        place,
        areas={
            "house": replace(
                place.areas["house"], modes={"away": place.areas["house"].modes["away"]}
            )
        },
    )

    fitted, lost, _ = engine.fitted(smaller, place, armed)

    assert fitted.areas["house"].mode == "away"
    assert lost == ()


def test_of_the_modes_that_are_left_the_one_that_guards_most_is_taken() -> None:
    armed = play(*calm(), (1, ArmRequested("house", "night", "anna", "cli"))).state
    place = site()
    house = place.areas["house"]
    modes = {name: house.modes[name] for name in ("home", "away")}
    smaller = replace(place, areas={"house": replace(house, modes=modes)})

    assert engine.fitted(smaller, place, armed)[0].areas["house"].mode == "away"


def test_the_trouble_of_a_device_that_is_not_configured_any_more_is_gone() -> None:
    place = site()
    tampered = play(*calm(), (1, TAMPERED)).state
    smaller = replace(place, names={d: n for d, n in place.names.items() if d != DOOR})

    assert engine.fitted(place, place, tampered)[0].troubles == tampered.troubles
    assert engine.fitted(smaller, place, tampered)[0].troubles == {}


def test_an_area_that_was_renamed_while_armed_stays_armed() -> None:
    armed = play(*calm(), (1, ArmRequested("house", "night", "anna", "cli"))).state
    place = site()
    renamed = replace(place, areas={"home": replace(place.areas["house"], name="home")}, zones={})

    fitted, lost, _ = engine.fitted(renamed, place, armed)

    assert fitted.areas["home"].phase is Phase.ARMED
    assert lost == ()


def test_an_armed_area_that_is_gone_is_named() -> None:
    armed = play(*calm(), (1, ArmRequested("house", "night", "anna", "cli"))).state
    place = site()
    house = place.areas["house"]
    other = replace(place, areas={"shop": house, "yard": house}, zones={})

    assert engine.fitted(other, place, armed)[1] == ("house",)


def test_a_request_of_a_person_who_may_not_is_refused() -> None:
    armed = (*calm(), (1, ARM), (70, TICK))

    assert play(*armed, (80, DisarmRequested("house", "guest", "cli"))).phase is Phase.ARMED
    assert play(*armed, (80, DisarmRequested("house", "neighbour", "cli"))).phase is Phase.ARMED
    assert play(*armed, (80, DisarmRequested("house", "nobody", "cli"))).phase is Phase.ARMED
