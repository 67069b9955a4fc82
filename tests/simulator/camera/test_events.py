"""Subscriptions: what they are told, how long they live, and when they say no."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.camera.events import (
    MOST_SUBSCRIPTIONS,
    MOST_UNTOLD,
    Events,
    Message,
    seconds_of,
    stamp,
    topics_of,
)

MOTION = "tns1:RuleEngine/CellMotionDetector/Motion"
RELAY = "tns1:Device/Trigger/Relay"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def events(clock: Clock) -> Events:
    told = Events(clock, clock)
    told.establish(MOTION, {"Rule": "1"}, {"IsMotion": "false"})
    return told


def test_a_new_subscriber_hears_first_how_everything_stands(events: Events) -> None:
    one = events.subscribe("", (), 60)
    assert events.change(MOTION, {"Rule": "1"}, {"IsMotion": "true"})

    said = [(message.operation, message.data) for message in one.take(10)]

    assert said == [("Initialized", {"IsMotion": "false"}), ("Changed", {"IsMotion": "true"})]
    assert not one.news.is_set()


def test_a_later_subscriber_hears_how_it_became(events: Events) -> None:
    assert not events.change(MOTION, {"Rule": "1"}, {"IsMotion": "true"})

    (state,) = events.subscribe("", (), 60).take(10)

    assert (state.operation, state.data) == ("Initialized", {"IsMotion": "true"})


def test_what_happens_once_leaves_no_state(events: Events) -> None:
    events.occur("tns1:RuleEngine/LineDetector/Crossed", {}, {"ObjectId": "1"})

    assert len(events.subscribe("", (), 60).take(10)) == 1


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("", True),
        (MOTION, True),
        ("tns1:RuleEngine//.", True),
        (f"{RELAY}|{MOTION}", True),
        (RELAY, False),
        ("tns1:Rule//.", False),
    ],
)
def test_a_filter_lets_through_what_it_names(
    events: Events, expression: str, *, told: bool
) -> None:
    one = events.subscribe("", topics_of(expression), 60)
    one.take(10)

    assert events.change(MOTION, {"Rule": "1"}, {"IsMotion": "true"}) == told


def test_a_subscription_ends_with_its_term_and_lives_on_when_renewed(
    events: Events, clock: Clock
) -> None:
    kept, lost = events.subscribe("", (), 60), events.subscribe("", (), 60)
    clock.now += 59
    events.renew(kept, 60)
    clock.now += 2

    assert events.find(kept.name) is kept
    assert events.find(lost.name) is None
    assert lost.gone
    assert lost.news.is_set()  # who waits for news learns that it is over


def test_too_many_subscriptions_are_refused(events: Events) -> None:
    for _ in range(MOST_SUBSCRIPTIONS):
        events.subscribe("", (), 60)

    with pytest.raises(ValueError, match="too many"):
        events.subscribe("", (), 60)


def test_what_nobody_fetches_is_bounded(events: Events) -> None:
    one = events.subscribe("", (), 60)
    for number in range(2 * MOST_UNTOLD):
        events.occur("tns1:X", {}, {"n": str(number)})

    left = one.take(2 * MOST_UNTOLD)

    assert len(left) == MOST_UNTOLD
    assert left[-1].data == {"n": str(2 * MOST_UNTOLD - 1)}


@given(st.integers(1, 3599), st.floats(0, 2e9))
def test_a_term_is_read_as_a_duration_and_as_a_moment(seconds: int, now: float) -> None:
    assert seconds_of(f"PT{seconds}S", now) == seconds
    assert seconds_of(stamp(now + seconds), now) == pytest.approx(seconds, abs=0.002)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("", 60), ("PT1M", 60), ("PT1M30S", 90), ("PT0.5S", 0.5), ("PT1H", 3600), ("P1D", 3600)],
)
def test_terms(text: str, seconds: float) -> None:
    assert seconds_of(text, 0.0) == seconds


@pytest.mark.parametrize("text", ["soon", "PTS1", "1999-01-01T00:00:00Z"])
def test_a_term_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        seconds_of(text, 1e9)


def test_a_message_hides_nothing_of_itself_in_xml() -> None:
    told = Message("tns1:X", {"Source": 'a"<b'}, {}, "", 0.0).xml()

    assert 'Value="a&quot;&lt;b"' in told
    assert "PropertyOperation" not in told
