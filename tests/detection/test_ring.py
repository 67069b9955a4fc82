"""The ring holds the seconds that were asked for, begins with a key frame, and has a bound."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.detection.stream.ring import OVERHEAD_BYTES, Ring
from gateway.detection.stream.sample import Form, Sample
from gateway.detection.stream.timeline import Timeline


@dataclass(frozen=True)
class NoForm:
    """A form that nobody looks at."""


def sample(at: float, *, key: bool = False, size: int = 100, sound: bool = False) -> Sample:
    form: Form = NoForm()  # type: ignore[assignment] # the ring does not look at it
    return Sample(bytes(size), form, sound, key, at, int(1e6 * at), int(1e6 * at))


def filled(seconds: float, until: float, gop: float = 2.0, rate: int = 10) -> Ring:
    ring = Ring(seconds)
    for number in range(int(until * rate)):
        ring.put(sample(number / rate, key=number % int(gop * rate) == 0))
    return ring


def test_the_ring_holds_its_seconds_and_begins_with_a_key_frame() -> None:
    samples = filled(6.0, 30.0).since(0).samples

    assert samples[0].starts
    assert 6.0 <= samples[-1].at - samples[0].at < 6.0 + 2.0


def test_what_comes_before_the_first_key_frame_is_of_no_use() -> None:
    ring = Ring(6.0)
    ring.put(sample(0.0))
    ring.put(sample(0.1, sound=True, key=True))
    ring.put(sample(0.2, key=True))

    assert [one.at for one in ring.since(0).samples] == [0.2]


def test_a_recording_begins_at_the_key_frame_nearest_to_what_was_asked() -> None:
    ring = filled(8.0, 30.0)  # key frames at 20, 22, 24 …

    assert ring.since(ring.start(23.4, latest=25.0)).samples[0].at == 24.0
    assert ring.since(ring.start(23.4, latest=23.9)).samples[0].at == 22.0  # no later than that


def test_a_young_ring_is_recorded_from_its_beginning() -> None:
    ring = filled(8.0, 1.0)

    assert ring.since(ring.start(-5.0, latest=-4.0)).samples[0].at == 0.0
    assert Ring(8.0).start(0.0, 0.0) == 0


def test_what_a_camera_sent_before_it_was_lost_is_no_part_of_what_happens_now() -> None:
    ring = filled(8.0, 30.0)
    begin = ring.start(3600.0 - 8.0, latest=3600.0 - 5.0)
    ring.put(sample(3601.0, key=True))

    assert [one.at for one in ring.since(begin).samples] == [3601.0]


def test_a_reader_is_given_everything_once() -> None:
    ring, seen, cursor = Ring(6.0), [], 0
    for number in range(100):
        ring.put(sample(number / 10, key=number % 10 == 0))
        if number % 7 == 0:
            stretch = ring.since(cursor)
            seen += [one.at for one in stretch.samples]
            cursor = stretch.then
    seen += [one.at for one in ring.since(cursor).samples]

    assert seen == [number / 10 for number in range(100)]


def test_a_reader_that_was_too_slow_goes_on_at_a_key_frame() -> None:
    stretch = filled(6.0, 60.0).since(17)

    assert stretch.samples[0].starts
    assert stretch.samples[0].at > 1.7


def test_the_ring_is_bounded_in_bytes() -> None:
    ring = Ring(6.0, bytes_most=50_000)
    for number in range(1000):
        ring.put(sample(number / 100, key=number % 100 == 0, size=1000))
        assert ring.size <= 50_000

    assert not ring.since(0).samples  # a group that does not fit is of no use without its key


def test_a_flood_of_empty_packets_is_bounded_too() -> None:
    ring = Ring(1e9, bytes_most=100 * OVERHEAD_BYTES)
    for number in range(10_000):
        ring.put(sample(0.0, key=number % 10 == 0, size=0))

    assert len(ring.since(0).samples) <= 100


packets = st.lists(
    st.tuples(st.floats(0, 1.5), st.booleans(), st.integers(0, 5000), st.booleans()), max_size=120
)


@settings(max_examples=100, deadline=None)
@given(packets, st.floats(0.5, 10), st.integers(2_000, 200_000))
def test_whatever_comes_the_ring_keeps_its_bounds(
    story: list[tuple[float, bool, int, bool]], seconds: float, most: int
) -> None:
    ring, at = Ring(seconds, bytes_most=most), 0.0
    for wait, key, size, sound in story:
        at += wait
        ring.put(sample(at, key=key, size=size, sound=sound))
        kept = ring.since(0).samples
        weight = sum(len(one.data) + OVERHEAD_BYTES for one in kept)
        assert weight == ring.size <= most
        assert not kept or kept[0].starts
        second = [one.at for one in kept[1:] if one.starts]
        assert not second or second[0] > at - seconds


def test_a_camera_that_sets_its_clock_does_not_move_the_count() -> None:
    line = Timeline()
    placed = [line.place(1_000_000 * n, float(n))[0] for n in range(5)]
    back, jumped = line.place(5_000, 5.0)  # it rebooted
    later, again = line.place(1_005_000, 6.0)

    assert placed == [0, 1_000_000, 2_000_000, 3_000_000, 4_000_000]
    assert (back, jumped) == (5_000_000, True)
    assert (later, again) == (6_000_000, False)


def test_a_camera_that_leaps_ahead_does_not_move_the_count() -> None:
    line = Timeline()
    line.place(0, 0.0)

    assert line.place(10**12, 0.1) == (100_000, True)


def test_a_network_that_held_packets_back_is_no_jump() -> None:
    line = Timeline()
    line.place(0, 0.0)

    assert [line.place(100_000 * n, 9.0) for n in range(1, 90)] == [
        (100_000 * n, False) for n in range(1, 90)
    ]


def test_a_new_connection_goes_on_where_time_is() -> None:
    line = Timeline()
    line.place(0, 0.0)
    line.place(1_000_000, 1.0)
    line.lift(11.0)

    assert line.place(77, 11.0) == (11_000_000, False)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(-(10**13), 10**13), st.floats(0, 100)), max_size=60))
def test_the_count_stays_with_the_seconds_that_passed(story: list[tuple[int, float]]) -> None:
    line, at, last = Timeline(), 0.0, 0
    for camera_us, wait in story:
        at += wait
        here, _ = line.place(camera_us, at)
        assert here >= last - 1_000_000
        assert here <= last + int(1e6 * at) + 2_000_001
        last = max(last, here)
