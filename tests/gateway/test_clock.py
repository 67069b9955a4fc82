"""The clock: no clock step moves a delay, and a restart goes on where the journal ended."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.clock import (
    LONGEST_GAP,
    Era,
    Last,
    Moment,
    Resumed,
    SystemClock,
    resume,
    this_moment,
    watch_steps,
)
from gateway.model.clock import HouseTime, after
from gateway.model.event import ClockStepped
from tests.clock import FakeClock

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECOND = 1_000_000
LAST = Last(HouseTime(1000 * SECOND), NOON, Era("boot-a", 900 * SECOND))
YEARS = st.timedeltas(timedelta(days=-3650), timedelta(days=3650))
COUNTS = st.integers(0, 10**14)


@pytest.mark.parametrize(
    ("now", "gap", "trusted"),
    [
        (Moment("boot-a", 130 * SECOND, NOON), 30, True),  # same boot: wall time says nothing
        (Moment("boot-a", 130 * SECOND, NOON - timedelta(days=9)), 30, True),
        (Moment("boot-a", 50 * SECOND, NOON), 0, False),  # a count that went back
        (Moment("boot-b", 5 * SECOND, NOON + timedelta(seconds=40)), 40, True),
        (Moment("boot-b", 5 * SECOND, NOON), 0, True),
        (Moment("boot-b", 5 * SECOND, NOON - timedelta(seconds=1)), 0, False),
        (Moment("boot-b", 5 * SECOND, NOON + LONGEST_GAP + timedelta(days=1)), 0, False),
        (Moment("", 130 * SECOND, NOON + timedelta(seconds=40)), 40, True),
    ],
)
def test_house_time_goes_on_from_the_last_entry(now: Moment, gap: int, *, trusted: bool) -> None:
    resumed = resume(LAST, now)

    assert (resumed.gap, resumed.trusted) == (timedelta(seconds=gap), trusted)
    assert resumed.at == after(LAST.at, resumed.gap)
    assert now.count + resumed.era.offset == resumed.at


def test_the_first_start_of_all_has_nothing_to_go_on_from() -> None:
    assert resume(None, Moment("boot-a", 7, NOON)) == Resumed(HouseTime(7), Era("boot-a"))


def test_an_unknown_boot_never_passes_for_the_same_one() -> None:
    last = replace(LAST, era=Era(""))

    assert resume(last, Moment("", 10**12, NOON)).gap == timedelta()


@given(COUNTS, YEARS, st.sampled_from(["boot-a", "boot-b", ""]))
def test_house_time_never_goes_back(count: int, step: timedelta, boot: str) -> None:
    assert resume(LAST, Moment(boot, count, NOON + step)).at >= LAST.at


@given(COUNTS, YEARS, YEARS)
def test_within_one_boot_no_clock_step_moves_a_delay(
    count: int, one: timedelta, other: timedelta
) -> None:
    assert resume(LAST, Moment("boot-a", count, NOON + one)) == resume(
        LAST, Moment("boot-a", count, NOON + other)
    )


@given(st.text("0123456789abcdef-", max_size=36), st.integers(-(10**15), 10**15))
def test_an_era_reads_back_from_the_journal(boot: str, offset: int) -> None:
    assert Era.parse(str(Era(boot, offset))) == Era(boot, offset)


@given(st.text())
def test_any_other_text_is_an_era_of_some_other_boot(text: str) -> None:
    assert isinstance(Era.parse(text).offset, int)


def test_the_system_tells_a_moment() -> None:
    first, second = this_moment(), this_moment()

    assert first.boot == second.boot
    assert first.count <= second.count
    assert first.wall.tzinfo is UTC


class Kernel:
    """A count that the test moves, while the loop's own clock runs."""

    def __init__(self) -> None:
        self.count = 0

    def clock(self) -> SystemClock:
        loop = asyncio.get_running_loop()
        return SystemClock(loop, Resumed(HouseTime(5), Era("", 5)), lambda: self.count)


async def test_the_timer_fires_at_its_moment_and_never_early() -> None:
    clock = SystemClock(asyncio.get_running_loop(), resume(None, this_moment()))
    fired: asyncio.Future[HouseTime] = asyncio.get_running_loop().create_future()
    due = after(clock.now(), timedelta(milliseconds=20))

    clock.call_at(due, lambda: fired.set_result(clock.now()))

    assert await asyncio.wait_for(fired, 10) >= due


async def test_the_timer_keeps_only_what_was_asked_last() -> None:
    clock = SystemClock(asyncio.get_running_loop(), resume(None, this_moment()))
    fired: asyncio.Queue[str] = asyncio.Queue()
    for name, millis in (("first", 30), ("later", 60), ("sooner", 10), ("last", 20)):
        when = after(clock.now(), timedelta(milliseconds=millis))
        clock.call_at(when, partial(fired.put_nowait, name))

    assert await asyncio.wait_for(fired.get(), 10) == "last"
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(fired.get(), 0.1)


async def test_a_sooner_deadline_cuts_the_nap_short_and_a_later_one_leaves_it() -> None:
    clock = Kernel().clock()
    clock.call_at(HouseTime(800_000), print)
    assert clock._nap is not None
    first = clock._nap

    clock.call_at(HouseTime(900_000), print)
    assert clock._nap is first

    clock.call_at(HouseTime(100_000), print)
    assert clock._nap.when() < first.when()
    assert first.cancelled()
    clock._nap.cancel()


async def test_a_nap_that_ends_before_house_time_is_due_goes_on() -> None:
    kernel = Kernel()
    clock = kernel.clock()
    fired = asyncio.Event()
    clock.call_at(HouseTime(5 + 2000), fired.set)

    await asyncio.sleep(0.02)  # the loop's clock passes the moment, house time does not
    assert not fired.is_set()
    kernel.count = 2000

    await asyncio.wait_for(fired.wait(), 10)


async def test_a_machine_that_slept_is_late_by_no_more_than_one_nap() -> None:
    kernel = Kernel()
    clock = kernel.clock()
    fired = asyncio.Event()
    clock.call_at(after(clock.now(), timedelta(hours=8)), fired.set)

    kernel.count = 9 * 3600 * SECOND  # the count runs on in sleep, the loop's clock does not

    await asyncio.wait_for(fired.wait(), 10)


@pytest.mark.parametrize("seconds", [3600.0, -3600.0, 86400.0 * 3650, -1.5])
async def test_a_step_of_the_wall_clock_is_told_once(seconds: float) -> None:
    clock = FakeClock()
    told: asyncio.Queue[ClockStepped] = asyncio.Queue()
    watch = asyncio.create_task(watch_steps(clock, told.put_nowait, timedelta(milliseconds=1)))
    await asyncio.sleep(0)

    clock.advance(timedelta(hours=5))
    clock.step(seconds)

    assert await asyncio.wait_for(told.get(), 10) == ClockStepped(seconds)
    for _ in range(20):
        await asyncio.sleep(0.001)
    watch.cancel()
    assert told.empty()


def test_the_clock_of_the_tests_fires_each_timer_at_its_moment() -> None:
    clock = FakeClock()
    seen: list[int] = []

    def tick() -> None:
        seen.append(clock.now())
        clock.call_at(after(clock.now(), timedelta(seconds=2)), tick)

    clock.call_at(HouseTime(SECOND), tick)
    clock.advance(timedelta(seconds=6))

    assert seen == [SECOND, 3 * SECOND, 5 * SECOND]
    assert clock.now() == 6 * SECOND
    assert clock.wall() == NOON + timedelta(seconds=6)
