"""What was recorded, by the notes beside the clips; and whether it spans what it is to span."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.detection.clip.note import Note, write_note
from gateway.model.device import DeviceId
from simulator.play.clips import Clip, judge_clips, read_clips
from simulator.play.judge import Moment
from simulator.play.scenario import Clips

SECOND = 10**9
MOMENTS = {
    "opened": Moment("opened", 100 * SECOND, 100 * SECOND),
    "killed": Moment("killed", 105 * SECOND, 105 * SECOND),
}
BOTH = ("yard", "hall")


def clip(
    camera: str, began: float, seconds: float = 0.0, state: str = "open", incident: str = "house 1"
) -> Clip:
    return Clip(f"{camera}-{began}", camera, incident, round(began * SECOND), seconds, state)


@pytest.mark.parametrize(
    ("wish", "clips", "passed", "said"),
    [
        (
            Clips(BOTH, 1, begins_before="opened", at_least_ms=5000, skew_ms=1000),
            [clip("yard", 94.0), clip("hall", 94.9)],
            True,
            (
                "counted from opened: yard (open) begins -6000 ms and lasts 0.0 s, "
                "hall (open) begins -5100 ms and lasts 0.0 s, 900 ms apart"
            ),
        ),
        (
            Clips(BOTH, 1, begins_before="opened", at_least_ms=5000),
            [clip("yard", 94.0), clip("hall", 95.1)],
            False,
            "no such clips; there: counted from opened",
        ),
        (
            Clips(BOTH, 1, begins_before="opened", skew_ms=1000),
            [clip("yard", 94.0), clip("hall", 95.1)],
            False,
            "1100 ms apart, which is more than 1000 ms",
        ),
        (
            Clips(BOTH, 1, begins_before="opened"),
            [clip("yard", 94.0), clip("hall", 94.0, incident="rule 7")],
            False,
            "no such clips",
        ),
        (Clips(BOTH, 1), [clip("yard", 94.0)], False, "no such clips"),
        (Clips(("yard",), 1), [], False, "there: nothing"),
        (Clips(("yard",), 1, begins_after="killed"), [clip("yard", 104.9)], False, "-100 ms"),
        (Clips(("yard",), 1, begins_after="killed"), [clip("yard", 105.0)], True, "+0 ms"),
        (
            Clips(("yard",), 1, lasts_until="killed", short_ms=1000, state="cut short"),
            [clip("yard", 94.0, 10.0, "cut short")],
            True,
            "lasts 10.0 s",
        ),
        (
            Clips(("yard",), 1, lasts_until="killed", short_ms=1000),
            [clip("yard", 94.0, 9.9, "cut short")],
            False,
            "no such clips",
        ),
        (
            Clips(("yard",), 1, state="whole"),
            [clip("yard", 94.0, 9.9, "cut short")],
            False,
            "yard (cut short)",
        ),
    ],
)
def test_clips_are_judged_by_when_they_begin_and_end(
    wish: Clips,
    clips: list[Clip],
    passed: bool,  # noqa: FBT001  # a column of the table
    said: str,
) -> None:
    result = judge_clips(wish, clips, MOMENTS)

    assert result.passed is passed
    assert said in result.detail


def test_of_many_clips_those_of_one_incident_are_taken_that_fit_best() -> None:
    clips = [
        clip("yard", 90.0),
        clip("yard", 94.0),
        clip("hall", 95.0),
        clip("hall", 99.0, incident="house 2"),
    ]

    result = judge_clips(Clips(BOTH, 1, skew_ms=1000), clips, MOMENTS)

    assert result.passed
    assert "1000 ms apart" in result.detail


@given(
    begins=st.lists(st.floats(50, 150), min_size=2, max_size=2),
    skew_ms=st.integers(0, 100_000),
)
def test_what_begins_further_apart_than_that_never_passes(
    begins: list[float], skew_ms: int
) -> None:
    clips = [clip(camera, began) for camera, began in zip(BOTH, begins, strict=True)]
    apart_ms = abs(clips[0].began_ns - clips[1].began_ns) / 1e6

    result = judge_clips(Clips(BOTH, 1, skew_ms=skew_ms), clips, MOMENTS)

    assert result.passed is (apart_ms <= skew_ms)


def test_the_notes_are_those_that_the_hub_writes(tmp_path: Path) -> None:
    day = tmp_path / "2026-11-21"
    day.mkdir()
    now_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    began = datetime.now(UTC) - timedelta(seconds=6)  # noqa: TID251 - as the detection does
    note = Note(
        clip="20261121T160112Z-yard-1a2b3c4d",
        device=DeviceId("onvif:yard/0"),
        camera="yard",
        incident="house 7",
        began=began.isoformat(timespec="milliseconds"),
        before_seconds=6.0,
        pinned=True,
        state="whole",
        seconds=9.5,
        sha256="ab",
    )
    write_note(day / f"{note.clip}.json", note)
    (day / "20261121T160113Z-hall-1a2b3c4d.json").write_text('{"clip": "torn')
    (day / "stranger.json").write_text(json.dumps([1]))

    (read,) = read_clips(tmp_path)

    assert (read.name, read.camera, read.incident, read.state, read.sha256) == (
        *(note.clip, "yard", "house 7", "whole", "ab"),
    )
    assert abs(read.began_ns - (now_ns - 6 * SECOND)) < SECOND
    assert read.ended_ns - read.began_ns == 9.5 * SECOND


def test_a_hub_that_recorded_nothing_has_no_folder(tmp_path: Path) -> None:
    assert read_clips(tmp_path / "evidence") == ()
