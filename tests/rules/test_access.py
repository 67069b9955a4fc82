"""Wrong codes, and who is heard."""

from dataclasses import replace

from gateway.model.event import CodeRefused, DisarmRequested
from rules.state import Phase
from tests.rules.house import ARM, DISARM, KEYPAD, TICK, Moment, calm, play, site

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
