"""Who asked what a camera sees is answered once, in his own time, of pictures since he asked."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.detection.asked import ASKED_MOST, Inspections
from gateway.model.device import DeviceId
from gateway.model.sight import Inspected, Seen

YARD = DeviceId("onvif:yard/0")
ENOUGH = 3
PERSON, CAT = frozenset({Seen.PERSON}), frozenset({Seen.ANIMAL})


class Yard:
    """A camera that last found something at a time."""

    def __init__(self) -> None:
        self.there: frozenset[Seen] = frozenset()
        self.found_at = 0.0
        self.asked = Inspections(YARD, self.present, ENOUGH)

    def present(self, since: float) -> frozenset[Seen]:
        return self.there if self.found_at >= since else frozenset()

    def find(self, there: frozenset[Seen], at: float) -> tuple[Inspected, ...]:
        self.there, self.found_at = there, at
        return self.asked.looked(at)


def test_a_person_is_the_answer_at_once_for_everybody() -> None:
    yard = Yard()
    yard.asked.ask(10.0, 1.5)
    yard.asked.ask(10.5, 5.0)
    assert yard.find(CAT, 10.6) == ()
    assert yard.find(PERSON, 10.7) == (Inspected(YARD, (Seen.PERSON,), 2),) * 2
    assert not yard.asked


def test_nobody_is_the_answer_when_its_time_has_come() -> None:
    yard = Yard()
    yard.asked.ask(10.0, 1.5)
    for at in (10.5, 10.7, 11.0):
        yard.find(CAT, at)
    assert yard.asked.due(11.4, "") == ()
    assert yard.asked.due(11.5, "") == (Inspected(YARD, (Seen.ANIMAL,), 3),)


def test_too_few_pictures_tell_of_nobody() -> None:
    yard = Yard()
    yard.asked.ask(10.0, 1.5)
    yard.asked.looked(10.1)
    yard.asked.ask(10.2, 1.5)
    yard.asked.looked(10.3)
    yard.asked.looked(10.4)
    assert yard.asked.due(12.0, "") == (
        Inspected(YARD, (), 3),
        Inspected(YARD, (), 0, "only 2 pictures were looked at, too few to tell"),
    )


def test_pictures_that_show_nothing_tell_of_nobody_but_who_is_found_in_them_is_there() -> None:
    yard = Yard()
    yard.asked.ask(10.0, 1.5)
    for at in (10.1, 10.2, 10.3):
        assert yard.asked.looked(at, clear=False) == ()
    assert yard.asked.due(11.5, "dim") == (Inspected(YARD, (), 0, "dim"),)
    yard.asked.ask(12.0, 1.5)
    yard.there, yard.found_at = PERSON, 12.1
    assert yard.asked.looked(12.1, clear=False) == (Inspected(YARD, (Seen.PERSON,), 1),)


@given(st.integers(0, 8), st.booleans())
def test_nobody_is_only_said_after_as_many_pictures_as_vote(looks: int, there: bool) -> None:  # noqa: FBT001 - drawn
    yard = Yard()
    yard.asked.ask(10.0, 1.5)
    answers = [one for n in range(looks) for one in yard.asked.looked(10.1 + n / 10)]
    if there:
        answers += yard.find(PERSON, 11.0)
    answers += yard.asked.due(11.5, "")
    (answer,) = answers
    assert (answer.found == (Seen.PERSON,)) is there
    assert bool(answer.frames) == (there or looks >= ENOUGH)
    assert bool(answer.reason) != bool(answer.frames)


def test_a_person_in_a_picture_that_is_not_counted_yet_is_an_answer() -> None:
    yard = Yard()
    yard.asked.ask(10.0, 1.5)
    yard.there, yard.found_at = PERSON, 11.49
    assert yard.asked.due(11.5, "") == (Inspected(YARD, (Seen.PERSON,), 1),)


def test_who_asks_later_puts_nobody_off() -> None:
    yard = Yard()
    yard.asked.ask(10.0, 1.5)
    yard.asked.ask(11.4, 5.0)
    yard.asked.looked(11.45)
    assert len(yard.asked.due(11.5, "")) == 1
    assert len(yard.asked.due(16.4, "")) == 1


def test_a_picture_of_before_is_no_answer() -> None:
    yard = Yard()
    yard.asked.ask(10.0, 1.5)
    assert yard.find(PERSON, 9.9) == ()
    assert yard.asked.due(11.5, "") == (Inspected(YARD, (), 0, "no picture was looked at in time"),)


def test_a_lost_stream_answers_all_and_says_why() -> None:
    yard = Yard()
    yard.asked.ask(10.0, 1.5)
    for at in (10.1, 10.12, 10.14):
        yard.asked.looked(at)
    yard.asked.ask(10.2, 1.5)
    assert yard.asked.all("nothing came for 5 s") == (
        Inspected(YARD, (), 3),
        Inspected(YARD, (), 0, "nothing came for 5 s"),
    )


def test_two_who_ask_alike_are_two() -> None:
    yard = Yard()
    for _ in range(ASKED_MOST):
        assert yard.asked.ask(10.0, 1.5) == ()
    assert len(yard.asked.ask(10.0, 1.5)) == 1
    assert len(yard.asked.due(11.5, "")) == ASKED_MOST


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0.1, 5), st.booleans()), max_size=60))
def test_each_is_answered_exactly_once_and_few_wait(
    steps: list[tuple[float, float, bool]],
) -> None:
    yard, now = Yard(), 0.0
    answers: list[Inspected] = []
    for pause, seconds, looks in steps:
        now += pause
        answers += yard.asked.due(now, "")
        answers += yard.asked.ask(now, seconds)
        if looks:
            answers += yard.asked.looked(now)
        assert len(steps) - len(answers) <= len(steps)
        assert len(yard.asked._asked) <= ASKED_MOST
    answers += yard.asked.due(now + 5.0, "")
    assert len(answers) == len(steps)
