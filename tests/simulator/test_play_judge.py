"""The judge: a table of what is said of what was seen, and the laws it keeps."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.play.judge import Moment, judge, settled
from simulator.play.scenario import Expectation
from simulator.play.seen import Seen
from simulator.play.sentence import Sentence

AT_NS = 5_000_000_000
MOMENT = Moment("opened", AT_NS, AT_NS - 10_000_000)
SIREN = Sentence("hall_siren", "sounds")
SOUNDS = Expectation(SIREN, "opened", within_ms=3100, not_before_ms=2950)
SOON = Expectation(SIREN, "opened", within_ms=100)
SILENT = Expectation(SIREN, "opened", within_ms=2000, absent=True)


def at(milliseconds: float, subject: str = "hall_siren", verb: str = "sounds") -> Seen:
    return Seen(AT_NS + round(milliseconds * 1_000_000), subject, verb)


@pytest.mark.parametrize(
    ("expectation", "seen", "passed", "seen_ms", "detail"),
    [
        (SOUNDS, [at(3000)], True, 3000.0, "hall_siren sounds: seen 3000.0 ms after opened"),
        (SOUNDS, [at(2950)], True, 2950.0, "hall_siren sounds: seen 2950.0 ms after opened"),
        (
            SOUNDS,
            [at(2949.9)],
            False,
            2949.9,
            (
                "hall_siren sounds: seen 2949.9 ms after opened, too early: not before 2950 ms; "
                "seen instead: hall_siren sounds (+2950 ms)"
            ),
        ),
        (
            SOUNDS,
            [at(3101), at(3000, "lamp", "goes")],
            False,
            3101.0,
            (
                "hall_siren sounds: seen 3101.0 ms after opened, too late: within 3100 ms; "
                "seen instead: hall_siren sounds (+3101 ms), lamp goes (+3000 ms)"
            ),
        ),
        (
            SOUNDS,
            [],
            False,
            None,
            "hall_siren sounds: not seen within 3100 ms after opened; nothing was seen at all",
        ),
        (
            SOUNDS,
            [at(-20), at(10, "house", "is")],
            False,
            None,
            (
                "hall_siren sounds: not seen within 3100 ms after opened; "
                "seen instead: hall_siren sounds (-20 ms), house is (+10 ms)"
            ),
        ),
        # The first counts: a siren that was early is not mended by sounding again on time.
        (
            SOUNDS,
            [at(3000), at(100)],
            False,
            100.0,
            (
                "hall_siren sounds: seen 100.0 ms after opened, too early: not before 2950 ms; "
                "seen instead: hall_siren sounds (+100 ms), hall_siren sounds (+3000 ms)"
            ),
        ),
        (
            SOON,
            [at(-2)],  # read by the hub before the stick looked at the clock
            True,
            -2.0,
            "hall_siren sounds: seen -2.0 ms after opened",
        ),
        (SILENT, [at(-15)], True, None, "hall_siren sounds: not seen for 2000 ms after opened"),
        (SILENT, [at(2001)], True, None, "hall_siren sounds: not seen for 2000 ms after opened"),
        (
            SILENT,
            [at(2000)],
            False,
            2000.0,
            "hall_siren sounds: seen 2000.0 ms after opened, and should not have been",
        ),
    ],
)
def test_the_table(
    expectation: Expectation,
    seen: list[Seen],
    passed: bool,  # noqa: FBT001  # a column of the table
    seen_ms: float | None,
    detail: str,
) -> None:
    result = judge(expectation, MOMENT, seen)

    assert (result.passed, result.seen_ms, result.detail) == (passed, seen_ms, detail)


def test_only_so_much_of_what_was_seen_instead_is_shown() -> None:
    result = judge(SOUNDS, MOMENT, [at(n, "lamp", "goes") for n in range(11)])

    assert result.detail.endswith("(+7 ms) and 3 more")


many_seen = st.lists(
    st.builds(
        at,
        st.integers(-100, 5000),
        st.sampled_from(["hall_siren", "garden_siren"]),
        st.sampled_from(["sounds", "stops"]),
    ),
    max_size=12,
)
expectations = st.builds(
    Expectation,
    st.just(SIREN),
    st.just("opened"),
    within_ms=st.integers(1000, 4000),
    not_before_ms=st.integers(0, 1000),
    absent=st.booleans(),
)


@given(expectations, many_seen, st.randoms())
def test_the_order_in_which_things_reached_us_does_not_matter(
    expectation: Expectation, seen: list[Seen], random: Random
) -> None:
    shuffled = seen.copy()
    random.shuffle(shuffled)

    one, other = (judge(expectation, MOMENT, s) for s in (seen, shuffled))
    assert (one.passed, one.seen_ms) == (other.passed, other.seen_ms)


@given(expectations, many_seen, many_seen)
def test_what_comes_after_a_settled_judgement_changes_nothing(
    expectation: Expectation, seen: list[Seen], more: list[Seen]
) -> None:
    # Only what is later than all that was seen can still come.
    latest = max((s.at_ns for s in seen), default=0)
    later = [s for s in more if s.at_ns > latest]

    before = judge(expectation, MOMENT, seen)
    after = judge(expectation, MOMENT, [*seen, *later])

    if settled(expectation, MOMENT, seen):
        assert (before.passed, before.seen_ms) == (after.passed, after.seen_ms)


@given(expectations, many_seen, st.integers(-(10**12), 10**12))
def test_only_the_distance_from_the_moment_counts(
    expectation: Expectation, seen: list[Seen], shift: int
) -> None:
    moved = [Seen(s.at_ns + shift, s.subject, s.verb) for s in seen]

    later = Moment("opened", MOMENT.at_ns + shift, MOMENT.asked_ns + shift)
    assert judge(expectation, MOMENT, seen) == judge(expectation, later, moved)


@given(expectations, many_seen)
def test_what_must_be_and_what_must_not_be_in_the_same_span_never_both_hold(
    expectation: Expectation, seen: list[Seen]
) -> None:
    within = expectation.within_ms
    there = Expectation(SIREN, "opened", within)
    absent = Expectation(SIREN, "opened", within, absent=True)

    assert judge(there, MOMENT, seen).passed is not judge(absent, MOMENT, seen).passed
