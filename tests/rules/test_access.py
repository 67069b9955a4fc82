"""Wrong codes, and who is heard."""

from dataclasses import replace

import pytest

from gateway.model.command import (
    ClearLockCode,
    PermitJoin,
    RemoveDevice,
    SetLockCode,
    ShowPanel,
    SilenceSiren,
    UnlockDoor,
)
from gateway.model.effect import Perform
from gateway.model.event import (
    BypassRequested,
    CodeRefused,
    CommandRequested,
    DisarmRequested,
    Event,
    ResetRequested,
)
from rules.state import Phase
from tests.rules.house import (
    ARM,
    DISARM,
    KEYPAD,
    LAMP,
    SIREN,
    TICK,
    WINDOW_OPENED,
    ZIGBEE,
    Moment,
    calm,
    calm_shed,
    play,
    site,
    two_areas,
)

ARMED: tuple[Moment, ...] = (*calm(), (1, ARM), (70, TICK))
WRONG = CodeRefused("cli")


def wrong(times: int, start: float = 80) -> tuple[Moment, ...]:
    """Give so many wrong codes, a second apart."""
    return tuple((start + i, WRONG) for i in range(times))


def test_too_many_wrong_codes_shut_the_place_even_to_the_right_one() -> None:
    assert play(*ARMED, *wrong(4), (90, DISARM)).phase is Phase.DISARMED
    assert play(*ARMED, *wrong(5), (90, DISARM)).phase is Phase.ARMED


def test_a_lockout_ends_by_itself_and_one_more_wrong_code_begins_it_anew() -> None:
    assert play(*ARMED, *wrong(5), (175, DISARM)).phase is Phase.DISARMED
    assert play(*ARMED, *wrong(5), (175, WRONG), (180, DISARM)).phase is Phase.ARMED


def test_a_guess_during_a_lockout_does_not_make_it_longer() -> None:
    # The fifth, at 84, shuts the place until 174: what is typed there meanwhile is not counted.
    guessing = (*ARMED, *wrong(5), *wrong(20, 100))

    assert play(*guessing, (173, DISARM)).phase is Phase.ARMED
    assert play(*guessing, (174, DISARM)).phase is Phase.DISARMED
    assert play(*guessing).state.failures["cli"].count == 5


def test_a_refused_disarming_does_not_clear_the_count() -> None:
    guest = DisarmRequested("house", "guest", "cli")

    played = play(*ARMED, *wrong(4), (84.5, guest), (85, WRONG), (90, DISARM))

    assert played.phase is Phase.ARMED


def test_an_arming_with_a_code_is_shut_out_too() -> None:
    assert play(*calm(), *wrong(5, 1), (10, ARM)).phase is Phase.DISARMED


def test_who_may_not_arm_and_who_has_no_say_in_the_area_does_not_arm() -> None:
    place = site()
    child = replace(place.people["anna"], name="child", may_arm=False)
    place = replace(place, people={**place.people, "child": child})

    story = (*calm(), (1, replace(ARM, by="child")), (2, replace(ARM, by="neighbour")))
    played = play(*story, place=place)

    assert played.phase is Phase.DISARMED
    assert "child may not arm" in played.said()
    assert "neighbour has no say in house" in played.said()


def test_who_has_a_say_in_the_shed_alone_opens_no_door_while_the_house_is_armed() -> None:
    unlock = CommandRequested(UnlockDoor(LAMP), "gardener")
    disarmed, house = calm_shed(), (1, ARM)

    free = play(*disarmed, (2, unlock), place=two_areas())
    assert free.commands(UnlockDoor) == [2]
    refused = play(*disarmed, house, (2, unlock), place=two_areas())
    assert refused.commands(UnlockDoor) == []
    assert "gardener has no say in house" in refused.said()


def test_a_quiet_siren_is_silenced_and_a_network_is_closed_without_a_code() -> None:
    silence = CommandRequested(SilenceSiren(SIREN), "cli")
    close = CommandRequested(PermitJoin(ZIGBEE, 0), "cli")

    played = play(*ARMED, (80, silence), (81, close))

    assert 80 in played.commands(SilenceSiren)
    assert played.commands(PermitJoin) == [81]


def test_a_lockout_at_a_keypad_is_told_with_its_name() -> None:
    played = play(*ARMED, *((80 + i, CodeRefused(KEYPAD)) for i in range(5)))

    assert "5 wrong codes at hall_keypad" in played.said()


def test_a_lockout_at_one_place_leaves_the_others_open() -> None:
    at_keypad = DisarmRequested("house", "anna", KEYPAD)

    assert play(*ARMED, *wrong(5), (90, at_keypad)).phase is Phase.DISARMED


def test_a_right_code_clears_the_count() -> None:
    story = (*ARMED, *wrong(4), (90, DISARM), (91, ARM), (160, TICK), *wrong(4, 170))

    assert play(*story, (180, DISARM)).phase is Phase.DISARMED


def test_people_are_told_of_a_lockout_once() -> None:
    played = play(*ARMED, *wrong(9))

    assert played.said().count("5 wrong codes at cli") == 1


def test_arming_without_a_code_is_for_sites_that_allow_it() -> None:
    anyone = replace(ARM, by="cli")

    assert play(*calm(), (1, anyone)).phase is Phase.EXIT
    strict = replace(site(), arm_needs_code=True)
    assert play(*calm(), (1, anyone), place=strict).phase is Phase.DISARMED


@pytest.mark.parametrize(
    "weakening",
    [
        BypassRequested("kitchen", bypassed=True, by="guest"),
        BypassRequested("kitchen", bypassed=True, by="cli"),
        CommandRequested(UnlockDoor(LAMP), "guest"),
        CommandRequested(UnlockDoor(LAMP), "neighbour"),
        CommandRequested(SetLockCode(LAMP, 3, None), "cli"),
        CommandRequested(ClearLockCode(LAMP, 3), "cli"),
        CommandRequested(RemoveDevice(SIREN), "cli"),
        CommandRequested(PermitJoin(ZIGBEE, 60), "cli"),
    ],
)
def test_who_may_not_disarm_may_not_weaken_an_armed_house(weakening: Event) -> None:
    played = play(*ARMED, (80, weakening), (90, WINDOW_OPENED))

    assert "refused" in played.said()
    assert played.phase is Phase.ALARM
    asked = getattr(weakening, "command", None)
    assert not any(isinstance(e, Perform) and e.command == asked for _, e in played.done)


def test_a_sounding_siren_is_silenced_by_those_who_may_disarm() -> None:
    alarm = (*ARMED, (90, WINDOW_OPENED))

    by_nobody = play(*alarm, (91, CommandRequested(SilenceSiren(SIREN), "cli")))
    assert 91 not in by_nobody.commands(SilenceSiren)
    by_anna = play(*alarm, (91, CommandRequested(SilenceSiren(SIREN), "anna")))
    assert 91 in by_anna.commands(SilenceSiren)


def test_a_quiet_house_is_managed_without_a_code_but_its_doors_are_not_opened() -> None:
    free = play(*calm(), (1, BypassRequested("kitchen", bypassed=True, by="cli")))
    assert free.area.bypassed == {"kitchen"}

    locked = play(*calm(), (1, CommandRequested(UnlockDoor(LAMP), "cli")))
    assert locked.commands(UnlockDoor) == []


def test_a_reset_needs_the_right_to_disarm() -> None:
    alarmed = (*ARMED, (90, WINDOW_OPENED), (95, DISARM))

    assert play(*alarmed, (96, ResetRequested("house", "guest"))).area.alarmed
    assert not play(*alarmed, (96, ResetRequested("house", "anna"))).area.alarmed


def test_a_shut_keypad_says_no_to_a_right_code_as_to_a_wrong_one() -> None:
    shut = (*ARMED, *((80 + i, CodeRefused(KEYPAD)) for i in range(5)))

    right = play(*shut, (90, DisarmRequested("house", "anna", KEYPAD)))
    wrong = play(*shut, (90, CodeRefused(KEYPAD)))

    said = Perform(ShowPanel(KEYPAD, "refused", None, 0))
    assert (90, said) in right.done
    assert (90, said) in wrong.done
    assert right.phase is Phase.ARMED


def test_arming_without_a_code_is_not_shut_by_wrong_codes() -> None:
    anyone = replace(ARM, by="cli")

    assert play(*calm(), *wrong(5, 1), (10, anyone)).phase is Phase.EXIT
