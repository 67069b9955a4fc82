"""Who comes in by a lock: told by name, and disarming only where that was configured."""

from dataclasses import replace

import pytest

from gateway.model.capability import Lock
from gateway.model.device import DeviceId
from gateway.model.effect import Notify
from gateway.model.event import LockOperated
from gateway.model.lock_event import Found
from rules import engine
from rules.lock_slots import LockCodes, OneTime, Slot, SlotState
from rules.site import Site
from rules.state import Phase, State
from tests.rules.house import ARM, OPENED, TICK, Moment, Played, at_second, calm, play, site

LOCK = DeviceId("zigbee:00124b001ca100aa/1")
SLOTS = {"anna": 3, "guest": 4, "neighbour": 5}
ARMED: tuple[Moment, ...] = (*calm(), (1, ARM), (70, TICK))


def with_lock(*, disarms: bool = True) -> Site:
    """Give the house with a lock, in which everybody has a slot."""
    plain = site()
    people = {
        name: replace(person, lock_slots={LOCK: SLOTS[name]})
        for name, person in plain.people.items()
    }
    area = replace(plain.areas["house"], unlock_disarms=(LOCK,) if disarms else ())
    names = {**plain.names, LOCK: "front_lock"}
    return replace(plain, people=people, areas={"house": area}, names=names)


def unlocked(slot: int | None, source: str = "keypad") -> LockOperated:
    return LockOperated(LOCK, Lock.UNLOCKED, source, slot)


def with_pins(slot: int, now: SlotState, once: OneTime | None = None) -> State:
    """Give the house before its first event, with what the hub knows of one slot of the lock."""
    where = Slot(LOCK, slot)
    kept = frozenset({now.whose} if now.holds and now.whose else ())
    codes = LockCodes(kept, {where: now}, {} if once is None else {where: once})
    return replace(engine.initial(with_lock()), lock_codes=codes)


def said(played: Played) -> list[str]:
    return [effect.text for _, effect in played.done if isinstance(effect, Notify)]


def test_a_pin_of_somebody_who_may_disarm_disarms_and_names_them() -> None:
    played = play(*ARMED, (80, unlocked(3)), place=with_lock())

    assert played.phase is Phase.DISARMED
    assert said(played)[-2:] == ["anna came in by front_lock", "house disarmed by anna"]


def test_a_pin_ends_the_entry_delay_that_the_door_began() -> None:
    played = play(*ARMED, (80, OPENED), (85, unlocked(3)), (200, TICK), place=with_lock())

    assert played.phase is Phase.DISARMED
    assert not any("ALARM" in text for text in said(played))


@pytest.mark.parametrize("slot", [4, 5])
def test_a_pin_of_somebody_who_may_not_disarms_nothing(slot: int) -> None:
    played = play(*ARMED, (80, unlocked(slot)), place=with_lock())

    assert played.phase is Phase.ARMED
    assert said(played)[-1].endswith("came in by front_lock")


@pytest.mark.parametrize(
    "how", [unlocked(None, "hand"), unlocked(None, "radio"), unlocked(None), unlocked(9)]
)
def test_a_hand_a_radio_and_a_pin_of_nobodys_disarm_nothing(how: LockOperated) -> None:
    assert play(*ARMED, (80, how), place=with_lock()).phase is Phase.ARMED


def test_a_pin_of_nobodys_is_told() -> None:
    played = play(*ARMED, (80, unlocked(9)), place=with_lock())

    assert said(played)[-1] == "front_lock was unlocked with the PIN of slot 9, nobody's"


def test_a_lock_that_was_not_asked_to_disarms_nothing() -> None:
    played = play(*ARMED, (80, unlocked(3)), place=with_lock(disarms=False))

    assert played.phase is Phase.ARMED
    assert said(played)[-1] == "anna came in by front_lock"


def test_throwing_the_bolt_with_a_pin_disarms_nothing() -> None:
    thrown = LockOperated(LOCK, Lock.LOCKED, "keypad", 3)

    assert play(*ARMED, (80, thrown), place=with_lock()).phase is Phase.ARMED


LEAVING = SlotState(holds=False, whose="anna")
"""Anna's PIN was revoked, or her window is over, and the lock was not to be reached."""
NOT_HERS = SlotState(holds=True, whose="anna", done=True, found=Found.OTHER)


@pytest.mark.parametrize("now", [LEAVING, NOT_HERS])
def test_a_pin_that_should_be_gone_opens_but_disarms_nothing_and_is_told(now: SlotState) -> None:
    played = play(*ARMED, (80, unlocked(3)), place=with_lock(), state=with_pins(3, now))

    assert played.phase is Phase.ARMED
    assert "front_lock was unlocked with a PIN that is not to be in it any more" in said(played)[-1]


def test_a_pin_that_is_as_it_should_be_disarms() -> None:
    now = SlotState(holds=True, whose="anna", done=True, found=Found.RIGHT)
    played = play(*ARMED, (80, unlocked(3)), place=with_lock(), state=with_pins(3, now))

    assert played.phase is Phase.DISARMED


def test_a_one_time_pin_in_the_slot_of_somebody_disarms_nothing() -> None:
    now = SlotState(holds=True, done=True, found=Found.RIGHT)
    once = OneTime("plumber", at_second(9000))
    played = play(*ARMED, (80, unlocked(3)), place=with_lock(), state=with_pins(3, now, once))

    assert played.phase is Phase.ARMED
    assert said(played)[-1] == "front_lock was opened with the one-time PIN plumber"
