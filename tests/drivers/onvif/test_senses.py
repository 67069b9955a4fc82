"""What is worth passing on of what a camera says: stories, and laws over any story."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.onvif.senses import KEYS_MOST, Senses
from drivers.onvif.topics import Word
from drivers.onvif.translate import Sense
from gateway.model.capability import Capability, Contact, Motion, Switch, Tamper, capability_of
from gateway.model.credential import Noticed
from gateway.model.device import DeviceId
from gateway.model.driver import Told
from gateway.model.event import ButtonPressed, DeviceHeard, DeviceJoined, Reported
from gateway.model.sight import LineCrossed, PersonSeen, Witness

YARD = DeviceId("onvif:yard/0")
INPUT = DeviceId("onvif:yard/input2")
RELAY = DeviceId("onvif:yard/relay1")
REPEAT, HEARD = 10.0, 60.0
EVENTS = (PersonSeen, LineCrossed, ButtonPressed)


class Yard:
    """A camera's senses, and what they passed on."""

    def __init__(self) -> None:
        self.senses = Senses("yard", REPEAT, HEARD)
        self.told: list[Told] = list(self.senses.announce())

    def say(
        self, word: Word, *, on: bool | None = True, key: str = "", at: float = 0.0, **more: Any
    ) -> list[Told]:
        """Say something, and give what came of it."""
        news = list(self.senses.take(Sense(word, on, key or word, **more), at))
        self.told += news
        return news

    def readings(self) -> dict[tuple[DeviceId, Capability], object]:
        """Give what each device told last."""
        told = [e for e in self.told if isinstance(e, Reported)]
        return {(e.device, capability_of(e.reading)): e.reading for e in told}


def test_a_capability_is_announced_when_the_camera_shows_it() -> None:
    yard = Yard()
    assert [e.device.capabilities for e in yard.told if isinstance(e, DeviceJoined)] == [
        {Capability.CAMERA}
    ]

    first, second, *_ = yard.say(Word.MOTION)

    assert isinstance(first, DeviceJoined)
    assert first.device.capabilities == {Capability.CAMERA, Capability.MOTION}
    assert second == Reported(YARD, Motion.MOVING)


def test_something_moves_while_any_detector_says_so() -> None:
    yard = Yard()
    yard.say(Word.MOTION, key="left")
    yard.say(Word.INTRUSION, key="right")

    assert Reported(YARD, Motion.STILL) not in yard.say(Word.MOTION, on=False, key="left")
    assert yard.say(Word.INTRUSION, on=False, key="right") == [Reported(YARD, Motion.STILL)]


def test_what_stands_is_told_once() -> None:
    yard = Yard()
    yard.say(Word.MOTION, at=0)

    assert yard.say(Word.MOTION, at=1) == []
    assert yard.say(Word.MOTION, at=REPEAT) == [Noticed(YARD, "motion")]


def test_a_person_is_seen_as_it_comes_and_again_when_it_comes_again() -> None:
    seen = PersonSeen(YARD, track=0, score=1.0, witness=Witness.CAMERA)
    yard = Yard()

    assert yard.say(Word.PERSON, at=0) == [seen, Noticed(YARD, "person")]
    assert yard.say(Word.PERSON, at=1) == []
    assert yard.say(Word.PERSON, on=False, at=2) == []
    assert seen in yard.say(Word.PERSON, at=3)


def test_two_detectors_of_persons_do_not_hide_each_other() -> None:
    yard = Yard()
    yard.say(Word.PERSON, key="left")

    assert any(isinstance(e, PersonSeen) for e in yard.say(Word.PERSON, key="right"))


@pytest.mark.parametrize("word", [Word.PERSON, Word.LINE, Word.VISITOR])
def test_how_things_stand_is_only_a_reason_to_look(word: Word) -> None:
    assert Yard().say(word, fresh=False) == [Noticed(YARD, word.value)]


def test_how_things_stand_sets_readings() -> None:
    yard = Yard()
    yard.say(Word.MOTION, fresh=False)
    yard.say(Word.TAMPER, fresh=False)

    assert yard.readings() == {
        (YARD, Capability.MOTION): Motion.MOVING,
        (YARD, Capability.TAMPER): Tamper.TAMPERED,
    }


def test_a_scene_that_changes_is_a_reason_to_look_and_no_tamper() -> None:
    assert Yard().say(Word.SCENE) == [Noticed(YARD, "scene")]


def test_a_line_is_crossed_each_time_and_a_flood_of_it_is_thinned_out() -> None:
    yard = Yard()

    def crossed(at: float) -> bool:
        told = yard.say(Word.LINE, name="gate", moment=True, at=at)
        return LineCrossed(YARD, "gate", None, None, witness=Witness.CAMERA) in told

    assert [crossed(at) for at in (0.0, 0.1, 0.5, 1.5, 3.0)] == [True, False, False, True, True]


def test_moments_that_end_and_begin_at_once_are_thinned_out_too() -> None:
    yard = Yard()
    yard.say(Word.LINE, moment=True, at=0)
    yard.say(Word.LINE, on=False, moment=True, at=0.2)

    assert yard.say(Word.LINE, moment=True, at=0.4) == []


def test_a_bell_rings_once_for_each_press() -> None:
    yard = Yard()

    assert ButtonPressed(YARD, 1, "once") in yard.say(Word.VISITOR, at=0)
    assert yard.say(Word.VISITOR, on=False, at=1) == []
    assert ButtonPressed(YARD, 1, "once") in yard.say(Word.VISITOR, at=2)


def test_contacts_and_relays_are_devices_of_their_own() -> None:
    yard = Yard()
    yard.say(Word.INPUT, name="AlarmIn_2")
    yard.say(Word.INPUT, on=False, name="AlarmIn_2")
    yard.say(Word.RELAY, name="relay1")

    told = [e for e in yard.told if isinstance(e, Reported)]
    assert told == [
        Reported(INPUT, Contact.OPEN),
        Reported(INPUT, Contact.CLOSED),
        Reported(RELAY, Switch.ON),
    ]
    assert yard.senses.token(INPUT) == "AlarmIn_2"


def test_two_contacts_whose_tokens_end_alike_are_not_mixed_up() -> None:
    yard = Yard()
    yard.say(Word.INPUT, name="a2")

    assert yard.say(Word.INPUT, on=False, name="b2") == []
    assert yard.readings()[INPUT, Capability.CONTACT] is Contact.OPEN


def test_a_property_that_is_gone_is_unknown() -> None:
    yard = Yard()
    yard.say(Word.MOTION, key="left")

    assert yard.say(Word.MOTION, on=None, key="left") == [Reported(YARD, Motion.UNKNOWN)]


def test_what_is_not_said_again_after_a_loss_is_unknown() -> None:
    yard = Yard()
    for word in (Word.MOTION, Word.TAMPER):
        yard.say(word)
    yard.told += yard.senses.announce_relay("relay1")

    yard.senses.begin()
    yard.say(Word.MOTION, on=False, fresh=False)
    settled = list(yard.senses.settled())

    assert settled == [Reported(YARD, Tamper.UNKNOWN), Reported(RELAY, Switch.UNKNOWN)]
    assert yard.readings()[YARD, Capability.MOTION] is Motion.STILL


def test_a_detector_that_is_not_heard_any_more_after_a_loss_has_no_say() -> None:
    yard = Yard()
    yard.say(Word.MOTION, key="left")

    yard.senses.begin()

    assert yard.say(Word.MOTION, on=False, key="right", fresh=False) == [
        Reported(YARD, Motion.STILL)
    ]


def test_a_camera_that_is_lost_leaves_nothing_known_and_says_it_once() -> None:
    yard = Yard()
    yard.say(Word.MOTION)
    yard.say(Word.INPUT, name="2")

    assert list(yard.senses.unknown()) == [
        Reported(YARD, Motion.UNKNOWN),
        Reported(INPUT, Contact.UNKNOWN),
    ]
    assert list(yard.senses.unknown()) == []


def test_who_is_asked_says_it_although_it_is_no_news() -> None:
    yard = Yard()
    yard.say(Word.INPUT, name="2")
    assert yard.say(Word.INPUT, name="2") == []

    yard.senses.ask_anew(INPUT)

    assert yard.say(Word.INPUT, name="2", fresh=False) == [Reported(INPUT, Contact.OPEN)]


def test_signs_of_life_are_thinned_out() -> None:
    yard = Yard()
    lives = [list(yard.senses.heard(at)) for at in (0.0, 1.0, HEARD, HEARD + 1)]

    assert [len(one) for one in lives] == [1, 0, 1, 0]
    assert lives[0] == [DeviceHeard(YARD)]


def test_a_camera_that_invents_detectors_is_bounded() -> None:
    yard = Yard()
    for number in range(KEYS_MOST + 100):
        yard.say(Word.PERSON, key=str(number))

    assert len([e for e in yard.told if isinstance(e, PersonSeen)]) == KEYS_MOST


def test_a_camera_that_invents_detectors_and_takes_them_back_is_bounded() -> None:
    yard = Yard()
    for number in range(KEYS_MOST + 100):
        yard.say(Word.PERSON, key=str(number))
        yard.say(Word.PERSON, on=None, key=str(number))

    assert len(yard.senses._passed) == KEYS_MOST
    last = str(KEYS_MOST + 99)
    yard.say(Word.PERSON, key=last)
    assert yard.say(Word.PERSON, key=last, at=REPEAT - 1) == []  # those of late are remembered


# Laws

words = st.sampled_from([*Word])
said = st.builds(
    Sense,
    word=words,
    on=st.sampled_from([True, False, None]),
    key=st.sampled_from(["a", "b", "c"]),
    fresh=st.booleans(),
    name=st.sampled_from(["1", "2"]),
    moment=st.booleans(),
).map(lambda one: Sense(one.word, one.on, f"{one.word} {one.key} {one.name}", *_rest(one)))


def _rest(one: Sense) -> tuple[bool, str, bool]:
    return one.fresh, one.name, one.moment


stories = st.lists(st.tuples(said, st.floats(0, 5)), max_size=40)


@given(stories)
def test_no_reading_is_told_twice_in_a_row(story: list[tuple[Sense, float]]) -> None:
    told, _ = _play(story)
    for can in Capability:
        for device in {e.device for e in told if isinstance(e, Reported)}:
            said_of = [
                e.reading
                for e in told
                if isinstance(e, Reported)
                and e.device == device
                and capability_of(e.reading) is can
            ]
            assert all(one is not two for one, two in pairwise(said_of))


@given(stories)
def test_something_moves_exactly_while_a_detector_says_so(
    story: list[tuple[Sense, float]],
) -> None:
    told, _ = _play(story)
    on: dict[str, bool | None] = {}
    for one, _at in story:
        if one.word in (Word.MOTION, Word.INTRUSION):
            on[one.key] = one.on
    known = [state for state in on.values() if state is not None]
    last = [e.reading for e in told if isinstance(e, Reported) and isinstance(e.reading, Motion)]

    if on:
        expected = Motion.UNKNOWN if not known else Motion.MOVING if any(known) else Motion.STILL
        assert (last or [Motion.UNKNOWN])[-1] is expected


@given(stories)
def test_nobody_is_seen_and_nothing_rings_but_by_what_is_fresh_and_so(
    story: list[tuple[Sense, float]],
) -> None:
    _, each = _play(story)
    for (one, _at), told in zip(story, each, strict=True):
        if any(isinstance(e, EVENTS) for e in told):
            assert one.fresh
            assert one.on


@given(stories)
def test_whoever_tells_something_was_announced_with_it(story: list[tuple[Sense, float]]) -> None:
    told, _ = _play(story)
    can: dict[DeviceId, frozenset[Capability]] = {}
    for event in told:
        if isinstance(event, DeviceJoined):
            assert can.get(event.device.id, frozenset()) <= event.device.capabilities
            can[event.device.id] = event.device.capabilities
        elif isinstance(event, Reported):
            assert capability_of(event.reading) in can[event.device]


def _play(story: list[tuple[Sense, float]]) -> tuple[list[Told], list[list[Told]]]:
    yard = Yard()
    now, each = 0.0, list[list[Told]]()
    for one, pause in story:
        now += pause
        each.append(list(yard.senses.take(one, now)))
    return [*yard.told, *(e for told in each for e in told)], each
