"""The detection's process from the hub's side: fed, bounded, and started anew when it is lost."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator, Callable
from itertools import pairwise
from pathlib import Path

import pytest

from gateway.detection.child import PART
from gateway.detection.keeper import PAUSES, Bounds, Detection
from gateway.detection.plan import CameraPlan, EvidencePlan, Plan
from gateway.model.capability import Picture
from gateway.model.credential import Code, StreamsFound
from gateway.model.device import DeviceId
from gateway.model.effect import Inspect, KeepClip
from gateway.model.event import DisarmRequested, Event, PartFailed, PartWorks, Reported, Telemetry
from gateway.model.sight import ClipFailed, ClipKept, Inspected, PersonSeen
from tests.detection.rig import children
from tests.waiting import until

YARD = DeviceId("onvif:yard/0")
HALL = DeviceId("onvif:hall/0")
SHED = DeviceId("onvif:shed/0")  # in no plan
STREAMS = StreamsFound(YARD, Code("rtsp://alarm:secret@127.0.0.1/main"))
QUICK = Bounds(memory_bytes=150 << 20, camera_bytes=0, beat_seconds=2.0, ready_seconds=5.0)


class Kept:
    """A detection with a stand-in for its process, and what was said."""

    def __init__(self, folder: Path, how: str) -> None:
        self.said: list[Event | Telemetry] = []
        self.pauses: list[float] = []
        plan = Plan(
            cameras=(CameraPlan(YARD, "yard"), CameraPlan(HALL, "hall")),
            evidence=EvidencePlan(folder / "evidence", folder / "key"),
        )
        program = (sys.executable, "-m", "tests.detection.child", how)
        self.detection = Detection(plan, self.said.append, program=program, bounds=QUICK)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0.05)

    def count(self, what: Callable[[object], bool]) -> int:
        return sum(map(what, self.said))

    async def until(self, what: Callable[[object], bool], times: int = 1) -> None:
        await until(lambda: self.count(what) >= times)


@contextlib.asynccontextmanager
async def kept(folder: Path, how: str) -> AsyncIterator[Kept]:
    one = Kept(folder, how)
    running = asyncio.create_task(one.detection.run(one.pause))
    try:
        yield one
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


def environment(pid: int) -> list[bytes]:
    return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")


def seeing(event: object) -> bool:
    return event == Reported(YARD, Picture.SEEING)


def unknown(event: object) -> bool:
    return event == Reported(YARD, Picture.UNKNOWN)


async def test_what_the_process_sees_the_house_is_told(tmp_path: Path) -> None:
    async with kept(tmp_path, "works") as one:
        one.detection.streams(STREAMS)
        await one.until(seeing)

        one.detection.see(Inspect((YARD, HALL), 2.0, "a trip"))
        one.detection.see(KeepClip((YARD,), "home 7", 30.0, pinned=True))

        await one.until(lambda e: isinstance(e, Inspected), 2)
        assert PersonSeen(HALL, 1, 0.8) in one.said
        await one.until(lambda e: isinstance(e, ClipKept) and e.incident == "home 7")
        assert not one.count(lambda e: isinstance(e, PartFailed))


async def test_nobody_waits_for_a_process_that_is_not_there(tmp_path: Path) -> None:
    one = Kept(tmp_path, "works")
    one.detection.see(Inspect((YARD,), 2.0, "a trip"))
    assert [e for e in one.said if isinstance(e, Inspected)] == [
        Inspected(YARD, (), 0, "the detection is not there")
    ]


async def test_a_look_that_the_process_does_not_answer_in_time_is_answered(tmp_path: Path) -> None:
    async with kept(tmp_path, "late") as one:
        one.detection.streams(STREAMS)
        await one.until(seeing)
        one.detection.see(Inspect((YARD,), 0.3, "one trip"))
        one.detection.see(Inspect((YARD, HALL), 0.1, "another"))
        await one.until(lambda e: isinstance(e, Inspected), 3)
    answers = [e for e in one.said if isinstance(e, Inspected)]
    assert {e.device for e in answers[:2]} == {YARD, HALL}
    assert answers[2].device == YARD
    assert all(e.frames == 0 and "in time" in e.reason for e in answers)


async def test_one_that_is_lost_again_and_again_does_not_work_again(tmp_path: Path) -> None:
    async with kept(tmp_path, "dies") as one:
        await until(lambda: len(one.pauses) >= 5)
    assert one.pauses[:5] == list(PAUSES[:5])
    assert one.count(lambda e: isinstance(e, PartFailed)) <= 2
    assert one.count(lambda e: isinstance(e, PartWorks)) <= 1
    assert one.count(unknown) == 1  # once, and not each time


async def test_a_flood_of_lines_gives_way_to_everything_else(tmp_path: Path) -> None:
    async with kept(tmp_path, "floods") as one:
        numbers: list[int] = []
        while not numbers or numbers[-1] < 5000:
            await asyncio.sleep(0)  # a turn of everything else
            beat = one.detection.standing.beat
            numbers.append(0 if beat is None else beat.looked)
        assert max(then - now for now, then in pairwise(numbers)) <= 3  # lines between two turns
        one.detection.streams(STREAMS)
        await one.until(seeing)


async def test_what_two_cameras_record_goes_on_for_each_in_the_next_life(tmp_path: Path) -> None:
    async with kept(tmp_path, "dies asked") as one:
        one.detection.streams(STREAMS)
        await one.until(seeing)
        one.detection.see(KeepClip((YARD, HALL), "home 7", 60.0, pinned=False))
        one.detection.see(KeepClip((YARD,), "home 7", 20.0, pinned=True))
        await one.until(lambda e: isinstance(e, ClipKept), 3)
        one.detection.see(Inspect((YARD,), 2.0, "of which it dies"))
        await one.until(lambda e: isinstance(e, PartWorks))
        await one.until(lambda e: isinstance(e, ClipKept), 5)
    again = [e for e in one.said if isinstance(e, ClipKept)][3:]
    assert {e.device for e in again} == {YARD, HALL}
    assert all(50.0 < e.seconds <= 60.0 for e in again)


async def test_a_look_that_dies_with_the_process_is_answered(tmp_path: Path) -> None:
    async with kept(tmp_path, "mute") as one:
        one.detection.streams(STREAMS)
        await one.until(seeing)
        one.detection.see(Inspect((YARD, HALL), 2.0, "a trip"))
        await one.until(lambda e: isinstance(e, Inspected) and e.frames == 0, 2)


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("hangs", "it said nothing for 2 s"),
        ("garbage", "a line that is none of ours"),
        ("long", "more in one line"),
        ("eats", "MiB of memory"),
        ("dies", "it ended by signal 9"),
        ("refuses", "the model is no model"),
        ("never ready", "it said nothing for 5 s"),
    ],
)
async def test_a_process_that_is_lost_is_a_trouble_once_and_started_anew(
    tmp_path: Path, how: str, why: str
) -> None:
    async with kept(tmp_path, how) as one:
        await until(lambda: len(one.pauses) >= 2)

    failed = [e for e in one.said if isinstance(e, PartFailed)]
    assert failed[0].part == PART
    assert why in failed[0].reason
    assert "secret" not in failed[0].reason
    works = one.count(lambda e: isinstance(e, PartWorks))
    assert len(failed) <= works + 1  # told again only after it worked
    assert len(one.pauses) >= 2


@pytest.mark.parametrize(
    "how", ["speaks for others", "measures another", "watches another", "records another"]
)
async def test_a_process_that_was_taken_over_speaks_for_nobody_else(
    tmp_path: Path, how: str
) -> None:
    async with kept(tmp_path, how) as one:
        await one.until(unknown, 1)

    failed = [e for e in one.said if isinstance(e, PartFailed)]
    assert "not its to say" in failed[0].reason
    assert not one.count(lambda e: isinstance(e, DisarmRequested | Telemetry))
    assert not one.detection.standing.cameras


async def test_what_is_asked_of_a_camera_that_nobody_watches_is_answered(tmp_path: Path) -> None:
    async with kept(tmp_path, "works") as one:
        one.detection.streams(STREAMS)
        await one.until(seeing)
        one.detection.see(Inspect((SHED, YARD), 2.0, "a trip"))
        one.detection.see(KeepClip((SHED, YARD), "home 7", 30.0, pinned=True))
        await one.until(lambda e: isinstance(e, ClipKept))

    assert Inspected(SHED, (), 0, "it is not watched") in one.said
    assert ClipFailed(SHED, "home 7", "it is not watched") in one.said
    assert {e.device for e in one.said if isinstance(e, ClipKept)} == {YARD}


async def test_a_part_works_again_only_after_it_was_told_to_have_failed(tmp_path: Path) -> None:
    async with kept(tmp_path, "fails and works") as one:
        one.detection.streams(STREAMS)
        await one.until(seeing)

    told = [e for e in one.said if isinstance(e, PartFailed | PartWorks)]
    large = CameraPlan(YARD, "yard").large_stream
    assert told == [PartFailed(large, "no route"), PartWorks(large)]


async def test_what_runs_the_models_is_told_to_tell_nobody(tmp_path: Path) -> None:
    async with kept(tmp_path, "works") as one:
        await until(lambda: one.detection.standing.ready)
        (pid,) = children("tests.detection.child")
        assert b"ORT_DISABLE_TELEMETRY=1" in environment(pid)


async def test_what_was_being_recorded_goes_on_in_the_next_life(tmp_path: Path) -> None:
    async with kept(tmp_path, "dies recording") as one:
        one.detection.streams(STREAMS)
        await one.until(seeing)
        one.detection.see(KeepClip((YARD,), "home 7", 60.0, pinned=True))
        await one.until(lambda e: isinstance(e, PartWorks))
        await one.until(seeing, 2)  # the next life was told of the stream, too
        await one.until(
            lambda e: isinstance(e, PartFailed), 2
        )  # and of the recording: it dies of it


async def test_no_password_stands_in_a_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with kept(tmp_path, "complains") as one:
        one.detection.streams(STREAMS)
        await one.until(seeing)
        await until(lambda: "no route" in caplog.text)
    assert "secret" not in caplog.text
