"""Codes at the door: the right one, the wrong one, and a thousand at once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from gateway.doorman import CHECKS_MAX, Doorman
from gateway.model.credential import Code, CodeOffered, Wish
from gateway.model.event import ArmRequested, CodeRefused, DisarmRequested, Event
from rules.site import Site
from tests.rules.house import KEYPAD, SHED_KEYPAD, site, two_areas
from tests.waiting import BOUND_SECONDS, until

SLOW = "1234"
"""A wrong code whose check takes as long as the test wants."""


def find(code: Code) -> str | None:
    """Know three codes."""
    return {"4711": "anna", "8352": "neighbour", "6093": "gardener"}.get(code.text)


class Door:
    """A doorman, with what the house hears of him and a check that may take its time."""

    def __init__(self, place: Site | None = None) -> None:
        self.events: list[Event] = []
        self.checked: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.doorman = Doorman(lambda: place or site(), self._find, self.events.append)

    def offer(self, *offers: CodeOffered) -> None:
        """Type codes."""
        for offer in offers:
            self.doorman.offer(offer)

    async def heard(self, count: int) -> list[Event]:
        """Give what the house has heard once it is so much, and forget it."""
        await until(lambda: len(self.events) >= count)
        heard, self.events[:] = list(self.events), []
        return heard

    def _find(self, code: Code) -> str | None:
        self.checked.append(code.text)
        if code.text == SLOW:
            self.gate.wait(BOUND_SECONDS)
        return find(code)


async def heard(*offers: CodeOffered, count: int, place: Site | None = None) -> list[Event]:
    """Offer codes; give what the house hears."""
    door = Door(place)
    door.offer(*offers)
    return await door.heard(count)


@contextmanager
def shut(door: Door) -> Iterator[None]:
    """Have the slow codes wait, and let go of them in any case: a thread would outlive the test."""
    door.gate.clear()
    try:
        yield
    finally:
        door.gate.set()


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


async def test_only_so_many_codes_of_one_place_are_in_the_air_and_the_rest_is_refused_at_once() -> (
    None
):
    door = Door()
    with shut(door):
        door.offer(*[CodeOffered(KEYPAD, Code(SLOW), Wish.DISARM)] * (CHECKS_MAX + 3))

        assert await door.heard(3) == [CodeRefused(KEYPAD)] * 3
        await until(lambda: len(door.checked) == CHECKS_MAX)
    assert await door.heard(CHECKS_MAX) == [CodeRefused(KEYPAD)] * CHECKS_MAX
    assert len(door.checked) == CHECKS_MAX


async def test_after_a_flood_a_right_code_is_heard_again() -> None:
    door = Door()
    with shut(door):
        door.offer(*[CodeOffered(KEYPAD, Code(SLOW), Wish.DISARM)] * (CHECKS_MAX * 2))
    await door.heard(CHECKS_MAX * 2)

    door.offer(CodeOffered(KEYPAD, Code("4711"), Wish.DISARM))

    assert await door.heard(1) == [DisarmRequested("house", "anna", KEYPAD)]


async def test_a_flood_at_one_place_shuts_no_other() -> None:
    door = Door()
    with shut(door):
        door.offer(*[CodeOffered("cli", Code(SLOW), Wish.DISARM)] * CHECKS_MAX)
        await until(lambda: len(door.checked) == CHECKS_MAX)

        door.offer(CodeOffered(KEYPAD, Code("4711"), Wish.DISARM))
        assert await door.heard(1) == [DisarmRequested("house", "anna", KEYPAD)]


async def test_a_check_that_fails_takes_no_place_for_ever() -> None:
    failing = 2 * CHECKS_MAX

    def find_at_last(code: Code) -> str | None:
        nonlocal failing
        if failing:
            failing -= 1
            raise ZeroDivisionError("a bug")
        return find(code)

    doorman = Doorman(site, find_at_last, list[Event]().append)
    for _ in range(2 * CHECKS_MAX):
        with pytest.raises(ZeroDivisionError):
            await doorman.who(Code("4711"), "cli")

    assert await doorman.who(Code("4711"), "cli") == "anna"


async def test_a_code_counts_for_the_areas_of_its_person_alone() -> None:
    offered = CodeOffered(KEYPAD, Code("6093"), Wish.DISARM)
    by_anna = CodeOffered(KEYPAD, Code("4711"), Wish.DISARM)

    assert await heard(offered, count=1, place=two_areas()) == [
        DisarmRequested("shed", "gardener", KEYPAD)
    ]
    assert await heard(by_anna, count=2, place=two_areas()) == [
        DisarmRequested("house", "anna", KEYPAD),
        DisarmRequested("shed", "anna", KEYPAD),
    ]


async def test_a_code_counts_for_the_areas_of_its_keypad_alone() -> None:
    door = Door(two_areas())
    door.offer(CodeOffered(SHED_KEYPAD, Code("4711"), Wish.ARM, "away"))
    first = await door.heard(1)
    door.offer(CodeOffered(SHED_KEYPAD, Code("4711"), Wish.ARM, "home"))

    # The second came after all that the first brought about.
    assert first + await door.heard(1) == [
        ArmRequested("shed", "away", "anna", SHED_KEYPAD),
        ArmRequested("shed", "home", "anna", SHED_KEYPAD),
    ]


async def test_an_offer_that_names_an_area_is_for_that_one() -> None:
    named = CodeOffered(KEYPAD, Code("4711"), Wish.ARM, "away", area="shed", force=True)

    assert await heard(named, count=1, place=two_areas()) == [
        ArmRequested("shed", "away", "anna", KEYPAD, force=True)
    ]


async def test_who_offers_no_code_is_nobody_and_is_counted_nowhere_but_at_a_keypad() -> None:
    door = Door()

    assert await door.doorman.who(None, "cli") is None
    assert door.events == []


def test_a_code_hides_itself() -> None:
    offered = CodeOffered(KEYPAD, Code("4711"), Wish.DISARM)

    assert "4711" not in repr(offered)
    assert "4711" not in f"{offered.code}"
