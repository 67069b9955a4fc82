"""Codes at the door: the right one, the wrong one, and a thousand at once."""

from gateway.doorman import CHECKS_MAX, Doorman
from gateway.model.credential import Code, CodeOffered, Wish
from gateway.model.event import ArmRequested, CodeRefused, DisarmRequested, Event
from tests.rules.house import KEYPAD, site
from tests.waiting import until


def find(code: Code) -> str | None:
    """Know two codes."""
    return {"4711": "anna", "8352": "neighbour"}.get(code.text)


async def heard(*offers: CodeOffered, count: int) -> list[Event]:
    """Offer codes; give what the house hears."""
    events: list[Event] = []
    doorman = Doorman(site(), find, events.append)
    for offer in offers:
        doorman.offer(offer)
    await until(lambda: len(events) >= count)
    return events


async def test_a_right_code_at_a_keypad_is_its_persons_request_for_the_keypads_area() -> None:
    disarm = CodeOffered(KEYPAD, Code("4711"), Wish.DISARM)
    arm = CodeOffered(KEYPAD, Code("4711"), Wish.ARM, "night")

    assert await heard(disarm, count=1) == [DisarmRequested("house", "anna", KEYPAD)]
    assert await heard(arm, count=1) == [ArmRequested("house", "night", "anna", KEYPAD)]


async def test_a_wrong_code_and_no_code_are_refused() -> None:
    wrong = CodeOffered(KEYPAD, Code("0000"), Wish.DISARM)
    none = CodeOffered(KEYPAD, None, Wish.ARM, "away")

    assert await heard(wrong, count=1) == [CodeRefused(KEYPAD)]
    assert await heard(none, count=1) == [CodeRefused(KEYPAD)]


async def test_a_flood_of_codes_is_refused_unchecked() -> None:
    flood = [CodeOffered(KEYPAD, Code("0000"), Wish.DISARM)] * (CHECKS_MAX * 4)

    events = await heard(*flood, count=len(flood))

    assert set(events) == {CodeRefused(KEYPAD)}


def test_a_code_hides_itself() -> None:
    offered = CodeOffered(KEYPAD, Code("4711"), Wish.DISARM)

    assert "4711" not in repr(offered)
    assert "4711" not in f"{offered.code}"
